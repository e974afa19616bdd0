/**
 * Which tapes a restore of volumes reads: those of the run, or those of a copy. A library is queried for its tapes;
 * without one, a person has inserted a tape.
 */
import type { ProvenCopy } from '../../../contract/tape/copied-tape.ts';
import { isFailure } from '../../../contract/errors.ts';
import { requireReadable, type Choices } from '../../procedure/drive/bring-backup.ts';
import type { Assignment } from '../../procedure/model/assignment.ts';
import type { KnownRun } from '../../procedure/model/restore-source.ts';
import { tapesToRead } from '../../procedure/model/tape/run-tapes.ts';
import { restoreStep } from '../../restore/target/host-place.ts';
import type { TapesToFind } from '../../tape/readable-tapes.ts';
import { copyInDrive, onCopy } from './copy-in-drive.ts';
import { libraryRoomOf, type LibraryOfRestore } from './library-of-restore.ts';

export interface TapesToRead {
  /** Undefined if the tapes of the run are read. */
  readonly copy?: ProvenCopy | undefined;
  /** Set if only the label shows that the tape is in the drive: nothing must be moved. */
  readonly libraryPlan?: Assignment['libraryPlan'];
}

export interface WantedBackup {
  readonly written: KnownRun;
  readonly copies: readonly ProvenCopy[];
  /** The volumes to restore. */
  readonly proxies: readonly string[];
}

interface Choice {
  readonly copy: ProvenCopy | undefined;
  readonly tapes: TapesToFind;
}

/** The run and its copies, as far as their tapes have labels and still hold them. */
function choicesOf({ knownTapes }: Pick<LibraryOfRestore, 'knownTapes'>, wanted: WantedBackup): Choice[] {
  const { written, copies, proxies } = wanted;
  const gone = new Set(knownTapes().flatMap(({ uuid, lost, replaced }) => (lost || replaced ? [uuid] : [])));
  return [undefined, ...copies].flatMap((copy): Choice[] => {
    const [first, ...others] = tapesToRead(onCopy(written, copy).events, proxies);
    if (!first || [first, ...others].some(({ uuid }) => gone.has(uuid))) return [];
    return [{ copy, tapes: [first, ...others] }];
  });
}

/** @throws LIBRARY_TAPE_… if the library has no tapes with the backup, CHANGER_…, TAPE_BUSY */
export async function tapesOfRestore(
  looking: Omit<LibraryOfRestore, 'onMove'>,
  wanted: WantedBackup,
): Promise<TapesToRead> {
  const { site, runner } = looking;
  const { host, device } = site.tape;
  const room = await libraryRoomOf({ ...looking, onMove: () => undefined }, site.tape);
  const [first, ...others] = room ? choicesOf(looking, wanted) : [];
  const isLabelled = tapesToRead(wanted.written.events, wanted.proxies).length > 0;
  if (room && first) {
    const choices: Choices = [first.tapes, ...others.map(({ tapes }) => tapes)];
    try {
      const { tapes, drive, isInDrive } = await requireReadable(room, choices);
      const chosen = [first, ...others].find((choice) => choice.tapes === tapes);
      return { copy: chosen?.copy, ...(isInDrive ? { libraryPlan: { drive } } : {}) };
    } catch (error) {
      // The tape without a label may be in the drive.
      if (isLabelled || !isFailure(error, 'LIBRARY_TAPE_MISSING')) throw error;
    }
  }
  const drive = { tapeHost: host, tapeDevice: device, platform: site.platform };
  return { copy: await copyInDrive(runner, restoreStep, drive, wanted.copies) };
}
