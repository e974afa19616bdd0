import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../contract/events.ts';
import { eventsUntil, fixtureEvents, nextEvent, type FixtureName } from '../journals.test-support.ts';
import { foldRun, RunFold } from './run-fold.ts';

const stepsOf = (name: FixtureName) =>
  foldRun(fixtureEvents(name)).passes.map(
    ({ step, state, unwinding }) => `${step} ${state}${unwinding ? ' (unwinding)' : ''}`,
  );

describe('a run that went well', () => {
  const model = foldRun(fixtureEvents('raw-dd'));

  it('has every step once, done, in the order in which it was performed', () => {
    expect(stepsOf('raw-dd')).toEqual(
      [
        'lock',
        'tape',
        '3-1',
        '3-2',
        '3-3',
        '3-4',
        'fingerprint',
        '3-5',
        '4',
        '5',
        'verify',
        '6a',
        'read-back',
        '7',
        '8-1',
        '8-2',
        'unlock',
      ].map((step) => `${step} done`),
    );
    expect(model.current).toBeUndefined();
  });

  it('joins each outcome to its command', () => {
    const part = model.passes.find(({ step }) => step === '3-3');
    const command = part?.commands.find(({ changes }) => changes);
    expect(command?.line).toBe('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    expect(command?.state).toBe('good');
    expect(command?.outcome?.stdout).toMatch(/^SDX:sdxproxy: INFO: Volume2: started volume on node node1/);
  });

  it('keeps what the operator was asked and who answered', () => {
    const [question] = model.passes.find(({ step }) => step === 'verify')?.questions ?? [];
    expect(question?.asked.question).toBe('approve-shadow');
    expect(question?.answered).toMatchObject({ answer: 'approve', by: 'operator' });
  });

  it('has the fingerprint of both sides', () => {
    const [pair] = model.fingerprints;
    expect(pair?.primary?.blocks).toEqual(pair?.backup?.blocks);
    expect(pair?.primary?.host).toBe('node1');
    expect(pair?.backup?.host).toBe('node3');
  });

  it('has a digest of each hop and the end', () => {
    expect(Object.keys(model.volumes[0]?.digests ?? {})).toEqual(['device', 'handed', 'counted', 'readback']);
    expect(model.end?.verdict).toBe('verified');
  });

  it('keeps looks outside any step apart', () => {
    expect(model.otherCommands.map(({ line }) => line)).toEqual(['sdxinfo -DGSV -c Class1']);
  });
});

describe('a run that fails', () => {
  it('has the failed step with its error, then the steps that roll the cluster back', () => {
    const model = foldRun(fixtureEvents('tape-error'));
    expect(model.passes.find(({ step }) => step === '6a')?.error?.sentence).toBe(
      'writing to the tape failed: write: I/O error',
    );
    expect(stepsOf('tape-error').slice(-5)).toEqual([
      '6a failed',
      '7 done (unwinding)',
      '8-1 done (unwinding)',
      '8-2 done (unwinding)',
      'unlock done (unwinding)',
    ]);
    expect(model.end?.exitStatus).toBe(2);
  });

  it('is of two sessions where another process has rolled it back, and only the last end counts', () => {
    const model = foldRun(fixtureEvents('halted-unwound'));
    expect(model.sessions.map(({ mode, reason }) => ({ mode, reason }))).toEqual([
      { mode: 'run', reason: undefined },
      { mode: 'unwind', reason: 'to be unwound' },
    ]);
    expect(model.sessions[1]?.findings.length).toBeGreaterThan(0);
    expect(model.end?.exitStatus).toBe(2);
    expect(model.end?.sentence).toMatch(/^run .* is unwound$/);
  });
});

describe('a run whose console died', () => {
  const until = eventsUntil(fixtureEvents('raw-dd'), 'intent', '6a');

  it('shows the step that continued as running until somebody resumes it', () => {
    expect(foldRun(until).current?.step).toBe('6a');
  });

  it('is interrupted in that step once it is resumed, and how its command ended is not known', () => {
    const resumed = nextEvent(until, {
      type: 'run-resumed',
      by: 'operator',
      version: '0.1.0',
      mode: 'resume',
      reason: 'on with step 6a',
    });
    const broken = foldRun([...until, resumed]).passes.at(-1);
    expect(broken?.state).toBe('broken-off');
    expect(broken?.commands.map(({ state }) => state)).toContain('unheard');
  });
});

describe('a step that is tried again', () => {
  it('has two passes, and what was counted the first time counts no more', () => {
    const counted = eventsUntil(fixtureEvents('raw-dd'), 'step-finished', '6a');
    const again = nextEvent(counted, {
      type: 'step-started',
      step: '6a',
      title: 'Back up the raw device with dd',
      phase: 'dump',
      unwinding: false,
    });
    expect(Object.keys(foldRun(counted).volumes[0]?.digests ?? {})).toEqual(['device', 'handed', 'counted']);
    const model = foldRun([...counted, again]);
    expect(model.passes.filter(({ step }) => step === '6a')).toHaveLength(2);
    expect(model.volumes[0]?.digests).toEqual({});
  });
});

describe('several volumes', () => {
  const model = foldRun(fixtureEvents('three-volumes'));

  it('keeps the digests of each apart', () => {
    expect(model.volumes.map(({ proxy, tapeFile }) => `${proxy} file ${tapeFile}`)).toEqual([
      'Volume2 file 1',
      'Volume4 file 2',
      'Volume6 file 3',
    ]);
    const digests = model.volumes.map(({ digests: { device } }) => device?.crc32);
    expect(new Set(digests).size).toBe(3);
  });

  it('names the tape and its manifest', () => {
    expect(model.tapes).toMatchObject([{ number: 1, found: 'blank', manifestFile: 4 }]);
    expect(model.tapes[0]?.name).toMatch(/^lab-three-volumes-\d{8}$/);
  });
});

describe('progress', () => {
  const begun = eventsUntil(fixtureEvents('raw-dd'), 'intent', '6a');
  const progressAt = (after: readonly RunEvent[], bytes: number, milliseconds = 1000) =>
    nextEvent(
      after,
      {
        type: 'progress',
        step: '6a',
        what: 'dump',
        bytes,
        total: 8_388_608,
        records: bytes / 32_768,
        rate: bytes,
      },
      milliseconds,
    );

  it('makes a way of the data with a sample for each line', () => {
    const first = progressAt(begun, 0);
    const second = progressAt([first], 1_048_576);
    const third = progressAt([second], 3_145_728);
    const [leg] = foldRun([...begun, first, second, third]).legs;
    expect(leg?.samples.map(({ seconds, bytes }) => ({ seconds, bytes }))).toEqual([
      { seconds: 0, bytes: 0 },
      { seconds: 1, bytes: 1_048_576 },
      { seconds: 2, bytes: 3_145_728 },
    ]);
    expect(leg?.average).toBe(1_572_864);
  });

  it('takes live samples between the lines of the journal, and none twice', () => {
    const first = progressAt(begun, 0);
    const fold = new RunFold();
    for (const event of [...begun, first]) fold.add(event);
    const live = { step: '6a', what: 'dump', bytes: 500_000, rate: 1 } as const;
    fold.addLive(live, Date.parse(first.at) + 100);
    fold.addLive(live, Date.parse(first.at) + 100);
    fold.addLive({ ...live, bytes: 400_000 }, Date.parse(first.at) + 200);
    expect(fold.model().legs[0]?.samples.map(({ bytes }) => bytes)).toEqual([0, 500_000]);
  });

  it('begins again for the next file that a step reads back, and takes what comes late for the file before', () => {
    const read = eventsUntil(fixtureEvents('three-volumes'), 'digest', 'read-back');
    const fold = new RunFold();
    for (const event of read) fold.add(event);
    const at = Date.parse(read.at(-1)?.at ?? '');
    const live = { step: 'read-back', what: 'read-back', total: 8_388_608 } as const;
    fold.addLive({ ...live, bytes: 8_000_000 }, at + 10);
    expect(fold.model().legs.at(-1)?.latest.bytes).toBe(8_388_608);
    const next = nextEvent(read, { type: 'progress', step: 'read-back', what: 'read-back', bytes: 65_536 });
    fold.add(next);
    expect(fold.model().legs.filter(({ what }) => what === 'read-back')).toHaveLength(2);
    expect(fold.model().legs.at(-1)?.latest.bytes).toBe(65_536);
  });

  it('gives live samples up that are old, and keeps the lines of the journal', () => {
    const fold = new RunFold();
    for (const event of begun) fold.add(event);
    let last = progressAt(begun, 0);
    fold.add(last);
    for (let second = 1; second <= 400; second += 1) {
      const at = Date.parse(last.at);
      fold.addLive({ step: '6a', what: 'dump', bytes: second * 1000 - 500, rate: 1 }, at + 500);
      last = progressAt([last], second * 1000);
      fold.add(last);
    }
    const samples = fold.model().legs[0]?.samples ?? [];
    expect(samples.filter(({ bytes }) => bytes % 1000 === 0)).toHaveLength(401);
    expect(samples.length).toBeLessThan(401 + 250);
    expect(samples.some(({ bytes }) => bytes === 399_500)).toBe(true);
  });
});

it('folds the same whether the events come at once or one by one, and takes none twice', () => {
  const events = fixtureEvents('halted-unwound');
  const fold = new RunFold();
  for (const event of events) {
    fold.add(event);
    fold.model();
    fold.add(event);
  }
  expect(fold.model()).toEqual(foldRun(events));
});

it('hands out the same object for a step that has not changed', () => {
  const fold = new RunFold();
  const events = fixtureEvents('raw-dd');
  for (const event of eventsUntil(events, 'step-started', '3-3')) fold.add(event);
  const before = fold.model();
  fold.add(events[before.eventCount] as RunEvent);
  const after = fold.model();
  expect(after.passes[0]).toBe(before.passes[0]);
  expect(after.passes.at(-1)).not.toBe(before.passes.at(-1));
});

describe('the clock of the computer was set during the run', () => {
  /** The events of a run at one line per second, from the tenth on with a clock that was set back by an hour. */
  const setBack = () =>
    fixtureEvents('raw-dd').map((event, index) => ({
      ...event,
      at: new Date(Date.UTC(2026, 10, 22, 2) + index * 1000 - (index < 10 ? 0 : 3_600_000)).toISOString(),
      elapsed: index * 1000,
    }));

  it('the run took what has passed', () => {
    const events = setBack();
    expect(foldRun(events).milliseconds).toBe((events.length - 1) * 1000);
  });

  it('each step is counted from when it began, and shown by the clock', () => {
    const events = setBack();
    for (const { key, since, startedAt } of foldRun(events).passes) {
      const index = events.findIndex(({ seq }) => seq === key);
      expect(since).toBe(Date.UTC(2026, 10, 22, 2) + index * 1000);
      expect(startedAt).toBe(Date.parse(events[index]?.at ?? ''));
    }
  });
});

it('remembers when and by whom a dump was paused, and when it continued', () => {
  const begun = eventsUntil(fixtureEvents('raw-dd'), 'step-started', '6a');
  const by = 'dumpHours 20:00-06:00 (UTC)';
  const paused = [...begun, nextEvent(begun, { type: 'pause', step: '6a', what: 'paused', by })];
  const continued = [...paused, nextEvent(paused, { type: 'pause', step: '6a', what: 'continued' }, 60_000)];
  const from = Date.parse(paused.at(-1)?.at ?? '');
  expect(foldRun(paused).pauses).toEqual([{ step: '6a', from, until: undefined, by }]);
  expect(foldRun(continued).pauses).toEqual([{ step: '6a', from, until: from + 60_000, by }]);
  expect(foldRun(continued).paused).toBeUndefined();
});
