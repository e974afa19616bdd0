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

  /** The run whose dump the program broke off: dd ended by a signal, and counted nothing. */
  const brokenOff = (): RunEvent[] => {
    const events = fixtureEvents('tape-error');
    const isDump = (event: RunEvent) => event.type === 'intent' && / of=/.test(event.argv.join(' '));
    const dump = events.findLast(isDump)?.seq;
    return events.map((event) =>
      event.type === 'outcome' && event.of === dump ? { ...event, exitStatus: 143, stderr: '' } : event,
    );
  };

  it('does not know how much a dump has written that was broken off; its figures neither', () => {
    const model = foldRun(brokenOff());
    expect(endFacts(model)).toMatchObject({ isUncounted: true });
    expect(presentFigures(model)).toMatchObject({ isOver: true, isComplete: false, isUncounted: true });
    expect(endFacts(foldRun(fixtureEvents('tape-error')))).toMatchObject({ isUncounted: false });
  });

  it('has figures of a dump that was broken off before it reported anything', () => {
    const events = brokenOff().filter((event) => event.type !== 'progress' || event.what !== 'dump');
    expect(presentFigures(foldRun(events))).toMatchObject({ what: 'dump', isOver: true, isUncounted: true });
  });

  it('knows that nothing was written where the dump was never begun', () => {
    const events = fixtureEvents('raw-dd');
    const at = events.findIndex((event) => event.type === 'step-started' && event.step === '6a');
    const model = foldRun(events.slice(0, at));
    expect(endFacts(model)).toMatchObject({ bytes: undefined, isUncounted: false });
    expect(presentFigures(model, true)?.what).not.toBe('dump');
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
