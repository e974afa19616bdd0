import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chooseDisplay,
  clockText,
  dayText,
  hasColors,
  isDumb,
  momentText,
  withShownTimes,
} from './display.ts';

const usual = { utc: false, color: 'auto', quiet: false, verbose: false } as const;
const zone = process.env['TZ'];

beforeEach(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  chooseDisplay(usual);
});

describe('times', () => {
  const at = '2026-11-28T23:04:09.050Z';

  it('are local, with the zone', () => {
    expect([momentText(at), dayText(at), clockText(at)]).toEqual([
      '2026-11-29 00:04 CET',
      '2026-11-29 CET',
      '00:04:09.050',
    ]);
  });

  it('are in UTC with --utc', () => {
    chooseDisplay({ ...usual, utc: true });
    expect([momentText(at), dayText(at), clockText(at)]).toEqual([
      '2026-11-28 23:04 UTC',
      '2026-11-28 UTC',
      '23:04:09.050',
    ]);
  });

  it('are unchanged if they are not times', () => {
    expect(momentText('an unknown time')).toBe('an unknown time');
  });

  it.each([
    [
      'node2 has not answered since 2026-11-28T23:04:09.050Z.',
      'node2 has not answered since 2026-11-29 00:04:09 CET.',
    ],
    ['sealed 2026-11-28T23:04:09Z; final', 'sealed 2026-11-29 00:04:09 CET; final'],
    ['up to 2026-11-28T23:04Z', 'up to 2026-11-29 00:04:00 CET'],
    ['/tmp/2026-11-28T23:04:09Z.pdf', '/tmp/2026-11-28T23:04:09Z.pdf'],
    ['report-2026-11-28T23:04:09Z', 'report-2026-11-28T23:04:09Z'],
    ['2026-13-48T23:04:09Z', '2026-13-48T23:04:09Z'],
  ])('within "%s"', (sentence, shown) => {
    expect(withShownTimes(sentence)).toBe(shown);
  });
});

describe('colors', () => {
  it.each([
    ['a terminal', true, { TERM: 'xterm' }, true],
    ['a pipe', false, { TERM: 'xterm' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a terminal with NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '' }, true],
  ])('on %s', (_what, isTTY, environment, expected) => {
    expect(hasColors(isTTY, environment)).toBe(expected);
    chooseDisplay({ ...usual, color: 'always' });
    expect(hasColors(isTTY, environment)).toBe(true);
    chooseDisplay({ ...usual, color: 'never' });
    expect(hasColors(isTTY, environment)).toBe(false);
  });

  it('need a terminal that can move its cursor: one without a name cannot', () => {
    expect([{}, { TERM: '' }, { TERM: 'dumb' }, { TERM: 'vt220' }].map(isDumb)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
