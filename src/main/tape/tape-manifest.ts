/** The manifest: the last file of a tape in layout `labelled`. It lists the contents of each file before it, with the digests. */
import { z } from 'zod';
import { isFailure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { seal, unseal } from './sealed-record.ts';

/** 64 records: some thousands of files. */
const mostRecords = 64;

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const fileSchema = z.looseObject({
  /** Number of the tape file; 0 is the label. */
  file: z.int().positive(),
  volume: z.string(),
  method: z.string(),
  recordBytes: z.int().positive(),
  /** On tape, padding included. */
  bytes: z.int().nonnegative(),
  records: z.int().nonnegative(),
  paddingBytes: z.int().nonnegative(),
  /** Of everything on tape; empty if the run has not computed it. */
  crc32: z.string(),
  sha256: hex(64).or(z.literal('')),
  /** The output of POSIX cksum for the bytes; for a dump that never left the backup server. */
  cksum: z.int().nonnegative().optional(),
  /** Records that could not be read, from 0: they are zeros. */
  unreadable: z.array(z.int().nonnegative()).optional(),
  /** If it is on several tapes: what each of them holds of it. */
  parts: z
    .array(
      z.looseObject({
        number: z.int().positive(),
        name: z.string(),
        uuid: z.uuid(),
        file: z.int().positive(),
        firstRecord: z.int().nonnegative(),
        records: z.int().nonnegative(),
        bytes: z.int().nonnegative(),
      }),
    )
    .optional(),
});

const manifestSchema = z.looseObject({
  /** uuid of the label: a manifest belongs to one writing of one tape. */
  label: z.uuid(),
  name: z.string(),
  run: z.string(),
  writtenAt: z.iso.datetime(),
  /** SHA-256 of the journal's last line so far: what came before can no longer be changed unnoticed. */
  journal: z.looseObject({
    sha256: hex(64),
    /** The journal so far: its lines without `prev`, compressed by gzip, in base64; absent if there is no room for it. */
    gzip: z.base64().optional(),
  }),
  files: z.array(fileSchema),
});

/** What one tape holds of a file that is on several. */
export interface ManifestPart {
  /** Which tape of the run, from 1. */
  readonly number: number;
  readonly name: string;
  readonly uuid: string;
  readonly file: number;
  /** Counted from 0, over all tapes. */
  readonly firstRecord: number;
  readonly records: number;
  readonly bytes: number;
}

export interface ManifestFile {
  readonly file: number;
  readonly volume: string;
  readonly method: string;
  readonly recordBytes: number;
  readonly bytes: number;
  readonly records: number;
  readonly paddingBytes: number;
  readonly crc32: string;
  readonly sha256: string;
  readonly cksum?: number | undefined;
  readonly unreadable?: readonly number[] | undefined;
  readonly parts?: readonly ManifestPart[] | undefined;
}

export interface TapeManifest {
  readonly label: string;
  readonly name: string;
  readonly run: string;
  readonly writtenAt: string;
  readonly journal: { readonly sha256: string; readonly gzip?: string | undefined };
  readonly files: readonly ManifestFile[];
}

/**
 * A journal that does not fit is omitted.
 * @returns whole records
 * @throws TAPE_LABEL_TOO_LONG
 */
export function encodeManifest(manifest: TapeManifest): Buffer {
  try {
    return seal('MANIFEST', manifest, mostRecords);
  } catch (error) {
    if (manifest.journal.gzip === undefined || !isFailure(error, 'TAPE_LABEL_TOO_LONG')) throw error;
    return seal('MANIFEST', { ...manifest, journal: { sha256: manifest.journal.sha256 } }, mostRecords);
  }
}

export type ManifestReading =
  | { readonly kind: 'manifest'; readonly manifest: TapeManifest }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'foreign' };

/** @param bytes the whole file */
export function readManifest(bytes: Buffer): ManifestReading {
  const read = unseal('MANIFEST', bytes);
  if (read.kind !== 'whole') return read;
  const manifest = manifestSchema.safeParse(read.value);
  return manifest.success
    ? { kind: 'manifest', manifest: manifest.data }
    : { kind: 'damaged', reason: phrase('its content is not a manifest') };
}
