import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { writeTrouble } from './journal.ts';
import { syncNameOf } from './sync-folder.ts';

/** Writes the entries of a passing archive into a file next to the journal, a line each. */
export class CatalogueFile {
  readonly path: string;
  readonly #handle: number;
  readonly #hash = createHash('sha256');
  entries = 0;

  /**
   * @param path where a dump that was interrupted has left its list there, this one gets a number after its name
   * @throws CATALOGUE_UNWRITABLE
   */
  constructor(path: string) {
    this.path = path;
    for (let number = 2; existsSync(this.path); number += 1)
      this.path = path.replace(/(\.catalogue)?\.ndjson$/, `.${number}$&`);
    try {
      this.#handle = openSync(this.path, 'wx', 0o600);
    } catch (error) {
      throw this.#unwritable(error);
    }
    try {
      syncNameOf(this.path);
    } catch (error) {
      this.close();
      throw this.#unwritable(error);
    }
  }

  /** @throws CATALOGUE_UNWRITABLE */
  add(entry: object): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
    this.#hash.update(line);
    try {
      // A disk that is nearly full takes a part of it without an error.
      for (let written = 0; written < line.length;) written += writeSync(this.#handle, line, written);
    } catch (error) {
      throw this.#unwritable(error);
    }
    this.entries += 1;
  }

  #unwritable(error: unknown): ShadowtapeError {
    return failure('CATALOGUE_UNWRITABLE', { file: this.path, reason: writeTrouble(error) }, {}, error);
  }

  /**
   * The whole file is on disk when this returns: what the journal has of it must be there after a crash.
   * @returns SHA-256 (hex) of the file; to be called once, when the file is complete
   * @throws CATALOGUE_UNWRITABLE
   */
  digest(): string {
    try {
      fsyncSync(this.#handle);
    } catch (error) {
      throw this.#unwritable(error);
    }
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#handle);
  }
}
