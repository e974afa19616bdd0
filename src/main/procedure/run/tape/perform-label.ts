/** Writes the label of a tape in layout `labelled`, right before the dump; and decides which tapes may be written. */
import { createHash, randomUUID } from 'node:crypto';
import { failure } from '../../../../contract/errors.ts';
import { ownZone } from '../../../../contract/time/wall-clock.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { refusalOfRun, type FoundTape } from '../../../tape/overwrite-rule.ts';
import { writersOf } from '../../../tape/tape-holders.ts';
import { keepUntilOf } from '../../../tape/retention.ts';
import { encodeLabel, inventedName, longestTapeName, type TapeLabel } from '../../../tape/tape-label.ts';
import type { Assignment, VolumeAssignment } from '../../model/assignment.ts';
import type { InsertedTape } from '../../drive/change-tape.ts';
import { writeRecords } from '../../drive/own-file.ts';
import { writeRecordsCommand } from '../../model/tape/tape-commands.ts';
import { checkFirstWrite, withLossRecorded } from './first-write.ts';
import { knownTapes, noteLoss, noteTape } from './note-tape.ts';
import type { Performer } from '../perform-commands.ts';
import { labelContents, onFirstTape, onNextTape, type IntendedVolume } from './label-contents.ts';
import { keepsTape } from '../dump/continued-dump.ts';
import { recordFoundTape } from './perform-tape-check.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { isTapeOfRun } from '../../model/tape/run-tapes.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { goToFile } from '../../drive/tape-position.ts';

/** Retention counts from the day on which the run began: the next run of a weekly job begins at that time of day. */
function keepUntilOfRun({ assignment, journal }: RunContext, now: Date): string | undefined {
  const { media, schedule } = assignment.job;
  const [start] = journal.events;
  return keepUntilOf(media.keep, start ? new Date(start.at) : now, schedule?.zone ?? ownZone());
}

interface LabelOrder {
  /** What the tape held before. */
  readonly found: FoundTape;
  readonly name: string;
  readonly number: number;
  readonly slot?: number | undefined;
  readonly volumes: readonly IntendedVolume[];
}

/** A tape keeps its name when it is overwritten: the name is printed on the cartridge. */
function labelFor(
  context: RunContext,
  { found: { label: present }, name: wanted, number, volumes }: LabelOrder,
): TapeLabel {
  const { assignment, journal } = context;
  const now = new Date();
  const name = present?.name ?? wanted;
  const keepUntil = keepUntilOfRun(context, now);
  return {
    name,
    uuid: randomUUID(),
    writtenAt: now.toISOString(),
    run: journal.run,
    site: assignment.siteName,
    ...labelContents(assignment, name, volumes),
    ...(keepUntil === undefined ? {} : { keepUntil }),
    ...(number === 1 ? {} : { number }),
  };
}

/** The name of the first tape of a run that is not labeled yet. */
function firstName({ job, siteName, jobName }: Assignment): string {
  return job.media.name ?? inventedName(siteName, jobName, new Date());
}

/** Writes the label at the beginning of the tape, and records it in journal and tape inventory. */
async function writeLabel(
  context: RunContext,
  step: Step,
  write: StepCommand,
  order: LabelOrder,
): Promise<void> {
  const { found, number, slot } = order;
  const { tapeHost: host, tapeDevice: device } = context.assignment;
  const label = labelFor(context, order);
  const record = encodeLabel(label);
  await goToFile(context.runner, step.id, context.assignment, 0);
  await withLossRecorded(context, step, () => writeRecords(context, step.id, write, record));
  const { name, uuid, writtenAt, keepUntil } = label;
  context.journal.append({
    type: 'label',
    step: step.id,
    host,
    device,
    name,
    uuid,
    writtenAt,
    ...(keepUntil === undefined ? {} : { keepUntil }),
    number,
    ...(slot === undefined ? {} : { slot }),
    sha256: createHash('sha256').update(record).digest('hex'),
  });
  noteTape(context, step, 'labelled', label, { onto: found.blank ? 'blank' : 'data' });
}

/** Checked again: hours may have passed since the last check. The label stays if the dump is continued. */
export const performLabel: Performer = async (context, step) => {
  const write = step.commands.at(-1);
  if (!write) throw new Error('the step has a command that writes');
  if (await keepsTape(context, step)) return;
  const tape = await checkFirstWrite(context, step);
  await writeLabel(context, step, write, {
    found: tape,
    name: firstName(context.assignment),
    number: 1,
    volumes: onFirstTape(context.assignment),
  });
};

/**
 * A tape of this run holds a part of its dump; any other follows the job's rule, except for the name, which comes from
 * the first tape.
 * @param name the required tape of a pool; undefined if any will do
 */
export function refusalOfNextTape(
  { assignment, journal }: RunContext,
  found: FoundTape,
  name: string | undefined,
) {
  const { host, device, label } = found;
  const { overwrite } = assignment.job.media;
  if (label?.run === journal.run && isTapeOfRun(journal.events, label.uuid))
    return failure('TAPE_IS_ANOTHER', {
      host,
      device,
      found: found.found,
      wanted: phrase('a tape that this run has not written'),
    });
  return refusalOfRun(found, { name, overwrite, run: journal.run }, new Date());
}

/** `NIGHTLY` -> `NIGHTLY-2`, shortened if it becomes too long. */
function nameOfNext(first: string, number: number): string {
  const suffix = `-${number}`;
  return `${first.slice(0, longestTapeName - suffix.length)}${suffix}`;
}

/**
 * @param inserted a tape that changeTape has accepted
 * @param nameOfPool its name in the pool; undefined if its name follows that of the first
 * @param continued the volume whose dump continues on it; undefined if only the manifest is left
 */
export async function labelNextTape(
  context: RunContext,
  step: Step,
  { found, slot }: InsertedTape,
  number: number,
  nameOfPool: string | undefined,
  continued: VolumeAssignment | undefined,
): Promise<void> {
  const { journal, assignment } = context;
  const writers = writersOf(knownTapes(context, step), found);
  recordFoundTape(context, step, found, { mayWrite: true, writers });
  noteLoss(context, step, found);
  const first = journal.events.findLast((event) => event.type === 'label' && (event.number ?? 1) === 1);
  const name = first?.type === 'label' ? first.name : firstName(assignment);
  const volumes = onNextTape(context, continued);
  const order = { found, name: nameOfPool ?? nameOfNext(name, number), number, slot, volumes };
  await writeLabel(context, step, writeRecordsCommand(assignment), order);
}
