import { expect, it } from 'vitest';
import type { EventOf } from '../../../contract/events.ts';
import { RunText } from '../run/run-text.ts';
import { plainText } from '../terminal/lines.ts';
import { eventLines } from './event-lines.ts';

it.each([
  ['verified', 0, 'verified'],
  ['verified', 3, 'verified, action required'],
  ['failed', 1, 'refused, nothing was touched'],
  ['failed', 2, 'failed, rolled back'],
  ['failed', 3, 'action required'],
  ['failed', 4, 'tape mismatch; the cluster is in its normal state'],
] as const)(
  'show names the end of a run as the run did: %s with exit status %i is "%s"',
  (verdict, exitStatus, word) => {
    const end: EventOf<'run-finished'> = {
      ...{ seq: 1, at: '2026-11-22T02:00:04.000Z', run: 'R', prev: '0' },
      type: 'run-finished',
      verdict,
      exitStatus,
      sentence: 'what happened',
      stands: ['Volume2: joined to Volume1, in sync'],
    };
    expect(eventLines(end, new RunText()).map(plainText)).toEqual([
      '',
      `${word}: what happened`,
      '  Volume2: joined to Volume1, in sync',
      `exit status ${exitStatus}`,
    ]);
  },
);
