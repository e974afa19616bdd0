/** A tape without a journal, such as one that was written by hand: what a file of it is, from its first record. */
import { failure } from '../../contract/errors.ts';
import { requireReadyDrive } from '../procedure/drive/drive-ready.ts';
import { ddWords, type KnownDrive } from '../procedure/drive/tape-look.ts';
import { goToFile } from '../procedure/drive/tape-position.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { readRecordCommand } from '../procedure/model/tape/tape-commands.ts';
import { describeFirstRecord } from '../tape/tape-contents.ts';
import { readLabel } from '../tape/tape-label.ts';
import { readManifest } from '../tape/tape-manifest.ts';
import { restoreStep } from './target/host-place.ts';
import type { LooseFile } from './read-source.ts';

export interface SeenFile extends LooseFile {
  readonly kind: 'files' | 'image';
  /** What it looks like, in words. */
  readonly holds: string;
}

const isOwn = (record: Buffer): boolean =>
  readLabel(record).kind !== 'foreign' || readManifest(record).kind !== 'foreign';

/** What a first record shows of the rest; undefined if it cannot be restored. */
function kindOf(record: Buffer, holds: string): SeenFile['kind'] | undefined {
  if (record.length === 0 || isOwn(record) || /dump/.test(holds.replace(/neither tar nor ufsdump/, '')))
    return undefined;
  return /tar archive/.test(holds) ? 'files' : 'image';
}

/**
 * Reads the first record of a file of the tape in the drive.
 * @param file number of the tape file, from 0
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_STATE_UNKNOWN, TAPE_POSITION_WRONG, RESTORE_TAPE_FILE_UNSUPPORTED
 */
export async function lookAtLooseFile(
  runner: CommandRunner,
  drive: KnownDrive,
  file: number,
): Promise<SeenFile> {
  await requireReadyDrive(runner, restoreStep, drive, 'read');
  await goToFile(runner, restoreStep, drive, file);
  const first = await runner.send(restoreStep, readRecordCommand(drive), { anyStatus: true, binary: true });
  const { tapeHost: host, tapeDevice: device } = drive;
  if (first.status !== 0)
    throw failure(
      'TAPE_STATE_UNKNOWN',
      { device, host, said: ddWords(first) },
      { host, stderr: first.stderr },
    );
  const holds = describeFirstRecord(first.stdout);
  const kind = kindOf(first.stdout, holds);
  if (!kind) throw failure('RESTORE_TAPE_FILE_UNSUPPORTED', { device, host, file, holds });
  return { file, recordBytes: Math.ceil(first.stdout.length / 512) * 512, kind, holds };
}
