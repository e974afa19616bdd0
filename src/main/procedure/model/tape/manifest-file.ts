/** The entry of a manifest for a file, from what its run sent to tape. Pure. */
import type { EventOf } from '../../../../contract/events.ts';
import type { ManifestFile, ManifestPart } from '../../../tape/tape-manifest.ts';

export interface DumpOnTape {
  /** Number of the tape file. */
  readonly file: number;
  /** The proxy volume. */
  readonly volume: string;
  readonly method: string;
  readonly recordBytes: number;
  /** What the run sent to tape. */
  readonly written: EventOf<'digest'>;
  /** Records that could not be read, from 0: they are zeros. */
  readonly unreadable: readonly number[];
  /** Of a dump on several tapes. */
  readonly parts: readonly ManifestPart[];
}

export function fileOfManifest(dump: DumpOnTape): ManifestFile {
  const { file, volume, method, recordBytes, written, unreadable, parts } = dump;
  return {
    ...{ file, volume, method, recordBytes },
    bytes: written.bytes ?? 0,
    records: written.records ?? 0,
    paddingBytes: written.paddingBytes ?? 0,
    crc32: written.crc32 ?? '',
    sha256: written.onTapeSha256 ?? '',
    ...(written.cksum === undefined ? {} : { cksum: written.cksum }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    ...(parts.length === 0 ? {} : { parts }),
  };
}
