/**
 * The journal of a run: one NDJSON file that only ever grows. Each line holds the SHA-256 of the line before, so that a changed,
 * removed or added line shows. An intent is synced to disk before its command is sent.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { NewEvent, RunEvent } from '../../contract/events.ts';
import { linkTrouble, ownFlags } from './own-files.ts';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { millisecondsBetween } from '../../contract/time/run-clock.ts';
import { phrasesIn } from '../../contract/text/phrases.ts';
import { phrase } from '../../contract/text/say.ts';
import { ClockWatch, systemClocks, type Clocks } from './clock-watch.ts';
import { LockFileHeld } from '../owner/lock-file.ts';
import { syncNameOf } from './sync-folder.ts';

export const firstPrevious = '0'.repeat(64);

/** SHA-256 (hex) of a line without its line feed. */
export function lineHash(line: string): string {
  return createHash('sha256').update(line, 'utf8').digest('hex');
}

/** Events that must be on disk before the run continues. Progress may be lost in a crash; the rest may not. */
const lazyTypes = new Set<RunEvent['type']>(['progress']);

export type EventListener = (event: RunEvent) => void;

/** Where events go: a journal, or nowhere for what only looks. */
export interface EventSink {
  /** @returns the event's sequence number */
  append(event: NewEvent): number;
}

/** For plan, check and verify, which belong to no run. */
export function noJournal(): EventSink {
  let seq = 0;
  return { append: () => (seq += 1) };
}

export interface JournalOptions {
  readonly file: string;
  readonly run: string;
  readonly now?: () => Date;
  /** The clocks that are watched; those of the system by default. */
  readonly clocks?: Clocks | undefined;
}

/** What a journal held when it was read, where it is continued. */
export interface JournalSoFar {
  readonly events: readonly RunEvent[];
  readonly lastHash: string;
  /** Length in bytes of its whole lines; what follows is an incomplete line. */
  readonly wholeBytes: number;
}

const writeTroubles: Readonly<Record<string, string>> = {
  ENOENT: phrase('its folder does not exist'),
  EISDIR: phrase('it is a folder'),
  ENOSPC: phrase('the disk is full'),
  EDQUOT: phrase('the quota of this user is exhausted'),
  EACCES: phrase('this user may not write there'),
  EROFS: phrase('the file system is read-only'),
  ELOOP: linkTrouble,
  EEXIST: phrase('its folder is a file'),
  ENOTDIR: phrase('a part of its path is not a folder'),
};

/** Somebody else changed a file that this process writes. */
class ForeignChange extends Error {}

/** Why a file of the console's own machine cannot be written, in a few words. */
export function writeTrouble(error: unknown): string {
  if (error instanceof ForeignChange || error instanceof LockFileHeld) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  return writeTroubles[code ?? ''] ?? code ?? String(error);
}

export class Journal implements EventSink {
  readonly file: string;
  readonly run: string;
  #handle: number | undefined;
  #trouble: ShadowtapeError | undefined;
  /** How long the file is as far as this process wrote it, in bytes. */
  #length = 0;
  #carriesOn = false;
  /** True once this process has written a line. */
  #hasBegun = false;
  #seq = 0;
  #previous = firstPrevious;
  readonly #now: () => Date;
  readonly #clock: ClockWatch;
  readonly #clocks: Clocks;
  /** What the steady clock showed when the run began, as far as that is known. */
  #begunAt: number;
  readonly #events: RunEvent[] = [];
  readonly #listeners = new Set<EventListener>();

  /**
   * @param soFar what the journal holds, where it is continued; see reopen
   * @throws JOURNAL_UNWRITABLE where the file cannot be made, JOURNAL_EXISTS where it is there already
   */
  constructor(
    { file, run, now = () => new Date(), clocks = systemClocks }: JournalOptions,
    soFar?: JournalSoFar,
  ) {
    this.#clock = new ClockWatch(clocks);
    this.#clocks = clocks;
    this.#begunAt = clocks.steady();
    this.file = file;
    this.run = run;
    this.#now = now;
    if (soFar) {
      this.#goOn(soFar);
      return;
    }
    let made: string | undefined;
    try {
      made = mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw this.#unwritable(error);
    }
    try {
      this.#handle = openSync(file, 'ax', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw failure('JOURNAL_EXISTS', { file });
      throw this.#unwritable(error);
    }
    try {
      syncNameOf(file, made);
    } catch (error) {
      this.close();
      throw this.#unwritable(error);
    }
  }

  /**
   * Continues a journal that was read, whose chain holds. An incomplete last line is cut off.
   * @throws JOURNAL_UNWRITABLE
   */
  static reopen(options: JournalOptions, soFar: JournalSoFar): Journal {
    return new Journal(options, soFar);
  }

  /** All events so far, progress left out: a long run has too many. */
  get events(): readonly RunEvent[] {
    return this.#events;
  }

  /** True once a line could not be written; events then reach the listeners alone. */
  get isBroken(): boolean {
    return this.#trouble !== undefined;
  }

  /** From here on a line that cannot be written is no error: what was begun must be completed, with or without a journal. */
  carryOn(): void {
    this.#carriesOn = true;
  }

  /** SHA-256 of the last line. */
  get lastHash(): string {
    return this.#previous;
  }

  /** @returns what ends the listening */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Appends an event, and syncs it to disk unless it is only progress.
   * @returns its sequence number
   * @throws JOURNAL_UNWRITABLE as soon as the file can no longer be written (disk full, removed, replaced), unless the run carries on without it.
   *   Events reach the listeners in any case, except where the first line of this process cannot be written.
   */
  append(event: NewEvent): number {
    const stepped = this.#clock.step();
    if (stepped !== undefined && this.#seq > 0)
      this.#append({ type: 'warning', step: 'clock', text: stepped });
    return this.#append(event);
  }

  #append(event: NewEvent): number {
    this.#seq += 1;
    const said = phrasesIn(event);
    const line = JSON.stringify({
      seq: this.#seq,
      at: this.#now().toISOString(),
      elapsed: Math.max(0, Math.round(this.#clocks.steady() - this.#begunAt)),
      run: this.run,
      ...event,
      ...(said.length > 0 && { said }),
      prev: this.#previous,
    });
    this.#previous = lineHash(line);
    const full = JSON.parse(line) as RunEvent;
    this.#write(line, !lazyTypes.has(event.type));
    // A run whose first line is not on disk has not begun: it is refused, and no listener is called.
    if (this.#trouble && !this.#carriesOn && !this.#hasBegun) throw this.#trouble;
    if (full.type !== 'progress') this.#events.push(full);
    for (const listener of this.#listeners) listener(full);
    if (this.#trouble && !this.#carriesOn) throw this.#trouble;
    return this.#seq;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #goOn({ events, lastHash, wholeBytes }: JournalSoFar): void {
    this.#seq = events.length;
    this.#begunAt -= this.#elapsedSoFar(events);
    this.#previous = lastHash;
    this.#events.push(...events.filter(({ type }) => type !== 'progress'));
    this.#length = wholeBytes;
    try {
      this.#handle = openSync(this.file, ownFlags.append, 0o600);
      if (fstatSync(this.#handle).size > wholeBytes) {
        ftruncateSync(this.#handle, wholeBytes);
        fsyncSync(this.#handle);
      }
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  /** How long the run has been going, in milliseconds. Between two processes only the clock of the computer is available. */
  #elapsedSoFar(events: readonly RunEvent[]): number {
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return 0;
    const since = millisecondsBetween(last, { at: this.#now().toISOString() });
    return (last.elapsed ?? millisecondsBetween(first, last)) + since;
  }

  #write(line: string, sync: boolean): void {
    if (this.#handle === undefined) return;
    try {
      this.#requireOwn(this.#handle);
      const bytes = Buffer.from(`${line}\n`, 'utf8');
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#handle, bytes, written);
      this.#length += bytes.length;
      if (sync) fsyncSync(this.#handle);
      this.#hasBegun = true;
    } catch (error) {
      this.#trouble = this.#unwritable(error);
      if (this.#seq === 1) this.#removeOwn(this.#handle);
      this.close();
    }
  }

  /** A journal without a line is no run. What another program has put in its place stays. */
  #removeOwn(handle: number): void {
    try {
      const own = fstatSync(handle);
      const named = statSync(this.file, { throwIfNoEntry: false });
      if (named?.ino === own.ino && named.dev === own.dev) unlinkSync(this.file);
    } catch {
      // A file without a line, or with a part of it, is read as a run that never began.
    }
  }

  /** What is written to a file that no longer has its name is lost when the run ends. */
  #requireOwn(handle: number): void {
    const own = fstatSync(handle);
    const named = statSync(this.file, { throwIfNoEntry: false });
    if (named === undefined) throw new ForeignChange(phrase('it was removed during the run'));
    if (own.nlink === 0 || named.ino !== own.ino || named.dev !== own.dev)
      throw new ForeignChange(phrase('it was replaced by another file during the run'));
    if (own.size !== this.#length)
      throw new ForeignChange(phrase('another program wrote to it during the run'));
  }

  #unwritable(error: unknown) {
    return failure('JOURNAL_UNWRITABLE', { file: this.file, reason: writeTrouble(error) }, {}, error);
  }
}
