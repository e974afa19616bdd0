/**
 * Reads the tape back on the backup server itself: apart from the sampled records of a raw device, no data crosses the
 * network, and no console is needed meanwhile.
 */
import { countRecords } from '../../../../streams/record-cutter.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import { requireSame, type WrittenDigest } from '../../drive/compare-read-back.ts';
import { judgeReadBackWork } from '../../detached/detached-judge.ts';
import { warningsOf } from '../../model/omissions.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { performWork, workPlaceOf } from './run-work.ts';
import { readBackWorkOf, workDigestOf } from '../../plan/server-work.ts';
import { keptOf, requireKeptOfCluster } from '../shadow/read-back-records.ts';

/**
 * Reads the file under the head, and compares it with the dump's own digest, and sampled records with the cluster's.
 * @throws TAPE_DIFFERS, DUMP_DIFFERS, TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED, DETACHED_… and what the ssh session
 *   throws
 */
export async function readBackOnServer(
  context: RunContext,
  step: string,
  volume: VolumeAssignment,
  written: WrittenDigest,
): Promise<void> {
  const { assignment, journal } = context;
  const { recordBytes } = assignment.job.media;
  const digest = workDigestOf(assignment) ?? 'cksum';
  const kept = keptOf(context, volume);
  const work = readBackWorkOf(assignment, volume, journal.run, digest, kept);
  const total = written.bytes;
  const order = { step, volume: volume.proxy, purpose: 'read-back', work, total } as const;
  const look = await performWork(context, order, false);
  const expected = total === undefined ? undefined : countRecords(total, recordBytes, 'short');
  const read = judgeReadBackWork(workPlaceOf(context).host, work, look, expected);
  for (const warning of read.said ? warningsOf(step, read.said) : []) journal.append(warning);
  journal.append({
    type: 'digest',
    step,
    volume: volume.proxy,
    hop: 'readback',
    ...(read.bytes === undefined ? {} : { bytes: read.bytes }),
    ...(read.records === undefined ? {} : { records: read.records.records }),
    ...(read.cksum === undefined ? {} : { cksum: read.cksum.checksum }),
    ...(read.sha256 === undefined ? {} : { sha256: read.sha256 }),
  });
  requireSame('bytes', String(written.bytes), String(read.bytes));
  if (written.cksum !== undefined) requireSame('cksum', String(written.cksum), String(read.cksum?.checksum));
  if (written.onTapeSha256 !== undefined) requireSame('SHA-256', written.onTapeSha256, read.sha256 ?? 'none');
  await requireKeptOfCluster(context, step, volume, work, kept);
}
