import { describe, expect, it } from 'vitest';
import { bytesText, durationText, printable, rateText } from './text.ts';

describe('numbers', () => {
  it('are printed as administrators read them', () => {
    expect([0, 512, 8_388_608, 536_870_912, 1_610_612_736].map(bytesText)).toEqual([
      '0 B',
      '512 B',
      '8 MiB',
      '512 MiB',
      '1.5 GiB',
    ]);
    expect(rateText(118_400_000)).toBe('118.4 MB/s');
    expect([0.26, 12, 200, 7500].map(durationText)).toEqual(['0.3 s', '12 s', '3 min 20 s', '2 h 5 min']);
  });
});

describe('what a host prints', () => {
  it('cannot steer the terminal', () => {
    expect(printable('a\u202etxt.exe \u2066b\u2069 \u200f\u061c\u2028')).toBe(
      'a\\u202etxt.exe \\u2066b\\u2069 \\u200f\\u061c\\u2028',
    );
    expect(printable('שלום, 日本')).toBe('שלום, 日本');
    expect(printable('\x1b]0;owned\x07 tape\tready\n')).toBe('\\x1b]0;owned\\x07 tape\tready\n');
  });
});
