/**
 * Binds what a tape holds to what the cluster held, on route `server`: the data never passes through this program, so sampled records
 * are kept on the backup server while the tape is read back, and hashed here.
 */
import { createHash } from 'node:crypto';
import { failure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { StreamedRecord } from '../../../../streams/digests/record-sampler.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import type { DetachedWork } from '../../model/detached-work.ts';
import { workFile } from '../../model/detached-work.ts';
import { sampleBytes, sampleLength } from '../../model/samples/fingerprint.ts';
import { keptFile, keptRecords } from '../../model/samples/kept-samples.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { hashedOf, requireAsHashed } from './streamed-records.ts';

/** Records that are fetched by one command: 1 MiB. */
const recordsAtOnce = 32;

/** Which records are kept while a volume's file is read back, in ascending order; none if none can be compared. */
export const keptOf = (context: RunContext, volume: VolumeAssignment): number[] =>
  keptRecords(hashedOf(context, volume).map(({ record }) => record));

async function fetch(
  { runner, assignment }: RunContext,
  step: string,
  file: string,
  skip: number,
): Promise<Buffer> {
  const argv = ['dd', `if=${file}`, `bs=${sampleBytes}`, `skip=${skip}`, `count=${recordsAtOnce}`];
  const { stdout } = await runner.send(
    step,
    { host: assignment.backupServer, argv, changes: false },
    { binary: true },
  );
  return stdout;
}

/** @throws FINGERPRINT_SHORT if the file holds fewer bytes than were kept; errors of the commands */
async function fetchKept(
  context: RunContext,
  step: string,
  { blocks }: VolumeAssignment,
  file: string,
  records: readonly number[],
): Promise<StreamedRecord[]> {
  const seen: StreamedRecord[] = [];
  for (let from = 0; from < records.length; from += recordsAtOnce) {
    const bytes = await fetch(context, step, file, from);
    let place = 0;
    for (const record of records.slice(from, from + recordsAtOnce)) {
      // Only the last record of the volume may be short, and it is the last of the file.
      const expected = sampleLength(blocks, record);
      const piece = bytes.subarray(place, place + expected);
      const host = context.assignment.backupServer;
      if (piece.length !== expected)
        throw failure('FINGERPRINT_SHORT', { host, actual: piece.length, record, device: file, expected });
      seen.push({ record, sha256: createHash('sha256').update(piece).digest('hex') });
      place += expected;
    }
  }
  return seen;
}

/**
 * Compares the records that were kept with the cluster's. The rest of the tape is compared by its digest.
 * @param work the read-back, which has ended
 * @param kept the result of `keptOf` at its start
 * @throws DUMP_DIFFERS, FINGERPRINT_SHORT, errors of the commands
 */
export async function requireKeptOfCluster(
  context: RunContext,
  step: string,
  volume: VolumeAssignment,
  work: DetachedWork,
  kept: readonly number[],
): Promise<void> {
  if (kept.length === 0) return;
  const hashed = hashedOf(context, volume).filter(({ record }) => kept.includes(record));
  const seen = await fetchKept(context, step, volume, workFile(work, keptFile), kept);
  const [rule, title] = ['read-back-records', phrase('Records as read back from tape')];
  requireAsHashed(context, volume, { step, rule, title, hashed, seen });
}
