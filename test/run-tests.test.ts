/** `npm test` as it is started, with stand-ins for npm and vitest that write down how they were called, and end as a test says. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'shadowtape-npm-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param failing calls that end with 1, and print what is wrong */
function npmTest(failing: readonly string[], words: readonly string[] = []) {
  const calls = join(folder, 'calls');
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const cases = failing.map((call) => `'${call}') echo 'wrong: ${call}'; exit 1 ;;`).join('\n');
  for (const name of ['npm', 'vitest'])
    writeFileSync(
      join(programs, name),
      `#!/bin/sh\necho "${name} $*" >> '${calls}'\ncase "${name} $*" in\n${cases}\n*) echo "fine: ${name} $*" ;;\nesac\n`,
      { mode: 0o755 },
    );
  const PATH = `${programs}${delimiter}${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'run-tests.ts'), ...words],
    { env: { ...process.env, PATH }, encoding: 'utf8' },
  );
  const called = existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [];
  return { status, stdout, stderr, called };
}

const checks = [
  'npm run typecheck:program',
  'npm run typecheck:pages',
  'npm run lint:code',
  'npm run lint:format',
  'npm run lint:unused',
  'npm run lint:unused-without-tests',
];

describe('npm test', () => {
  it('builds first, then runs every test, and types and lint next to both', () => {
    const { status, stderr, called } = npmTest([], ['--maxWorkers', '1']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(called.indexOf('npm run build')).toBeLessThan(called.indexOf('vitest run --maxWorkers 1'));
    expect(called.toSorted()).toEqual([...checks, 'npm run build', 'vitest run --maxWorkers 1'].toSorted());
  });

  it('names each check that failed, with what it found; the others and the tests finish', () => {
    const { status, stderr, called } = npmTest(['npm run typecheck:pages', 'npm run lint:code']);
    expect(status).toBe(1);
    expect(stderr).toBe(
      [
        'wrong: npm run typecheck:pages\n\nnpm test: typecheck:pages failed\n',
        'wrong: npm run lint:code\n\nnpm test: lint:code failed\n',
        'npm test failed: npm run typecheck:pages, npm run lint:code\n',
      ].join(''),
    );
    expect(called).toEqual(expect.arrayContaining([...checks, 'vitest run']));
  });

  it('says that the tests failed, and waits for the checks', () => {
    const { status, stderr, called } = npmTest(['vitest run']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'npm test failed: the tests\n' });
    expect(called).toEqual(expect.arrayContaining(checks));
  });

  it('ends at once where the build fails: tests would judge what is stale', () => {
    const { status, called } = npmTest(['npm run build']);
    expect(status).toBe(1);
    expect(called).toContain('npm run build');
    expect(called).not.toContain('vitest run');
  });
});

it('what npm test plays a sample of, npm run test:failures plays whole', () => {
  const root = join(import.meta.dirname, '..');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = scripts['test:failures']?.match(/\btest\/\S+/g) ?? [];
  const sampling = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('test', path))
    .filter((path) => path.endsWith('.ts') && !path.startsWith(join('test', 'support')))
    .filter((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return /^import .*\/support\/sampled\.ts';$|\['SHADOWTAPE_FAILURES'\]/m.test(text);
    });
  expect(sampling.length).toBeGreaterThan(10);
  expect(sampling.filter((path) => !named.some((name) => path.startsWith(name)))).toEqual([]);
});
