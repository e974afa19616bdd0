/**
 * The command lines that query a drive, move its tape, read and write: a plan prints them word for word, and `drive`
 * sends them and judges their results. Pure.
 */
import { tapeReaderArguments } from '../../../../streams/tape/tape-reader.ts';
import { tapeWriterArguments } from '../../../../streams/tape/tape-writer.ts';
import { ownRecordBytes } from '../../../tape/sealed-record.ts';
import { driveCommand, withRewind, withoutRewind } from '../../../tape/tape-device.ts';
import type { StepCommand } from '../step.ts';

export interface Drive {
  readonly tapeHost: string;
  readonly tapeDevice: string;
}

/** Large enough for a record of any common program. A larger record fails to read, and so the tape is not blank. */
const firstRecordBytes = 262_144;

/** Reads the record under the head. */
export function readRecordCommand({ tapeHost: host, tapeDevice }: Drive): StepCommand {
  const argv = ['dd', `if=${withoutRewind(tapeDevice)}`, `bs=${firstRecordBytes}`, 'count=1'];
  return { host, argv, guide: false, changes: false };
}

export function rewindCommand({ tapeHost: host, tapeDevice }: Drive): StepCommand {
  return { host, argv: driveCommand(tapeDevice, 'rewind'), guide: false, changes: false };
}

/** Reads the first record of the tape; the head is at its beginning afterwards. */
const tapeLookCommands = (drive: Drive): StepCommand[] => [
  rewindCommand(drive),
  readRecordCommand(drive),
  rewindCommand(drive),
];

/** Reads what identifies a tape: its label, or its first record. */
export const recognitionCommands = (drive: Drive): StepCommand[] => [
  rewindCommand(drive),
  readRecordCommand(drive),
];

/**
 * What is sent to check the tape before it is written from its beginning; the head is at the beginning again
 * afterwards.
 */
export function tapeCheckCommands(drive: Drive): StepCommand[] {
  return [statusCommand(drive), ...tapeLookCommands(drive)];
}

export function statusCommand({ tapeHost: host, tapeDevice }: Drive): StepCommand {
  return { host, argv: driveCommand(tapeDevice, 'status'), guide: false, changes: false };
}

/** @param count how many file marks to pass */
export function spaceCommand({ tapeHost: host, tapeDevice }: Drive, count: number): StepCommand {
  return { host, argv: driveCommand(tapeDevice, 'fsf', count), guide: false, changes: false };
}

/** The commands that move the head from anywhere to the beginning of a tape file. */
export function positionCommands(drive: Drive, file: number): StepCommand[] {
  return [rewindCommand(drive), ...(file === 0 ? [] : [spaceCommand(drive, file)])];
}

/** SPACE(6) of SCSI counts with 24 bits and a sign. */
const mostRecordsAtOnce = 8_000_000;

/** The commands that move the head from anywhere to a record of a tape file, counted from 0. */
export function recordCommands(drive: Drive, file: number, record: number): StepCommand[] {
  const { tapeHost: host, tapeDevice } = drive;
  const forward: StepCommand[] = [];
  for (let left = record; left > 0; left -= mostRecordsAtOnce) {
    const argv = driveCommand(tapeDevice, 'fsr', Math.min(left, mostRecordsAtOnce));
    forward.push({ host, argv, guide: false, changes: false });
  }
  return [...positionCommands(drive, file), ...forward];
}

/** The longest manifest. */
const mostRecords = 64;

export function writeRecordsCommand(
  { tapeHost: host, tapeDevice }: Drive,
  recordBytes: number = ownRecordBytes,
): StepCommand {
  const argv = tapeWriterArguments({ device: withoutRewind(tapeDevice), recordBytes });
  return { host, argv, guide: false, changes: true };
}

export function readOwnFileCommand({ tapeHost: host, tapeDevice }: Drive): StepCommand {
  const argv = [
    ...tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes: ownRecordBytes }),
    `count=${mostRecords}`,
  ];
  return { host, argv, guide: false, changes: false };
}

/** Rewinds, and reads the one file of a tape. */
export function readBackCommands(host: string, device: string, recordBytes: number): StepCommand[] {
  return [
    { host, argv: driveCommand(device, 'rewind'), guide: false, changes: true },
    {
      host,
      argv: tapeReaderArguments({ device: withRewind(device), recordBytes }),
      guide: false,
      changes: false,
    },
  ];
}

/** Goes to a file and reads it. */
export function readDataCommands(drive: Drive, recordBytes: number, file: number): StepCommand[] {
  const { tapeHost: host, tapeDevice } = drive;
  const argv = tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes });
  return [...positionCommands(drive, file), { host, argv, guide: false, changes: false }];
}

/** Reads label, dumps and manifest. @param manifestFile number of its tape file, where it does not follow the last dump */
export function readBackLabelledCommands(
  drive: Drive,
  recordBytes: number,
  volumes: readonly { readonly tapeFile: number }[],
  manifestFile?: number,
): StepCommand[] {
  const next = 1 + (volumes.at(-1)?.tapeFile ?? 0);
  const ahead = (manifestFile ?? next) - next;
  return [
    rewindCommand(drive),
    readRecordCommand(drive),
    ...volumes.flatMap(({ tapeFile }) => readDataCommands(drive, recordBytes, tapeFile)),
    statusCommand(drive),
    ...(ahead > 0 ? [spaceCommand(drive, ahead), statusCommand(drive)] : []),
    readOwnFileCommand(drive),
    rewindCommand(drive),
  ];
}

/** Recognizes each tape of a dump and reads its part. @param files numbers of the tape files, one on each tape, in order */
export function partsInOrderCommands(
  drive: Drive,
  recordBytes: number,
  files: readonly number[],
): StepCommand[] {
  return files.flatMap((file) => [...tapeLookCommands(drive), ...readDataCommands(drive, recordBytes, file)]);
}

/** The same, and the manifest, which is on the last tape. */
export function readSeveralTapesCommands(
  drive: Drive,
  recordBytes: number,
  files: readonly number[],
): StepCommand[] {
  return [
    ...partsInOrderCommands(drive, recordBytes, files),
    statusCommand(drive),
    readOwnFileCommand(drive),
    rewindCommand(drive),
  ];
}
