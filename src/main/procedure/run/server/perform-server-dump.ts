/** The dump by route `server`: on the backup server alone, whether or not this console is running. */
import { blockBytes, type VolumeAssignment } from '../../model/assignment.ts';
import { dumpToolOf } from '../../../site/file-system.ts';
import { judgeDumpWork, type WorkOutcome } from '../../detached/detached-judge.ts';
import { lookAtTape } from '../../drive/tape-look.ts';
import { firstRecordSha256 } from '../../../tape/overwrite-rule.ts';
import { goToDump } from '../dump/dump-position.ts';
import { notePlainTape } from '../tape/note-tape.ts';
import type { Performer } from '../perform-commands.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { asTableError } from '../run-end.ts';
import { clearWorks, performWork, workPlaceOf, stopWorks } from './run-work.ts';
import { dumpWorkOf } from '../../plan/server-work.ts';
import { warningsOf } from '../../model/omissions.ts';
import { whileWatched } from '../shadow/shadow-watch.ts';
import type { Step } from '../../model/step.ts';
import { phrase } from '../../../../contract/text/say.ts';

/**
 * The data passes on the backup server alone, so the first record is read back. A tape that cannot be read is left to
 * the read-back.
 */
async function readFirstRecord(context: RunContext, step: Step): Promise<string | undefined> {
  try {
    return firstRecordSha256(await lookAtTape(context.runner, step.id, context.assignment));
  } catch (error) {
    const { message } = asTableError(error);
    const text = phrase(
      'the first record was not read back, so the tape cannot be recognized by it later: {message}',
      { message },
    );
    context.journal.append({ type: 'warning', step: step.id, text });
    return undefined;
  }
}

function recordOutcome(
  context: RunContext,
  step: Step,
  volume: string,
  outcome: WorkOutcome,
  firstRecord: string | undefined,
): void {
  const { bytes, records, cksum, sha256, warnings, said } = outcome;
  const { journal } = context;
  // Before the counts: with these in the journal, a resumed run considers the dump done.
  for (const text of warnings) journal.append({ type: 'warning', step: step.id, text });
  for (const warning of said ? warningsOf(step.id, said) : []) journal.append(warning);
  const common = { type: 'digest', step: step.id, volume } as const;
  const counts = {
    ...(bytes === undefined ? {} : { bytes }),
    ...(records === undefined ? {} : { records: records.records }),
  };
  journal.append({
    ...common,
    hop: 'handed',
    ...counts,
    ...(cksum === undefined ? {} : { cksum: cksum.checksum }),
    // What passed is what is on the tape: nothing is added after it.
    ...(sha256 === undefined ? {} : { sha256, onTapeSha256: sha256 }),
    ...(firstRecord === undefined ? {} : { firstRecordSha256: firstRecord }),
  });
  journal.append({ ...common, hop: 'counted', ...counts });
}

/** Dumps one volume. A dump that was started by a dead console is reattached if the run was found to allow it. */
export async function dumpOnServer(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  const { assignment, journal } = context;
  const work = dumpWorkOf(assignment, volume, journal.run);
  const takeUp = context.underWay === step.id;
  context.underWay = undefined;
  if (!takeUp) {
    // If an earlier attempt still runs, the drive is not free.
    await stopWorks(context, step.id);
    await goToDump(context, step, volume);
  }
  const total = volume.method === '6a' ? volume.blocks * blockBytes : undefined;
  const order = { step: step.id, volume: volume.proxy, purpose: 'dump', work, total } as const;
  // The data does not pass through here: its records are compared with the cluster's when they are read back.
  const look = await whileWatched(context, step, (abort) => performWork(context, order, takeUp, abort));
  // It may have taken hours: earlier observations of the hosts are no longer valid.
  context.observer.forget();
  const outcome = judgeDumpWork(workPlaceOf(context).host, work, look, {
    recordBytes: assignment.job.media.recordBytes,
    expectedBytes: total,
    dumpTool: dumpToolOf(volume.method, context.assignment.platform),
    onSkippedFiles: assignment.job.onSkippedFiles,
  });
  // In layout `plain` volumes are counted from file 0; file 0 of a labeled tape is the label.
  const firstRecord = volume.tapeFile === 0 ? await readFirstRecord(context, step) : undefined;
  recordOutcome(context, step, volume.proxy, outcome, firstRecord);
  notePlainTape(context, step);
}

/** Ends what is left of a dump: nothing, if it has ended already. */
export const performDumpEnded: Performer = (context, step) => stopWorks(context, step.id, step.volumes?.[0]);

/** The run is over: a folder that cannot be removed is reported, and does no harm. */
export const performClearWork: Performer = async (context, step) => {
  try {
    await clearWorks(context, step.id);
  } catch (error) {
    const { message } = asTableError(error);
    context.journal.append({ type: 'warning', step: step.id, text: message });
  }
  // The run reports what both sides show at the end: they are queried after everything else that it does there.
  context.observer.forget();
};
