/**
 * What a run reads from the tape inventory, and writes to it. An inventory that cannot be read or written is a warning,
 * and fails no run.
 */
import { isFailure } from '../../../../contract/errors.ts';
import { mediaEvent, type KnownTape, type MediaEvent, type HeldFile } from '../../../tape/media-catalogue.ts';
import type { FoundTape } from '../../../tape/overwrite-rule.ts';
import type { TapeLabel } from '../../../tape/tape-label.ts';
import { lossEvents, plainTapeEvent } from '../../../tape/tape-holders.ts';
import { writtenOf } from '../../../journal/run-summary.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import { writtenFirstRecord } from './own-first-file.ts';

function withCatalogue<Value>(context: RunContext, step: Step, without: Value, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!isFailure(error, 'TAPES_UNWRITABLE', 'TAPES_UNREADABLE')) throw error;
    context.journal.append({ type: 'warning', step: step.id, text: error.message });
    return without;
  }
}

const placeOf = ({ assignment: { tapeHost, tapeDevice } }: RunContext) => ({
  host: tapeHost,
  device: tapeDevice,
  at: new Date().toISOString(),
});

/** All tapes that are known. */
export function knownTapes(context: RunContext, step: Step): readonly KnownTape[] {
  return withCatalogue(context, step, [], () => context.options.media?.list().tapes ?? []);
}

function append(context: RunContext, step: Step, events: readonly MediaEvent[]): void {
  withCatalogue(context, step, undefined, () => {
    for (const event of events) context.options.media?.append(event);
  });
}

/** A tape with a label: seen, labeled or written. */
export function noteTape(
  context: RunContext,
  step: Step,
  what: MediaEvent['what'],
  label: TapeLabel,
  more: { readonly files?: readonly HeldFile[]; readonly onto?: 'blank' | 'data' } = {},
): void {
  const { files, ...rest } = more;
  append(context, step, [mediaEvent(what, label, placeOf(context), files, rest)]);
}

/** The tape of a run in layout `plain`, once its first file is written. */
export function notePlainTape(context: RunContext, step: Step): void {
  const { assignment, journal } = context;
  const sha256 = writtenFirstRecord(journal.events);
  if (assignment.job.media.layout !== 'plain' || sha256 === undefined) return;
  const files = assignment.volumes.flatMap(({ proxy: volume, method, tapeFile: file }) => {
    const written = writtenOf(journal.events, volume);
    return written ? [{ file, volume, method, bytes: written.bytes }] : [];
  });
  append(context, step, [plainTapeEvent({ run: journal.run, sha256, files }, placeOf(context))]);
}

/**
 * The contents of the tape in the drive are lost with the next command.
 * @param writers the runs one of which has written it, as far as they are known apart from the tape inventory
 */
export function noteLoss(
  context: RunContext,
  step: Step,
  tape: FoundTape,
  writers?: readonly string[],
): void {
  if (tape.blank) return;
  const { run } = context.journal;
  const at = new Date().toISOString();
  context.lossNoted = lossEvents(knownTapes(context, step), tape, run, at, writers);
  append(context, step, context.lossNoted);
}

/** The write failed before it began: the contents of the tape are unchanged. */
export function takeLossBack(context: RunContext, step: Step): void {
  const { at } = placeOf(context);
  const events = context.lossNoted.map(({ by: _by, certain: _certain, ...event }) => ({
    ...event,
    what: 'seen' as const,
    at,
  }));
  context.lossNoted = [];
  append(context, step, events);
}
