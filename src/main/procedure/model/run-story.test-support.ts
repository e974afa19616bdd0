/** What a run did, written in a test as its journal would hold it. */
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { marksOf, type RunMarks } from './run-marks.ts';

/** Events of a run as its journal would hold them; a command has the number of its intent. */
export class Story {
  readonly #events: RunEvent[] = [];

  #append(event: NewEvent): number {
    const seq = this.#events.length + 1;
    this.#events.push({
      seq,
      at: '2026-11-22T02:00:04.000Z',
      run: 'run-1',
      prev: '0'.repeat(64),
      ...event,
    } as RunEvent);
    return seq;
  }

  /** The run begins, with these proxies. */
  volumes(...proxies: readonly string[]): this {
    const volumes = proxies.map((proxy) => ({ master: 'Volume1', proxy }));
    this.#append({ type: 'run-started', volumes } as unknown as NewEvent);
    return this;
  }

  step(step: string, phase: string): this {
    this.#append({ type: 'step-started', step, title: step, phase, unwinding: false });
    return this;
  }

  /** @param status undefined: its end is not known */
  sent(
    step: string,
    host: string,
    line: string,
    status: number | undefined,
    changes = true,
    stderr = '',
  ): this {
    const of = this.#append({ type: 'intent', step, host, argv: line.split(' '), line, changes });
    const ended = status === undefined ? {} : { exitStatus: status };
    this.#append({
      type: 'outcome',
      step,
      of,
      ...ended,
      milliseconds: 1,
      stdout: '',
      stdoutBytes: 0,
      stderr,
      stderrBytes: stderr.length,
    });
    return this;
  }

  /** A command whose intent is written, but that was not sent. */
  unsent(step: string, host: string, line: string, code: string): this {
    const of = this.#append({ type: 'intent', step, host, argv: line.split(' '), line, changes: true });
    const nothing = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
    this.#append({ type: 'outcome', step, of, error: { code, sentence: 'x', hint: 'y' }, ...nothing });
    return this;
  }

  /** A command whose outcome was not written because the console died. */
  brokenOff(step: string, host: string, line: string): this {
    this.#append({ type: 'intent', step, host, argv: line.split(' '), line, changes: true });
    return this;
  }

  resumed(): this {
    this.#append({ type: 'run-resumed', by: 'Marion', version: '0', mode: 'unwind', reason: '' });
    return this;
  }

  /** The result of the last command was checked later. */
  settled(ended: 'good' | 'bad'): this {
    const of = this.#events.findLast(({ type }) => type === 'intent')?.seq ?? 0;
    this.#append({ type: 'observed', findings: [], settled: [{ of, ended }] });
    return this;
  }

  finished(step: string, result: 'done' | 'failed' = 'done', code = 'COMMAND_FAILED'): this {
    const error = result === 'failed' ? { error: { code, sentence: 'x', hint: 'y' } } : {};
    this.#append({ type: 'step-finished', step, result, milliseconds: 1, ...error });
    return this;
  }

  /** A detached dump of Volume2, which starts, ends, or is found in a state when the run is resumed or rolled back. */
  detached(what: 'starting' | 'ended' | { readonly found: string }): this {
    if (typeof what === 'object')
      this.#append({
        type: 'observed',
        findings: [],
        settled: [],
        dumps: [{ volume: 'Volume2', state: what.found }],
      });
    else
      this.#append({
        type: 'work',
        step: '6a',
        host: 'node3',
        volume: 'Volume2',
        purpose: 'dump',
        folder: '/var/tmp/w',
        what,
      });
    return this;
  }

  answered(step: string, question: string, answer: string): this {
    this.#append({ type: 'answered', step, question, choices: [answer], answer, by: 'Marion' });
    return this;
  }

  get marks(): RunMarks {
    return marksOf(this.#events, ['6a'], '/mnt1');
  }
}

export const story = (): Story => new Story();
/** It has locked its class. */
export const begun = (): Story =>
  story().step('lock', 'prepare').sent('lock', 'node3', 'mkdir /var/tmp/shadowtape-Class1.lock', 0);
