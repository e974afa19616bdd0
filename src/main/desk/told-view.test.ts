import { afterEach, expect, it } from 'vitest';
import { pseudoLanguage, withAccents } from '../../../test/support/language/pseudo-language.ts';
import { phrase, speak } from '../../contract/text/say.ts';
import { toldView } from './told-view.ts';

afterEach(() => speak(undefined));

it('translates what a line of `check` is about, and no state that a page compares', () => {
  const line = { host: 'node3', what: phrase('not compared'), good: true, said: phrase('no cartridge') };
  const entry = { path: './bin/payroll', what: 'left out', reason: phrase('left out') };
  speak(pseudoLanguage());
  expect(toldView({ lines: [line], entries: [entry] })).toEqual({
    lines: [{ ...line, what: withAccents('not compared'), said: withAccents('no cartridge') }],
    entries: [{ ...entry, reason: withAccents('left out') }],
  });
});

it('translates the conditions of commands by hand, whose form a page reads, and where a rule comes from', () => {
  const condition = phrase('if not yet done');
  const joined = phrase('{proxies} joined again', { proxies: 'Volume2' });
  const stands = [
    joined,
    phrase('run by hand on {host}, {condition}: {line}', { host: 'node1', condition, line: 'ls' }),
    phrase('run by hand on {host}: {line}', { host: 'node1', line: 'ls' }),
  ];
  const source = phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 5' });
  speak(pseudoLanguage());
  expect(toldView({ stands, rule: { source }, restore: { source: 'tape' } })).toEqual({
    stands: [
      `Volume2${withAccents(' joined again')}`,
      `run by hand on node1, ${withAccents('if not yet done')}: ls`,
      'run by hand on node1: ls',
    ],
    rule: { source: `${withAccents('inferred from ')}GDS guide 6.6.3.7, step 5` },
    restore: { source: 'tape' },
  });
});
