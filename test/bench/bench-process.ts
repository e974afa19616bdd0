/** A part of a measurement that must not share the processor time of the rest: another process, spoken to by messages. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export class BenchProcess {
  readonly #child: ChildProcess;

  constructor(file: string, args: readonly string[]) {
    this.#child = fork(join(import.meta.dirname, file), [...args]);
  }

  /** What it says next. @throws where it ends before */
  async told<Told>(): Promise<Told> {
    const ended = once(this.#child, 'exit').then(() => {
      throw new Error('a process of the measurement has ended before its time');
    });
    const heard = once(this.#child, 'message') as Promise<[Told]>;
    ended.catch(() => undefined);
    const [told] = await Promise.race([heard, ended]);
    return told;
  }

  /** Asks it for what it has to say. */
  async ask<Told>(): Promise<Told> {
    const told = this.told<Told>();
    this.#child.send('tell');
    return told;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }
}
