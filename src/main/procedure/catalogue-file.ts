import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes the entries of a passing archive into a file beside the journal, a line each. */
export class CatalogueFile {
  readonly path: string;
  readonly #handle: number;
  readonly #hash = createHash('sha256');
  entries = 0;

  constructor(path: string) {
    this.path = path;
    this.#handle = openSync(path, 'wx', 0o600);
  }

  add(entry: object): void {
    const line = `${JSON.stringify(entry)}\n`;
    this.#hash.update(line);
    writeSync(this.#handle, line);
    this.entries += 1;
  }

  /** @returns SHA-256 (hex) of the file */
  close(): string {
    closeSync(this.#handle);
    return this.#hash.digest('hex');
  }
}
