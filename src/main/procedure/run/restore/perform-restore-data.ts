/** The data of a restore: from tape to the shadow, and back from a volume into this program, where it is hashed. */
import { alsoInto } from '../../../../streams/also-into.ts';
import type { DumpResult } from '../../../../streams/copy-path.ts';
import { countRecords } from '../../../../streams/record-cutter.ts';
import { judgeTapeWrite } from '../../../../streams/tape/tape-writer.ts';
import type { DataWay } from '../../../data-path/data-way.ts';
import {
  close,
  evidenceOf,
  open,
  openWay,
  showProgress,
  wayReader,
  wayWriter,
} from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, volumeNamed, type VolumeAssignment } from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import type { Performer } from '../perform-commands.ts';
import { whileWatched } from '../shadow/shadow-watch.ts';
import { recognized } from './perform-restore-tape.ts';
import { recordDigest } from './restored-digest.ts';
import { readTapesInto, type TapeSink } from './tape-into-command.ts';
import { asWriteFailure, requireDevice } from './write-trouble.ts';

interface Moving {
  readonly way: DataWay;
  readonly reads: StepCommand;
  readonly writes: StepCommand;
  readonly bytes: number;
}

/** Copies the tape file to the device. The counts of both dd are checked here, the digest by the caller. */
async function move(
  context: RunContext,
  step: Step,
  { way, reads, writes, bytes }: Moving,
  abort: AbortSignal,
): Promise<DumpResult> {
  const { recordBytes } = context.assignment.job.media;
  const source = await open(context, step.id, reads, wayReader(context, step.id, way));
  const sink = await open(context, step.id, writes, wayWriter(context, step.id, way)).catch(
    async (error: unknown) => {
      source.end.stop();
      await close(context, step.id, source);
      throw error;
    },
  );
  try {
    const result = await way.dump({
      source: source.end,
      sink: sink.end,
      recordBytes,
      lastRecord: 'short',
      expectedBytes: bytes,
      onProgress: showProgress(context, step.id, 'dump'),
      abort,
      sourceEvidence: evidenceOf(reads),
      sinkEvidence: evidenceOf(writes),
    });
    judgeTapeWrite(result.sinkEnd, result.handed, evidenceOf(writes));
    return result;
  } finally {
    await close(context, step.id, source);
    await close(context, step.id, sink);
  }
}

/** The commands of the step after the test of the device: those that read the tape, and the one that writes. */
interface Writing {
  readonly volume: VolumeAssignment;
  readonly reading: readonly StepCommand[];
  readonly writes: StepCommand;
}

/** The last record is sent as short as it is on tape. */
async function writeOneTape(context: RunContext, step: Step, { volume, reading, writes }: Writing) {
  const reads = reading.at(-1);
  if (!reads) throw new Error('the step reads the tape');
  for (const command of reading.slice(0, -1)) await context.runner.send(step.id, command);
  const bytes = volume.blocks * blockBytes;
  const { recordBytes } = context.assignment.job.media;
  const way = await openWay(context, step.id, { reads: reads.host, writes: writes.host, bytes, recordBytes });
  try {
    const { device } = await whileWatched(context, step, (abort) =>
      move(context, step, { way, reads, writes, bytes }, abort),
    );
    return device;
  } finally {
    await way.close();
  }
}

/** dd counts what it has written. */
function deviceSink(context: RunContext, { blocks }: VolumeAssignment, command: StepCommand): TapeSink {
  const { recordBytes } = context.assignment.job.media;
  const expected = countRecords(blocks * blockBytes, recordBytes, 'short');
  return {
    command,
    through: (input) => alsoInto(input),
    judge: (end) => void judgeTapeWrite(end, expected, evidenceOf(command)),
  };
}

/** Writes the dump to the blocks of the proxy. */
export const performRestoreWrite: Performer = async (context, step) => {
  const { assignment } = context;
  const volume = volumeNamed(assignment, step.volumes?.[0] ?? '');
  const [test, ...others] = step.commands;
  const writes = others.at(-1);
  if (!test || !writes) throw new Error('the step tests the device, reads the tape and writes the device');
  await requireDevice(context, step, test);
  const reading = await recognized(context, step, others.slice(0, -1));
  try {
    const { bytes, sha256 } = assignment.job.media.span
      ? await whileWatched(context, step, (abort) =>
          readTapesInto(context, step.id, volume.proxy, deviceSink(context, volume, writes), abort),
        )
      : await writeOneTape(context, step, { volume, reading, writes });
    recordDigest(context, step, {
      ...{ volume: volume.proxy, place: 'sent', host: writes.host },
      ...{ bytes, sha256 },
    });
  } catch (error) {
    throw asWriteFailure(context, step, volume, writes, error);
  } finally {
    context.observer.forget();
  }
};

async function readVolume(
  context: RunContext,
  step: Step,
  command: StepCommand,
  bytes: number,
  abort: AbortSignal,
) {
  const { recordBytes } = context.assignment.job.media;
  const way = await openWay(context, step.id, { reads: command.host, bytes, recordBytes });
  try {
    const source = await open(context, step.id, command, wayReader(context, step.id, way));
    try {
      return await way.readBack({
        source: source.end,
        recordBytes,
        total: bytes,
        reads: 'device',
        onProgress: showProgress(context, step.id, 'read-back'),
        abort,
        evidence: evidenceOf(command),
      });
    } finally {
      await close(context, step.id, source);
    }
  } finally {
    await way.close();
  }
}

/** Reads each volume of the step completely, and compares it with the backup. @throws RESTORE_DIFFERS */
export const performReadVolume: Performer = async (context, step) => {
  const place = step.reads;
  if (place === undefined) throw new Error('the step says where it reads');
  for (const [index, proxy] of (step.volumes ?? []).entries()) {
    const command = step.commands[index];
    if (!command) throw new Error('the step has a command for each volume');
    const bytes = volumeNamed(context.assignment, proxy).blocks * blockBytes;
    const read = (abort: AbortSignal) => readVolume(context, step, command, bytes, abort);
    const result = place === 'shadow' ? await whileWatched(context, step, read) : await read(context.abort);
    recordDigest(context, step, {
      ...{ volume: proxy, place, host: command.host },
      ...{ bytes: result.bytes, sha256: result.sha256 },
    });
  }
  context.observer.forget();
};
