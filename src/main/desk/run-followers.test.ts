import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../contract/events.ts';
import type { RunPush } from '../../contract/screens.ts';
import { RunFollowers } from './run-followers.ts';

const eventsUpTo = (count: number): RunEvent[] =>
  Array.from({ length: count }, (_, index) => ({ seq: index + 1, type: 'warning' }) as RunEvent);

const eventsOf = (pushes: readonly RunPush[]) =>
  pushes.flatMap((push) => (push.kind === 'events' ? push.events : []));

it('delivers each event once and in order, wherever it was found, in pieces that can be sent', () => {
  fc.assert(
    fc.property(fc.nat(6000), fc.nat(6000), fc.nat(50), (journal, heardBefore, live) => {
      const all = eventsUpTo(Math.max(journal, heardBefore) + live);
      const followers = new RunFollowers();
      const pushes: RunPush[] = [];
      followers.add('run1', (push) => pushes.push(push), { events: all.slice(0, journal), then: [] });
      // What was received before the run was entered overlaps with the journal.
      followers.events('run1', all.slice(Math.min(journal, heardBefore)));
      expect(eventsOf(pushes)).toEqual(all);
      expect(pushes.every((push) => push.kind !== 'events' || push.events.length <= 2000)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('delivers nothing of another run, and nothing after the following has ended', () => {
  const followers = new RunFollowers();
  const pushes: RunPush[] = [];
  const end = followers.add('run1', (push) => pushes.push(push), {
    events: [],
    then: [{ kind: 'question', question: undefined }],
  });
  followers.events('run2', eventsUpTo(3));
  end();
  followers.events('run1', eventsUpTo(3));
  followers.tell('run1', { kind: 'end', exitStatus: 0, error: undefined });
  expect(pushes).toEqual([{ kind: 'question', question: undefined }]);
});
