/** What a tar entry is, and whether it can be restored. Pure. */
import type { TarDetails, TarEntry } from '../../../streams/tar/tar-walker.ts';
import { phrase } from '../../../contract/text/say.ts';

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

/** Devices and FIFOs have no content. */
export const isSpecialFile = ({ type }: Pick<TarEntry, 'type'>): boolean => type in refused;

/** @returns the kind, or why it is not restored */
export function entryKind({ type }: Pick<TarEntry, 'type'>): { kind: EntryKind } | { reason: string } {
  const kind = kinds[type];
  if (kind) return { kind };
  return { reason: refused[type] ?? phrase('tar entries of type {type} are not restored', { type }) };
}

/** An access control list or extended attributes of Solaris: its entry precedes that of its file. */
export const isAttribute = ({ letter }: Pick<TarDetails, 'letter'>): boolean =>
  letter === 'A' || letter === 'E';
