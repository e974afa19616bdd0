/** What the screens make of a folded run: lists, figures, words. */
import { describe, expect, it } from 'vitest';
import type { PlannedStep } from '../contract/plan.ts';
import { chartData, chartWords } from './charts/chart-data.ts';
import { groupCommands, lookLines } from './command-groups.ts';
import { presentFigures, shownSamples } from './figures.ts';
import { eventsUntil, fixtureEvents, nextEvent } from './journals.test-support.ts';
import { hopLines, shortDigest } from './hop-lines.ts';
import { foldRun } from './run/run-fold.ts';
import { runStateOf } from './run/run-state.ts';
import { handText, readStands } from './stands.ts';
import { phaseRows } from './step-rows.ts';
import { bringBackWords } from './stop-words.ts';

const rawDd = foldRun(fixtureEvents('raw-dd'));

function planned(step: string, phase: string, more: Partial<PlannedStep> = {}): PlannedStep {
  const rest = { endangers: undefined, operator: undefined, leftOut: undefined, runAs: [], commands: [] };
  return { step, phase, title: `Step ${step}`, why: 'it is needed', source: 'the guide', ...rest, ...more };
}

const steps = ['lock', '3-1', '3-2', '3-3', 'verify', '6a', 'read-back', '7', '8-1', 'unlock'];
const phaseOf: Record<string, string> = {
  lock: 'prepare',
  verify: 'verify',
  '6a': 'dump',
  'read-back': 'dump',
  '7': 'remove',
  '8-1': 'rejoin',
  unlock: 'finish',
};
const plan = steps.map((step) => planned(step, phaseOf[step] ?? 'part'));

describe('the list of steps', () => {
  const rowsOf = (...given: Parameters<typeof phaseRows>) =>
    phaseRows(...given).flatMap(({ rows }) => rows.map(({ step, state }) => `${step} ${state}`));

  it('has the steps to come after those that were performed', () => {
    const model = foldRun(eventsUntil(fixtureEvents('raw-dd'), 'step-started', '3-3'));
    expect(rowsOf(model, plan, undefined, false)).toEqual([
      'lock done',
      'tape done',
      '3-1 done',
      '3-2 done',
      '3-3 running',
      'verify todo',
      '6a todo',
      'read-back todo',
      '7 todo',
      '8-1 todo',
      'unlock todo',
    ]);
  });

  it('marks the step in which the operator is asked', () => {
    const model = foldRun(eventsUntil(fixtureEvents('raw-dd'), 'asked', 'verify'));
    expect(rowsOf(model, plan, 'verify', false)).toContain('verify asking');
  });

  it('says interrupted, and not reached, where the console died', () => {
    const model = foldRun(eventsUntil(fixtureEvents('raw-dd'), 'intent', '6a'));
    const rows = rowsOf(model, plan, undefined, true);
    expect(rows).toContain('6a broken-off');
    expect(rows).toContain('7 never');
  });

  it('puts what rolls the cluster back between what failed and the lock', () => {
    const phases = phaseRows(foldRun(fixtureEvents('tape-error')), plan, undefined, true);
    expect(phases.slice(-2).map(({ key, unwinding }) => ({ key, unwinding }))).toEqual([
      { key: 'unwinding', unwinding: true },
      { key: 'finish', unwinding: false },
    ]);
    expect(phases.at(-2)?.rows.map(({ step }) => step)).toEqual(['7', '8-1', '8-2']);
  });

  it('leaves out what the plan leaves out, with the reason', () => {
    const model = foldRun(eventsUntil(fixtureEvents('raw-dd'), 'step-started', 'lock'));
    const [, part] = phaseRows(
      model,
      [planned('lock', 'prepare'), planned('3-2', 'part', { leftOut: 'services: not-needed' })],
      undefined,
      false,
    );
    expect(part?.rows[0]).toMatchObject({ state: 'left-out', reason: 'services: not-needed' });
  });
});

describe('the digest at each hop', () => {
  const verdicts = (digests: Parameters<typeof hopLines>[0]) =>
    hopLines(digests).map(({ verdict }) => verdict);

  it.each(['raw-dd', 'ufs-tar', 'server', 'three-volumes'] as const)('is equal everywhere in %s', (name) => {
    for (const { digests } of foldRun(fixtureEvents(name)).volumes)
      expect(verdicts(digests)).toEqual([
        undefined,
        name === 'server' ? undefined : 'equal',
        'equal',
        'equal',
      ]);
  });

  it('does not compare the CRC-32 where zeros fill the last record', () => {
    const [, handed] = hopLines(foldRun(fixtureEvents('ufs-tar')).volumes[0]?.digests ?? {});
    expect(handed).toMatchObject({ verdict: 'equal', compared: 'bytes' });
  });

  it('names what differs', () => {
    const digests = rawDd.volumes[0]?.digests ?? {};
    const { readback } = digests;
    if (!readback) throw new Error('it was read back');
    const bad = hopLines({ ...digests, readback: { ...readback, records: 255, crc32: '00000000' } });
    expect(bad[3]).toMatchObject({ verdict: 'differs', compared: 'records, CRC-32' });
  });

  it('is short enough to be compared by eye', () => {
    const { device, readback } = foldRun(fixtureEvents('server')).volumes[0]?.digests ?? {};
    expect(device).toBeUndefined();
    expect(readback && shortDigest(readback)).toMatch(/^cksum \d+$/);
    expect(rawDd.volumes[0]?.digests.device && shortDigest(rawDd.volumes[0].digests.device)).toMatch(
      /^crc [0-9a-f]{4}·[0-9a-f]{4}$/,
    );
  });
});

describe('the figures', () => {
  const begun = eventsUntil(fixtureEvents('raw-dd'), 'intent', '6a');
  const progress = (bytes: number, milliseconds: number) =>
    nextEvent(
      begun,
      {
        type: 'progress',
        step: '6a',
        what: 'dump',
        bytes,
        total: 8_388_608,
        records: bytes / 32_768,
        rate: 1_048_576,
        bufferFill: 0.5,
      },
      milliseconds,
    );

  it('tell what is left at the present rate', () => {
    const figures = presentFigures(foldRun([...begun, progress(2_097_152, 1000)]));
    expect(figures).toMatchObject({
      title: 'Dump',
      done: 0.25,
      rate: 1_048_576,
      secondsLeft: 6,
      records: 64,
      totalRecords: 256,
      bufferFill: 0.5,
      isOver: false,
    });
  });

  it('show no time left of a dump that no process performs any more', () => {
    const model = foldRun([...begun, progress(2_097_152, 1000)]);
    expect(presentFigures(model, true)).toMatchObject({
      title: 'Dump',
      done: 0.25,
      isOver: true,
      secondsLeft: undefined,
      bufferFill: undefined,
    });
  });

  it('of a volume that was read back for a restore count no records: its digest has bytes alone', () => {
    const all = fixtureEvents('restore');
    const read = all.findLastIndex(({ type }) => type === 'restore-digest');
    expect(presentFigures(foldRun(all.slice(0, read + 1)))).toMatchObject({ done: 1, records: undefined });
  });

  it('are those of all volumes together in the end', () => {
    const figures = presentFigures(foldRun(fixtureEvents('three-volumes')));
    expect(figures).toMatchObject({ title: 'Read-back', isOver: true, done: 1 });
    const bytes = foldRun(fixtureEvents('three-volumes')).volumes.map(
      ({ digests }) => digests.readback?.bytes ?? 0,
    );
    expect(bytes).toEqual([8_388_608, 1_048_576, 1_048_576]);
    expect(figures?.bytes).toBe(10_485_760);
  });

  it('are those of the whole fingerprint once it is taken, whatever the journal holds of its progress', () => {
    const all = fixtureEvents('raw-dd');
    const taken = all.findIndex(({ type, step }) => type === 'fingerprint' && step === 'verify');
    const figuresAt = (count: number) => presentFigures(foldRun(all.slice(0, count)));
    expect(figuresAt(taken)?.done).toBeLessThan(1);
    const fingerprint = all[taken];
    const sampled = fingerprint?.type === 'fingerprint' ? fingerprint.blocks.length : 0;
    expect(figuresAt(taken + 1)).toMatchObject({ title: 'Fingerprint', done: 1, records: sampled });
  });

  it('are there for no run that has moved nothing', () => {
    expect(presentFigures(foldRun(begun.slice(0, 1)))).toBeUndefined();
  });

  it('keep the slowest moments where samples are thinned out', () => {
    const samples = Array.from({ length: 10_000 }, (_, index) => ({
      seconds: index,
      bytes: index,
      rate: index === 7777 ? 1 : 100,
    }));
    const shown = shownSamples(samples, undefined, 500);
    expect(shown.length).toBeLessThanOrEqual(500);
    expect(shown.some(({ rate }) => rate === 1)).toBe(true);
    expect(shownSamples(samples, 60)).toHaveLength(61);
  });
});

describe('the chart', () => {
  const sample = (seconds: number, rate: number) => ({ seconds, bytes: 0, rate });
  const leg = (what: 'dump' | 'read-back', startedAt: number, rates: number[]) => ({
    pass: 1,
    step: '6a',
    what,
    startedAt,
    since: startedAt,
    seconds: rates.length,
    samples: rates.map((rate, at) => sample(at, rate)),
    latest: { step: '6a', what, bytes: 0 },
    average: 2e6,
  });

  it('has dump and reading back on one axis, apart, and the floor of the drive', () => {
    const data = chartData([leg('dump', 0, [1e6, 2e6]), leg('read-back', 5000, [3e6])], undefined, 40e6);
    expect(data.seconds).toEqual([0, 1, 4.999, 5]);
    expect(data.dump).toEqual([1, 2, null, null]);
    expect(data.readBack).toEqual([null, null, null, 3]);
    expect(data).toMatchObject({ floor: 40, most: 40, from: 0, to: 10 });
  });

  it('shows the last seconds alone', () => {
    const data = chartData(
      [
        leg(
          'dump',
          0,
          Array.from({ length: 100 }, () => 1e6),
        ),
      ],
      60,
      undefined,
    );
    expect(data).toMatchObject({ from: 39, to: 99, floor: null });
    expect(data.seconds[0]).toBe(39);
  });

  it('is put into words', () => {
    expect(chartWords([], undefined)).toBe('no data yet');
    expect(chartWords([leg('dump', 0, [1e6, 3e6])], 40e6)).toBe(
      'dump 2.0 MB/s on average, between 1.0 and 3.0; the drive streams from 40 MB/s',
    );
  });
});

describe('the state of a run', () => {
  const until = eventsUntil(fixtureEvents('raw-dd'), 'step-started', '6a');
  const stateAt = (events: typeof until, live: boolean | undefined) =>
    runStateOf({ model: foldRun(events), question: undefined, live, failed: false });

  it('is running, dead or not known, by who performs it', () => {
    expect(stateAt(until, true)).toBe('running');
    expect(stateAt(until, false)).toBe('dead');
    expect(stateAt(until, undefined)).toBe('loading');
  });

  it('is none where nothing of it can be read, and what was read of it where the rest fails', () => {
    const failing = (events: typeof until, live: boolean | undefined) =>
      runStateOf({ model: foldRun(events), question: undefined, live, failed: true });
    expect(failing([], undefined)).toBe('unread');
    expect(failing(until, false)).toBe('dead');
  });

  it('is what the end says, whichever process performed it', () => {
    expect(stateAt(fixtureEvents('raw-dd'), false)).toBe('verified');
    expect(stateAt(fixtureEvents('tape-error'), false)).toBe('unwound');
    const halted = fixtureEvents('halted-unwound');
    expect(stateAt(eventsUntil(halted, 'run-finished'), false)).toBe('halted');
    expect(stateAt(eventsUntil(halted, 'step-started', '7'), true)).toBe('unwinding');
  });
});

describe('what stopping would do', () => {
  const at = (step: string) =>
    bringBackWords(foldRun(eventsUntil(fixtureEvents('raw-dd'), 'step-finished', step)));

  it('grows with what was done', () => {
    expect(at('3-1')).toEqual(['releases the lock: nothing else was touched so far']);
    expect(at('3-3')).toEqual([
      'resumes the services',
      'rejoins Volume2 and watches the copy',
      'releases the lock',
    ]);
    expect(at('verify')).toEqual([
      'removes the shadow of Volume2',
      'rejoins Volume2 and watches the copy',
      'releases the lock',
    ]);
    expect(at('6a')).toContain('leaves the tape as it is: it holds no complete backup');
    expect(at('7')).toEqual(['rejoins Volume2 and watches the copy', 'releases the lock']);
  });
});

describe('what is where', () => {
  it('separates the commands that are left from the sentences', () => {
    const { sentences, byHand } = readStands([
      'Volume2: joined to Volume1, in sync',
      'run by hand on node3: sdxshadowvolume -F -c Class2 -v Volume2',
      'run by hand on node1, if not yet done, once sdxinfo on node3 shows nothing of Class2: sdxproxy Rejoin -c Class1 -p Volume2',
    ]);
    expect(sentences).toEqual(['Volume2: joined to Volume1, in sync']);
    expect(byHand).toEqual([
      { host: 'node3', line: 'sdxshadowvolume -F -c Class2 -v Volume2', condition: undefined },
      {
        host: 'node1',
        line: 'sdxproxy Rejoin -c Class1 -p Volume2',
        condition: 'if not yet done, once sdxinfo on node3 shows nothing of Class2',
      },
    ]);
    expect(handText(byHand.slice(0, 1))).toBe('# on node3\nsdxshadowvolume -F -c Class2 -v Volume2\n');
  });

  it('reads what a run that halted says', () => {
    const end = foldRun(eventsUntil(fixtureEvents('halted-unwound'), 'run-finished')).end;
    const { byHand } = readStands(end?.stands ?? []);
    expect(byHand.map(({ line }) => line)).toContain('sdxproxy Rejoin -c Class1 -p Volume2');
  });
});

describe('the commands of a step', () => {
  const watch = rawDd.passes.find(({ step }) => step === '3-3');

  it('list checks of the hosts separately', () => {
    const looks = lookLines(rawDd, undefined);
    expect(looks.has('node1 sdxinfo -DGSV -c Class1')).toBe(true);
    const { own } = groupCommands(watch?.commands ?? [], looks);
    expect(own.map(({ command }) => command.line)).toEqual([
      'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
  });

  it('are one where the same was sent again and again', () => {
    const [first] = watch?.commands ?? [];
    if (!first) throw new Error('the step has commands');
    const again = [1, 2, 3].map((seq) => ({ ...first, seq, line: 'sdxinfo -S' }));
    expect(groupCommands([...again, { ...first, seq: 4 }], new Set()).own).toMatchObject([
      { command: { seq: 3 }, times: 3 },
      { command: { seq: 4 }, times: 1 },
    ]);
  });
});

describe('a restore', () => {
  const events = fixtureEvents('restore');
  const model = foldRun(events);

  it('lists its steps under what their phases do in a restore', () => {
    const phases = phaseRows(model, undefined, undefined, true);
    expect(phases.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        'Write to the proxy',
        'Remove the shadow, read the proxy',
        'Replace the master',
      ]),
    );
    const keys = phases.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('shows where all bytes were read, each place once', () => {
    expect(model.restoreDigests.map(({ place, equal }) => `${place} ${equal}`)).toEqual([
      'tape true',
      'sent true',
      'shadow true',
      'proxy true',
      'master true',
    ]);
    expect(presentFigures(model)?.title).toBe('Read and compare');
  });

  it('says what stopping it would do: nobody rejoins the proxy', () => {
    const stopped = (step: string) => bringBackWords(foldRun(eventsUntil(events, 'step-started', step)));
    expect(stopped('read-tape')).toEqual(['releases the lock: nothing else was touched so far']);
    expect(stopped('read-shadow')).toEqual([
      'removes the shadow of Volume2',
      'leaves Volume2 parted and stopped; Volume1 keeps its data',
    ]);
    expect(stopped('watch-restore')).toEqual([
      'rolls back nothing: Volume1 may hold a mixture of old and restored data, and the copy continues by itself',
      'keeps the locks, and lists what can be done next',
    ]);
  });
});
