/** The output of the command line on terminals of any width and kind, in any time zone, with or without colors, short or long. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { sampled } from '../support/sampled.ts';
import { hasTerminals, startOnTerminal, terminalHint } from '../support/terminal.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let site: string[];
const [verified, failed] = ['20261101-233000-volume2', '20261102-020000-volume2'];

beforeAll(async () => {
  scene = await openScene();
  site = await sceneArguments(scene);
  const run = { job: 'raw-dd', volume: 'Volume2', bytes: 1024 ** 3 };
  const tapeName = 'NIGHTLY-1';
  const files = [{ path: './accounts of the year/ledger of the first quarter.db', size: 3000 }];
  writeGeneratedRun(
    scene.state.path,
    { ...run, run: verified, at: new Date('2026-11-01T23:30:00Z'), tapeName },
    files,
  );
  writeGeneratedRun(scene.state.path, {
    ...run,
    run: failed,
    at: new Date('2026-11-02T02:00:00Z'),
    ends: 'failed',
  });
  const tape = { uuid: `uuid-of-${verified}`, name: tapeName, host: 'node3', device: '/dev/rmt/0' };
  const seen = { what: 'written', at: '2026-11-01T23:50:00.000Z', ...tape };
  writeFileSync(scene.state.tapesFile, `${JSON.stringify(seen)}\n`);
});
afterAll(() => scene.close());

const berlin = { TZ: 'Europe/Berlin' };
const piped = (args: readonly string[], environment: Record<string, string> = {}) =>
  performed([...site, ...args], { ...berlin, ...environment });

/** What is on the terminal at the end: a slow machine shows a line of progress, and clears it. */
async function shownOn(
  args: readonly string[],
  { columns = 80, environment = {} }: { columns?: number; environment?: Record<string, string> } = {},
) {
  const terminal = startOnTerminal([...site, ...args], {
    columns,
    environment: { ...berlin, ...environment },
  });
  await terminal.end;
  // eslint-disable-next-line no-control-regex -- the code that clears a line begins with it
  return terminal.shown.replaceAll('\r\n', '\n').replace(/[^\n]*\r\x1b\[2K/g, '');
}

// eslint-disable-next-line no-control-regex -- the codes of colors begin with it
const withoutColors = (text: string) => text.replace(/\x1b\[\d*m/g, '');
const wordsOf = (text: string) => text.split(/\s+/).filter((word) => /[^\s█▏▎▍▌▋▊▉-]/.test(word));

const listings = [
  'runs',
  `show ${failed}`,
  'where ledger*',
  'trends',
  `compare ${verified} ${failed} --all`,
  'tapes',
  'audit',
  'plan raw-dd --trust',
];

describe.runIf(hasTerminals)(`on a terminal${terminalHint}`, () => {
  // Every other width is tried where lines are made: lines.test.ts, table.test.ts.
  it.each(sampled(listings, 4))('"%s" loses nothing at 40 columns', async (command) => {
    const words = command.split(' ');
    const [{ stdout }, shown] = await Promise.all([piped(words), shownOn(words, { columns: 40 })]);
    const lines = withoutColors(shown).trimEnd().split('\n');
    const seen = new Set(wordsOf(lines.join(' ')));
    // On a narrow terminal a listing has no headings.
    const asked = stdout.replace(/^when +verdict .*$/m, '');
    expect(wordsOf(asked).filter((word) => !seen.has(word))).toEqual([]);
    // Texts to copy, such as a command, a path or a digest, stay in one piece.
    const tooWide = lines.filter((line) => line.length > 40 && line.trim().includes(' '));
    expect(tooWide.filter((line) => !/ # |^\.\/accounts of the year/.test(line))).toEqual([]);
  });

  it('runs has headings, and colors for the result of each run', async () => {
    expect(await shownOn(['runs'], { columns: 200 })).toBe(
      [
        '\x1b[1mRUN                      STATE                JOB     METHOD   SIZE  VOLUMES  RESULT\x1b[0m',
        `${failed}  \x1b[31mfailed, rolled back\x1b[0m  raw-dd  6b          -  Volume2  the dump failed; the cluster is back in its normal state`,
        `${verified}  \x1b[32mverified\x1b[0m             raw-dd  6b      1 GiB  Volume2  Volume2 is on the tape, and was read back`,
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['--color never', ['--color', 'never'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('%s turns colors off', async (_what, options, environment) => {
    const shown = await shownOn([...options, 'runs'], { columns: 200, environment });
    expect(shown).toBe(withoutColors(shown));
    expect(shown).toContain(`${failed}  failed, rolled back  raw-dd`);
  });

  it('a dumb terminal is never drawn over', async () => {
    expect(await shownOn(['index', '--rebuild'], { environment: { TERM: 'dumb' } })).not.toContain('\x1b');
  });
});

describe('in a pipe', () => {
  it('there are no colors, unless requested', async () => {
    const plain = await piped(['runs']);
    expect(plain.stdout).toBe(withoutColors(plain.stdout));
    const colored = await piped(['runs', '--color', 'always'], { NO_COLOR: '1' });
    expect(colored.stdout).toContain('\x1b[31mfailed, rolled back\x1b[0m');
    expect(withoutColors(colored.stdout)).toBe(plain.stdout);
  });
});

describe('times', () => {
  it('are those of the time zone of this machine, and name it', async () => {
    const shown = await piped(['show', verified]);
    expect(shown.stdout).toMatch(/^2026-11-02 CET\n/);
    expect(shown.stdout).toMatch(/^ {2}00:30:\d\d\.\d{3} {2}node1 # sdxproxy Part -c Class1 -p Volume2$/m);
    expect((await piped(['trends'])).stdout).toMatch(/^2026-11-02 00:30 CET {2}verified /m);
    expect((await piped(['tapes'])).stdout).toContain(
      'last seen 2026-11-02 00:50 CET in /dev/rmt/0 on node3',
    );
  });

  it('are in UTC with --utc', async () => {
    const shown = await piped(['show', verified, '--utc']);
    expect(shown.stdout).toMatch(/^2026-11-01 UTC\n/);
    expect(shown.stdout).toMatch(/^ {2}23:30:\d\d\.\d{3} {2}node1 # sdxproxy Part/m);
    expect((await piped(['trends', '--utc'])).stdout).toMatch(/^2026-11-01 23:30 UTC {2}verified /m);
  });

  it('are in UTC in JSON, whatever the zone is', async () => {
    const { stdout } = await piped(['runs', '--json']);
    expect(JSON.parse(stdout.split('\n')[1] ?? '')).toMatchObject({ startedAt: '2026-11-01T23:30:00.000Z' });
  });
});

describe('--quiet and --verbose', () => {
  it('a quiet run prints its end', async () => {
    const { exitStatus, stdout, stderr } = await piped(['--trust', '-q', 'run', 'raw-dd']);
    expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
    const [run = ''] = (await scene.state.runs()).filter((name) => ![verified, failed].includes(name));
    expect(stdout).toBe(
      [
        'verified: Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared',
        '  Volume2: joined to Volume1, in sync',
        '  node3: no shadow object of Class2',
        `journal: ${scene.state.journalFile(run)}`,
        `show it again: shadowtape show ${run} --state ${scene.state.path}`,
        '',
      ].join('\n'),
    );
  });

  it('a quiet command omits notes, but no error', async () => {
    expect(await piped(['-q', 'show', 'latest', '--utc'])).toMatchObject({ exitStatus: 0, stderr: '' });
    expect((await piped(['-q', 'show', 'nosuch'])).stderr).toMatch(/^shadowtape: there is no run nosuch\n/);
    expect((await piped(['-q', '-v', 'runs'])).stderr).toContain(
      "error: option '-q, --quiet' cannot be used with option '-v, --verbose'",
    );
  });

  it('a verbose run also prints every command that it sends', async () => {
    await scene.lab.ejectCartridge();
    await scene.lab.insertCartridge('tape', { blank: true });
    const { stdout } = await piped(['-v', 'run', 'raw-dd', '--method', '6a']);
    expect(stdout).toMatch(
      /^ {2}\d\d:\d\d:\d\d\.\d{3} {2}node1 # sdxproxy Part -c Class1 -p Volume2 -a pjrm=off$/m,
    );
    expect(stdout).toMatch(
      /^ {2}\d\d:\d\d:\d\d\.\d{3} {2}✓ Proxy is parted: Part of Volume1 on node1, node2$/m,
    );
  });
});

describe('the configuration file', () => {
  const file = () => join(scene.state.path, 'config.yaml');
  const configured = (text: string, ...args: string[]) => {
    writeFileSync(file(), text);
    return performed(args, { ...berlin, SHADOWTAPE_CONFIG: file() });
  };
  const there = () => `state: ${scene.state.path}\n`;

  it('applies where no option and no variable does', async () => {
    const shown = await configured(`${there()}utc: true\ncolor: always\n`, 'runs');
    expect(shown.stdout).toContain('\x1b[32mverified\x1b[0m');
    expect((await configured(`${there()}utc: true\n`, 'trends')).stdout).toContain('2026-11-01 23:30 UTC');
    const elsewhere = join(scene.state.path, 'empty');
    expect((await configured(there(), '--state', elsewhere, 'runs')).stdout).toBe(
      `no runs yet in ${elsewhere}\n`,
    );
  });

  it('names files relative to itself', async () => {
    const { stderr } = await configured(`${there()}site: none.yaml\n`, 'locks');
    expect(stderr).toContain(`shadowtape: there is no site file at ${join(scene.state.path, 'none.yaml')}\n`);
  });

  it.each([
    ['stat: /x\n', 'unknown key "stat"', 'did you mean "state"? keys allowed here: site, state, utc, color'],
    [
      'utc: 1\n',
      'utc must be true or false',
      'correct it; put SHADOWTAPE_CONFIG= before a command to run it without this file',
    ],
    [
      'site: []\n',
      'site must be a path',
      'correct it; put SHADOWTAPE_CONFIG= before a command to run it without this file',
    ],
  ])('is refused with %j', async (text, told, hint) => {
    expect(await configured(text, 'runs')).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: `shadowtape: ${file()}: ${told}\n  hint: ${hint}\n`,
    });
  });

  it('must exist if it is named', async () => {
    const named = join(scene.state.path, 'nosuch.yaml');
    const { stderr } = await performed(['runs'], { SHADOWTAPE_CONFIG: named });
    expect(stderr).toMatch(
      `shadowtape: the configuration file ${named} cannot be read: there is no such file\n`,
    );
  });
});
