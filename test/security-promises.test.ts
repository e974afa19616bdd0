/** SECURITY.md names the test of each promise: a promise without its test is none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');

interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** Lines such as: Test: `test/laws.test.ts`, "title" */
const named = [...text.matchAll(/^ {2}Test: `([^`]+)`, "([^"]+)"$/gm)].map(
  ([, file = '', title = '']): NamedTest => ({ file, title }),
);

/** Titles of a file's tests and groups: a text that a function follows, as the first thing that `it`, `it.each(…)` or `describe` is given. */
function titlesOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const calls = /\(\s*(['`])((?:(?!\1)[^\n])+)\1,\s*(?:async\s*)?(?:\(|\w+ =>)/g;
  return [...source.matchAll(calls)].map(([, , title = '']) => title);
}

it('each test that is named has that title', () => {
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ file, title }) => !titlesOf(file).includes(title))).toEqual([]);
});

it('each promise names a test, and each line that names one is understood', () => {
  const promises = text.slice(text.indexOf('## Promises'), text.indexOf('## How to report'));
  const without = promises
    .split(/^- /m)
    .slice(1)
    .filter((promise) => !/^ {2}Test: /m.test(promise));
  expect(without).toEqual([]);
  expect(text.match(/^ *Test: /gm)).toHaveLength(named.length);
});
