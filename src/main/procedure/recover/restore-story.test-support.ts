/** The journal of a restore that was interrupted, and where it continues. */
import { expect } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import type { Assignment } from '../model/assignment.ts';
import { restoreOrder } from '../model/guide-cluster.test-support.ts';
import { marksOf } from '../model/run-marks.ts';
import { dumpStepsOf } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { stepsOf } from '../plan/steps.ts';
import { restoreResumePoint } from './restore-resume.ts';

const order: RestoreOrder = {
  ...restoreOrder,
  volumes: [{ proxy: 'Volume2', bytes: 536_870_912, sha256: 'a'.repeat(64) }],
};

/** The journal of a restore, as far as it got. */
export class RestoreStory {
  readonly #events: RunEvent[] = [];
  readonly #assignment;
  readonly #order: RestoreOrder;
  readonly #steps;

  constructor(different: Partial<RestoreOrder>, assignment: Assignment) {
    this.#order = { ...order, ...different };
    this.#assignment = { ...assignment, restore: this.#order };
    this.#steps = stepsOf(this.#assignment);
    this.#add({ type: 'run-started', volumes: [], restore: this.#order } as unknown as NewEvent);
  }

  #add(event: NewEvent): number {
    const seq = this.#events.length + 1;
    this.#events.push({
      seq,
      at: '2026-11-29T02:00:00.000Z',
      run: 'restore-1',
      prev: '',
      ...event,
    } as RunEvent);
    return seq;
  }

  /** Begins steps, and sends their commands. @param status how they ended */
  begun(id: string, status: number | 'unheard' = 0): this {
    const step = this.#steps.find((each) => each.id === id);
    if (!step) throw new Error(`the restore has no step ${id}`);
    this.#add({ type: 'step-started', step: id, title: id, phase: step.phase, unwinding: false });
    for (const { host, argv, changes } of step.commands) {
      const of = this.#add({
        type: 'intent',
        step: id,
        host,
        argv: [...argv],
        line: argv.join(' '),
        changes,
      });
      if (status === 'unheard') continue;
      const output = { stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
      this.#add({ type: 'outcome', step: id, of, exitStatus: status, milliseconds: 1, ...output });
    }
    return this;
  }

  done(...ids: string[]): this {
    for (const step of ids) {
      this.begun(step);
      this.#add({ type: 'step-finished', step, result: 'done', milliseconds: 1 });
    }
    return this;
  }

  /** The result of the last command was checked later. */
  settled(ended: 'good' | 'bad'): this {
    const of = this.#events.findLast(({ type }) => type === 'intent')?.seq ?? 0;
    this.#add({ type: 'observed', findings: [], settled: [{ of, ended }] });
    return this;
  }

  /** Files of the volume were compared. */
  compared(): this {
    this.#add({ type: 'restore-files', step: 'write', volume: 'Volume2', host: 'node3' });
    return this;
  }

  read(place: 'tape' | 'sent' | 'shadow' | 'proxy' | 'master', equal = true, volume = 'Volume2'): this {
    const digest = { host: 'node3', bytes: 536_870_912, sha256: 'a'.repeat(64) };
    this.#add({ type: 'restore-digest', step: 'read', volume, place, equal, ...digest });
    return this;
  }

  #point(seen: World) {
    const events = this.#events;
    const marks = marksOf(events, dumpStepsOf(this.#steps), '/mnt1');
    const facts = { assignment: this.#assignment, steps: this.#steps, events, world: seen, marks };
    return restoreResumePoint(facts, this.#order);
  }

  /** @returns the ids of the steps that are performed, or why none can be */
  point(seen: World): string[] | string {
    const point = this.#point(seen);
    return 'refused' in point ? point.refused : point.todo.map(({ id }) => id);
  }

  /** @returns with which step it continues, and why */
  reason(seen: World) {
    const point = this.#point(seen);
    if ('refused' in point) throw new Error(point.refused);
    const { step, reasons, fingerprints, completed, mayContinue, underWay } = point;
    expect({ fingerprints, completed, mayContinue, underWay }).toEqual({ completed: [], mayContinue: false });
    return [step, ...reasons];
  }
}
