/** The dump through the console: read on the backup server, written on the tape host. */
import { runDump, type DumpResult } from '../../streams/copy-path.ts';
import type { ByteSink } from '../../streams/stage.ts';
import { judgeTapeWrite } from '../../streams/tape-writer.ts';
import { blockBytes, mounts } from './assignment.ts';
import { CatalogueFile } from './catalogue-file.ts';
import type { Performer } from './perform-commands.ts';
import { close, evidenceOf, open, reader, showProgress, writer, type Opened } from './remote-data.ts';
import type { RunContext } from './run-context.ts';
import type { Step } from './step.ts';

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

/** Reads the shadow volume on the backup server and writes it to the tape, through this program. */
export const performDump: Performer = async (context, step) => {
  const [readCommand, writeCommand] = step.commands;
  if (!readCommand || !writeCommand) throw new Error('the step has a command that reads and one that writes');
  const { method, job, blocks } = context.assignment;
  const catalogue = mounts(method) ? new CatalogueFile(context.options.catalogueFile) : undefined;
  const source = await open(context, step.id, readCommand, reader(context));
  let sink: Opened<ByteSink>;
  try {
    sink = await open(context, step.id, writeCommand, writer(context));
  } catch (error) {
    source.end.stream.destroy();
    await close(context, step.id, source);
    throw error;
  }
  let result: DumpResult;
  try {
    result = await runDump({
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
  const counted = judgeTapeWrite(result.sinkEnd, result.handed, evidenceOf(writeCommand));
  if (catalogue) {
    const { path: file, entries } = catalogue;
    context.journal.append({ type: 'catalogue', step: step.id, volume: context.assignment.proxy, entries, file, sha256: catalogue.close() });
  }
  recordDigests(context, step, result, counted.records);
};
