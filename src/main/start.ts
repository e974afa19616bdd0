/**
 * `npm start`: builds what is not built, then opens the console in a window where Electron and a screen are there, and in a browser
 * otherwise.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { print } from './cli/terminal/output.ts';
import { chooseGuest } from './start-choice.ts';

const root = join(import.meta.dirname, '..', '..');

/** When the newest file below a folder was written, in milliseconds; 0 where there is none. */
function newest(folder: string): number {
  if (!existsSync(folder)) return 0;
  const times = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [statSync(join(entry.parentPath, entry.name)).mtimeMs] : [],
  );
  return Math.max(0, ...times);
}

/** @returns the exit status of the build; 0 where nothing was to be built */
function build(): number {
  const isBuilt = existsSync(join(root, 'out', 'renderer', 'index.html'));
  if (isBuilt && newest(join(root, 'src')) <= newest(join(root, 'out'))) return 0;
  print('building the pages: out/ is missing, or older than src/');
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { status } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'error'], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

/** Where Electron's package puts its program, in the folder of the runtime. */
const programs: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};

/** The runtime's program; undefined if there is none. The package itself is not asked: it would begin to download one. */
function electronProgram(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules', 'electron', 'dist');
  const program = join(folder, programs[process.platform] ?? 'electron');
  return existsSync(program) ? program : undefined;
}

interface Beginning {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What is passed on. The terminal sends Ctrl-C, and its own end, to both processes. */
  readonly signals: readonly NodeJS.Signals[];
}

function begin({ program, args, environment = {}, signals }: Beginning): void {
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signals.includes(signal)) child.kill(signal);
    });
  child.once('exit', (status, signal) => {
    // As a shell shows it.
    process.exitCode = status ?? 128 + (signal ? constants.signals[signal] : 0);
  });
}

const { values } = parseArgs({
  options: {
    site: { type: 'string' },
    state: { type: 'string' },
    port: { type: 'string' },
    browser: { type: 'boolean', default: false },
  },
});

/** Opens the window, or the console for a browser. */
function open(): void {
  const electron = electronProgram();
  const { guest, why, args } = chooseGuest({
    electron: electron !== undefined,
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    browser: values.browser,
  });
  print(why);
  const { site, state, port } = values;
  if (guest === 'desktop' && electron !== undefined) {
    const environment = {
      ...(site === undefined ? {} : { SHADOWTAPE_SITE: site }),
      ...(state === undefined ? {} : { SHADOWTAPE_STATE: state }),
    };
    begin({ program: electron, args: [...args, root], environment, signals: ['SIGTERM'] });
    return;
  }
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}`, value];
  const command = join(root, 'src', 'main', 'cli', 'shadowtape.ts');
  begin({
    program: process.execPath,
    args: [command, ...option('site', site), ...option('state', state), 'serve', ...option('port', port)],
    // What it gets twice it takes for one.
    environment: { SHADOWTAPE_SIGNALS: 'forwarded' },
    signals: ['SIGINT', 'SIGTERM', 'SIGHUP'],
  });
}

const built = build();
if (built === 0) open();
else process.exitCode = built;
