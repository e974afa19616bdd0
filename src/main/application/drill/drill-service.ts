/** Drills: a backup is read from its tapes and compared; on request it is also extracted into a scratch folder. */
import type { DrillLevel } from '../../../contract/drill-level.ts';
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { ProvenCopy } from '../../../contract/tape/copied-tape.ts';
import { drillSuffix, unfinishedScratches } from '../../journal/drill-records.ts';
import { noJournal } from '../../journal/journal.ts';
import { readRun } from '../../journal/run-history.ts';
import { tapeChangeOf } from '../../procedure/model/assign.ts';
import type { GdsHosts } from '../../restore/device/device-place.ts';
import {
  drillSources,
  drillVolume,
  levelOfDrill,
  requireDrillable,
  type DrilledVolume,
  type DrillRoom,
} from '../../restore/drill.ts';
import type { ReadThrough } from '../../restore/perform-restore.ts';
import type { DumpSource } from '../../restore/dump-source.ts';
import { RestoreRecord } from '../../restore/restore-record.ts';
import { findWork, type RestoreWork } from '../../restore/restore-work.ts';
import { extractBackup, needsOf, type Extracting } from '../../restore/scratch/extract-backup.ts';
import { isLeft, requireScratchPlace, scratchBelow } from '../../restore/scratch/scratch-folder.ts';
import type { KnownTapes } from '../../restore/source-tapes.ts';
import { parseTarget, targetWords, type RestoreTarget } from '../../restore/target/restore-target.ts';
import { requireBackup } from './require-backup.ts';
import type { FileRestoreOptions, Reading, RestoreDrives, RestoreHooks } from '../media/restore-drives.ts';

export interface DrillRequest {
  readonly run: string;
  /** The proxy volume; undefined: all of the run. */
  readonly volume?: string | undefined;
  /** A folder, `HOST:/path` or of this computer, below which the backup is extracted; undefined: it is only read. */
  readonly to?: string | undefined;
}

/** Plain data, for a screen or a script. */
export interface DrillResult {
  readonly run: string;
  /**
   * 0: the tapes hold what the run wrote, and what was to be extracted was. 4: they do not hold it, or cannot be read.
   * 2: not all was extracted, or the scratch folder stays. 1: nothing is proven, and nothing is left.
   */
  readonly exitStatus: 0 | 1 | 2 | 4;
  /** What was read and matches what was written. */
  readonly volumes: readonly DrilledVolume[];
  /** How far they are proven; absent if none is. */
  readonly level?: DrillLevel | undefined;
  /** Other errors, one sentence each. */
  readonly notes: readonly string[];
  /** Why it stopped early; undefined if it finished. */
  readonly error: ShadowtapeError | undefined;
  /** Its record in the state folder. */
  readonly record: string;
}

/** What its service knows. */
export interface DrillKnowledge {
  readonly options: FileRestoreOptions;
  readonly drives: RestoreDrives;
  readonly known: () => KnownTapes;
  readonly copiesOf: (run: string) => readonly ProvenCopy[];
  readonly gds: GdsHosts;
  /** Who starts it, for the record. */
  readonly starter: Readonly<Record<string, string>>;
  /** @throws errors that are not in the table */
  readonly reported: (error: unknown, abort: AbortSignal) => ShadowtapeError;
}

type Hooks = Omit<RestoreHooks, 'onFile' | 'replace'>;

/** Errors of the tape, or of the drive that reads it. */
const badTape = ['RESTORE_TAPE_DIFFERS', 'RESTORE_READ_FAILED'] as const;

/** Extracting failed, which says nothing of the tape: it is read again without extracting. */
const notExtracted = [
  'COMMAND_FAILED',
  'RESTORE_FILE_DIFFERS',
  'RESTORE_FILE_UNWRITABLE',
  'RESTORE_FOLDER_NOT_EMPTY',
  'RESTORE_IMAGE_DIFFERS',
  'RESTORE_NO_SPACE',
  'RESTORE_SPACE_UNKNOWN',
  'RESTORE_TARGET_EXISTS',
  'RESTORE_TARGET_UNUSABLE',
] as const;

/** Where a backup is extracted to. */
interface Place {
  /** The folder that was named. */
  readonly folder: RestoreTarget;
  readonly scratch: RestoreTarget;
}

interface Volume {
  readonly source: DumpSource;
  /** What is extracted of it; undefined if it is only read. */
  readonly work: RestoreWork | undefined;
}

/** What a drill finds while it reads. */
class DrillFindings {
  readonly volumes: DrilledVolume[] = [];
  readonly notes: string[] = [];
  /** What was read and not extracted. */
  short: ShadowtapeError | undefined;
  /** Why the scratch folder stays. */
  left: string | undefined;
}

export class DrillService {
  readonly #knowledge: DrillKnowledge;

  constructor(knowledge: DrillKnowledge) {
    this.#knowledge = knowledge;
  }

  /**
   * Reads all of a backup from its tapes and compares it. Never throws once the record is begun.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, RESTORE_VOLUME_UNKNOWN,
   *   RESTORE_RECORD_UNWRITABLE; with a place, see requireScratchPlace
   */
  async drill({ run, volume, to }: DrillRequest, hooks: Hooks): Promise<DrillResult> {
    const { options, starter, reported, known } = this.#knowledge;
    const { state, site } = options;
    const { events } = await readRun(state, run);
    await requireBackup(state, run, events, known());
    const sources = drillSources(run, events, volume);
    const folder = to === undefined ? undefined : parseTarget(to, Object.keys(site.hosts));
    const all = await this.#volumes(sources, folder);
    const place = folder && { folder, scratch: scratchBelow(folder) };
    await state.prepare();
    const findings = new DrillFindings();
    if (place) findings.notes.push(...(await this.#leftEarlier(place)));
    const record = RestoreRecord.begin(state, drillSuffix, {
      type: 'drill-started',
      ...starter,
      run,
      volumes: sources.map((each) => each.volume),
      ...(place ? { scratch: targetWords(place.scratch) } : {}),
    });
    let stopped: ShadowtapeError | undefined;
    try {
      hooks.onRecord?.(record.name);
      await this.#drillAll(all, place, hooks, { record, findings });
    } catch (thrown) {
      stopped = hooks.abort.aborted
        ? failure('DRILL_CANCELLED', { run }, {}, thrown)
        : reported(thrown, hooks.abort);
    }
    const error = errorOf(stopped, findings, place);
    const { volumes, notes } = findings;
    const exitStatus = exitStatusOf(error, stopped, findings);
    const level = volumes.length === 0 ? {} : { level: levelOfDrill(volumes) };
    try {
      record.append({
        type: 'drill-finished',
        run,
        exitStatus,
        volumes: volumes.map((each) => each.volume),
        ...level,
        read: volumes,
        notes,
        ...(error ? { error: error.toInfo() } : {}),
      });
    } finally {
      record.close();
    }
    return { run, exitStatus, volumes, ...level, notes, error, record: record.file };
  }

  /** Finds what is to be extracted, and checks whether the place can take the largest backup. Changes nothing. */
  async #volumes(
    sources: readonly DumpSource[],
    folder: RestoreTarget | undefined,
  ): Promise<readonly Volume[]> {
    if (!folder) return sources.map((source) => ({ source, work: undefined }));
    const { state } = this.#knowledge.options;
    const nowhere = () => Promise.resolve({ hits: [], more: false });
    const runner = this.#knowledge.drives.runner(noJournal(), new AbortController().signal);
    const volumes: Volume[] = [];
    for (const source of sources) {
      const work = await findWork(state, { what: [source.run], volume: source.volume }, nowhere);
      await requireScratchPlace(runner, folder, needsOf(work));
      volumes.push({ source, work });
    }
    return volumes;
  }

  /** Drills that were interrupted leave their scratch folders. */
  async #leftEarlier({ folder }: Place): Promise<string[]> {
    const { options, drives } = this.#knowledge;
    const runner = drives.runner(noJournal(), new AbortController().signal);
    const notes: string[] = [];
    for (const scratch of unfinishedScratches(options.state.restoresFolder)) {
      if (!scratch.startsWith(`${targetWords(folder)}/`)) continue;
      const place = parseTarget(scratch, Object.keys(options.site.hosts));
      if (await isLeft(runner, place))
        notes.push(
          phrase(
            'An earlier drill has no end, and its scratch folder {scratch} still exists. Remove it if that drill is not running',
            {
              scratch,
            },
          ),
        );
    }
    return notes;
  }

  /** All volumes of a run are in the same drive. */
  async #drillAll(
    all: readonly Volume[],
    place: Place | undefined,
    { abort, ask, onProgress }: Hooks,
    { record, findings }: { readonly record: RestoreRecord; readonly findings: DrillFindings },
  ): Promise<void> {
    const { options, drives, known, copiesOf, gds } = this.#knowledge;
    const [first] = all;
    if (!first) return;
    const onNote = (sentence: string) => void findings.notes.push(sentence);
    const reading: Reading = { record, abort, onNote };
    const runner = drives.runner(record, abort);
    const afterwards = drives.runner(record, new AbortController().signal);
    const room = { runner, abort, journal: record, progress: onProgress };
    const extracting: Extracting | undefined = place && {
      ...{ room, afterwards, gds, place: place.folder, scratch: place.scratch, onNote },
      onMissing: (file) => void record.note({ type: 'restore-file', ...file }),
      onLeft: (reason) => void (findings.left = reason),
      onShort: (error) => void (findings.short ??= error),
    };
    await drives.locked(drives.driveOf(first.source), reading, async (drive, library) => {
      const drilling: DrillRoom = {
        ...{ room, afterwards, library, known: known() },
        change: tapeChangeOf(options.site),
        copies: copiesOf(first.source.run),
        ask: ask && ((question: Parameters<NonNullable<DrillRoom['ask']>>[0]) => ask(question, abort)),
      };
      await requireDrillable(
        drilling,
        all.map(({ source }) => source),
      );
      for (const { source, work } of all) {
        // With the folder of one volume still there, that of the next cannot be made.
        if (findings.left !== undefined) return;
        const extract = extracting && work && ((read: ReadThrough) => extractBackup(extracting, work, read));
        findings.volumes.push(
          await drillVolume(drilling, drive, source, extract).catch((error: unknown) => {
            if (!extract || !isFailure(error, ...notExtracted)) throw error;
            findings.short ??= error;
            return drillVolume(drilling, drive, source, undefined);
          }),
        );
      }
    });
  }
}

function errorOf(
  stopped: ShadowtapeError | undefined,
  { short, left, notes }: DrillFindings,
  place: Place | undefined,
): ShadowtapeError | undefined {
  if (left === undefined || !place) return stopped ?? short;
  const error = failure('DRILL_SCRATCH_LEFT', { scratch: targetWords(place.scratch), reason: left });
  const first = stopped ?? short;
  // One error is reported: the other is a note.
  if (first) notes.push(error.message);
  return first ?? error;
}

function exitStatusOf(
  error: ShadowtapeError | undefined,
  stopped: ShadowtapeError | undefined,
  { left }: DrillFindings,
): DrillResult['exitStatus'] {
  if (error === undefined) return 0;
  if (isFailure(error, ...badTape)) return 4;
  return stopped === undefined || left !== undefined ? 2 : 1;
}
