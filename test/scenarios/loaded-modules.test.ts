/**
 * The modules that a command loads before it answers: none that only other commands need. Times depend on the machine,
 * modules do not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../support/command-line.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';

const program = join(process.cwd(), 'src', 'main', 'cli', 'shadowtape.ts');
const run = '20261101-020000-volume2';
let state: string;

beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'shadowtape-loaded-'));
  writeGeneratedRun(state, {
    run,
    at: new Date(Date.UTC(2026, 10, 1, 2)),
    job: 'nightly',
    volume: 'Volume2',
    tapeName: 'NIGHTLY-1',
    bytes: 1024 ** 3,
  });
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

const mark = 'loaded: ';

/** Prints every module of the first thread on the standard error, after everything else. */
const listing = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  import { isMainThread } from 'node:worker_threads';
  const urls = [];
  if (isMainThread) {
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    process.on('exit', () => writeSync(2, urls.map((url) => '${mark}' + url + '\\n').join('')));
  }
`)}`;

interface Loaded {
  /** Packages, each once. */
  readonly packages: string[];
  /** Sources, by their paths below src. */
  readonly sources: string[];
  readonly stdout: string;
}

/** The modules that a command loads. @throws if it fails */
async function loadedBy(...args: string[]): Promise<Loaded> {
  const words = [process.execPath, '--import', listing, program, '--state', state, ...args];
  const { exitStatus, stdout, stderr } = await startProgram(words).end;
  expect(exitStatus, stderr).toBe(0);
  const urls = stderr.split('\n').flatMap((text) => (text.startsWith(mark) ? [text.slice(mark.length)] : []));
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  const sources = urls.flatMap((url) => /\/src\/(.*)$/.exec(url)?.[1] ?? []);
  return { packages: [...new Set(packages)].sort(), sources, stdout };
}

/** Modules that perform backups: hosts, lab, steps. */
const works = (sources: readonly string[]): string[] =>
  sources.filter((path) =>
    /^lab\/lab\.ts|^main\/(?:ssh\/ssh-|procedure\/(?:plan|run|recover)\/|site\/site-file)/.test(path),
  );

describe('a command loads what it needs', () => {
  it('for the help: the names of commands, and what prints them', async () => {
    const { packages, sources, stdout } = await loadedBy('--help');
    expect(stdout).toContain('Usage: shadowtape [options] [command]');
    expect(sources).toContain('main/cli/run/run-command.ts');
    expect(packages).toEqual(['commander']);
    expect(works(sources)).toEqual([]);
    expect(sources).not.toContain('main/application/console.ts');
    expect(sources).not.toContain('main/history/history.ts');
  });

  it.each([
    ['runs: what reads journals, and the index', ['runs'], ['commander', 'node-sqlite3-wasm', 'zod']],
    ['show: what reads journals', ['show', 'latest'], ['commander', 'zod']],
    ['tapes: what reads the inventory', ['tapes'], ['commander', 'zod']],
  ])('for %s', async (_name, args, expected) => {
    const { packages, sources, stdout } = await loadedBy(...args);
    expect(stdout).toContain(args[0] === 'tapes' ? 'no tapes yet' : run);
    expect(packages).toEqual(expected);
    expect(works(sources)).toEqual([]);
  });
});
