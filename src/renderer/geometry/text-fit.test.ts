import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitText, textWidth } from './text-fit.ts';

/** No half of a surrogate pair. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

describe('texts in a drawing', () => {
  it('are unchanged if they fit', () => {
    expect(fitText('Volume2', 100, 12)).toBe('Volume2');
  });

  it('are cut with an ellipsis, and omitted if not even three letters fit', () => {
    expect(fitText('Volume2 of the payroll', 60, 10)).toBe('Volume2 o…');
    expect(fitText('Volume2', 18, 10)).toBe('');
  });

  it('are twice as wide in Japanese', () => {
    expect(fitText('給与データベース', 60, 10)).toBe('給与データ…');
  });

  it('are never cut within a letter, and never wider than their room', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 6, max: 20 }),
        (text, width, size) => {
          const fitted = fitText(text, width, size);
          expect(textWidth(fitted, size)).toBeLessThanOrEqual(width + 1e-6);
          expect(text.startsWith(fitted.replace(/…$/u, ''))).toBe(true);
          expect(isWellFormed(fitted)).toBe(true);
        },
      ),
    );
  });
});
