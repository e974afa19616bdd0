import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../contract/events.ts';
import { localDay } from '../contract/time/wall-clock.ts';
import { endFacts, failureOf, labelText } from './end-facts.ts';
import { presentFigures } from './figures.ts';
import { fixtureEvents } from './journals.test-support.ts';
import { foldRun } from './run/run-fold.ts';

describe('the end of a run', () => {
  it('shows the instant of the part, the outage of the services, and who waited', () => {
    const events = fixtureEvents('raw-dd');
    const part = events.find((event) => event.type === 'intent' && event.argv[1] === 'Part');
    const outcome = events.find((event) => event.type === 'outcome' && event.of === part?.seq);
    const at = (type: RunEvent['type'], step: string) =>
      Date.parse(
        events.find((event) => event.type === type && 'step' in event && event.step === step)?.at ?? '',
      );
    const facts = endFacts(foldRun(events));
    expect(facts.partedAt).toBe(Date.parse(outcome?.at ?? ''));
    const outage = at('step-finished', '3-4') - at('step-started', '3-2');
    // The journal rounds the duration of each step to milliseconds.
    expect(Math.abs((facts.outage ?? 0) - outage)).toBeLessThan(20);
    const wait = at('answered', 'verify') - at('asked', 'verify');
    expect([facts.answers, facts.waited]).toEqual([1, wait]);
    expect([facts.bytes, facts.records]).toEqual([16_384 * 512, 256]);
    expect(facts.dumpRate).toBeGreaterThan(0);
    expect(facts.stopsServices).toBe(true);
  });

  it('counts what a failed dump had written, as the figures of the run do', () => {
    const model = foldRun(fixtureEvents('tape-error'));
    const figures = presentFigures(model);
    const facts = endFacts(model);
    expect([facts.bytes, facts.records]).toEqual([figures?.bytes, figures?.records]);
    expect(facts.records).toBeGreaterThan(0);
  });

  /** As its journal is where the program interrupted dd, which then ended by a signal and counted nothing. */
  const interrupted = (prefix: readonly string[] = []): RunEvent[] => {
    const events = fixtureEvents('tape-error');
    const isDump = (event: RunEvent) => event.type === 'intent' && / of=/.test(event.argv.join(' '));
    const dump = events.findLast(isDump)?.seq;
    return events.map((event) => {
      if (event.type === 'outcome' && event.of === dump) return { ...event, exitStatus: 143, stderr: '' };
      if (event.type !== 'intent' || event.seq !== dump) return event;
      return { ...event, argv: [...prefix, ...event.argv], line: [...prefix, event.line].join(' ') };
    });
  };
  const notReported = (events: readonly RunEvent[]) =>
    events.filter((event) => event.type !== 'progress' || event.what !== 'dump');

  it.each([
    ['as root', []],
    ['with sudo', ['sudo', '-n']],
    ['with pfexec', ['pfexec']],
  ])('does not know how much an interrupted dump has written, %s; its figures neither', (_how, prefix) => {
    const model = foldRun(interrupted(prefix));
    expect(endFacts(model)).toMatchObject({ bytes: undefined, records: undefined, isUncounted: true });
    expect(presentFigures(model)).toMatchObject({ isOver: true, isComplete: false, isUncounted: true });
  });

  it('has figures of a dump that was interrupted before it reported anything', () => {
    expect(presentFigures(foldRun(notReported(interrupted())))).toMatchObject({
      ...{ what: 'dump', isOver: true, isComplete: false, isUncounted: true },
    });
  });

  it('does not know how much was written where the console died in the middle of the dump', () => {
    const events = fixtureEvents('raw-dd');
    const at = events.findIndex((event) => event.type === 'progress' && event.what === 'dump');
    const model = foldRun(events.slice(0, at + 1));
    expect(presentFigures(model, true)).toMatchObject({ isOver: true, isUncounted: true });
    expect(presentFigures(model)).toMatchObject({ isOver: false, isUncounted: false });
  });

  it('does not know how much is on tape of several volumes if one of them was interrupted before it reported anything', () => {
    const events = fixtureEvents('three-volumes');
    const second = events.findIndex((event) => event.type === 'step-started' && event.step === '6a:Volume4');
    const write = events.findIndex(
      (event, at) => at > second && event.type === 'intent' && / of=/.test(event.line),
    );
    const model = foldRun(notReported(events.slice(0, write + 1)));
    expect(presentFigures(model, true)).toMatchObject({ isComplete: false, isUncounted: true });
  });

  it('counts what dd has counted, on a second try, too', () => {
    expect(endFacts(foldRun(fixtureEvents('tape-error')))).toMatchObject({ isUncounted: false });
    const events = [...interrupted().filter(({ type }) => type !== 'run-finished')];
    const dump = (event: RunEvent) => 'step' in event && event.step === '6a';
    const later = <Value extends RunEvent>(event: Value) => ({
      ...event,
      seq: event.seq + 10_000,
      ...(event.type === 'outcome' ? { of: event.of + 10_000 } : {}),
    });
    const again = fixtureEvents('tape-error').filter(dump).map(later);
    expect(endFacts(foldRun([...events, ...again]))).toMatchObject({ isUncounted: false });
  });

  it('knows that nothing of a volume was written where the label could not be written', () => {
    const events = fixtureEvents('three-volumes');
    const label = events.findIndex(
      (event) => event.type === 'intent' && event.step === 'label' && / of=/.test(event.line),
    );
    expect(label).toBeGreaterThan(0);
    const model = foldRun(events.slice(0, label + 1));
    expect(endFacts(model)).toMatchObject({ bytes: undefined, isUncounted: false });
    expect(presentFigures(model, true)?.isUncounted ?? false).toBe(false);
  });

  it('shows no outage where services are not stopped', () => {
    const events = fixtureEvents('raw-dd').filter((event) => !('step' in event) || event.step !== '3-2');
    expect(endFacts(foldRun(events))).toMatchObject({ outage: undefined, stopsServices: false });
  });

  it('distinguishes an outage that no step has ended from none', () => {
    const events = fixtureEvents('raw-dd').filter((event) => !('step' in event) || event.step !== '3-4');
    expect(endFacts(foldRun(events))).toMatchObject({ outage: undefined, stopsServices: true });
  });

  it('keeps why it failed while the cluster is rolled back', () => {
    const events = fixtureEvents('tape-error');
    const at = events.findIndex((event) => event.type === 'step-started' && event.unwinding);
    const model = foldRun(events.slice(0, at + 1));
    expect(failureOf(model)).toMatchObject({
      step: '6a',
      code: 'TAPE_WRITE_FAILED',
      sentence: 'writing to the tape failed: write: I/O error',
    });
    expect(failureOf(foldRun(fixtureEvents('raw-dd')))).toBeUndefined();
  });

  it('has the text of the label', () => {
    const model = foldRun(fixtureEvents('three-volumes'));
    expect(labelText(model, endFacts(model), 1, '2026-11-22 15:53 CET').split('\n')).toEqual([
      `${model.tapes[0]?.name ?? ''} · Class1/Volume1, Class1/Volume3 and Class1/Volume5`,
      'Part 2026-11-22 15:53 CET',
      `Run 20261122-145339-volume2 · 10 MiB`,
      ...(model.tapes[0]?.keepUntil === undefined
        ? []
        : [`Keep until ${localDay(model.tapes[0].keepUntil)}`]),
    ]);
  });
});
