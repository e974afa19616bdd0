/** Identifies the beginning of a tape by its first record. */
import { describeLabel, readLabel } from './tape-label.ts';
import { readManifest } from './tape-manifest.ts';
import { phrase } from '../../contract/text/say.ts';

const tarHeaderBytes = 512;
const tarChecksumAt = 148;
/** "ustar" of POSIX and GNU archives. */
const tarMagicAt = 257;
/** Offset and value of the magic number of a ufsdump header (illumos usr/src/head/protocols/dumprestore.h, NFS_MAGIC). */
const dumpMagicAt = 24;
const dumpMagic = 60_012;

function octal(record: Buffer, from: number, to: number): number {
  return parseInt(
    record
      .toString('latin1', from, to)
      .replace(/[\0 ]+$/, '')
      .trim() || 'x',
    8,
  );
}

/** A tar header's checksum is the sum of its bytes, with the checksum's own eight counted as blanks. */
function hasTarChecksum(record: Buffer): boolean {
  if (record.length < tarHeaderBytes) return false;
  let sum = 0;
  for (let at = 0; at < tarHeaderBytes; at += 1) {
    sum += at >= tarChecksumAt && at < tarChecksumAt + 8 ? 32 : (record[at] ?? 0);
  }
  return octal(record, tarChecksumAt, tarChecksumAt + 8) === sum;
}

function tarName(record: Buffer): string {
  return record.toString('utf8', 0, 100).replace(/\0.*$/s, '');
}

/** A SPARC host writes the number with its highest byte first. If the lowest comes first, it may also be a dump(8) of Linux. */
function describeDump(record: Buffer): string | undefined {
  if (record.length < dumpMagicAt + 4) return undefined;
  if (record.readUInt32BE(dumpMagicAt) === dumpMagic) return phrase('a ufsdump');
  return record.readUInt32LE(dumpMagicAt) === dumpMagic ? phrase('a ufsdump or a dump of Linux') : undefined;
}

/** What Shadowtape itself has written; undefined if the record is not one of those. */
function describeOwn(record: Buffer): string | undefined {
  const label = readLabel(record);
  if (label.kind === 'label') return describeLabel(label.label);
  if (label.kind === 'damaged')
    return phrase('a damaged Shadowtape label: {reason}', { reason: label.reason });
  return readManifest(record).kind === 'foreign' ? undefined : phrase('a Shadowtape manifest');
}

/**
 * What the first record looks like, in words that fit after "the tape holds".
 * @param record the first record's bytes; empty if the tape begins with a file mark
 */
export function describeFirstRecord(record: Buffer): string {
  if (record.length === 0) return phrase('a file mark at its beginning');
  const own = describeOwn(record);
  if (own !== undefined) return own;
  const size = phrase('{record} bytes', { record: record.length.toLocaleString('en-US') });
  if (hasTarChecksum(record)) {
    const kind =
      record.toString('latin1', tarMagicAt, tarMagicAt + 5) === 'ustar'
        ? 'a tar archive'
        : 'an old tar archive';
    return phrase('{kind} that begins with "{tarName}"', { kind, tarName: tarName(record) });
  }
  return (
    describeDump(record) ?? phrase('data that is neither tar nor ufsdump (first record {size})', { size })
  );
}
