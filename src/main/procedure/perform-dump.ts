/** The dump through the console: read on the backup server, written on the tape host. */
import { runDump, type DumpResult } from '../../streams/copy-path.ts';
import type { ByteSink, ByteSource } from '../../streams/stage.ts';
import { judgeTapeWrite } from '../../streams/tape-writer.ts';
import { blockBytes, mounts } from './assignment.ts';
import { CatalogueFile } from './catalogue-file.ts';
import type { Performer } from './perform-commands.ts';
import { close, evidenceOf, open, reader, showProgress, writer, type Opened } from './remote-data.ts';
import type { RunContext } from './run-context.ts';
import type { Step, StepCommand } from './step.ts';

function recordDigests(context: RunContext, step: Step, result: DumpResult, counted: number): void {
  const { device, handed, onTape } = result;
  const common = { type: 'digest', step: step.id, volume: context.assignment.proxy } as const;
  context.journal.append({ ...common, hop: 'device', bytes: device.bytes, crc32: device.crc32, sha256: device.sha256 });
  context.journal.append({
    ...common,
    hop: 'handed',
    bytes: handed.bytes,
    records: handed.records,
    crc32: handed.crc32,
    paddingBytes: handed.paddingBytes,
    onTapeSha256: onTape.sha256,
  });
  context.journal.append({ ...common, hop: 'counted', records: counted });
}

async function openSink(context: RunContext, step: Step, command: StepCommand, source: Opened<ByteSource>): Promise<Opened<ByteSink>> {
  try {
    return await open(context, step.id, command, writer(context));
  } catch (error) {
    source.end.stream.destroy();
    await close(context, step.id, source);
    throw error;
  }
}

async function copy(context: RunContext, step: Step, catalogue: CatalogueFile | undefined): Promise<DumpResult> {
  const [readCommand, writeCommand] = step.commands;
  if (!readCommand || !writeCommand) throw new Error('the step has a command that reads and one that writes');
  const { job, blocks } = context.assignment;
  const source = await open(context, step.id, readCommand, reader(context));
  const sink = await openSink(context, step, writeCommand, source);
  try {
    return await runDump({
      source: source.end,
      sink: sink.end,
      recordBytes: job.media.recordBytes,
      lastRecord: catalogue ? 'zero-padded' : 'short',
      ...(catalogue ? { catalogue: { onEntry: (entry) => catalogue.add(entry) } } : { expectedBytes: blocks * blockBytes }),
      onProgress: showProgress(context, step.id, 'dump'),
      abort: context.abort,
      sourceEvidence: evidenceOf(readCommand),
      sinkEvidence: evidenceOf(writeCommand),
    });
  } finally {
    await close(context, step.id, source);
    await close(context, step.id, sink);
  }
}

/** Reads the shadow volume on the backup server and writes it to the tape, through this program. */
export const performDump: Performer = async (context, step) => {
  const { method, proxy: volume } = context.assignment;
  const catalogue = mounts(method) ? new CatalogueFile(context.options.catalogueFile) : undefined;
  try {
    const result = await copy(context, step, catalogue);
    // It may have taken hours: what was seen of the hosts before counts no more.
    context.observer.forget();
    const writeCommand = step.commands[1];
    const counted = judgeTapeWrite(result.sinkEnd, result.handed, writeCommand && evidenceOf(writeCommand));
    recordDigests(context, step, result, counted.records);
    if (!catalogue) return;
    const { path: file, entries } = catalogue;
    context.journal.append({ type: 'catalogue', step: step.id, volume, entries, file, sha256: catalogue.digest() });
  } finally {
    catalogue?.close();
  }
};
