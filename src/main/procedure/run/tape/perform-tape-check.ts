/**
 * Checks the tape in the drive: before anything is touched, and again right before the first write. An approval, a
 * question or a resume may take hours in between, and another tape may be in the drive by then.
 */
import { isFailure, type ShadowtapeError } from '../../../../contract/errors.ts';
import { localDay } from '../../../../contract/time/wall-clock.ts';
import { phrase } from '../../../../contract/text/say.ts';
import {
  firstRecordSha256,
  isEmptyLabel,
  refusalOfJob,
  type FoundTape,
} from '../../../tape/overwrite-rule.ts';
import { writersOf, withWriters } from '../../../tape/tape-holders.ts';
import { isKept } from '../../../tape/retention.ts';
import { requireChangerDrive } from '../../drive/changer-work.ts';
import { requireReadyDrive } from '../../drive/drive-ready.ts';
import { lookAtTape } from '../../drive/tape-look.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { changerOfRun, isLabelled } from '../../model/assignment.ts';
import { mayBeOwnFile } from '../../model/tape/own-tape.ts';
import type { Step } from '../../model/step.ts';
import { knownTapes, noteTape } from './note-tape.ts';
import type { Performer } from '../perform-commands.ts';

/** After an interrupted dump, its dd may still be writing the last records, and the drive rewinding. */
async function readyDrive(context: RunContext, step: Step): Promise<void> {
  for (;;) {
    try {
      await requireReadyDrive(context.runner, step.id, context.assignment, 'write');
      return;
    } catch (error) {
      const mayBeOwn = context.again && context.marks.dumpBegun && isFailure(error, 'TAPE_BUSY');
      if (!mayBeOwn || context.abort.aborted || !(await context.waitForHost())) throw error;
    }
  }
}

/** True if the tape holds the remains of an interrupted dump of this run. */
function isOwnFile(context: RunContext, { firstRecord, found }: FoundTape): boolean {
  const { again, marks, assignment, fingerprints } = context;
  const [volume] = assignment.volumes;
  if (!volume || !again || marks.tape !== 'incomplete' || !firstRecord) return false;
  // A label of which only the file mark was written is this run's own; anything else does not belong on a labeled tape.
  if (isLabelled(assignment)) return firstRecord.length === 0;
  const { method, proxy } = volume;
  const { recordBytes } = assignment.job.media;
  return mayBeOwnFile({ method, recordBytes }, firstRecord, found, fingerprints?.get(proxy)?.first);
}

/** Why this run may not write to the tape; undefined if it may. */
function refusal({ assignment, journal }: RunContext, tape: FoundTape): ShadowtapeError | undefined {
  return refusalOfJob(tape, assignment.job.media, journal.run, new Date());
}

interface Judged {
  readonly mayWrite: boolean;
  /** Runs whose data is on the tape. */
  readonly writers: readonly string[];
}

/** Journals what was found, and records a tape with a label in the tape inventory. */
export function recordFoundTape(
  context: RunContext,
  step: Step,
  tape: FoundTape,
  { mayWrite, writers }: Judged,
): void {
  const { host, device, found, blank, label } = tape;
  const sha256 = firstRecordSha256(tape);
  context.journal.append({
    type: 'tape',
    step: step.id,
    host,
    device,
    found,
    blank,
    ...(label && isLabelled(context.assignment) ? { label: label.name } : {}),
    ...(sha256 === undefined ? {} : { firstRecordSha256: sha256 }),
    ...(writers.length === 0 ? {} : { writtenBy: [...writers] }),
    position: { file: 0, record: 0 },
    overwritten: !blank && mayWrite,
  });
  if (label) noteTape(context, step, 'seen', label);
}

/** Why what the tape holds may be lost, in words. */
function reasonOf({ assignment, journal }: RunContext, { label }: FoundTape, isOwn: boolean): string {
  const { overwrite } = assignment.job.media;
  if (isOwn) return phrase('the unfinished file of this run, which is overwritten');
  if (!isLabelled(assignment) || !label) return phrase('the job may overwrite it');
  if (label.run === journal.run) return phrase('this run wrote it');
  if (isEmptyLabel(label)) return phrase('nothing was written after it');
  if (isKept(label, new Date()) || overwrite) return phrase('the job may overwrite it');
  return phrase('its retention ended on {keepUntil}', { keepUntil: localDay(label.keepUntil ?? '') });
}

/** Reports what is lost; once, although the tape is checked twice. */
function warnOfLoss(context: RunContext, step: Step, tape: FoundTape, isOwn: boolean): void {
  const reason = reasonOf(context, tape, isOwn);
  const { found } = tape;
  const text = isOwn
    ? phrase('the tape holds {found}: {reason}', { found, reason })
    : phrase('the tape holds {found}; {reason}', { found, reason });
  const { journal } = context;
  const isSaid = journal.events.some((event) => event.type === 'warning' && event.text === text);
  if (!isSaid) journal.append({ type: 'warning', step: step.id, text });
}

/**
 * Checks that the run may write to the tape in the drive from its beginning. The head is at the beginning of the tape
 * afterwards: the rewinding device rewinds when it is closed, not when it is opened.
 * @returns what the tape holds, which the run may overwrite, and the runs one of which has written it
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_WRITE_PROTECTED, TAPE_STATE_UNKNOWN, TAPE_NOT_BLANK, TAPE_NOT_LABELLED,
 *   TAPE_IS_ANOTHER, TAPE_KEPT
 */
export async function checkTape(
  context: RunContext,
  step: Step,
): Promise<{ readonly tape: FoundTape; readonly writers: readonly string[] }> {
  await readyDrive(context, step);
  const { run: own } = context.journal;
  const seen = await lookAtTape(context.runner, step.id, context.assignment);
  const mayBeOwn = isOwnFile(context, seen);
  const writers = writersOf(knownTapes(context, step), seen, mayBeOwn ? own : undefined);
  const tape = withWriters(seen, writers);
  const trouble = refusal(context, tape);
  const isOwn = trouble !== undefined && mayBeOwn && writers.every((run) => run === own);
  recordFoundTape(context, step, tape, { mayWrite: trouble === undefined || isOwn, writers });
  if (trouble && !isOwn) throw trouble;
  if (!tape.blank) warnOfLoss(context, step, tape, isOwn);
  return { tape, writers };
}

export const performTapeCheck: Performer = async (context, step) => {
  await checkTape(context, step);
  const { assignment, runner } = context;
  const changer = changerOfRun(assignment);
  if (changer === undefined) return;
  const room = { runner, step: step.id, drive: assignment, change: assignment.tapeChange };
  await requireChangerDrive(room, changer);
};
