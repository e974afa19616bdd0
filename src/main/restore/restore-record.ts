/**
 * The record of a restore: the request, every command with its outcome, what was written. One JSON object per line, in
 * a separate folder: the journals of runs are not touched.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import { printableJson } from '../../contract/words.ts';
import { writeTrouble, type EventSink } from '../journal/journal.ts';
import { ownFlags } from '../journal/own-files.ts';
import type { StateFolder } from '../journal/state-folder.ts';

const recordSuffix = '.ndjson';

type RecordedEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** `20261122-020004-1f9c03`: UTC, and a suffix that no other restore of that second has. */
const recordName = (at: Date): string =>
  `${at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(3).toString('hex')}`;

export class RestoreRecord implements EventSink {
  readonly file: string;
  readonly #handle: number;
  #seq = 0;

  /** The key under which the history finds it. */
  get name(): string {
    return basename(this.file, recordSuffix);
  }

  /**
   * Opens one, and writes its first line: where that fails, nothing has begun and no record is left.
   * @param suffix ends the name of the file
   * @throws RESTORE_RECORD_UNWRITABLE
   */
  static begin(state: StateFolder, suffix: string, event: RecordedEvent): RestoreRecord {
    const record = new RestoreRecord(state, suffix);
    try {
      record.append(event);
    } catch (error) {
      record.close();
      rmSync(record.file, { force: true });
      throw error;
    }
    return record;
  }

  private constructor(state: StateFolder, suffix: string) {
    this.file = join(state.restoresFolder, `${recordName(new Date())}${suffix}${recordSuffix}`);
    try {
      mkdirSync(state.restoresFolder, { recursive: true, mode: 0o700 });
      this.#handle = openSync(this.file, ownFlags.create, 0o600);
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  /** The line is on disk when this returns. @throws RESTORE_RECORD_UNWRITABLE */
  append(event: RecordedEvent): number {
    this.note(event);
    try {
      fsyncSync(this.#handle);
    } catch (error) {
      throw this.#unwritable(error);
    }
    return this.#seq;
  }

  /** Writes a line that is on disk with the next one that is appended: there may be a million files. @throws RESTORE_RECORD_UNWRITABLE */
  note(event: RecordedEvent): void {
    this.#seq += 1;
    const line = Buffer.from(
      `${printableJson({ seq: this.#seq, at: new Date().toISOString(), ...event })}\n`,
      'utf8',
    );
    try {
      for (let written = 0; written < line.length;) written += writeSync(this.#handle, line, written);
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  #unwritable(error: unknown) {
    return failure('RESTORE_RECORD_UNWRITABLE', { file: this.file, reason: writeTrouble(error) }, {}, error);
  }

  close(): void {
    closeSync(this.#handle);
  }
}
