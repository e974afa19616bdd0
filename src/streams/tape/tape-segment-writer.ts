/**
 * One tape of several: accepts records until the drive reports the end of the tape, and leaves it with exactly the
 * records that count.
 *
 * How the end is reported: Linux refuses a write with ENOSPC, Solaris writes a record short or not at all (mtio(4I),
 * Write Operation). Both then accept every second write until the physical end, so that a trailer can be written
 * (illumos st.c, ST_EOM; Linux st.c, ST_EOM_OK). Records are sent ahead of their answers, so some of those after the
 * refused one are on tape nevertheless: strays. The tape is moved back over them, and a file mark overwrites them.
 */
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { RmtClient, RmtError } from '../rmt/rmt-client.ts';
import type { RmtChannel } from '../rmt/rmt-client.ts';
import { errnos, tapeServerFailure } from '../rmt/rmt-trouble.ts';
import type { ServedTape } from '../rmt/rmt-trouble.ts';

/** A tape that is positioned where the records must begin, at a server that has not opened it yet. */
export interface TapeConnection extends ServedTape {
  readonly channel: RmtChannel;
}

export class TapeSegmentWriter {
  readonly #tape: TapeConnection;
  readonly #client: RmtClient;
  readonly #onFailure: (error: Error) => void;
  readonly #window: number;
  /** Sent, but not known to be on this tape; the oldest first. */
  #unwritten: Buffer[] = [];
  #unanswered = 0;
  #records = 0;
  #bytes = 0;
  #ended = false;
  /** Records on tape, complete or not, after the last one that counts. */
  #strays = 0;
  #physicalEnd = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  /**
   * @param window records that may be unanswered at a time
   * @param onFailure called with a failure as soon as it is known; those who wait here also get it
   */
  constructor(tape: TapeConnection, window: number, onFailure: (error: Error) => void) {
    this.#tape = tape;
    this.#window = window;
    this.#onFailure = onFailure;
    this.#client = new RmtClient(tape.channel, tape.dialect);
  }

  /** Records that the server has acknowledged, up to the first refused one. */
  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True once the drive has refused a record: nothing more may be sent. */
  get ended(): boolean {
    return this.#ended;
  }

  async open(): Promise<void> {
    await this.#performed('open', this.#client.open(this.#tape.device, 'write'));
  }

  /** Sends records; no more at a time than there is room for. */
  send(records: readonly Buffer[]): void {
    for (const record of records) {
      this.#unwritten.push(record);
      this.#unanswered += 1;
      this.#client.write(record).then(
        (taken) => this.#answered(record, taken),
        (error: unknown) => this.#refused(record, error),
      );
    }
  }

  /** Waits until that many records may be sent, or the tape has ended. Rejects if writing failed. */
  async room(records: number): Promise<void> {
    await this.#until(() => this.#ended || this.#unanswered + records <= this.#window);
  }

  /** Waits for all answers. Rejects if writing failed. */
  async settled(): Promise<void> {
    await this.#until(() => this.#unanswered === 0);
  }

  /** Closes the tape, which writes its file mark. To be called when everything is acknowledged. */
  async close(): Promise<void> {
    await this.#performed('close', this.#client.close());
  }

  /**
   * Leaves a tape that has ended with one file mark after its last record that counts.
   * @returns the records that are not on it, in order
   */
  async closeEnded(): Promise<Buffer[]> {
    await this.settled();
    if (this.#strays > 0) {
      const doing = phrase('space back over {strays} records after the end', { strays: this.#strays });
      await this.#performed(doing, this.#client.operate('back-records', this.#strays));
    }
    await this.#performed(phrase('write a file mark'), this.#client.operate('write-file-mark'));
    await this.close();
    return this.#unwritten;
  }

  destroy(error: Error): void {
    this.#fail(error);
    this.#client.destroy(error);
  }

  #answered(record: Buffer, taken: number): void {
    this.#unanswered -= 1;
    // What a drive accepts after a failure comes after a gap.
    if (this.#failure) return;
    if (!this.#ended && taken === record.length) {
      this.#unwritten.shift();
      this.#records += 1;
      this.#bytes += record.length;
    } else {
      this.#ended = true;
      if (taken > 0) this.#strays += 1;
      if (taken > 0 && this.#physicalEnd) this.#fail(this.#takenPastTheEnd());
    }
    this.#wake();
  }

  #refused(record: Buffer, error: unknown): void {
    this.#unanswered -= 1;
    const noSpace = error instanceof RmtError && error.errno === errnos.noSpace;
    // After the end of the tape, every error except "no space" counts as its physical end: "all writes will fail with
    // EIO" (mtio(4I)).
    const physicalEnd = this.#ended && error instanceof RmtError && !noSpace;
    if (noSpace) this.#ended = true;
    else if (physicalEnd) this.#physicalEnd = true;
    else
      this.#fail(
        tapeServerFailure(
          error,
          phrase('write record {records} ({record} bytes)', {
            records: this.#records,
            record: record.length,
          }),
          this.#tape,
        ),
      );
    this.#wake();
  }

  /** How many records are after the end is no longer certain. */
  #takenPastTheEnd(): Error {
    const { device, evidence } = this.#tape;
    const reason = phrase('{device}: the drive accepted a record after an error at the end of the tape', {
      device,
    });
    return failure('TAPE_WRITE_FAILED', { reason }, evidence);
  }

  async #performed(doing: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw this.#failure ?? tapeServerFailure(error, doing, this.#tape);
    }
  }

  /** One waits at a time: the stream that feeds this writer. */
  async #until(reached: () => boolean): Promise<void> {
    while (!this.#failure && !reached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#onFailure(error);
    this.#wake();
  }
}
