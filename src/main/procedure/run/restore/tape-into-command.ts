/** Reads the dump of a volume from its tape or tapes into a command, and computes its digest on the way. */
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

/** The receiver of the dump. */
export interface TapeSink {
  readonly command: StepCommand;
  /** The stage that writes what passes to the standard input of the command. */
  through(input: Writable): Duplex;
  /** @throws if the command has not read everything, or has failed */
  judge(end: ProcessEnd): void;
}

/** All bytes that were read. */
export interface TapeDigest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** An error of the writer also ends the wait for a tape. */
function roomOf(context: RunContext, abort: AbortSignal): DataRoom {
  const { runner, journal } = context;
  return { runner, journal, abort, progress: (shown) => context.progress({ ...shown, what: 'dump' }) };
}

/** Opens the command, and reads the dump into it. */
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
    // The end of the command says more than its closed input.
    if (hasEnded) sink.judge(await endInTime(ended));
    throw error;
  } finally {
    await close(room, step, opened);
  }
}

/**
 * For a volume on several tapes: the tapes are requested one by one. The caller compares what was read.
 * @param abort ends it
 * @throws errors of reading and changing tapes, and what the sink throws
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
  // Nothing of the proxy is overwritten before the first tape is loaded.
  await tapes.insertFirst(proxy);
  await context.judgeAgain?.();
  return into(room, step, sink, (through) => tapes.readThrough(proxy, through));
}

/**
 * For a volume on one tape. The caller compares what was read.
 * @param reading the commands that move the head to the dump, then the one that reads it
 * @param total expected bytes, for the progress
 * @param abort ends it
 * @throws TAPE_READ_FAILED and other errors of reading a tape, and what the sink throws
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
