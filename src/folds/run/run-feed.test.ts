import { expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import type { QuestionView } from '../../contract/screens.ts';
import { eventsUntil, fixtureEvents } from '../journals.test-support.ts';
import { RunFeed, type Clock, type FeedState } from './run-feed.ts';

/** Time continues only when a test says so. */
class TestClock implements Clock {
  time = 1_000_000;
  #timers: { at: number; act: () => void }[] = [];

  now = (): number => this.time;

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.time + milliseconds, act };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.time);
    this.#timers = this.#timers.filter(({ at }) => at > this.time);
    for (const { act } of due) act();
  }
}

function feed(): { feed: RunFeed; clock: TestClock; told: FeedState[] } {
  const told: FeedState[] = [];
  const clock = new TestClock();
  return { feed: new RunFeed((state) => told.push(state), clock), clock, told };
}

const events = fixtureEvents('raw-dd');
const question: QuestionView = {
  run: 'run',
  number: 1,
  id: 'approve-shadow',
  step: 'verify',
  text: 'Dump it?',
  choices: [{ id: 'approve', label: 'Approve', asksReason: false }],
};

it('delivers the first at once, and then at most ten times a second', () => {
  const { feed: run, clock, told } = feed();
  for (const event of events.slice(0, 50)) {
    run.hear({ push: { kind: 'events', events: [event] } });
    clock.advance(10);
  }
  clock.advance(100);
  expect(told.length).toBeLessThanOrEqual(7);
  expect(told[0]?.model.eventCount).toBe(1);
  expect(told.at(-1)?.model.eventCount).toBe(50);
});

it('begins again where the replay does', () => {
  const { feed: run, clock, told } = feed();
  run.hear({ push: { kind: 'events', events } });
  run.hear({ push: { kind: 'end', exitStatus: 0, error: undefined } });
  clock.advance(100);
  expect(told.at(-1)?.ended).toEqual({ exitStatus: 0, error: undefined });
  run.hear({ push: { kind: 'events', events: eventsUntil(events, 'step-started', '3-3') } });
  clock.advance(100);
  expect(told.at(-1)?.ended).toBeUndefined();
  expect(told.at(-1)?.model.current?.step).toBe('3-3');
});

it('has no end any more once the run was resumed, here or in another window', () => {
  const { feed: run, clock, told } = feed();
  run.hear({ push: { kind: 'events', events } });
  run.hear({ push: { kind: 'end', exitStatus: 3, error: undefined } });
  const last = events.at(-1);
  if (!last) throw new Error('the fixture is empty');
  const { at, prev } = last;
  const taken = { mode: 'unwind', by: 'marion', version: '0.1.0', reason: 'halted' } as const;
  const resumed = { type: 'run-resumed', seq: last.seq + 1, at, prev, run: last.run, ...taken } as const;
  run.hear({ push: { kind: 'events', events: [resumed] } });
  clock.advance(100);
  expect(told.at(-1)?.ended).toBeUndefined();
  expect(told.at(-1)?.model.end).toBeUndefined();
});

it('continues where a replay comes in several pieces', () => {
  const { feed: run, clock, told } = feed();
  run.hear({ push: { kind: 'events', events: events.slice(0, 60) } });
  run.hear({ push: { kind: 'events', events: events.slice(60) } });
  clock.advance(100);
  expect(told.at(-1)?.model.eventCount).toBe(events.length);
});

it('has a question as long as it is asked, and none once the run has ended', () => {
  const { feed: run, clock, told } = feed();
  run.hear({ push: { kind: 'question', question } });
  expect(told.at(-1)?.question).toBe(question);
  const error = failure('JOURNAL_END_UNWRITABLE', { file: '/state/runs/run1.ndjson' }).toInfo();
  run.hear({ push: { kind: 'end', exitStatus: 3, error } });
  clock.advance(100);
  expect(told.at(-1)?.question).toBeUndefined();
  expect(told.at(-1)?.ended?.error).toBe(error);
});

it('puts live progress where it belongs by the clock of the journal, though this one is ahead', () => {
  const { feed: run, clock, told } = feed();
  const until = eventsUntil(events, 'progress', '6a');
  const last = until.at(-1);
  clock.time = Date.parse(last?.at ?? '') + 3_600_000;
  run.hear({ push: { kind: 'events', events: until.slice(0, -1) } });
  run.hear({ push: { kind: 'question', question: undefined } });
  run.hear({ push: { kind: 'events', events: until.slice(-1) } });
  clock.advance(200);
  run.hear({ push: { kind: 'progress', progress: { step: '6a', what: 'dump', bytes: 32_768, rate: 1 } } });
  clock.advance(100);
  expect(told.at(-1)?.model.legs[0]?.samples.map(({ seconds }) => seconds)).toEqual([0, 0.2]);
});

it('delivers nothing once it is closed', () => {
  const { feed: run, clock, told } = feed();
  run.hear({ push: { kind: 'events', events: events.slice(0, 1) } });
  run.hear({ push: { kind: 'events', events: events.slice(1) } });
  run.close();
  clock.advance(1000);
  expect(told).toHaveLength(1);
});
