/**
 * Keeps the sampled records of a raw device while its file is read back from tape on the backup server (route
 * `server`). One pass reads the tape: several dd read it one after the other through one open file, so nothing else
 * moves the head. Opening the device for each record would not work: on the no-rewind device, Solaris moves to the next
 * file at close (mtio(4I)). Pure.
 */
import type { Assignment } from '../assignment.ts';
import { sampleBytes } from './fingerprint.ts';

/** Eight times both sets of the default job. The folder of the work holds that many records of 32 KiB meanwhile. */
const mostKept = 1024;

/** Name of the file in the work's folder that holds the kept records, one after the other. */
export const keptFile = 'samples';

/** Which records are kept: an even part of them if there are too many. @returns in ascending order */
export function keptRecords(records: readonly number[]): number[] {
  const sorted = [...new Set(records)].sort((one, other) => one - other);
  const every = Math.ceil(sorted.length / mostKept);
  return sorted.filter((_record, index) => index % every === 0);
}

/** The largest piece, in bytes, of which both a tape record and a sampled record are multiples: one read of dd each. */
export function unitBytes(recordBytes: number): number {
  let [larger, smaller] = [Math.max(recordBytes, sampleBytes), Math.min(recordBytes, sampleBytes)];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** Tape records that are read into a separate file, and the sampled records in them. */
interface Piece {
  /** Number of its first tape record, and of the first one after it. */
  readonly first: number;
  end: number;
  /** Where sampled records begin in the volume, and how long they are, in bytes. */
  readonly cuts: { readonly from: number; readonly length: number }[];
}

/** Sampled records that share a tape record share a piece, because a tape record is read once. */
function piecesOf(records: readonly number[], recordBytes: number, volumeBytes: number): Piece[] {
  const pieces: Piece[] = [];
  for (const record of records) {
    const from = record * sampleBytes;
    const to = Math.min(from + sampleBytes, volumeBytes);
    const [first, end] = [Math.floor(from / recordBytes), Math.ceil(to / recordBytes)];
    const cut = { from, length: to - from };
    const last = pieces.at(-1);
    if (last && first < last.end) {
      last.end = Math.max(last.end, end);
      last.cuts.push(cut);
    } else pieces.push({ first, end, cuts: [cut] });
  }
  return pieces;
}

/**
 * Four numbers for each sampled record: tape records that pass before its piece, tape records of the piece (0: it is in
 * the piece before), and where it begins in the piece and how long it is, in units of `unitBytes`.
 * @param records in ascending order
 * @param recordBytes of the tape
 */
export function keepingNumbers(
  records: readonly number[],
  recordBytes: number,
  volumeBytes: number,
): number[] {
  let position = 0;
  const unit = unitBytes(recordBytes);
  return piecesOf(records, recordBytes, volumeBytes).flatMap(({ first, end, cuts }) => {
    const passed = first - position;
    position = end;
    return cuts.flatMap(({ from, length }, index) => [
      index === 0 ? passed : 0,
      index === 0 ? end - first : 0,
      (from - first * recordBytes) / unit,
      Math.ceil(length / unit),
    ]);
  });
}

/** True if a raw device is read back on the backup server: sampled records of it are kept meanwhile. */
export const keepsSamples = ({ job, route, volumes }: Assignment): boolean =>
  route === 'server' &&
  job.verify.readback &&
  job.verify.digest !== 'none' &&
  volumes.some(({ method }) => method === '6a');
