import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff, withContext, type DiffLine } from './line-diff.ts';

const only = (lines: readonly DiffLine[], ...kinds: DiffLine['kind'][]) =>
  lines.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);

test('a changed line is shown once on each side', () => {
  expect(lineDiff('a\nb\nc', 'a\nB\nc')).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'left', text: 'b' },
    { kind: 'right', text: 'B' },
    { kind: 'same', text: 'c' },
  ]);
});

test('far from differences, lines are omitted', () => {
  const text = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const lines = withContext(lineDiff(text.join('\n'), text.with(10, 'other').join('\n')), 1);
  expect(lines.map((line) => line?.text)).toEqual([
    undefined,
    'line 9',
    'line 10',
    'other',
    'line 11',
    undefined,
  ]);
});

test('both texts can be reconstructed from the two sides', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const lines = lineDiff(left, right);
      expect(only(lines, 'same', 'left').join('\n')).toBe(left);
      expect(only(lines, 'same', 'right').join('\n')).toBe(right);
    }),
  );
});
