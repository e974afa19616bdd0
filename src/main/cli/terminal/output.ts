/**
 * What is written for people and pipes: the one owner of stdout and stderr.
 *
 * Output never ends a run, and never holds it up: the journal is the record. A line that cannot be written is dropped. Writes go
 * through the thread pool, since a terminal that is paused (Ctrl-S) or a full pipe would otherwise stop the whole process.
 */
import { write as writeToFile } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { printableJson } from '../../../contract/words.ts';
import { translated } from '../../../contract/text/say.ts';
import type { JsonOutput } from '../json-output.ts';
import { hasColors, isDumb, isQuiet, withShownTimes } from './display.ts';
import { exact, shownLines, type Line, type LineFormat, type Piece } from './lines.ts';
import { printable } from './text.ts';

/** As node:fs has it. */
export type WriteBytes = (
  handle: number,
  bytes: Buffer,
  offset: number,
  length: number,
  position: null,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

/** Lines of both streams keep their order, unless one of them is blocked for this long. */
const stuckMilliseconds = 200;
/** A non-blocking pipe that is full is tried again after this time. */
const againMilliseconds = 20;
/** Lines that wait for the same stream are written together, up to this many bytes. */
const mostBytesAtOnce = 65_536;

/** The next write may succeed: space is freed. Anything else stays as it is: the reader or the terminal is gone. */
const passingCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

interface Waiting {
  readonly output: Output;
  readonly bytes: Buffer;
}

/** Writes the data of all outputs, in the order of arrival. */
export class OutputQueue {
  readonly #writeBytes: WriteBytes;
  #waiting: Waiting[] = [];
  readonly #busy = new Set<Output>();
  /** Busy, and ignored for the order of lines. */
  readonly #stuck = new Set<Output>();
  #onIdle: (() => void)[] = [];

  constructor(writeBytes: WriteBytes = (...all) => writeToFile(...all)) {
    this.#writeBytes = writeBytes;
  }

  add(output: Output, bytes: Buffer): void {
    if (output.isGone || bytes.length === 0) return;
    this.#waiting.push({ output, bytes });
    this.#next();
  }

  /** True while part of this output waits, or is being written. */
  isBehind(output: Output): boolean {
    return this.#busy.has(output) || this.#waiting.some((one) => one.output === output);
  }

  /** Resolves when everything is written or dropped. */
  idle(): Promise<void> {
    if (this.#busy.size === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #next(): void {
    if (this.#busy.size > this.#stuck.size) return;
    const first = this.#waiting.find(({ output }) => !this.#busy.has(output));
    if (first) this.#begin(first.output);
    else if (this.#busy.size === 0 && this.#waiting.length === 0)
      for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Takes the lines of an output from the queue that belong together, without stuck outputs. */
  #take(output: Output): Buffer {
    const taken: Buffer[] = [];
    const left: Waiting[] = [];
    let bytes = 0;
    let isTaking = true;
    for (const one of this.#waiting) {
      const isOwn = one.output === output;
      if (isTaking && isOwn && (bytes === 0 || bytes + one.bytes.length <= mostBytesAtOnce)) {
        taken.push(one.bytes);
        bytes += one.bytes.length;
      } else {
        if (isOwn || !this.#busy.has(one.output)) isTaking = false;
        left.push(one);
      }
    }
    this.#waiting = left;
    return Buffer.concat(taken);
  }

  #begin(output: Output): void {
    const bytes = this.#take(output);
    this.#busy.add(output);
    const giveUp = setTimeout(() => {
      this.#stuck.add(output);
      this.#next();
    }, stuckMilliseconds);
    this.#write(output, bytes, () => {
      clearTimeout(giveUp);
      this.#busy.delete(output);
      this.#stuck.delete(output);
      if (output.isGone) this.#waiting = this.#waiting.filter((one) => one.output !== output);
      this.#next();
    });
  }

  #write(output: Output, bytes: Buffer, done: () => void): void {
    this.#writeBytes(output.handle, bytes, 0, bytes.length, null, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#write(output, bytes, done), againMilliseconds);
      else if (error) {
        output.fail(error);
        done();
      } else if (written < bytes.length) this.#write(output, bytes.subarray(written), done);
      else done();
    });
  }
}

/** stdout or stderr. Never emits an error; what is written before the process ends is written completely, or dropped. */
export class Output extends Writable {
  readonly handle: number;
  readonly isTTY: boolean;
  readonly #queue: OutputQueue;
  readonly #stream: () => Partial<NodeJS.WriteStream>;
  #trouble: string | undefined;
  #isGone = false;

  /** @param stream what Node makes of the handle: has the width of a terminal */
  constructor(handle: number, queue: OutputQueue, stream: () => Partial<NodeJS.WriteStream> = () => ({})) {
    super({ decodeStrings: true });
    this.handle = handle;
    this.isTTY = isatty(handle);
    this.#queue = queue;
    this.#stream = stream;
  }

  /** Of a terminal. */
  get columns(): number | undefined {
    return this.isTTY ? this.#stream().columns : undefined;
  }

  /** How lines for people are shown here. A terminal with an unknown width reports 0. */
  get format(): LineFormat {
    return { width: this.columns || undefined, colors: hasColors(this.isTTY) };
  }

  /** True if a line can be drawn over: a terminal that can move its cursor, and a person who wants to see it. */
  get canDraw(): boolean {
    return this.isTTY && !isDumb() && !isQuiet();
  }

  /** True while lines wait to be written: temporary lines are then skipped. */
  get isBehind(): boolean {
    return this.#queue.isBehind(this);
  }

  /** True once there is no reader any more: the pipe or the terminal is closed. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The error code of the first write that failed; undefined if everything was written. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** To be called by the queue only. */
  fail(error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message;
    this.#trouble ??= code;
    if (!passingCodes.has(code)) this.#isGone = true;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#queue.add(this, bytes);
    done();
  }
}

const queue = new OutputQueue();

export const standardOutput = new Output(1, queue, () => process.stdout);
export const standardError = new Output(2, queue, () => process.stderr);

// Nothing of the program writes to Node's own streams. On a terminal they know the width, and fail when the terminal is
// closed.
if (standardOutput.isTTY) process.stdout.on('error', () => undefined);
if (standardError.isTTY) process.stderr.on('error', () => undefined);

/** Resolves when both streams are written, or their lines dropped. */
export const outputWritten = (): Promise<void> => queue.idle();

function forPeoplePiece(piece: string | Piece): string | Piece {
  if (typeof piece === 'string') return printable(withShownTimes(translated(piece)));
  const { text, isExact } = piece;
  return { ...piece, text: printable(isExact ? text : withShownTimes(translated(text))) };
}

/** A line for people: a stored sentence is shown in the language of the program, control characters are made visible, times are local. */
const forPeople = (line: Line): Line =>
  typeof line === 'string' ? printable(withShownTimes(translated(line))) : line.map(forPeoplePiece);

/** A line as people see it, wrapped to the width of the terminal; with line feeds, also after the last one. */
export function textForPeople(line: Line, format: LineFormat): string {
  const lines = typeof line === 'string' && line.includes('\n') ? line.split('\n') : [line];
  return lines.flatMap((one) => shownLines(forPeople(one), format).map((text) => `${text}\n`)).join('');
}

/** Prints a line of the answer. */
export const print = (line: Line): void =>
  void standardOutput.write(textForPeople(line, standardOutput.format));

/** Prints a line to copy, such as a command or a path: it is neither wrapped nor colored. */
export const printVerbatim = (line: string): void => print([exact(line)]);

/** Prints a value as a line of JSON; its type is that of the command in `JsonOutput`. Control characters are escaped. */
export const printJson = <Line extends JsonOutput[keyof JsonOutput] = never>(value: NoInfer<Line>): void =>
  void standardOutput.write(`${printableJson(value)}\n`);

/** Prints a line that is not part of the answer, and that `--quiet` omits. */
export const note = (line: Line): void => {
  if (!isQuiet()) warn(line);
};

/** Prints a line that is not part of the answer, and that must be visible. */
export const warn = (line: Line): void => void standardError.write(textForPeople(line, standardError.format));
