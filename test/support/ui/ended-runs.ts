/** Runs that have ended in every way that a run can end: journals as a lab recorded them, and the same with another end. */
import type { EventOf, RunEvent } from '../../../src/contract/events.ts';
import { fixtureEvents } from '../../../src/folds/journals.test-support.ts';
import { halted } from './faulted-situations.ts';

type End = Partial<
  Pick<EventOf<'run-finished'>, 'code' | 'hint' | 'skipped' | 'inconsistent' | 'unreadable'>
> &
  Pick<EventOf<'run-finished'>, 'verdict' | 'exitStatus' | 'sentence' | 'stands'>;

/** The journal with another end; `until`: without later events. */
function endedAs(
  events: readonly RunEvent[],
  end: End,
  until: (event: RunEvent) => boolean = () => true,
): RunEvent[] {
  const last = events.at(-1);
  if (last?.type !== 'run-finished') throw new Error('the journal has no end');
  const { seq, at, run, prev } = last;
  const cut = events.findIndex((event) => !until(event));
  return [...events.slice(0, cut < 0 ? -1 : cut), { seq, at, run, prev, type: 'run-finished', ...end }];
}

const verified = fixtureEvents('raw-dd');
const joined = ['Volume2: joined to Volume1, in sync', 'node3: no shadow object of Class2'];
const parted = ['Volume2: parted from Volume1', 'node3: the shadow Volume2 of Class2 exists'];
const onTape = 'Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared';
const isBeforePart = (event: RunEvent) => !('step' in event) || !String(event.step).startsWith('3-');

/** How it ended -> its events. */
export const endedRuns = {
  verified,
  'verified on several volumes': fixtureEvents('three-volumes'),
  'verified, files skipped': endedAs(verified, {
    ...{ verdict: 'verified', exitStatus: 0, sentence: onTape, stands: joined, skipped: 3 },
  }),
  unverified: endedAs(verified, {
    ...{ verdict: 'unverified', exitStatus: 0, stands: joined },
    sentence: 'Volume2 is on the tape in /dev/rmt/0 on node3, and was not read back',
  }),
  'verified, rejoin unseen': endedAs(verified, {
    ...{ verdict: 'verified', exitStatus: 3, stands: parted, code: 'REJOIN_UNWATCHED' },
    sentence: 'the copy from Volume1 to Volume2 cannot be watched',
  }),
  'unverified, rejoin unseen': endedAs(verified, {
    ...{ verdict: 'unverified', exitStatus: 3, stands: parted, code: 'REJOIN_UNWATCHED' },
    sentence: 'the copy from Volume1 to Volume2 cannot be watched',
  }),
  refused: endedAs(
    verified,
    {
      ...{ verdict: 'failed', exitStatus: 1, stands: joined, code: 'CLASS_LOCKED' },
      sentence: 'Class1 is locked on node1',
    },
    isBeforePart,
  ),
  'failed, rolled back': fixtureEvents('tape-error'),
  'halted with its shadow': halted,
  'halted, then rolled back': fixtureEvents('halted-unwound'),
  'tape mismatch': endedAs(verified, {
    ...{ verdict: 'failed', exitStatus: 4, stands: joined, code: 'READ_BACK_DIFFERS' },
    sentence: 'the tape does not hold what was read',
  }),
} as const satisfies Readonly<Record<string, readonly RunEvent[]>>;

export type EndName = keyof typeof endedRuns;
