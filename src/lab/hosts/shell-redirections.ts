import { openPath, pathTarget } from './data-files.ts';
import type { FilePlace } from './data-files.ts';
import { IoError } from '../faults/io-error.ts';
import { OpenFile } from './open-file.ts';
import type { Descriptors } from './open-file.ts';
import type { Redirection } from './shell-parser.ts';

/** A redirection that cannot be made; `message` follows `sh: `. */
export class RedirectionError extends Error {}

export interface ExpandedRedirection {
  readonly descriptor: number;
  readonly kind: Redirection['kind'];
  readonly target: string;
}

async function openFile({ kind, target }: ExpandedRedirection, place: FilePlace): Promise<OpenFile> {
  const path = place.machine.files.resolve(place.directory, target);
  const fifo = place.machine.files.fifoAt(path);
  if (fifo) return kind === '<' ? fifo.openReader(place.killed) : fifo.openWriter(place.killed);
  if (kind === '<') {
    const source = await openPath(place, path);
    return new OpenFile({ read: (limit) => source.read(limit, 1), close: () => source.close() });
  }
  const opened = await pathTarget(place, path, kind === '>>');
  return new OpenFile({
    write: (bytes) => opened.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    close: () => opened.close(),
  });
}

/**
 * Opens redirections from left to right, each in place of what was there. A FIFO waits for its other end.
 * @param files what the command has; changed
 * @throws RedirectionError
 */
export async function redirect(
  files: Descriptors,
  redirections: readonly ExpandedRedirection[],
  place: FilePlace,
): Promise<void> {
  for (const entry of redirections) {
    const { descriptor, kind, target } = entry;
    if (kind === '>&' || kind === '<&') {
      const file = files.get(Number(target));
      if (!file) throw new RedirectionError(`${target}: bad file unit number`);
      await files.put(descriptor, file.hold());
      continue;
    }
    try {
      await files.put(descriptor, await openFile(entry, place));
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      throw new RedirectionError(`${target}: ${kind === '<' ? 'cannot open' : 'cannot create'}`);
    }
  }
}
