/** What an operator does at the drive outside any run: identify a tape, label it, test the drive. */
import { hostname, userInfo } from 'node:os';
import { failure, isFailure } from '../../contract/errors.ts';
import type { CartridgeMove, LibraryView } from '../../contract/tape/library.ts';
import type { CheckLine } from '../../contract/plan.ts';
import type { CommandRunner, RunnerOptions } from '../procedure/hosts/command-runner.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import { whileDriveLocked } from '../procedure/hosts/drive-lock.ts';
import type { LockKnowledge } from '../procedure/hosts/left-lock.ts';
import { drivePlace } from '../procedure/model/lock-places.ts';
import { checkDrive } from '../procedure/drive/drive-check.ts';
import { identifyTape, type IdentifiedTape as TapeAsRead } from '../procedure/drive/identify-tape.ts';
import { realClock } from '../procedure/hosts/query-retry.ts';
import type { OpenRunOn } from '../procedure/hosts/run-context.ts';
import { libraryOf, tapeChangeOf } from '../procedure/model/assign.ts';
import { elementsOf } from './media/library-elements.ts';
import { unfinishedDumpOn } from './media/unfinished-dump.ts';
import { changeTape, type TapeChanging } from '../procedure/drive/change-tape.ts';
import { lookAtChanger, requireChangerDrive } from '../procedure/drive/changer-work.ts';
import { bringTape, returnTape, type LibraryRoom } from '../procedure/drive/library-work.ts';
import { noJournal } from '../journal/journal.ts';
import { readRun } from '../journal/run-history.ts';
import { summarise } from '../journal/run-summary.ts';
import { labelTape, type LabelledTape } from '../procedure/drive/label-tape.ts';
import type { DataRoom } from '../procedure/hosts/remote-data.ts';
import type { KnownDrive } from '../procedure/drive/tape-look.ts';
import { importTape, type ImportedTape, type Importer } from '../proof/import-tape.ts';
import type { Site } from '../site/site-schema.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import type { WriterOfTape } from '../../contract/tape/tape-views.ts';
import { phrase } from '../../contract/text/say.ts';
import { dataSlots, holdsData } from '../tape/changer.ts';
import { mediaEvent, type KnownTape, type HeldFile as FileOnTape } from '../tape/media-catalogue.ts';
import type { FoundTape } from '../tape/overwrite-rule.ts';
import type { ReadPlainTape } from '../procedure/run/tape/verify-run.ts';
import { lossEvents, plainTapeEvent, withWriters, writersOf, writersOfRecord } from '../tape/tape-holders.ts';
import { MediaFile } from '../tape/media-file.ts';
import type { TapeManifest } from '../tape/tape-manifest.ts';
import { version } from './version.ts';

export type { ImportedTape, LabelledTape };

/** A tape, and whose data is on it. */
export interface IdentifiedTape extends TapeAsRead {
  /**
   * Runs of this state folder whose data it holds; several if it is not known which. One marked `unfinished` may or may
   * not have written it.
   */
  readonly writtenBy: readonly WriterOfTape[];
}

export interface TapeServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  /** Sends commands that belong to no run. */
  readonly runnerOf: (abort: AbortSignal, beforeChange?: RunnerOptions['beforeChange']) => CommandRunner;
  readonly lockKnowledge: LockKnowledge;
  /** See RunOptions. */
  readonly openRunOn: OpenRunOn;
}

/** @param overwrite the current name of the tape, or `data` for one without a label; undefined if nothing may be lost */
export interface OverwriteRequest {
  readonly overwrite?: string | undefined;
  readonly abort: AbortSignal;
  /** See LabelOrder. */
  readonly onWrite?: (() => void) | undefined;
}

/** @param changer true: the changer of the site loads its tapes one after the other */
export interface ImportRequest {
  readonly changer: boolean;
  /** Called to request the next tape if no changer loads it; undefined if nobody can be asked: only one tape is read then. */
  readonly ask: TapeChanging['ask'];
  readonly abort: AbortSignal;
}

const filesOf = ({ files }: TapeManifest): FileOnTape[] =>
  files.map(({ file, volume, method, bytes }) => ({ file, volume, method, bytes }));

/** Errors of a single tape: the next one may be readable. */
const ofOneTape = [
  'TAPE_STATE_UNKNOWN',
  'TAPE_POSITION_WRONG',
  'TAPE_IMPORT_DIFFERS',
  'COMMAND_FAILED',
] as const;

export class TapeService {
  readonly #options: TapeServiceOptions;

  constructor(options: TapeServiceOptions) {
    this.#options = options;
  }

  /**
   * Identifies the tape, and records one with a label in the tape inventory.
   * @throws DRIVE_IN_USE, TAPE_NOT_LOADED, TAPE_BUSY, TAPE_STATE_UNKNOWN, TAPES_UNWRITABLE
   */
  async identify(abort: AbortSignal): Promise<IdentifiedTape> {
    const { firstRecord, ...tape } = await this.#withDrive('identify', () =>
      identifyTape(this.#options.runnerOf(abort), this.#drive),
    );
    const { host, device, label, manifest, files } = tape;
    if (label)
      this.#media.append(mediaEvent('seen', label, this.#place, manifest ? filesOf(manifest) : undefined));
    const { tapes } = this.#media.list();
    const runs = label
      ? [label.run].filter((run) => run !== undefined)
      : writersOfRecord(tapes, tape.firstRecordSha256);
    if (runs.length > 0 || firstRecord === undefined)
      return { ...tape, writtenBy: await Promise.all(runs.map((run) => this.#writer(run))) };
    const found = files[0]?.holds ?? '';
    const run = await unfinishedDumpOn(this.#options.state, { host, device, firstRecord, found });
    return {
      ...tape,
      writtenBy: run === undefined ? [] : [{ ...(await this.#writer(run)), unfinished: true }],
    };
  }

  /** How the run that wrote the tape ended; only its name if its journal is missing or unreadable. */
  async #writer(run: string): Promise<WriterOfTape> {
    try {
      const told = summarise((await readRun(this.#options.state, run)).events);
      if (told === undefined) return { run };
      const { verdict, exitStatus, skipped, inconsistent, unreadable } = told;
      return { run, verdict, exitStatus, skipped, inconsistent, unreadable };
    } catch (error) {
      if (isFailure(error, 'RUN_UNKNOWN', 'JOURNAL_BROKEN')) return { run };
      throw error;
    }
  }

  /**
   * Reads label and manifest of the tape in the drive, and of further tapes, into the state folder. Writes to no tape.
   * An unreadable tape is skipped if others follow.
   * @param listener called for each tape at once
   * @throws CHANGER_NOT_NAMED, errors of identify and of changing tapes; TAPES_PASSED_OVER when all others were
   *   imported
   */
  import(request: ImportRequest, listener: (imported: ImportedTape) => void): Promise<ImportedTape[]> {
    return this.#withDrive('import', () => this.#import(request, listener));
  }

  async #import(request: ImportRequest, listener: (imported: ImportedTape) => void): Promise<ImportedTape[]> {
    const { changer, ask, abort } = request;
    const { site, runnerOf } = this.#options;
    const { changer: device } = site.tape;
    if (changer && device === undefined) throw failure('CHANGER_NOT_NAMED');
    const importer = { by: `${userInfo().username}@${hostname()}`, version };
    const change = tapeChangeOf(site);
    const changing: TapeChanging = {
      runner: runnerOf(abort),
      step: 'import',
      drive: this.#drive,
      change: changer ? change : { ...change, changer: undefined, nextTape: undefined },
      ask,
    };
    const done: ImportedTape[] = [];
    let left = await this.#tapesLeft(changing, changer ? device : undefined);
    for (;;) {
      left -= 1;
      const isAlone = left <= 0 && done.length === 0;
      const imported = await this.#importOne(changing.runner, importer, isAlone);
      done.push(imported);
      listener(imported);
      if (left <= 0 || !(await this.#nextTape(changing))) break;
    }
    const unread = done.filter(({ what }) => what === 'unread').length;
    if (unread > 0) throw failure('TAPES_PASSED_OVER', { unread: String(unread), all: String(done.length) });
    return done;
  }

  /** @throws the error of the tape if it is the only one */
  async #importOne(runner: CommandRunner, importer: Importer, isAlone: boolean): Promise<ImportedTape> {
    try {
      return await importTape(this.#options.state, await identifyTape(runner, this.#drive), importer);
    } catch (error) {
      if (isAlone || !isFailure(error, ...ofOneTape)) throw error;
      return {
        what: 'unread',
        run: undefined,
        sentence: phrase('tape skipped: {reason}', { reason: error.message }),
      };
    }
  }

  /** How many tapes there are to read, including the one in the drive. */
  async #tapesLeft(changing: TapeChanging, changer: string | undefined): Promise<number> {
    if (changer === undefined) return changing.ask ? Infinity : 1;
    const { status, drive } = await requireChangerDrive(changing, changer);
    const isInDrive = holdsData(status, drive);
    if (!isInDrive) await this.#nextTape(changing);
    return dataSlots(status).length + (isInDrive ? 1 : 0);
  }

  /** @returns false if there is none */
  async #nextTape(changing: TapeChanging): Promise<boolean> {
    try {
      await changeTape(changing, {
        words: phrase('the next tape to import'),
        name: undefined,
        use: 'read',
        slot: undefined,
        refusal: () => undefined,
      });
      return true;
    } catch (error) {
      if (isFailure(error, 'OPERATOR_DECLINED', 'CHANGER_EMPTY')) return false;
      throw error;
    }
  }

  /**
   * The contents of the library. Moves nothing, and needs no lock.
   * @throws CHANGER_NOT_NAMED, CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING
   */
  async library(abort: AbortSignal): Promise<LibraryView> {
    const { site, runnerOf } = this.#options;
    const changer = this.#changer;
    const room = { runner: runnerOf(abort), step: 'library', drive: this.#drive, change: tapeChangeOf(site) };
    const { status, drive } = await lookAtChanger(room, changer);
    const at = new Date().toISOString();
    const elements = elementsOf(site, status, drive, this.#media.list().tapes);
    return { host: site.tape.host, changer, at, elements };
  }

  /**
   * Makes the library load a tape; the one in the drive is returned to its slot first.
   * @returns false if it was already loaded
   * @throws DRIVE_IN_USE, LIBRARY_…, CHANGER_…
   */
  load(name: string, abort: AbortSignal, listener: (move: CartridgeMove) => void): Promise<boolean> {
    return this.#withLibrary('load', abort, listener, (room) => bringTape(room, name, 'read'));
  }

  /**
   * Makes the library return the tape in the drive to its slot.
   * @returns false if the drive is empty
   * @throws DRIVE_IN_USE, LIBRARY_…, CHANGER_…
   */
  unload(abort: AbortSignal, listener: (move: CartridgeMove) => void): Promise<boolean> {
    return this.#withLibrary('unload', abort, listener, returnTape);
  }

  #withLibrary(
    step: string,
    abort: AbortSignal,
    onMove: (move: CartridgeMove) => void,
    work: (room: LibraryRoom) => Promise<boolean>,
  ): Promise<boolean> {
    const { site, runnerOf, openRunOn } = this.#options;
    const changer = this.#changer;
    const library = libraryOf(site);
    if (!library) throw failure('LIBRARY_NOT_NAMED');
    return this.#withDrive(step, (beforeChange) =>
      work({
        runner: runnerOf(abort, beforeChange),
        step,
        drive: this.#drive,
        change: tapeChangeOf(site),
        changer,
        library,
        knownTapes: () => this.#media.list().tapes,
        openRunOn,
        own: undefined,
        patience: { clock: realClock },
        onMove,
      }),
    );
  }

  /** @throws CHANGER_NOT_NAMED */
  get #changer(): string {
    const { changer } = this.#options.site.tape;
    if (changer === undefined) throw failure('CHANGER_NOT_NAMED');
    return changer;
  }

  /**
   * Labels a tape, and records it in the tape inventory.
   * @throws DRIVE_IN_USE, TAPE_NAME_FORBIDDEN, TAPE_NOT_BLANK_NAME_IT, TAPE_IS_ANOTHER, TAPE_KEPT, TAPES_UNWRITABLE and
   *   errors of writing
   */
  async label(name: string, { overwrite, abort, onWrite }: OverwriteRequest): Promise<LabelledTape> {
    const { site } = this.#options.site;
    const known = this.#media.list().tapes;
    const recognize = (found: FoundTape) => withWriters(found, writersOf(known, found));
    const onLoss = (found: FoundTape) => this.#noteLoss(known, found);
    const order = { drive: this.#drive, site, name, overwrite, recognize, onLoss, onWrite };
    const labelled = await this.#withDrive('label', (beforeChange) =>
      labelTape(this.#room(abort, beforeChange), order),
    );
    const onto = labelled.before.blank ? 'blank' : 'data';
    this.#media.append(mediaEvent('labelled', labelled.label, this.#place, [], { onto }));
    return labelled;
  }

  /**
   * Tests the drive. The contents of the tape are lost.
   * @param listener called with each line at once
   * @throws the refusal of the tape, TAPES_UNWRITABLE before anything was written, and the error of a cancel
   */
  async checkDrive(
    { overwrite, abort }: OverwriteRequest,
    listener: (line: CheckLine) => void,
  ): Promise<readonly CheckLine[]> {
    const known = this.#media.list().tapes;
    const recognize = (found: FoundTape) => withWriters(found, writersOf(known, found));
    const onLoss = (found: FoundTape) => this.#noteLoss(known, found);
    const order = { drive: this.#drive, overwrite, listener, recognize, onLoss };
    return this.#withDrive('drive-check', (beforeChange) =>
      checkDrive(this.#room(abort, beforeChange), order),
    );
  }

  /** No other process moves the tape meanwhile. @throws DRIVE_IN_USE */
  async #withDrive<Value>(
    command: string,
    work: (beforeChange: NonNullable<RunnerOptions['beforeChange']>) => Promise<Value>,
  ): Promise<Value> {
    const { site, runnerOf, lockKnowledge } = this.#options;
    // A cancel ends the work of the drive, not the release of its lock.
    const runner = runnerOf(new AbortController().signal);
    const place = drivePlace(site.tape.host, await driveName(runner, command, site.tape));
    return whileDriveLocked({ runner, place, command, ...lockKnowledge }, work);
  }

  #noteLoss(known: readonly KnownTape[], found: FoundTape): void {
    for (const event of lossEvents(known, found, undefined, this.#place.at)) this.#media.append(event);
  }

  get #media(): MediaFile {
    return new MediaFile(this.#options.state.tapesFile);
  }

  get #drive(): KnownDrive {
    const { tape, platform } = this.#options.site;
    return { tapeHost: tape.host, tapeDevice: tape.device, platform };
  }

  get #place() {
    const { host, device } = this.#options.site.tape;
    return { host, device, at: new Date().toISOString() };
  }

  #room(abort: AbortSignal, beforeChange: RunnerOptions['beforeChange']): DataRoom {
    const runner = this.#options.runnerOf(abort, beforeChange);
    return { runner, abort, journal: noJournal(), progress: () => undefined };
  }
}

/**
 * Records the digest of the first record of an unlabeled tape that was read back: an operation that overwrites it later
 * can name its run. Journals of earlier releases do not have that digest. The tape holds the backup, whether or not
 * that can be recorded.
 * @param onNotice called if it cannot be recorded
 */
export function noteReadTape(
  state: StateFolder,
  run: string,
  tape: ReadPlainTape,
  onNotice: (sentence: string) => void,
): void {
  const { host, device, firstRecordSha256: sha256, files } = tape;
  const place = { host, device, at: new Date().toISOString() };
  try {
    new MediaFile(state.tapesFile).append(plainTapeEvent({ run, sha256, files }, place, 'seen'));
  } catch (error) {
    if (!isFailure(error, 'TAPES_UNWRITABLE')) throw error;
    onNotice(error.message);
  }
}
