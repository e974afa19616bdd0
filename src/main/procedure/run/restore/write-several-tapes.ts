/** Writes a dump that is on several tapes to the blocks of its proxy: each tape is asked for in its turn. */
import { alsoInto } from '../../../../streams/also-into.ts';
import { countRecords } from '../../../../streams/record-cutter.ts';
import { endInTime } from '../../../../streams/stream-failure.ts';
import type { SpanningReadBackResult } from '../../../../streams/tape/spanning-read-back.ts';
import { judgeTapeWrite } from '../../../../streams/tape/tape-writer.ts';
import { close, evidenceOf, open, writer, type DataRoom } from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, type VolumeAssignment } from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { changingOf } from '../dump/spanning-dump.ts';
import { SeveralTapes } from '../tape/read-several-tapes.ts';
import { backupOf } from './perform-restore-tape.ts';

/** What ends the writing ends the waiting for a tape, too. */
function roomOf(context: RunContext, abort: AbortSignal): DataRoom {
  const { runner, journal } = context;
  return { runner, journal, abort, progress: (shown) => context.progress({ ...shown, what: 'dump' }) };
}

/**
 * What was read is compared by the caller.
 * @param writes writes its standard input to the device of the shadow
 * @param abort ends it
 * @throws what reading tapes and changing them can end with, TAPE_RECORDS_MISCOUNTED, COMMAND_FAILED
 */
export async function writeSeveralTapes(
  context: RunContext,
  step: Step,
  { proxy, blocks }: VolumeAssignment,
  writes: StepCommand,
  abort: AbortSignal,
): Promise<SpanningReadBackResult> {
  const room = roomOf(context, abort);
  const { recordBytes } = context.assignment.job.media;
  const changing = changingOf(context, step.id);
  const ask =
    changing.ask && ((question: Parameters<typeof changing.ask>[0]) => context.ask(question, abort));
  const tapes = new SeveralTapes(room, { ...changing, ask }, backupOf(context), { recordBytes });
  // Until the first tape is there, nothing of the proxy is overwritten.
  await tapes.insertFirst(proxy);
  await context.judgeAgain?.();
  const expected = countRecords(blocks * blockBytes, recordBytes, 'short');
  const sink = await open(room, step.id, writes, writer(room, step.id));
  try {
    const read = await tapes.readThrough(proxy, alsoInto(sink.end.stream));
    judgeTapeWrite(await sink.end.ended, expected, evidenceOf(writes));
    return read;
  } catch (error) {
    const hasEnded = sink.end.stream.destroyed && !abort.aborted;
    sink.end.stream.destroy();
    // How the command has ended says more than that its input was closed.
    if (hasEnded) judgeTapeWrite(await endInTime(sink.end.ended), expected, evidenceOf(writes));
    throw error;
  } finally {
    await close(room, step.id, sink);
  }
}
