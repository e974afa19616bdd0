/** Reads the dump of a volume from its tape, or its tapes, into a command that takes it, while its digest is taken. */
import type { Duplex, Writable } from 'node:stream';
import type { ProcessEnd } from '../../../../streams/stage.ts';
import { endInTime } from '../../../../streams/stream-failure.ts';
import { readBack } from '../../../../streams/tape/read-back.ts';
import { judgeTapeRead } from '../../../../streams/tape/tape-reader.ts';
import {
  close,
  evidenceOf,
  open,
  reader,
  showProgress,
  writer,
  type DataRoom,
} from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { StepCommand } from '../../model/step.ts';
import { changingOf } from '../dump/spanning-dump.ts';
import { SeveralTapes } from '../tape/read-several-tapes.ts';
import { backupOf } from './perform-restore-tape.ts';

/** What takes the dump. */
export interface TapeSink {
  readonly command: StepCommand;
  /** The stage that hands what passes to the standard input of the command. */
  through(input: Writable): Duplex;
  /** @throws where the command has not taken everything, or has failed */
  judge(end: ProcessEnd): void;
}

/** The whole of what was read. */
export interface TapeDigest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What ends the writing ends the waiting for a tape, too. */
function roomOf(context: RunContext, abort: AbortSignal): DataRoom {
  const { runner, journal } = context;
  return { runner, journal, abort, progress: (shown) => context.progress({ ...shown, what: 'dump' }) };
}

/** Opens the command, and has the dump read into it. */
async function into(
  room: DataRoom,
  step: string,
  sink: TapeSink,
  read: (through: Duplex) => Promise<TapeDigest>,
): Promise<TapeDigest> {
  const opened = await open(room, step, sink.command, writer(room, step));
  const { stream, ended } = opened.end;
  try {
    const found = await read(sink.through(stream));
    sink.judge(await ended);
    return found;
  } catch (error) {
    const hasEnded = stream.destroyed && !room.abort.aborted;
    stream.destroy();
    // How the command has ended says more than that its input was closed.
    if (hasEnded) sink.judge(await endInTime(ended));
    throw error;
  } finally {
    await close(room, step, opened);
  }
}

/**
 * Of a volume on several tapes: each tape is asked for in its turn. What was read is compared by the caller.
 * @param abort ends it
 * @throws what reading tapes and changing them can end with, and what the sink throws
 */
export async function readTapesInto(
  context: RunContext,
  step: string,
  proxy: string,
  sink: TapeSink,
  abort: AbortSignal,
): Promise<TapeDigest> {
  const room = roomOf(context, abort);
  const { recordBytes } = context.assignment.job.media;
  const changing = changingOf(context, step);
  const ask =
    changing.ask && ((question: Parameters<typeof changing.ask>[0]) => context.ask(question, abort));
  const tapes = new SeveralTapes(room, { ...changing, ask }, backupOf(context), { recordBytes });
  // Until the first tape is there, nothing of the proxy is overwritten.
  await tapes.insertFirst(proxy);
  await context.judgeAgain?.();
  return into(room, step, sink, (through) => tapes.readThrough(proxy, through));
}

/**
 * Of a volume on one tape. What was read is compared by the caller.
 * @param reading what brings the head to the dump, then the command that reads it
 * @param total bytes that are expected, for the progress
 * @param abort ends it
 * @throws TAPE_READ_FAILED and what else reading a tape can end with, and what the sink throws
 */
export async function readTapeInto(
  context: RunContext,
  step: string,
  { reading, total, sink }: { reading: readonly StepCommand[]; total: number; sink: TapeSink },
  abort: AbortSignal,
): Promise<TapeDigest> {
  const room = roomOf(context, abort);
  const { recordBytes } = context.assignment.job.media;
  const reads = reading.at(-1);
  if (!reads) throw new Error('the step reads the tape');
  for (const command of reading.slice(0, -1)) await room.runner.send(step, command);
  const source = await open(room, step, reads, reader(room, step));
  try {
    return await into(room, step, sink, async (through) => {
      const read = await readBack({
        source: source.end,
        ...{ recordBytes, total, through, abort },
        onProgress: showProgress(room, step, 'dump'),
        evidence: evidenceOf(reads),
      });
      judgeTapeRead(read.end, undefined, evidenceOf(reads));
      return read;
    });
  } finally {
    source.end.stream.destroy();
    await close(room, step, source);
  }
}
