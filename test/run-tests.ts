/**
 * What `npm test` runs. Without a name: types, lint, build and every test. With names: the tests of these names alone, with a build only
 * where a browser or the window shows stale pages. Options after the names are those of vitest.
 */
import { spawnSync } from 'node:child_process';
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
  run('run-p', ['--aggregate-output', '--print-label', 'typecheck:*', 'lint:*']);
  run('npm', ['run', 'build']);
  run('vitest', ['run', ...options]);
} else {
  const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
  try {
    for (const tests of testsNamed(names, testFiles(), textOf)) runNamed(tests, options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
