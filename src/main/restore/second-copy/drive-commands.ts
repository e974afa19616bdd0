/** What a second copy sends to its drives: to the one that reads, and to the one that writes. Pure. */
import { tapeReaderArguments } from '../../../streams/tape/tape-reader.ts';
import type { StepCommand } from '../../procedure/model/step.ts';
import {
  positionCommands,
  readOwnFileCommand,
  readRecordCommand,
  statusCommand,
  writeRecordsCommand,
  type Drive,
} from '../../procedure/model/tape/tape-commands.ts';
import { driveCommand, withoutRewind } from '../../tape/tape-device.ts';

/** The command lines; numbers of files are those of one of them. */
export function copyDriveCommands(drive: Drive, recordBytes: number): Pick<StepCommand, 'host' | 'argv'>[] {
  const { tapeHost: host, tapeDevice } = drive;
  const device = withoutRewind(tapeDevice);
  return [
    statusCommand(drive),
    ...positionCommands(drive, 1),
    { host, argv: driveCommand(tapeDevice, 'offline') },
    readRecordCommand(drive),
    readOwnFileCommand(drive),
    writeRecordsCommand(drive),
    writeRecordsCommand(drive, recordBytes),
    { host, argv: tapeReaderArguments({ device, recordBytes }) },
  ];
}
