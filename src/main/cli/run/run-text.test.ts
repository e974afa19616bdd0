/** The output of a run on the command line, event by event. */
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { RunText } from './run-text.ts';

const stamp = { seq: 1, at: '2026-11-30T00:33:03.144Z', elapsed: 1, run: 'R', prev: '' };

it('a paused dump shows who has paused it, and how to continue it', () => {
  const paused: RunEvent = { ...stamp, type: 'pause', step: '6a', what: 'paused', by: 'mika@console' };
  const byHours: RunEvent = { ...paused, by: 'dumpHours 20:00-06:00 (UTC)', continuesByItself: true };
  const continued: RunEvent = { ...stamp, type: 'pause', step: '6a', what: 'continued' };
  const text = new RunText();
  expect([...text.linesOf(paused), ...text.linesOf(continued), ...text.linesOf(byHours)]).toEqual([
    '  paused by mika@console; to continue it: shadowtape continue R',
    '  continued',
    '  paused by dumpHours 20:00-06:00 (UTC); it continues by itself',
  ]);
});
