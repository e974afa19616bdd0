/** Restores files and images from tape: finds them, previews the restore, and performs it with the drive locked. */
import { hostname, userInfo } from 'node:os';
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import { failure, isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import { lossSentence } from '../../contract/tape/tape-loss.ts';
import { inEnglish, phrase } from '../../contract/text/say.ts';
import { asUnreadBackup } from '../procedure/drive/unread-backup.ts';
import type { DataRoom } from '../procedure/hosts/remote-data.ts';
import { tapeChangeOf } from '../procedure/model/assign.ts';
import { provenCopies } from '../journal/copy-records.ts';
import { noJournal } from '../journal/journal.ts';
import { requireDeviceNamed, type GdsHosts } from '../restore/device/device-place.ts';
import type { DumpSource } from '../restore/dump-source.ts';
import type { LibraryUse } from '../restore/library-use.ts';
import type { Overwrite } from '../restore/target/local-folder.ts';
import { previewOf, type PreviewedDump } from '../restore/preview.ts';
import { RestoreOutcome, type RestoreResult } from '../restore/restore-outcome.ts';
import { RestoreRecord } from '../restore/restore-record.ts';
import { RestoreSession } from '../restore/restore-session.ts';
import { deviceOf, parseTarget, targetWords, type RestoreTarget } from '../restore/target/restore-target.ts';
import { withoutLinks } from '../restore/target/local-place.ts';
import { requireTarget } from '../restore/target/restore-target-check.ts';
import {
  dumpsOfWork,
  findWork,
  requireOneForHost,
  type RestoreQuestion,
  type RestoreWork,
  type Where,
} from '../restore/restore-work.ts';
import type { RestoredFile } from '../restore/restored-file.ts';
import { lookalikes, type KnownTapes } from '../restore/source-tapes.ts';
import { MediaFile } from '../tape/media-file.ts';
import { lossesOfRuns } from '../tape/tape-holders.ts';
import {
  RestoreDrives,
  type FileRestoreOptions,
  type Reading,
  type RestoreHooks,
} from './media/restore-drives.ts';
import { DrillService, type DrillRequest, type DrillResult } from './drill/drill-service.ts';
import { version } from './version.ts';

export type { DrillResult, Overwrite, PreviewedDump, RestoredFile, RestoreResult, Where };

export interface RestoreRequest extends RestoreQuestion {
  /** `HOST:/path`, or a path of this computer. */
  readonly to: string;
  readonly overwrite: Overwrite;
  /** Reads this file of the tape in the drive, whatever program wrote it; `what` then has only paths. */
  readonly tapeFile?: number | undefined;
}

/** A backup with a journal, or a file of any tape in the drive. */
type Work =
  | RestoreWork
  | { readonly kind: 'loose'; readonly file: number; readonly patterns: readonly string[] };

export interface PreparedRestore {
  readonly target: RestoreTarget;
  /** The path of the device that would be overwritten; undefined if the target is not a device. */
  readonly device: string | undefined;
  readonly work: Work;
  readonly overwrite: Overwrite;
  /** What will be read; empty for a tape without a journal. */
  readonly preview: readonly PreviewedDump[];
}

export class FileRestoreService {
  readonly #options: FileRestoreOptions;
  readonly #drives: RestoreDrives;

  constructor(options: FileRestoreOptions) {
    this.#options = options;
    this.#drives = new RestoreDrives(options, () => this.#known);
  }

  /**
   * Finds what to restore, and checks whether the target can take it. Changes nothing.
   * @param where queries the history
   * @throws RESTORE_… before anything is touched, RUN_HAS_NO_TAPE, FILE_UNNAMED, JOURNAL_BROKEN, and errors of a
   *   session
   */
  async prepare(request: RestoreRequest, where: Where): Promise<PreparedRestore> {
    const { site, state } = this.#options;
    const { overwrite, tapeFile } = request;
    const target = await withoutLinksHere(parseTarget(request.to, Object.keys(site.hosts)));
    if (tapeFile !== undefined) {
      if (deviceOf(target))
        throw failure('RESTORE_DEVICE_REFUSED', {
          target: targetWords(target),
          reason: phrase('without a journal the size of the image is not known'),
        });
      const work = { kind: 'loose', file: tapeFile, patterns: request.what } as const;
      return { target, device: undefined, work, overwrite, preview: [] };
    }
    const work = await findWork(state, request, where);
    requireOneForHost(work, target);
    const kind = work.kind;
    const preview = previewOf(work).map((dump, index) => this.#withKnown(dump, dumpsOfWork(work)[index]));
    const bytes = preview.reduce((sum, dump) => sum + dump.bytes, 0);
    const never = new AbortController().signal;
    const restoreTool = dumpsOfWork(work)[0]?.restoreTool;
    const needs = { target, kind, bytes, overwrite, restoreTool, gds: this.#gds };
    await requireTarget(this.#drives.runner(noJournal(), never), needs);
    return { target, device: deviceOf(target)?.path, work, overwrite, preview };
  }

  /** Adds what the tape inventory has on the tapes. */
  #withKnown(dump: PreviewedDump, source: DumpSource | undefined): PreviewedDump {
    const known = this.#known;
    const losses = lossesOfRuns(known).get(dump.run) ?? [];
    const alike = source ? lookalikes(source, known) : [];
    const more = [
      ...losses.map((loss) => inEnglish(() => lossSentence(loss))),
      ...(alike.length > 0
        ? [
            phrase(
              'The tape of run {run} begins like that of {alike}: a wrong one is detected only after all of it is read',
              { run: dump.run, alike: alike.join(', ') },
            ),
          ]
        : []),
    ];
    return { ...dump, uncompared: [...dump.uncompared, ...more] };
  }

  /**
   * Restores what was prepared. Never throws once the record is begun: the result says what was written.
   * @throws RESTORE_DEVICE_NOT_CONFIRMED, RESTORE_RECORD_UNWRITABLE before anything is touched
   */
  async perform(prepared: PreparedRestore, hooks: RestoreHooks): Promise<RestoreResult> {
    const { state } = this.#options;
    const device = deviceOf(prepared.target);
    if (device) requireDeviceNamed(device, hooks.replace ?? []);
    await state.prepare();
    const record = RestoreRecord.begin(state, '', startedEvent(prepared));
    const outcome = new RestoreOutcome();
    let error: ShadowtapeError | undefined;
    try {
      hooks.onRecord?.(record.name);
      await this.#restore(prepared, hooks, record, outcome);
    } catch (thrown) {
      error = reportedError(thrown, hooks.abort);
    }
    const result = outcome.result(record.file, error);
    try {
      record.append(finishedEvent(result));
    } catch (thrown) {
      outcome.notes.push(reportedError(thrown, hooks.abort).message);
    } finally {
      record.close();
    }
    return result;
  }

  /** Reads all of a backup from its tapes and compares it. See DrillService. */
  drill(request: DrillRequest, hooks: Omit<RestoreHooks, 'onFile'>): Promise<DrillResult> {
    const drills = new DrillService({
      options: this.#options,
      drives: this.#drives,
      known: () => this.#known,
      copiesOf: (run) => this.#copiesOf(run),
      gds: this.#gds,
      starter: starter(),
      reported: reportedError,
    });
    return drills.drill(request, hooks);
  }

  async #restore(
    { work, target, overwrite }: PreparedRestore,
    hooks: RestoreHooks,
    record: RestoreRecord,
    outcome: RestoreOutcome,
  ): Promise<void> {
    const { abort, ask } = hooks;
    const room: DataRoom = {
      runner: this.#drives.runner(record, abort),
      abort,
      journal: record,
      progress: hooks.onProgress,
    };
    const tell = (file: RestoredFile) => {
      outcome.files.push(file);
      record.note({ type: 'restore-file', ...file });
      hooks.onFile(file);
    };
    const reading: Reading = { record, abort, onNote: (sentence) => void outcome.notes.push(sentence) };
    const session = (library?: LibraryUse) =>
      new RestoreSession({
        ...{ room, target, overwrite, outcome, tell, library },
        afterwards: this.#drives.runner(record, new AbortController().signal),
        known: this.#known,
        gds: this.#gds,
        copiesOf: (run) => this.#copiesOf(run),
        change: tapeChangeOf(this.#options.site),
        ask: ask && ((question) => ask(question, abort)),
      });
    if (work.kind === 'loose')
      return this.#drives.locked(this.#options.site.tape, reading, (drive) =>
        session().loose(drive, work.file, work.patterns),
      );
    if (work.kind === 'image')
      return this.#drives.locked(this.#drives.driveOf(work.source), reading, (drive, library) =>
        session(library).image(drive, work.source),
      );
    for (const { at, dumps } of this.#drives.inTurn(work.dumps))
      await this.#drives.locked(at, reading, (drive, library) => session(library).files(drive, dumps));
    return undefined;
  }

  get #gds(): GdsHosts {
    const { platform, hosts } = this.#options.site;
    const withRole = (...roles: string[]) =>
      Object.keys(hosts).filter((host) => roles.includes(hosts[host]?.role ?? ''));
    return { platform, primaries: withRole('primary'), all: withRole('primary', 'backup') };
  }

  #copiesOf(run: string): readonly ProvenCopy[] {
    return provenCopies(this.#options.state.restoresFolder, run);
  }

  /** `tapes` reports an unreadable inventory; without it, only the run of an unlabeled tape is unknown. */
  get #known(): KnownTapes {
    try {
      return new MediaFile(this.#options.state.tapesFile).list().tapes;
    } catch (error) {
      if (!isFailure(error, 'TAPES_UNREADABLE')) throw error;
      return [];
    }
  }
}

/** A link of this computer may lead elsewhere once the restore has been confirmed. */
async function withoutLinksHere(target: RestoreTarget): Promise<RestoreTarget> {
  return target.kind === 'here' ? { ...target, path: await withoutLinks(target.path) } : target;
}

/** Who started it, and with which version. */
const starter = () => ({ by: `${userInfo().username}@${hostname()}`, version });

const startedEvent = ({ target, work, overwrite, preview }: PreparedRestore) => ({
  type: 'restore-started',
  ...starter(),
  to: targetWords(target),
  kind: work.kind,
  overwrite,
  dumps: preview.map(({ run, volume, tapes, bytes }) => ({ run, volume, tapes, bytes })),
});

const finishedEvent = ({ exitStatus, files, sources, error, notes }: RestoreResult) => ({
  type: 'restore-finished',
  exitStatus,
  written: files.filter(({ what }) => what === 'written').length,
  notWritten: files.filter(({ what }) => what !== 'written').length,
  sources,
  notes,
  ...(error ? { error: error.toInfo() } : {}),
});

/** @throws errors that are not in the table */
function reportedError(error: unknown, abort: AbortSignal): ShadowtapeError {
  if (abort.aborted) return failure('RESTORE_CANCELLED', {}, {}, error);
  const reported = asUnreadBackup(error, undefined);
  if (!isFailure(reported)) throw error;
  return reported;
}
