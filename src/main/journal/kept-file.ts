/**
 * Files that are kept for years: journals and catalogues may lie there compressed, as NAME.gz. Where both are there, compressing was
 * interrupted, and the plain one counts.
 */
import { constants } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { constants as zlib, gunzip } from 'node:zlib';
import { failure } from '../../contract/errors.ts';
import { bytesText } from '../../contract/words.ts';
import { phrase } from '../../contract/text/say.ts';
import { linkTrouble, ownFlags, requireNoLink } from './own-files.ts';

const unzip = promisify(gunzip);

const packedSuffix = '.gz';

/** The compressed form of a file. */
export const packedFile = (file: string): string => `${file}${packedSuffix}`;

export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');

const readTroubles: Readonly<Record<string, string>> = {
  ENOENT: phrase('it does not exist'),
  ENOTDIR: phrase('a part of its path is not a folder'),
  EISDIR: phrase('it is a folder'),
  EACCES: phrase('this user may not read it'),
  ELOOP: linkTrouble,
};

/** Why a file of the console's own machine cannot be read, in a few words. */
export function readTrouble(error: unknown): string {
  const known = readTroubles[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  return known ?? (error instanceof Error ? error.message : String(error));
}

/**
 * What reading a file or folder comes to; undefined if it is missing.
 * @throws STATE_FILE_UNREADABLE
 */
export async function orMissing<Value>(file: string, work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw failure('STATE_FILE_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
}

/** Journals and lists of files become 10 to 30 times smaller; what becomes more was made to fill memory or disk. */
const mostTimes = 250;
const alwaysAllowed = 64 * 1024 * 1024;

/** How many bytes so many packed ones may unpack into. */
export const mostUnpacked = (packedBytes: number): number => Math.max(alwaysAllowed, mostTimes * packedBytes);

/** @throws PACKED_FILE_DAMAGED, also where it unpacks into more than what was ever packed here */
export async function unpack(file: string, packed: Buffer): Promise<Buffer> {
  const limit = Math.min(mostUnpacked(packed.length), constants.MAX_LENGTH);
  try {
    return await unzip(packed, { maxOutputLength: limit });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = isTooLarge
      ? phrase('it unpacks into more than {limit}', { limit: bytesText(limit) })
      : readTrouble(error);
    throw failure('PACKED_FILE_DAMAGED', { file, reason }, {}, error);
  }
}

/**
 * What the first bytes of a compressed file unpack into.
 * @throws what zlib says of bytes that are not compressed
 */
export const unpackBeginning = (packed: Buffer): Promise<Buffer> =>
  unzip(packed, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: mostUnpacked(packed.length) });

/**
 * The bytes of a file that may be compressed.
 * @param file without .gz
 * @throws PACKED_FILE_DAMAGED, STATE_FILE_UNREADABLE, and what reading ends with: ENOENT where neither is there
 */
export async function readKept(file: string): Promise<Buffer> {
  const plain = await readOwn(file);
  if (plain) return plain;
  const packed = packedFile(file);
  return unpack(packed, (await readOwn(packed)) ?? (await readFile(packed)));
}

/**
 * A file of the state folder, as it is there; undefined if it is missing.
 * @throws STATE_FILE_UNREADABLE, also for a symbolic link
 */
export function readOwn(file: string): Promise<Buffer | undefined> {
  const folder = dirname(file);
  const ofRuns = basename(folder) === 'runs' ? requireNoLink(folder) : Promise.resolve();
  return orMissing(
    file,
    ofRuns.then(() => readFile(file, { flag: ownFlags.read })),
  );
}

export interface KeptStat {
  /** Where it lies, .gz included. */
  readonly file: string;
  /** In bytes, as it is there. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly isPacked: boolean;
}

/** @returns undefined if neither form is there */
export async function statKept(file: string): Promise<KeptStat | undefined> {
  for (const each of [file, packedFile(file)]) {
    const found = await orMissing(each, stat(each));
    if (found) return { file: each, size: found.size, mtimeMs: found.mtimeMs, isPacked: each !== file };
  }
  return undefined;
}
