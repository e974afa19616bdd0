/** Reads the whole tape of the run that is restored, and compares it, before anything is changed. */
import { createHash } from 'node:crypto';
import { failure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { describeFirstRecord } from '../../../tape/tape-contents.ts';
import { requireReadyDrive } from '../../drive/drive-ready.ts';
import { requireLabelOf } from '../../drive/read-labelled-tape.ts';
import { asUnreadBackup } from '../../drive/unread-backup.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { writtenOf } from '../../../journal/run-summary.ts';
import { isLabelled, tapeOfLibrary } from '../../model/assignment.ts';
import type { KnownRun } from '../../model/restore-source.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { readRecordCommand, recognitionCommands, rewindCommand } from '../../model/tape/tape-commands.ts';
import { changingOf } from '../dump/spanning-dump.ts';
import type { Performer } from '../perform-commands.ts';
import { readRunBack } from '../tape/read-run-back.ts';
import { recordDigest } from './restored-digest.ts';

/** @throws Error if the run is not a restore */
export function backupOf({ options }: RunContext): KnownRun {
  if (!options.backup) throw new Error('a restore knows the run that wrote the backup');
  return options.backup;
}

/** SHA-256 (hex) of the first record of a plain tape, as its run wrote it. Journals of earlier releases do not have it. */
function firstRecordOf({ events }: KnownRun): string | undefined {
  const dump = events.findLast(
    (event) => event.type === 'digest' && event.hop === 'handed' && event.firstRecordSha256 !== undefined,
  );
  return dump?.type === 'digest' ? dump.firstRecordSha256 : undefined;
}

/**
 * A tape without a label is recognized by its first record: a wrong tape is found before all of it is read. Tapes of
 * several nights may begin alike; the digest of the whole decides.
 * @throws TAPE_IS_ANOTHER
 */
async function requireFirstRecord(context: RunContext, { id: step }: Step, backup: KnownRun): Promise<void> {
  const { assignment, runner } = context;
  const wanted = firstRecordOf(backup);
  if (wanted === undefined) return;
  await runner.send(step, rewindCommand(assignment));
  const { stdout } = await runner.send(step, readRecordCommand(assignment), {
    anyStatus: true,
    binary: true,
  });
  if (createHash('sha256').update(stdout).digest('hex') === wanted) return;
  const { tapeHost: host, tapeDevice: device } = assignment;
  const found = stdout.length === 0 ? phrase('no data') : describeFirstRecord(stdout);
  throw failure('TAPE_IS_ANOTHER', {
    host,
    device,
    wanted: phrase('the tape of run {run}', { run: backup.run }),
    found,
  });
}

/**
 * Recognizes the tape again, right before the proxy is overwritten with it: an approval may take hours, and a resumed
 * restore may find another tape in the drive. Several tapes are recognized one by one.
 * @param reading the commands that read the tape, those that recognize it first
 * @returns the other ones
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_IS_ANOTHER, RESTORE_TAPE_DIFFERS, RESTORE_READ_FAILED
 */
export async function recognized(
  context: RunContext,
  step: Step,
  reading: readonly StepCommand[],
): Promise<readonly StepCommand[]> {
  const { assignment, runner } = context;
  if (assignment.job.media.span) return reading;
  const backup = backupOf(context);
  await requireReadyDrive(runner, step.id, assignment, 'read');
  const recognition = isLabelled(assignment)
    ? requireLabelOf(runner, step.id, assignment, backup)
    : requireFirstRecord(context, step, backup);
  await recognition.catch((error: unknown) => {
    throw asUnreadBackup(error, backup.run);
  });
  return reading.slice(recognitionCommands(assignment).length);
}

/**
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_IS_ANOTHER, RESTORE_TAPE_DIFFERS, RESTORE_READ_FAILED and other errors of
 *   reading a tape
 */
export const performRestoreTape: Performer = async (context, step) => {
  const { assignment, runner } = context;
  const { tapeHost, tapeDevice, job, volumes } = assignment;
  const backup = backupOf(context);
  // Of several tapes any may be in the drive, or none: the first is asked for.
  if (!job.media.span) await requireReadyDrive(runner, step.id, assignment, 'read');
  if (!isLabelled(assignment)) await requireFirstRecord(context, step, backup);
  const read = readRunBack(context, {
    step: step.id,
    run: backup.run,
    events: backup.events,
    drive: { tapeHost, tapeDevice },
    layout: job.media.layout,
    recordBytes: job.media.recordBytes,
    volumes,
    changing: changingOf(context, step.id),
    namesFound: true,
    isFirstLoaded: tapeOfLibrary(assignment) !== undefined,
    onSha256(proxy, sha256) {
      // As many bytes as were written: another count ends the reading before this.
      const { bytes = 0 } = writtenOf(backup.events, proxy) ?? {};
      recordDigest(context, step, { volume: proxy, place: 'tape', host: tapeHost, bytes, sha256 });
    },
  });
  await read.catch((error: unknown) => {
    throw asUnreadBackup(error, backup.run);
  });
  // It may have taken hours.
  context.observer.forgetPast();
};
