import { afterEach, expect, it } from 'vitest';
import { pseudoLanguage, withAccents } from '../../../test/support/language/pseudo-language.ts';
import { phrase, speak } from '../../contract/text/say.ts';
import { toldView } from './told-view.ts';

afterEach(() => speak(undefined));

it('translates the subject of a check, and no state that a page compares', () => {
  const line = { host: 'node3', what: phrase('not compared'), good: true, said: phrase('no cartridge') };
  const entry = { path: './bin/payroll', what: 'left out', reason: phrase('left out') };
  speak(pseudoLanguage());
  expect(toldView({ lines: [line], entries: [entry] })).toEqual({
    lines: [{ ...line, what: withAccents('not compared'), said: withAccents('no cartridge') }],
    entries: [{ ...entry, reason: withAccents('left out') }],
  });
});
