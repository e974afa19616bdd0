/** The steps and commands that layout `labelled` adds: file 0 is the label, file 1 the dump, file 2 the manifest. */
import { tapeReaderArguments } from '../../streams/tape-reader.ts';
import { withoutRewind } from '../tape/tape-device.ts';
import type { Assignment } from './assignment.ts';
import type { Drive } from './drive-ready.ts';
import { readOwnFileCommand, writeRecordsCommand } from './own-file.ts';
import type { Step, StepCommand } from './step.ts';
import { readRecordCommand, rewindCommand } from './tape-look.ts';
import { positionCommands, statusCommand } from './tape-position.ts';

export const dataFile = 1;
export const manifestFile = 2;

export const isLabelled = ({ job }: Pick<Assignment, 'job'>): boolean => job.media.layout === 'labelled';

export function labelStep(assignment: Assignment): Step {
  const { job } = assignment;
  return {
    id: 'label',
    phase: 'dump',
    title: job.media.name === undefined ? 'Label the tape' : `Label the tape "${job.media.name}"`,
    why: 'the tape says by itself what it is, which run wrote it, and until when it is to be kept',
    endangers: 'what the tape held before is gone',
    source: 'Shadowtape',
    performance: 'label',
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
    why: 'a tape whose last file is missing was broken off; the manifest holds the digests of what was written',
    source: 'Shadowtape',
    performance: 'manifest',
    commands: [statusCommand(assignment), writeRecordsCommand(assignment), rewindCommand(assignment)],
  };
}

/** Goes behind the label, from wherever the head stands. */
export const dataPosition = (drive: Drive): StepCommand[] => positionCommands(drive, dataFile);

/** Goes to the dump and reads it. */
export function readDataCommands(drive: Drive, recordBytes: number): StepCommand[] {
  const { tapeHost: host, tapeDevice } = drive;
  const argv = tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes });
  return [...dataPosition(drive), { host, argv, guide: false, changes: false }];
}

/** Reads label, dump and manifest. */
export function readBackLabelledCommands(drive: Drive, recordBytes: number): StepCommand[] {
  return [
    rewindCommand(drive),
    readRecordCommand(drive),
    ...readDataCommands(drive, recordBytes),
    statusCommand(drive),
    readOwnFileCommand(drive),
    rewindCommand(drive),
  ];
}
