import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import type { LabModel } from './lab-model.ts';

const fileOf = (folder: string): string => join(folder, 'model.json');

/**
 * The model of an earlier lab in this folder, or undefined where there is none.
 * @throws LAB_FOLDER_FOREIGN where model.json is not one of this version
 */
export async function loadModel(folder: string): Promise<LabModel | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const model = JSON.parse(text) as LabModel;
    if ((model as { version: unknown }).version === 3) return model;
  } catch {
    // falls through to the refusal: a broken model is as foreign as another program's
  }
  throw failure('LAB_FOLDER_FOREIGN', { folder });
}

/** Keeps the model on disk; a save never leaves half a file behind. */
export class ModelStore {
  readonly #folder: string;
  readonly #model: LabModel;
  #saving: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(folder: string, model: LabModel) {
    this.#folder = folder;
    this.#model = model;
  }

  /** Saves what the model is when its turn comes; several callers share one write. */
  save(): Promise<void> {
    this.#waiting ??= this.#saving
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        this.#saving = this.#write();
        return this.#saving;
      });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const file = fileOf(this.#folder);
    const handle = await open(`${file}.new`, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(this.#model, undefined, 1)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }
}
