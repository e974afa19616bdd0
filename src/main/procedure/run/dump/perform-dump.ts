/** The dump, including the one through the console: read on the backup server, written on the tape host. */
import type { DumpResult } from '../../../../streams/copy-path.ts';
import { judgeSpanningWrite, totalOf } from '../../../../streams/tape/spanning-tape-sink.ts';
import type { DataEnd, DataWay } from '../../../data-path/data-way.ts';
import { DumpOutput } from '../../../../streams/dump-output.ts';
import { isReadError } from '../../../../streams/read-over-holes.ts';
import { ReaderOutput } from '../../../../streams/reader-output.ts';
import type { CopyProgress } from '../../../../streams/progress.ts';
import { judgeTapeWrite } from '../../../../streams/tape/tape-writer.ts';
import { blockBytes, mounts, volumeNamed, type VolumeAssignment } from '../../model/assignment.ts';
import { dumpToolOf } from '../../../site/file-system.ts';
import { warningsOf } from '../../model/omissions.ts';
import { CatalogueFile } from '../../../journal/catalogue-file.ts';
import { DumpStart } from './continued-dump.ts';
import { readOver } from './over-holes.ts';
import { goToDump } from './dump-position.ts';
import { withLossRecorded } from '../tape/first-write.ts';
import { notePlainTape } from '../tape/note-tape.ts';
import type { Performer } from '../perform-commands.ts';
import { dumpOnServer } from '../server/perform-server-dump.ts';
import { requireHeld } from '../shadow/shadow-hold.ts';
import {
  close,
  evidenceOf,
  open,
  openWay,
  showProgress,
  wayReader,
  wayWriter,
  type Opened,
} from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { boundToBaseline, judgeWhileOpen } from '../shadow/shadow-baseline.ts';
import { whileWatched } from '../shadow/shadow-watch.ts';
import { requireOfCluster, samplesOf } from '../shadow/streamed-records.ts';
import { SpanningDump } from './spanning-dump.ts';
import type { Step, StepCommand } from '../../model/step.ts';

function recordDigests(
  context: RunContext,
  step: Step,
  { proxy: volume, tapeFile }: VolumeAssignment,
  start: DumpStart,
  result: DumpResult,
  countedRecords: number,
): void {
  const { device, handed, counted } = start.digests(result, countedRecords);
  const common = { type: 'digest', step: step.id, volume } as const;
  context.journal.append({ ...common, hop: 'device', ...device });
  context.journal.append({
    ...common,
    hop: 'handed',
    ...handed,
    // In layout `plain` volumes are counted from file 0; file 0 of a labeled tape is the label.
    ...(tapeFile === 0 ? { firstRecordSha256: result.handed.firstRecordSha256 } : {}),
  });
  context.journal.append({ ...common, hop: 'counted', ...counted });
}

/** Where the records go: one dd, or as many tapes as needed. */
interface DumpSink {
  readonly end: DataEnd;
  /** Waits until the writer has ended, and journals the result. */
  close(): Promise<void>;
  /** Checks what was written. @returns records that the tape host has counted */
  count(result: DumpResult): number;
}

async function openWriter(
  context: RunContext,
  step: Step,
  way: DataWay,
  command: StepCommand,
): Promise<DumpSink> {
  const opened = await open(context, step.id, command, wayWriter(context, step.id, way));
  return {
    end: opened.end,
    close: () => close(context, step.id, opened),
    count: ({ sinkEnd, handed }) => judgeTapeWrite(sinkEnd, handed, evidenceOf(command)).records,
  };
}

function openTapes(
  context: RunContext,
  step: Step,
  way: DataWay,
  volume: VolumeAssignment,
  start: DumpStart,
): DumpSink {
  const dump = new SpanningDump(context, step, way, volume, start);
  return {
    end: dump.sink,
    close: async () => {
      await dump.sink.ended;
    },
    count({ handed }) {
      const segments = dump.sink.segments();
      judgeSpanningWrite(segments, handed);
      dump.recordParts();
      return totalOf(segments).records;
    },
  };
}

async function openSink(
  context: RunContext,
  step: Step,
  way: DataWay,
  volume: VolumeAssignment,
  start: DumpStart,
  command: StepCommand,
  source: Opened<DataEnd>,
): Promise<DumpSink> {
  try {
    return context.assignment.job.media.span
      ? openTapes(context, step, way, volume, start)
      : await openWriter(context, step, way, command);
  } catch (error) {
    source.end.stop();
    await close(context, step.id, source);
    throw error;
  }
}

/** The messages of ufsdump or sfxdump while it dumps: its progress, and at the end whether the dump is complete. */
class HeardDump {
  readonly output = new DumpOutput();
  readonly #context: RunContext;
  readonly #step: string;
  #shown: string | undefined;

  constructor(context: RunContext, step: string) {
    this.#context = context;
    this.#step = step;
  }

  hear(piece: Buffer): void {
    this.output.add(piece);
    const { phase } = this.output;
    // While it maps the file system no data flows: for minutes if that is large.
    if (phase !== undefined && phase !== this.#shown)
      this.#context.progress({ step: this.#step, what: 'dump', bytes: 0, words: phase });
    this.#shown = phase;
  }

  /** Adds the estimate to a progress. */
  withTotal(progress: CopyProgress): CopyProgress {
    const total = this.output.totalBytes(progress.bytes);
    return total === undefined ? progress : { ...progress, total };
  }
}

/** @returns ends it */
function recordPauses({ journal, options }: RunContext, { id: step }: Step): (() => void) | undefined {
  return options.pause?.follow((pauser) =>
    journal.append(
      pauser === undefined
        ? { type: 'pause', step, what: 'continued' }
        : { type: 'pause', step, what: 'paused', ...pauser },
    ),
  );
}

/** How the method's stream ends on tape, and what is known of its length. */
function shapeOf(
  { method, blocks }: VolumeAssignment,
  catalogue: CatalogueFile | undefined,
  start: DumpStart,
) {
  if (catalogue)
    return {
      lastRecord: 'zero-padded',
      onEntry: catalogue.add.bind(catalogue),
    } as const;
  const expectedBytes = method === '6a' ? blocks * blockBytes - start.bytes : undefined;
  return { lastRecord: 'short', expectedBytes } as const;
}

/**
 * True if only a check while the reader has the shadow open proves that it is this shadow. A raw device is compared
 * with the cluster as it passes.
 */
function isJudgedOpen(context: RunContext, volume: VolumeAssignment): boolean {
  const holder = context.holders.get(volume.proxy);
  return !samplesOf(context, volume) && (holder === undefined || holder.lost !== undefined);
}

/**
 * A shadow that is not held open may have been rebuilt since it was checked. Once data arrives, the reader has it open.
 * That data is not consumed yet, so a dump of more than a few MiB cannot end.
 */
async function judgeOpened(
  context: RunContext,
  step: Step,
  way: DataWay,
  volume: VolumeAssignment,
  source: Opened<DataEnd>,
  abort: AbortSignal,
): Promise<void> {
  if (!isJudgedOpen(context, volume)) return;
  try {
    await way.dataComes?.(source.end, abort);
    if (!abort.aborted) await judgeWhileOpen(context, step, volume);
  } catch (error) {
    source.end.stop();
    await close(context, step.id, source);
    throw error;
  }
}

/** The commands of the step that move the bytes: the one that reads, and the one that writes. */
function movingCommands({ commands }: Step): readonly [StepCommand, StepCommand] {
  const [reads, writes] = commands.slice(-2);
  if (!reads || !writes) throw new Error('the step has a command that reads and one that writes');
  return [reads, writes];
}

async function copy(
  context: RunContext,
  step: Step,
  way: DataWay,
  volume: VolumeAssignment,
  start: DumpStart,
  catalogue: CatalogueFile | undefined,
  abort: AbortSignal,
): Promise<{ result: DumpResult; counted: number }> {
  const [wholeReader, writeCommand] = movingCommands(step);
  const readCommand = start.reader(wholeReader);
  const { job } = context.assignment;
  const tool = dumpToolOf(volume.method, context.assignment.platform);
  const heard = tool && new HeardDump(context, step.id);
  const said = new ReaderOutput(readCommand.argv[0] ?? '');
  const show = showProgress(context, step.id, 'dump');
  const isOver = job.onReadError === 'zero-and-list';
  await goToDump(context, step, volume);
  const source = await open(
    context,
    step.id,
    readCommand,
    wayReader(
      context,
      step.id,
      way,
      isOver
        ? { keepsOutput: isReadError }
        : { onStderr: (piece) => (heard ? heard.hear(piece) : said.add(piece)) },
    ),
  );
  await judgeOpened(context, step, way, volume, source, abort);
  const sink = await openSink(context, step, way, volume, start, writeCommand, source);
  const unfollow = recordPauses(context, step);
  try {
    await context.options.pause?.look();
    const result = await way.dump({
      source: isOver ? readOver(context, step, way, volume, start, wholeReader, source) : source.end,
      sink: sink.end,
      recordBytes: job.media.recordBytes,
      limit: job.limit,
      ...shapeOf(volume, catalogue, start),
      ...start.checkpoints(step),
      samples: samplesOf(context, volume, start.bytes),
      judgeReader({ stderr }) {
        const evidence = { ...evidenceOf(readCommand), stderr };
        if (heard) heard.output.judge(tool, evidence);
        else said.judge(job.onSkippedFiles, evidence);
      },
      onProgress: (progress) => show(start.progress(heard ? heard.withTotal(progress) : progress)),
      abort,
      pause: context.options.pause,
      sourceEvidence: evidenceOf(readCommand),
      sinkEvidence: evidenceOf(writeCommand),
    });
    requireOfCluster(context, step, volume, result.sampled, start.bytes);
    return { result, counted: sink.count(result) };
  } finally {
    unfollow?.();
    await close(context, step.id, source);
    await sink.close();
    for (const text of heard?.output.warnings ?? [])
      context.journal.append({ type: 'warning', step: step.id, text: `${tool}: ${text}` });
    for (const warning of warningsOf(step.id, said)) context.journal.append(warning);
  }
}

/** Reads the shadow volume on the backup server and writes it to the tape, through this program. */
async function dumpThroughConsole(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  const [{ host: reads }, { host: writes }] = movingCommands(step);
  const { recordBytes } = context.assignment.job.media;
  const start = new DumpStart(context, volume);
  // What checks the shadow while its reader waits, or continues after errors, needs access to the reader.
  const inThisThread =
    isJudgedOpen(context, volume) || context.assignment.job.onReadError === 'zero-and-list';
  const bytes = volume.blocks * blockBytes - start.bytes;
  const catalogue = mounts(volume.method) ? new CatalogueFile(context.options.catalogueFile) : undefined;
  let way: DataWay | undefined;
  try {
    way = await openWay(context, step.id, { reads, writes, bytes, recordBytes, inThisThread });
    const opened = way;
    const copyUntil = (abort: AbortSignal) => copy(context, step, opened, volume, start, catalogue, abort);
    const { result, counted } = await (samplesOf(context, volume)
      ? copyUntil(context.abort)
      : whileWatched(context, step, copyUntil));
    // It may have taken hours: earlier observations of the hosts are no longer valid.
    context.observer.forget();
    recordDigests(context, step, volume, start, result, counted);
    notePlainTape(context, step);
    if (!catalogue) return;
    const { path: file, entries } = catalogue;
    context.journal.append({
      type: 'catalogue',
      step: step.id,
      volume: volume.proxy,
      entries,
      file,
      sha256: catalogue.digest(),
      fileNames: context.assignment.fileNames,
    });
  } finally {
    catalogue?.close();
    await way?.close();
  }
}

/** Dumps one volume, by the route of the job. */
export const performDump: Performer = async (context, step) => {
  const volume = volumeNamed(context.assignment, step.volumes?.[0] ?? '');
  const dump = context.assignment.route === 'server' ? dumpOnServer : dumpThroughConsole;
  await requireHeld(context, step, volume);
  const recorded = () => withLossRecorded(context, step, () => dump(context, step, volume));
  await boundToBaseline(context, step, volume, recorded);
};
