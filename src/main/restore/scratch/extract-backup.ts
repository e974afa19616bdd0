/** Extracts a backup into a scratch folder while a drill reads it, compares what was written, and removes it. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { translated } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import { byPatterns } from '../archive/selection.ts';
import type { GdsHosts } from '../device/device-place.ts';
import type { ExtractedBackup } from '../drill.ts';
import type { DumpSource } from '../dump-source.ts';
import {
  ListedEntries,
  restoreDump,
  restoreFiles,
  restoreImage,
  type ReadThrough,
  type Restoring,
} from '../perform-restore.ts';
import { RestoreOutcome } from '../restore-outcome.ts';
import type { RestoreWork } from '../restore-work.ts';
import type { RestoredFile } from '../restored-file.ts';
import { digestOfFile } from '../target/open-output.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import { requireScratchPlace, ScratchFolder, type ScratchNeeds } from './scratch-folder.ts';

export interface Extracting {
  readonly room: DataRoom;
  /** Sends commands that a cancel does not end. */
  readonly afterwards: CommandRunner;
  readonly gds: GdsHosts;
  /** The folder in which the scratch folder is made. */
  readonly place: RestoreTarget;
  /** The scratch folder itself. */
  readonly scratch: RestoreTarget;
  /** Called with each entry that was not extracted. */
  readonly onMissing: (file: RestoredFile) => void;
  readonly onNote: (sentence: string) => void;
  /** The scratch folder could not be removed. @param reason why */
  readonly onLeft: (reason: string) => void;
  /** The backup was read, but not all of it was extracted. */
  readonly onShort: (error: ShadowtapeError) => void;
}

const sourceOf = (work: RestoreWork): DumpSource | undefined =>
  work.kind === 'image' ? work.source : work.dumps[0]?.source;

/** What a backup needs of the place that it is extracted to. */
export function needsOf(work: RestoreWork): ScratchNeeds {
  const bytes = work.kind === 'image' ? work.source.written.bytes : work.dumps[0]?.bytes;
  return { bytes: bytes ?? 0, restoreTool: sourceOf(work)?.restoreTool };
}

/** Links that lead elsewhere, devices and FIFOs are left out of every restore. They hold no data. */
const hasNoContent = ({ kind }: RestoredFile): boolean =>
  kind === 'symbolic link' || kind === 'hard link' || kind === 'special file';

async function restoreAll(restoring: Restoring, work: RestoreWork): Promise<void> {
  if (work.kind === 'image') return imageCompared(restoring, work.source);
  const [dump] = work.dumps;
  if (!dump) return;
  if (dump.source.restoreTool !== undefined) {
    await restoreDump(restoring, dump.source.restoreTool);
  } else if (dump.listed) {
    const entries = new ListedEntries(dump.listed.entries);
    await restoreFiles(restoring, entries.wants);
    entries.tellMissing(restoring.tell);
  } else await restoreFiles(restoring, byPatterns([], []));
}

/** A host compares an image itself; here it is read back. */
async function imageCompared(restoring: Restoring, source: DumpSource): Promise<void> {
  const { target } = restoring;
  const { sha256: expected } = await restoreImage(restoring, source.recordBytes);
  if (target.kind === 'host') return;
  const { sha256: actual } = await digestOfFile(Buffer.from(target.path));
  if (actual !== expected)
    throw failure('RESTORE_IMAGE_DIFFERS', { target: target.path, what: 'SHA-256', expected, actual });
}

/**
 * The place is checked again before anything is written: a tape may have been waited for.
 * @param read reads the backup, and compares it with what its run wrote
 * @returns undefined if not all of it was extracted
 * @throws errors of reading the tape, of the place and of writing to it
 */
export async function extractBackup(
  { room, afterwards, gds, place, scratch: path, onMissing, onNote, onLeft, onShort }: Extracting,
  work: RestoreWork,
  read: ReadThrough,
): Promise<ExtractedBackup | undefined> {
  const needs = needsOf(work);
  const scratch = new ScratchFolder(path, { afterwards, platform: gds.platform });
  const outcome = new RestoreOutcome();
  try {
    await requireScratchPlace(room.runner, place, needs);
    await scratch.make(room.runner);
    const tell = (file: RestoredFile) => void outcome.files.push(file);
    const target = scratch.target(work.kind);
    const restoring = {
      room,
      target,
      overwrite: 'never',
      outcome,
      tell,
      read,
      bytes: needs.bytes,
      gds,
    } as const;
    await restoreAll(restoring, work);
  } finally {
    const left = await scratch.remove(outcome.files, outcome.others);
    if (left !== undefined) onLeft(left);
    outcome.notes.forEach(onNote);
  }
  const missing = outcome.files.filter(({ what }) => what !== 'written');
  missing.forEach(onMissing);
  const [first, ...more] = missing.filter((file) => file.what !== 'left out' || !hasNoContent(file));
  if (first) {
    const { run = '', volume = '' } = sourceOf(work) ?? {};
    const { path: file, reason = '' } = first;
    onShort(
      failure('DRILL_NOT_EXTRACTED', {
        run,
        volume,
        count: more.length + 1,
        file,
        reason: translated(reason),
      }),
    );
    return undefined;
  }
  return { entries: outcome.files.length - missing.length, leftOut: missing.length };
}
