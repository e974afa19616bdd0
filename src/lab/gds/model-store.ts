import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import type { HostModel, LabModel } from './lab-model.ts';

const fileOf = (folder: string): string => join(folder, 'model.json');

/** The whole model is written at each change: contents longer than this many characters are next to it, and are written once. */
const mostCharacters = 4096;

type SmallFile = HostModel['files'][string];
/** In model.json in place of a long content: the SHA-256 that names it. */
interface Beside {
  readonly beside: string;
}

const besideOf = (folder: string): string => join(folder, 'contents');

/** The content next to it, completely; undefined for what the lab keeps in a separate file. */
const textOf = (content: SmallFile): string | undefined => {
  if (typeof content === 'string') return content;
  return 'base64' in content ? `base64 ${content.base64}` : undefined;
};

const isLong = (content: SmallFile): boolean => (textOf(content)?.length ?? 0) > mostCharacters;

/** @returns the model with each small file as this makes it; nothing else is copied */
function mapFiles<From, To>(model: LabModel, change: (content: From) => To): LabModel {
  const hosts = Object.entries(model.hosts).map(([node, host]) => {
    const files = Object.entries(host.files).map(([path, content]) => [path, change(content as From)]);
    return [node, { ...host, files: Object.fromEntries(files) as HostModel['files'] }];
  });
  return { ...model, hosts: Object.fromEntries(hosts) as LabModel['hosts'] };
}

async function contentsBeside(folder: string, model: LabModel): Promise<ReadonlyMap<string, SmallFile>> {
  const names = Object.values(model.hosts).flatMap(({ files }) =>
    Object.values(files as Record<string, SmallFile | Beside>).flatMap((content) =>
      typeof content === 'object' && 'beside' in content ? [content.beside] : [],
    ),
  );
  const contents = names.map(async (name) => {
    const text = await readFile(join(besideOf(folder), name), 'utf8');
    return [name, JSON.parse(text) as SmallFile] as const;
  });
  return new Map(await Promise.all(contents));
}

async function whole(folder: string, model: LabModel): Promise<LabModel> {
  const contents = await contentsBeside(folder, model);
  return mapFiles(model, (content: SmallFile | Beside) =>
    typeof content === 'object' && 'beside' in content ? (contents.get(content.beside) ?? '') : content,
  );
}

/**
 * The model of an earlier lab in this folder, or undefined if there is none.
 * @throws LAB_FOLDER_FOREIGN if model.json is not of this version
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
    if ((model as { version: unknown }).version === 3) return await whole(folder, model);
  } catch {
    // falls through to the refusal: a broken model is as foreign as another program's
  }
  throw failure('LAB_FOLDER_FOREIGN', { folder });
}

/** Keeps the model on disk; a save never leaves an incomplete file. */
export class ModelStore {
  readonly #folder: string;
  readonly #model: LabModel;
  #saving: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  /** Contents next to the model, with their names: the same text is neither hashed nor written twice. */
  readonly #beside = new Map<string, string>();

  constructor(folder: string, model: LabModel) {
    this.#folder = folder;
    this.#model = model;
  }

  /** Saves the model as it is at that moment; several callers share one write. */
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
    const fresh = new Map<string, string>();
    const used = new Set<string>();
    const text = JSON.stringify(
      mapFiles(this.#model, (content: SmallFile): SmallFile | Beside =>
        isLong(content) ? { beside: this.#nameOf(content, used, fresh) } : content,
      ),
      undefined,
      1,
    );
    await this.#writeBeside(fresh);
    const handle = await open(`${file}.new`, 'w');
    try {
      await handle.writeFile(`${text}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    await this.#forgetOthers(used);
  }

  #nameOf(content: SmallFile, used: Set<string>, fresh: Map<string, string>): string {
    const key = textOf(content) ?? '';
    const known = this.#beside.get(key);
    const text = known === undefined ? JSON.stringify(content) : '';
    const name = known ?? createHash('sha256').update(text).digest('hex');
    if (known === undefined) {
      this.#beside.set(key, name);
      fresh.set(name, text);
    }
    used.add(name);
    return name;
  }

  async #writeBeside(fresh: ReadonlyMap<string, string>): Promise<void> {
    if (fresh.size === 0) return;
    await mkdir(besideOf(this.#folder), { recursive: true });
    await Promise.all(
      [...fresh].map(([name, text]) => writeFile(join(besideOf(this.#folder), name), text, { flush: true })),
    );
  }

  async #forgetOthers(used: ReadonlySet<string>): Promise<void> {
    const others = [...this.#beside].filter(([, name]) => !used.has(name));
    for (const [key] of others) this.#beside.delete(key);
    await Promise.all(others.map(([, name]) => rm(join(besideOf(this.#folder), name), { force: true })));
  }
}
