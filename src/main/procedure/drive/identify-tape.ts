/** Identifies the tape in a drive: reads the first record of each file, without writing a byte. */
import { createHash } from 'node:crypto';
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { describeFirstRecord } from '../../tape/tape-contents.ts';
import { readLabel, type TapeLabel } from '../../tape/tape-label.ts';
import { readManifest, type TapeManifest } from '../../tape/tape-manifest.ts';
import { anyAnswer, type CommandRunner } from '../hosts/command-runner.ts';
import { driveStatus, requireReadyDrive } from './drive-ready.ts';
import type { CommandResult } from '../hosts/hosts.ts';
import { contentsOfTape, ddWords, isTooLarge, type KnownDrive } from './tape-look.ts';
import { readOwnFileCommand, readRecordCommand, rewindCommand } from '../model/tape/tape-commands.ts';
import { goToFile, standAtFile } from './tape-position.ts';

const step = 'identify';
/** At most this many files are read. */
const mostFiles = 32;

interface IdentifiedFile {
  /** Number of the tape file, from 0. */
  readonly file: number;
  /** What its first record is. */
  readonly holds: string;
  /** By its first record. */
  readonly kind: 'label' | 'manifest' | 'data';
  /** The proxy volume of the data, by the label. */
  readonly volume?: string;
  /** Size in bytes of its first record; undefined if it could not be read. */
  readonly recordBytes: number | undefined;
}

export interface ManifestPlace {
  readonly file: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface IdentifiedTape {
  readonly host: string;
  readonly device: string;
  readonly blank: boolean;
  /** Undefined if the tape has no valid label of Shadowtape. */
  readonly label: TapeLabel | undefined;
  /** SHA-256 (hex) of the label's record. */
  readonly labelSha256: string | undefined;
  /** SHA-256 (hex) of the first record of a tape without a label: it is recognized by it. */
  readonly firstRecordSha256: string | undefined;
  /** Undefined if the tape has none, or one that does not belong to its label. */
  readonly manifest: TapeManifest | undefined;
  /** Where that manifest is on tape, and its digest. */
  readonly manifestPlace: ManifestPlace | undefined;
  readonly files: readonly IdentifiedFile[];
  /** Why no further file was read, in words. */
  readonly end: string;
}

export interface ReadTape extends IdentifiedTape {
  /** The first record; undefined if the tape is blank or has a label, or if it cannot be read. */
  readonly firstRecord: Buffer | undefined;
}

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A manifest may be longer than its first record: then the whole file is read. */
async function manifestOf(
  runner: CommandRunner,
  drive: KnownDrive,
  file: number,
  first: Buffer,
): Promise<{ readonly manifest: TapeManifest; readonly place: ManifestPlace } | undefined> {
  let bytes = first;
  let reading = readManifest(bytes);
  if (reading.kind === 'damaged') {
    await goToFile(runner, step, drive, file);
    const whole = await runner.send(step, readOwnFileCommand(drive), { anyStatus: true, binary: true });
    bytes = whole.stdout;
    reading = readManifest(bytes);
  }
  if (reading.kind !== 'manifest') return undefined;
  return { manifest: reading.manifest, place: { file, bytes: bytes.length, sha256: sha256Of(bytes) } };
}

/** Why there is no file under the head, from the result of reading its first record; undefined if there is one. */
async function endOfTape(
  runner: CommandRunner,
  drive: KnownDrive,
  first: CommandResult,
): Promise<string | undefined> {
  if (first.status === 0 && first.stdout.length > 0) return undefined;
  const status = await driveStatus(runner, step, drive);
  if (status.endOfData || status.blankCheck) return phrase('end of data');
  if (first.status === 0) return phrase('an empty file');
  return isTooLarge(first) ? undefined : phrase('it cannot be read: {dd}', { dd: ddWords(first) });
}

/** @returns false if the tape ends before that file */
async function reaches(runner: CommandRunner, drive: KnownDrive, file: number): Promise<boolean> {
  try {
    await standAtFile(runner, step, drive, file);
    return true;
  } catch (error) {
    if (!isFailure(error, 'COMMAND_FAILED', 'TAPE_POSITION_WRONG')) throw error;
    return false;
  }
}

/** Collects what is found, file by file. */
class Finding {
  label: TapeLabel | undefined;
  labelSha256: string | undefined;
  firstRecordSha256: string | undefined;
  firstRecord: Buffer | undefined;
  manifest: TapeManifest | undefined;
  manifestPlace: ManifestPlace | undefined;
  readonly files: IdentifiedFile[] = [];

  add(file: number, found: string, first: CommandResult): void {
    const recordBytes = first.status === 0 ? first.stdout.length : undefined;
    // What the label has on the file.
    const onLabel = this.label?.volumes.find((one) => one.file === file);
    const kind = this.label && file === 0 ? 'label' : 'data';
    const holds =
      onLabel === undefined
        ? found
        : phrase('{volume}, method {method}: {found}', {
            volume: onLabel.volume,
            method: onLabel.method,
            found,
          });
    this.files.push({
      ...{ file, kind, recordBytes, holds },
      ...(onLabel === undefined ? {} : { volume: onLabel.volume }),
    });
  }
}

async function identifyFiles(runner: CommandRunner, drive: KnownDrive, finding: Finding): Promise<string> {
  for (let file = 1; file < mostFiles; file += 1) {
    if (!(await reaches(runner, drive, file)))
      return phrase('no file mark after file {file}', { file: file - 1 });
    const first = await runner.send(step, readRecordCommand(drive), { ...anyAnswer, binary: true });
    const end = await endOfTape(runner, drive, first);
    if (end !== undefined) return phrase('{end} after file {file}', { end, file: file - 1 });
    const holds = isTooLarge(first)
      ? phrase('records larger than 262,144 bytes')
      : describeFirstRecord(first.stdout);
    finding.add(file, holds, first);
    const found = first.status === 0 ? await manifestOf(runner, drive, file, first.stdout) : undefined;
    if (!found) continue;
    const { manifest, place } = found;
    if (manifest.label === finding.label?.uuid) {
      finding.manifest = manifest;
      finding.manifestPlace = place;
    }
    const { recordBytes } = lastOf(finding.files);
    finding.files.splice(-1, 1, { file, holds: describeManifest(manifest), kind: 'manifest', recordBytes });
  }
  return phrase('not checked after file {mostFiles}', { mostFiles: mostFiles - 1 });
}

function lastOf(files: readonly IdentifiedFile[]): IdentifiedFile {
  const last = files.at(-1);
  if (!last) throw new Error('a file was added before');
  return last;
}

const describeManifest = ({ run, files }: TapeManifest) =>
  phrase('the manifest of run {run}: {files}', {
    run,
    files: files.length === 1 ? phrase('1 file') : phrase('{files} files', { files: files.length }),
  });

/**
 * Reads the first record of each file. The tape is rewound at the end.
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_STATE_UNKNOWN
 */
export async function identifyTape(runner: CommandRunner, drive: KnownDrive): Promise<ReadTape> {
  const { tapeHost: host, tapeDevice: device } = drive;
  await requireReadyDrive(runner, step, drive, 'read');
  await runner.send(step, rewindCommand(drive));
  const first = await runner.send(step, readRecordCommand(drive), { ...anyAnswer, binary: true });
  const found = await contentsOfTape(runner, step, drive, first);
  const finding = new Finding();
  let end = 'blank';
  if (found !== undefined) {
    const label = first.status === 0 ? readLabel(first.stdout) : undefined;
    if (label?.kind === 'label') {
      finding.label = label.label;
      finding.labelSha256 = sha256Of(first.stdout);
    } else if (first.status === 0) {
      finding.firstRecord = first.stdout;
      if (first.stdout.length > 0) finding.firstRecordSha256 = sha256Of(first.stdout);
    }
    finding.add(0, found, first);
    const isEmpty = first.status === 0 && first.stdout.length === 0;
    end = isEmpty
      ? phrase('not checked after a file mark at the beginning')
      : await identifyFiles(runner, drive, finding);
  }
  await runner.send(step, rewindCommand(drive));
  const { label, labelSha256, firstRecordSha256, firstRecord, manifest, manifestPlace, files } = finding;
  const blank = found === undefined;
  return {
    ...{ host, device, blank, label, labelSha256, firstRecordSha256, firstRecord },
    ...{ manifest, manifestPlace, files, end },
  };
}
