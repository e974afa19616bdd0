/**
 * The input of a command that writes on a host, started with the first byte from tape. Positioning a tape can take
 * minutes, so the target is checked again right before the command starts.
 */
import { Writable } from 'node:stream';
import { finishOf, handTo } from '../../../streams/also-into.ts';
import type { ByteSink, ProcessEnd } from '../../../streams/stage.ts';
import { close, open, writer, type DataRoom, type Opened } from '../../procedure/hosts/remote-data.ts';
import type { StepCommand } from '../../procedure/model/step.ts';
import { restoreStep } from './host-place.ts';
import { phrase } from '../../../contract/text/say.ts';

/** Bytes that may wait here. */
const waitingBytes = 1024 * 1024;

type Done = (error?: Error | null) => void;

export class LateWriter extends Writable {
  readonly #room: DataRoom;
  readonly #command: StepCommand;
  readonly #before: () => Promise<void>;
  #opening: Promise<Opened<ByteSink>> | undefined;
  #isStarted = false;
  #closing: Promise<ProcessEnd | undefined> | undefined;

  /** @param before checks the target again, and creates what the command needs; if it throws, the command is not started */
  constructor(room: DataRoom, command: StepCommand, before: () => Promise<void>) {
    super({ highWaterMark: waitingBytes });
    this.#room = room;
    this.#command = command;
    this.#before = before;
    // The writer gets its failures.
    this.on('error', () => {});
  }

  async #open(): Promise<Opened<ByteSink>> {
    await this.#before();
    if (this.destroyed) throw this.errored ?? new Error(phrase('nothing is written any more'));
    this.#isStarted = true;
    const room = this.#room;
    return open(room, restoreStep, this.#command, writer(room, restoreStep));
  }

  async #whenOpen(work: (stream: Writable) => Promise<void>): Promise<void> {
    const { end } = await (this.#opening ??= this.#open());
    await work(end.stream);
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#whenOpen((stream) => handTo(stream, piece)).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#whenOpen(finishOf).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    void this.#opening?.then(
      ({ end }) => end.stream.destroy(),
      () => undefined,
    );
    done(error);
  }

  /** True once the command was started: something may be written. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Waits for the end of the command and records it. @returns undefined if the command was not started */
  processEnd(): Promise<ProcessEnd | undefined> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<ProcessEnd | undefined> {
    const opened = await this.#opening?.catch(() => undefined);
    if (!opened) return undefined;
    await close(this.#room, restoreStep, opened);
    return opened.end.ended;
  }
}
