/** An entry that is not restored, as it is reported. Pure. */
import type { TarEntry } from '../../../streams/tar/tar-walker.ts';
import type { RestoredFile } from '../restored-file.ts';
import { entryKind, isSpecialFile } from './entry-kind.ts';

/** With its kind, if that is known. */
export function leftOut(entry: Pick<TarEntry, 'path' | 'type'>, reason: string): RestoredFile {
  const { path } = entry;
  const known = entryKind(entry);
  const kind = isSpecialFile(entry) ? 'special file' : 'kind' in known ? known.kind : undefined;
  return { path, what: 'left out', ...(kind ? { kind } : {}), reason };
}
