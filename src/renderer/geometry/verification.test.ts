import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { QuestionView } from '../../contract/screens.ts';
import { eventsUntil, fixtureEvents, nextEvent } from '../../folds/journals.test-support.ts';
import { RunFold } from '../../folds/run/run-fold.ts';
import { approvalOf, chipsOf, headingOf, statusOfSides } from './approval.ts';
import { layoutStrips, ribbonText } from './strips.ts';
import { compareSamples, largestDisk, numberIn, verificationOf } from '../../folds/verification.ts';

function verify(events: readonly RunEvent[]) {
  const fold = new RunFold();
  for (const event of events) fold.add(event);
  return verificationOf(fold.model());
}

const isVerdict = (event: RunEvent) => event.type === 'check' && event.step === 'verify';
const all = fixtureEvents('raw-dd');
const asked = eventsUntil(all, 'asked', 'verify');
const question: QuestionView = {
  run: 'r',
  number: 1,
  id: 'approve-shadow',
  step: 'verify',
  text: 'Dump it?',
  choices: [
    { id: 'approve', label: 'Approve and start the dump', asksReason: false },
    { id: 'stop', label: 'Remove the shadow and rejoin', asksReason: false },
  ],
};

/** The same run, with one failed rule. */
const withCheck = (events: readonly RunEvent[], rule: string, fields: Partial<EventOf<'check'>>) =>
  events.map((event) =>
    isVerdict(event) && 'rule' in event && event.rule === rule ? { ...event, ...fields } : event,
  ) as RunEvent[];

const otherBytes = (events: readonly RunEvent[], volume: string) =>
  events.map((event) =>
    event.type === 'fingerprint' && event.side === 'backup' && event.volume === volume
      ? {
          ...event,
          blocks: event.blocks.map((block, at) => (at === 0 ? { ...block, sha256: '0'.repeat(64) } : block)),
        }
      : event,
  );

describe('the verification of a shadow in a restore', () => {
  const events = fixtureEvents('restore');
  const isAsked: QuestionView = {
    ...question,
    id: 'approve-overwrite',
    step: 'approve-overwrite',
    text: 'Overwrite Volume2?',
    choices: [
      { id: 'Volume2', label: 'Replace the data of Volume2', asksReason: false, byWord: true },
      { id: 'stop', label: 'Stop here; the master keeps its data', asksReason: false },
    ],
  };

  it('is approved by the name of the proxy, which is overwritten through it', () => {
    const verification = verify(eventsUntil(events, 'asked', 'approve-overwrite'));
    expect(verification).toMatchObject({ approves: 'overwrite', verdict: 'equal', answered: undefined });
    const approval = approvalOf(verification, isAsked);
    expect(approval).toMatchObject({ refusal: undefined, sentence: 'Overwrite Volume2?' });
    expect(approval.approve).toMatchObject({ id: 'Volume2', byWord: true });
    expect(approval.stop?.id).toBe('stop');
  });

  it('shows afterwards who approved it', () => {
    const { by } = events.find((event) => event.type === 'answered') as EventOf<'answered'>;
    expect(approvalOf(verify(events), undefined).sentence).toBe(
      `Overwriting the proxy was approved by ${by}.`,
    );
  });

  it('does not allow writing through a shadow with other blocks', () => {
    const wrong = otherBytes(eventsUntil(events, 'asked', 'approve-overwrite'), 'Volume2');
    const approval = approvalOf(verify(wrong), isAsked);
    expect(approval.refusal).toBe('the shadow of Volume2 does not map the same blocks');
    expect(approval.sentence).toBe(
      'Nothing is written: a write through this shadow would damage other data.',
    );
  });
});

describe('the verification of a shadow', () => {
  it('is equal when every rule holds and every sampled record is equal, and may then be approved', () => {
    const verification = verify(asked);
    expect(verification).toMatchObject({ stage: 'going-on', verdict: 'equal', answered: undefined });
    expect(headingOf(verification)).toBe('The shadow maps the same blocks');
    expect([headingOf(verification, true), approvalOf(verification, undefined, true).sentence]).toEqual([
      'The shadow mapped the same blocks',
      'Every rule held and every sampled record matched.',
    ]);
    const approval = approvalOf(verification, question);
    expect(approval).toMatchObject({ refusal: undefined, sentence: 'Dump it?' });
    expect(approval.approve?.label).toBe('Approve and start the dump');
    expect(approval.stop?.id).toBe('stop');
  });

  it('shows the reason for each rule, or its source if a journal has no reason', () => {
    const old = 'GDS guide (Linux) 4.2, 2.7.2.4';
    const why = 'a shadow that starts elsewhere reads and writes another volume';
    const told = (events: readonly RunEvent[]) =>
      verify(events).volumes[0]?.rules.find(({ rule }) => rule === 'first-block');
    expect(told(withCheck(asked, 'first-block', { why: undefined }))).toMatchObject({
      why: old,
      source: old,
    });
    expect(told(withCheck(asked, 'first-block', { why }))).toMatchObject({ why, source: old });
  });

  it('is refused if a rule differs, even if the run asks', () => {
    const verification = verify(withCheck(asked, 'first-block', { actual: '196,608', verdict: 'differs' }));
    expect(verification.verdict).toBe('differs');
    expect(headingOf(verification)).toBe('The shadow does not map the same blocks');
    expect([headingOf(verification, true), approvalOf(verification, undefined, true).sentence]).toEqual([
      'The shadow did not map the same blocks',
      'Nothing was dumped: a dump of this shadow would have been a backup of other data.',
    ]);
    expect(approvalOf(verification, question).refusal).toBe(
      'the shadow of Volume2 does not map the same blocks',
    );
    expect(chipsOf(verification.volumes, undefined)[0]).toEqual({
      state: 'bad',
      word: 'First block differs',
    });
  });

  it('is refused if bytes differ, whatever the verdict of the rule', () => {
    const verification = verify(otherBytes(asked, 'Volume2'));
    expect(verification.verdict).toBe('differs');
    expect(approvalOf(verification, question).refusal).toBe(
      'the shadow of Volume2 does not map the same blocks',
    );
  });

  it('is pending before the shadow is read, and before it is created', () => {
    const judged = asked.slice(0, asked.findLastIndex(isVerdict));
    const unread = judged.filter((event) => event.type !== 'fingerprint' || event.side === 'primary');
    const verification = verify(unread);
    expect(verification).toMatchObject({ stage: 'going-on', verdict: 'pending' });
    expect(approvalOf(verification, undefined).refusal).toBe('the verification is still running');
    const samples = verification.volumes[0]?.samples ?? [];
    expect(ribbonText(samples, 'pending', 3)).toBe(
      `${samples.length} records sampled on the cluster, 3 read through the shadow`,
    );
    const early = verify(eventsUntil(all, 'step-started', '3-3'));
    expect(early).toMatchObject({ stage: 'none', verdict: 'pending' });
    expect(approvalOf(early, undefined).refusal).toBe('the shadow is not verified yet');
  });

  it('shows who approved', () => {
    const verification = verify(all);
    expect(verification.answered?.answer).toBe('approve');
    expect(approvalOf(verification, undefined)).toMatchObject({
      refusal: 'the run does not ask for it',
      sentence: `The dump was approved by ${verification.answered?.by ?? ''}.`,
    });
  });

  it('keeps several volumes separate: one that differs refuses all', () => {
    const events = fixtureEvents('three-volumes');
    const good = verify(events);
    expect(good.volumes.map(({ proxy, verdict }) => [proxy, verdict])).toEqual([
      ['Volume2', 'equal'],
      ['Volume4', 'equal'],
      ['Volume6', 'equal'],
    ]);
    expect(good.volumes[1]?.rules.map(({ title }) => title)).toContain('First block');
    expect(good.volumes[2]?.cluster.first).toBe(67_584);
    const bad = verify(otherBytes(events, 'Volume4'));
    expect(bad.volumes.map(({ verdict }) => verdict)).toEqual(['equal', 'differs', 'equal']);
    expect(headingOf(bad)).toBe('The shadows do not map the same blocks');
    expect(approvalOf(bad, question).refusal).toBe('the shadow of Volume4 does not map the same blocks');
  });

  it('does not use anything of an earlier verification', () => {
    const again = nextEvent(asked, {
      type: 'step-started',
      step: 'verify',
      title: 'Verify the shadow',
      phase: 'verify',
      unwinding: false,
    });
    const verification = verify([...asked, again]);
    expect(verification.verdict).toBe('pending');
    expect(new Set(verification.volumes[0]?.samples.map(({ verdict }) => verdict))).toEqual(
      new Set(['waiting']),
    );
  });

  it('offers to roll the cluster back when the verification failed and the run asks what to do', () => {
    const failed: QuestionView = {
      ...question,
      id: 'step-failed',
      choices: [
        { id: 'retry', label: 'Try again', asksReason: false },
        { id: 'unwind', label: 'Roll back', asksReason: false },
      ],
    };
    const verification = verify(withCheck(asked, 'size', { verdict: 'differs' }));
    expect(approvalOf(verification, failed)).toMatchObject({ approve: undefined, stop: { id: 'unwind' } });
  });

  it('labels the extents with what the rules saw', () => {
    const [volume] = verify(asked).volumes;
    if (!volume) throw new Error('the run has a volume');
    expect(statusOfSides(volume)).toEqual({
      cluster: 'copy of Volume1 · Part · STOP on node1, node2',
      backup: 'ACTIVE · read only',
    });
  });
});

describe('numbers in the texts of the rules', () => {
  it('are parsed if there is one, and never guessed', () => {
    expect(numberIn('65,536')).toBe(65_536);
    expect(numberIn('1,048,576 blocks')).toBe(1_048_576);
    expect(numberIn('1 block')).toBe(1);
    for (const text of ['none', '', '65,536 on node1; 0 on node2', '6,5536', undefined])
      expect(numberIn(text)).toBeUndefined();
    expect(largestDisk('Disk3: 1,736,704 blocks, Disk4: 20 blocks')).toBe(1_736_704);
    expect(largestDisk('none')).toBeUndefined();
  });

  it('are parsed from any printed number', () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        expect(numberIn(`${number.toLocaleString('en-US')} blocks`)).toBe(number);
      }),
    );
  });
});

describe('the strips', () => {
  const frame = { x: 0, width: 1000, tops: [0, 100], height: 40 } as const;
  const side = (first: number | undefined, blocks: number | undefined = 400) => ({
    first,
    blocks,
    size: 1000,
    disks: '',
  });

  it('are above each other, with a straight ribbon, if both are on the same blocks', () => {
    const picture = layoutStrips(side(100), side(100), [{ record: 0, block: 200, verdict: 'equal' }], frame);
    expect(picture.straight).toBe(true);
    expect(picture.cluster.extent).toMatchObject({ x: 100, width: 400, first: 100, last: 499 });
    expect(picture.backup.extent?.x).toBe(100);
    expect(picture.threads).toEqual([{ record: 0, x1: 300, x2: 300, verdict: 'equal' }]);
  });

  it('show a shift of a single block', () => {
    const picture = layoutStrips(side(100), side(101), [], frame);
    expect(picture.straight).toBe(false);
    expect((picture.backup.extent?.x ?? 0) - (picture.cluster.extent?.x ?? 0)).toBeCloseTo(22, 5);
  });

  it('draw a small volume of a large disk larger, with zigzag edges', () => {
    const picture = layoutStrips(side(500, 10), side(500, 10), [], frame);
    expect(picture).toMatchObject({ from: 496.5, to: 513.5 });
    expect(picture.cluster.torn).toEqual({ start: true, end: true });
    expect(picture.cluster.extent?.width).toBeGreaterThan(500);
  });

  it('draw no ribbon if a side does not show its place', () => {
    const picture = layoutStrips(side(100), side(undefined), [], frame);
    expect(picture.ribbon).toBeUndefined();
    expect(picture.backup.extent).toBeUndefined();
    expect(picture.threads).toEqual([]);
  });

  it('omit threads that are equal, never one that differs', () => {
    const samples = Array.from({ length: 2000 }, (_, record) => ({
      record,
      block: record / 10,
      verdict: record === 777 ? ('differs' as const) : ('equal' as const),
    }));
    const { threads } = layoutStrips(side(100), side(100), samples, frame);
    expect(threads.length).toBeLessThan(200);
    expect(threads.filter(({ verdict }) => verdict === 'differs').map(({ record }) => record)).toEqual([777]);
  });

  it('show how many differ', () => {
    const [first, second] = [
      { record: 0, block: 0 },
      { record: 9, block: 9 },
    ];
    const samples = [
      { ...first, verdict: 'equal' as const },
      { ...second, verdict: 'differs' as const },
    ];
    expect(ribbonText(samples, 'differs', undefined)).toBe(
      '1 of 2 sampled records differ: not the same data',
    );
    expect(compareSamples(undefined, undefined)).toEqual([]);
  });
});
