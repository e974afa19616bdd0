/**
 * Hashes chosen records of a stream while they pass, so that what goes to tape can be compared with what the cluster held.
 */
import { createHash, type Hash } from 'node:crypto';
import { createObserver } from '../stage.ts';
import type { Stage } from '../stage.ts';

export interface StreamedRecord {
  readonly record: number;
  readonly sha256: string;
}

/** Which records of a stream are hashed. */
export interface SampledRecords {
  /** Size of a record in bytes; the last of the stream may be shorter. */
  readonly recordBytes: number;
  /** Numbers from 0, in any order. */
  readonly records: readonly number[];
  /** Where the stream begins, in bytes; default 0. Records that begin before it have no result. */
  readonly startsAt?: number | undefined;
}

/** Makes a stage that hashes records; the bytes pass unchanged. A record that the stream does not reach has no result. */
export function createRecordSampler({
  recordBytes,
  records,
  startsAt = 0,
}: SampledRecords): Stage<StreamedRecord[]> {
  const wanted = [...new Set(records)]
    .filter((record) => record * recordBytes >= startsAt)
    .sort((one, other) => one - other);
  const streamed: StreamedRecord[] = [];
  let next = 0;
  let position = startsAt;
  let hash: Hash | undefined;

  const finish = (): void => {
    const record = wanted[next];
    if (hash && record !== undefined) streamed.push({ record, sha256: hash.digest('hex') });
    hash = undefined;
    next += 1;
  };

  return createObserver<StreamedRecord[]>('record sampler', {
    piece(piece) {
      const end = position + piece.length;
      for (let record = wanted[next]; record !== undefined; record = wanted[next]) {
        const from = record * recordBytes;
        const to = from + recordBytes;
        if (from >= end) break;
        hash ??= createHash('sha256');
        hash.update(piece.subarray(Math.max(from - position, 0), Math.min(to, end) - position));
        if (to > end) break;
        finish();
      }
      position = end;
    },
    end: finish,
    result: () => streamed,
  });
}
