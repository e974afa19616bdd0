/** What a tar entry is, and whether it can be restored. Pure. */
import type { TarDetails, TarEntry } from '../../../streams/tar/tar-walker.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { RestoredFile } from '../restored-file.ts';

export type EntryKind = 'file' | 'directory' | 'symbolic link' | 'hard link';

const kinds: Readonly<Record<string, EntryKind>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  SparseFile: 'file',
  Directory: 'directory',
  SymbolicLink: 'symbolic link',
  Link: 'hard link',
};

const refused: Readonly<Record<string, string>> = {
  CharacterDevice: phrase('it is a device'),
  BlockDevice: phrase('it is a device'),
  FIFO: phrase('it is a FIFO'),
};

/** @returns the kind, or why it is not restored */
export function entryKind({ type }: Pick<TarEntry, 'type'>): { kind: EntryKind } | { reason: string } {
  const kind = kinds[type];
  if (kind) return { kind };
  return { reason: refused[type] ?? phrase('tar entries of type {type} are not restored', { type }) };
}

/** An entry that is not written, with its kind if that is known. */
export function leftOut({ path, type }: Pick<TarEntry, 'path' | 'type'>, reason: string): RestoredFile {
  const kind = type in refused ? 'special file' : kinds[type];
  return { path, what: 'left out', ...(kind ? { kind } : {}), reason };
}

/** An access control list or extended attributes of Solaris: its entry precedes that of its file. */
export const isAttribute = ({ letter }: Pick<TarDetails, 'letter'>): boolean =>
  letter === 'A' || letter === 'E';
