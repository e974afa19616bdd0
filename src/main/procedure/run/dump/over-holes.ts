/**
 * Continues after records of a shadow volume that cannot be read (`onReadError: zero-and-list`). Each is in the journal
 * before its zeros are on tape.
 */
import { isReadError } from '../../../../streams/read-over-holes.ts';
import { sampleArguments } from '../../../../streams/raw-device.ts';
import { sourceFailure } from '../../../../streams/source-gate.ts';
import type { DataEnd, DataWay } from '../../../data-path/data-way.ts';
import { close, evidenceOf, open, wayReader, type Opened } from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, shadowRawDevice, type VolumeAssignment } from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { unreadableRecords, unreadableWarning } from '../../model/unreadable-records.ts';
import { seekOperand } from '../../plan/step-6-commands.ts';
import type { DumpStart } from './continued-dump.ts';

/** The part of a dump that stays on the tape was read by an earlier process: its unreadable records still count. */
function recordKept({ journal }: RunContext, step: Step, { proxy }: VolumeAssignment, start: DumpStart) {
  const began = journal.events.findLastIndex(
    (event) => event.type === 'step-started' && event.step === step.id,
  );
  const former = unreadableRecords(journal.events.slice(0, began), proxy);
  return former.filter((record) => record < start.records);
}

/** One record alone: a read error that does not recur was not the disk's. @returns undefined if it cannot be read */
async function readAlone(
  { runner, assignment }: RunContext,
  step: Step,
  volume: VolumeAssignment,
  record: number,
): Promise<Buffer | undefined> {
  const { recordBytes } = assignment.job.media;
  const seekWith = assignment.platform === 'solaris' ? 'iseek' : 'skip';
  const argv = sampleArguments(shadowRawDevice(volume), record, { recordBytes, seekWith });
  const command: StepCommand = { host: assignment.backupServer, argv, guide: false, changes: false };
  const { status, signal, stdout, stderr } = await runner.send(step.id, command, {
    anyStatus: true,
    isAnswer: isReadError,
    binary: true,
  });
  if (status === 0) return stdout;
  const end = { status, signal, stderr, bytes: stdout.length };
  if (isReadError(end)) return undefined;
  throw sourceFailure(end, record * recordBytes, evidenceOf(command));
}

/**
 * @param command reads the volume from its first record on
 * @param first the command that was opened for what is to be written
 * @returns what is read, with zeros for what cannot be read
 */
export function readOver(
  context: RunContext,
  step: Step,
  way: DataWay,
  volume: VolumeAssignment,
  start: DumpStart,
  command: StepCommand,
  first: Opened<DataEnd>,
): DataEnd {
  const { journal, assignment } = context;
  const { recordBytes } = assignment.job.media;
  const tell = (record: number) =>
    void journal.append(unreadableWarning(step.id, volume.proxy, record, recordBytes));
  if (!way.readOver) throw new Error('a dump that reads on after errors goes through the main thread');
  recordKept(context, step, volume, start).forEach(tell);
  return way.readOver(first.end, {
    recordBytes,
    totalBytes: volume.blocks * blockBytes - start.bytes,
    readAlone: (record) => readAlone(context, step, volume, start.records + record),
    onHole: (record) => tell(start.records + record),
    async open(record) {
      const argv = [...command.argv, seekOperand(assignment, start.records + record)];
      const how = wayReader(context, step.id, way, { keepsOutput: isReadError });
      const opened = await open(context, step.id, { ...command, argv }, how);
      void close(context, step.id, opened);
      return opened.end;
    },
  });
}
