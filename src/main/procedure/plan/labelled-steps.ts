/** The steps and commands that layout `labelled` adds: file 0 is the label, then a file a volume, then the manifest. */
import { tapeReaderArguments } from '../../../streams/tape-reader.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Drive } from '../drive/drive-ready.ts';
import { readOwnFileCommand, writeRecordsCommand } from '../drive/own-file.ts';
import { heldProxies } from '../model/shadow-holder.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { readRecordCommand, rewindCommand } from '../drive/tape-look.ts';
import { positionCommands, statusCommand } from '../drive/tape-position.ts';

/** Number of the tape file that the manifest is. */
export const manifestFileOf = (volumes: readonly unknown[]): number => 1 + volumes.length;

export const isLabelled = ({ job }: Pick<Assignment, 'job'>): boolean => job.media.layout === 'labelled';

export function labelStep(assignment: Assignment): Step {
  const { job } = assignment;
  return {
    id: 'label',
    phase: 'dump',
    title: job.media.name === undefined ? 'Label the tape' : `Label the tape "${job.media.name}"`,
    why: 'the label on the tape names the tape, the run that wrote it, and its retention',
    endangers: 'the current contents of the tape are lost',
    source: 'Shadowtape',
    performance: 'label',
    guarded: 'before',
    holds: heldProxies(assignment),
    commands: [
      rewindCommand(assignment),
      readRecordCommand(assignment),
      rewindCommand(assignment),
      writeRecordsCommand(assignment),
    ],
  };
}

export function manifestStep(assignment: Assignment): Step {
  return {
    id: 'manifest',
    phase: 'dump',
    title: 'Write the manifest',
    why: 'a tape without a manifest is incomplete; the manifest has the digests of the data',
    source: 'Shadowtape',
    performance: 'manifest',
    commands: [statusCommand(assignment), writeRecordsCommand(assignment), rewindCommand(assignment)],
  };
}

/** Goes to a file and reads it. */
export function readDataCommands(drive: Drive, recordBytes: number, file: number): StepCommand[] {
  const { tapeHost: host, tapeDevice } = drive;
  const argv = tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes });
  return [...positionCommands(drive, file), { host, argv, guide: false, changes: false }];
}

/** Reads label, dumps and manifest. */
export function readBackLabelledCommands(
  drive: Drive,
  recordBytes: number,
  volumes: readonly { readonly tapeFile: number }[],
): StepCommand[] {
  return [
    rewindCommand(drive),
    readRecordCommand(drive),
    ...volumes.flatMap(({ tapeFile }) => readDataCommands(drive, recordBytes, tapeFile)),
    statusCommand(drive),
    readOwnFileCommand(drive),
    rewindCommand(drive),
  ];
}
