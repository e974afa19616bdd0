/** Commands whose data flows through this program: opened with an intent in the journal, closed with an outcome. */
import type { EventOf } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CopyProgress } from '../../../streams/progress.ts';
import { ReaderOutput } from '../../../streams/reader-output.ts';
import type { ByteSink, ByteSource, ProcessEnd } from '../../../streams/stage.ts';
import { openDataWay, type DataWayOptions } from '../../data-path/open-data-way.ts';
import type { DataEnd, DataWay, WayReadOptions } from '../../data-path/data-way.ts';
import { commandLine } from '../../ssh/quoting.ts';
import type { EventSink } from '../../journal/journal.ts';
import { warningsOf } from '../model/omissions.ts';
import type { CommandRunner } from './command-runner.ts';
import type { StepCommand } from '../model/step.ts';

export type LiveProgress = Pick<
  EventOf<'progress'>,
  'step' | 'what' | 'bytes' | 'total' | 'records' | 'rate' | 'bufferFill' | 'words' | 'elapsedSeconds'
>;

/** What data needs from a run, or from a command that only reads a tape. */
export interface DataRoom {
  readonly runner: CommandRunner;
  /** Ends the data immediately. */
  readonly abort: AbortSignal;
  readonly journal: EventSink;
  progress(progress: LiveProgress): void;
}

export interface Opened<End> {
  readonly intent: number;
  readonly startedAt: number;
  readonly end: End;
}

/**
 * Opens the path of a step's data; close it when the step no longer needs it.
 * @param writes the host that is written to, if any
 * @param bytes how many are expected, or a little more
 */
export function openWay(
  room: DataRoom,
  step: string,
  way: Pick<DataWayOptions, 'reads' | 'writes' | 'bytes' | 'recordBytes' | 'inThisThread'>,
): Promise<DataWay> {
  const { onRetry } = room.runner.streamOptions(step);
  return openDataWay({
    ...way,
    hosts: room.runner.hosts,
    abort: room.abort,
    onRetry,
    onFallBack(reason) {
      const text = phrase('no thread for the data ({reason}); it goes through the main thread', { reason });
      room.journal.append({ type: 'warning', step, text });
    },
  });
}

/** @param options the callback for the command's messages while it reads, and whether data from before a failure counts */
export const wayReader =
  (
    room: DataRoom,
    step: string,
    way: DataWay,
    options: Pick<WayReadOptions, 'onStderr' | 'keepsOutput'> = {},
  ) =>
  (command: StepCommand): Promise<DataEnd> =>
    way.openRead(command.argv, { abort: room.abort, ...options, ...room.runner.dataOptions(step, command) });

export const wayWriter =
  (room: DataRoom, step: string, way: DataWay) =>
  (command: StepCommand): Promise<DataEnd> =>
    way.openWrite(command.argv, { abort: room.abort, ...room.runner.dataOptions(step, command) });

export async function open<End extends { ended: Promise<ProcessEnd> }>(
  room: DataRoom,
  step: string,
  command: StepCommand,
  how: (command: StepCommand) => Promise<End>,
): Promise<Opened<End>> {
  await room.runner.beforeSending(step, command);
  const intent = room.runner.intent(step, command);
  const startedAt = performance.now();
  try {
    await room.runner.ready(step, command);
    return { intent, startedAt, end: await how(command) };
  } catch (error) {
    room.runner.outcome(step, intent, { error });
    throw error;
  }
}

export async function close(
  room: DataRoom,
  step: string,
  opened: Opened<{ ended: Promise<ProcessEnd> }>,
): Promise<void> {
  const { status, signal, stderr } = await opened.end.ended;
  room.runner.outcome(step, opened.intent, {
    status,
    signal,
    stderr,
    milliseconds: performance.now() - opened.startedAt,
  });
}

/**
 * Journals the messages of a command that exited 0.
 * @param stderr all of them
 */
export function tellSaid(
  { journal }: Pick<DataRoom, 'journal'>,
  step: string,
  { argv }: StepCommand,
  stderr: Buffer | string,
): void {
  const said = new ReaderOutput(argv[0] ?? '');
  said.add(stderr);
  for (const warning of warningsOf(step, said)) journal.append(warning);
}

/** @param onStderr called with the command's messages while it reads */
export function reader(
  room: DataRoom,
  step: string,
  onStderr?: (piece: Buffer) => void,
): (command: StepCommand) => Promise<ByteSource> {
  return (command) =>
    room.runner.hosts
      .session(command.host)
      .openRead(command.argv, { abort: room.abort, onStderr, ...room.runner.dataOptions(step, command) });
}

export function writer(room: DataRoom, step: string): (command: StepCommand) => Promise<ByteSink> {
  return (command) =>
    room.runner.hosts
      .session(command.host)
      .openWrite(command.argv, { abort: room.abort, ...room.runner.dataOptions(step, command) });
}

export const evidenceOf = ({ host, argv }: StepCommand) => ({ host, command: commandLine(argv) });

export function showProgress(room: DataRoom, step: string, what: 'dump' | 'read-back') {
  return (progress: CopyProgress) =>
    room.progress({
      step: step,
      what,
      bytes: progress.bytes,
      ...(progress.total === undefined ? {} : { total: progress.total }),
      records: progress.records,
      rate: progress.bytesPerSecond,
      bufferFill: progress.bufferFill,
    });
}
