/**
 * What `npm test` runs. Without a name: the build, then every test, and types and lint next to both. With names: the
 * tests of these names alone, with a build only where a browser or the window shows stale pages. Options after the
 * names are those of vitest.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBuilt } from './support/built-program.ts';
import { testsNamed, type NamedTests } from './support/named-tests.ts';

const root = join(import.meta.dirname, '..');

/** Ends this process where the command fails, with its exit status. */
function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Scripts of package.json. */
function checkNames(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  return Object.keys(scripts).filter((name) => /^(typecheck|lint):/.test(name));
}

/**
 * Types and lint, one after the other: they use the time in which tests wait, and the second core during the build. What a check finds is
 * printed as soon as it has ended.
 * @returns the scripts that failed
 */
async function failedChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const name of checkNames()) {
    const check = spawn('npm', ['run', name], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const output of [check.stdout, check.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const [status] = (await once(check, 'close')) as [number | null];
    if (status === 0) continue;
    failed.push(name);
    process.stderr.write(`${printed}\nnpm test: ${name} failed\n`);
  }
  return failed;
}

async function runEverything(options: readonly string[]): Promise<void> {
  const checks = failedChecks();
  const build = spawn('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
  const [built] = (await once(build, 'close')) as [number | null];
  // Tests would judge what is stale. A check that still runs ends by itself.
  if (built !== 0) process.exit(built ?? 1);
  const tests = spawn('vitest', ['run', ...options], { cwd: root, stdio: 'inherit' });
  const [status] = (await once(tests, 'close')) as [number | null];
  const failed = (await checks).map((name) => `npm run ${name}`);
  if (status !== 0) failed.unshift('the tests');
  if (failed.length === 0) return;
  process.stderr.write(`npm test failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}

/** By their paths below the root. */
const testFiles = (): string[] =>
  ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => join(folder, path)),
  );

function runNamed({ files, title }: NamedTests, options: readonly string[]): void {
  if (files.some((file) => file.startsWith(join('test', 'e2e'))) && !isBuilt()) run('npm', ['run', 'build']);
  // The other project starts the compiler of the pages.
  const project = files.some((file) => file.endsWith('.svelte.test.ts')) ? [] : ['--project', 'program'];
  const titled = title === undefined ? [] : ['-t', title];
  run('vitest', ['run', ...project, ...titled, ...options, ...files]);
}

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('-'));
const names = firstOption < 0 ? args : args.slice(0, firstOption);
const options = args.slice(names.length);
if (names.length === 0) {
  await runEverything(options);
} else {
  const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
  try {
    for (const tests of testsNamed(names, testFiles(), textOf)) runNamed(tests, options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
