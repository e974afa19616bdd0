/** Second copies of the tapes of a run: checks the request, locks both drives, and keeps the record. */
import { hostname, userInfo } from 'node:os';
import type { ProvenCopy } from '../../../contract/tape/copied-tape.ts';
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { ownZone } from '../../../contract/time/wall-clock.ts';
import { copySuffix, provenCopies } from '../../journal/copy-records.ts';
import { noJournal, type EventSink } from '../../journal/journal.ts';
import { packJournal } from '../../journal/journal-on-tape.ts';
import { readKept } from '../../journal/kept-file.ts';
import { readRun } from '../../journal/run-history.ts';
import { lastOf } from '../../journal/run-summary.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { TapeChanging } from '../../procedure/drive/change-tape.ts';
import { CommandRunner, type RunnerOptions } from '../../procedure/hosts/command-runner.ts';
import { whileDriveLocked } from '../../procedure/hosts/drive-lock.ts';
import { driveName } from '../../procedure/hosts/drive-name.ts';
import type { Hosts } from '../../procedure/hosts/hosts.ts';
import type { LockKnowledge } from '../../procedure/hosts/left-lock.ts';
import type { Ask } from '../../procedure/hosts/questions.ts';
import type { DataRoom, LiveProgress } from '../../procedure/hosts/remote-data.ts';
import { tapeChangeOf } from '../../procedure/model/assign.ts';
import { drivePlace, type LockPlace } from '../../procedure/model/lock-places.ts';
import { restoreStep } from '../../restore/target/host-place.ts';
import { RestoreRecord } from '../../restore/restore-record.ts';
import { planCopy, type CopyPlan } from '../../restore/second-copy/copy-plan.ts';
import { keepOfPool, requireFreeOfJobs } from '../../restore/second-copy/copy-target.ts';
import { performCopy, type CopiedVolume } from '../../restore/second-copy/perform-copy.ts';
import type { CopyListener, TargetOrder } from '../../restore/second-copy/target-tapes.ts';
import type { Site } from '../../site/site-schema.ts';
import { mediaEvent, type HeldFile, type KnownTape } from '../../tape/media-catalogue.ts';
import { MediaFile } from '../../tape/media-file.ts';
import { keepUntilOf } from '../../tape/retention.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import { lossEvents } from '../../tape/tape-holders.ts';
import { requireTapeName } from '../../tape/tape-label.ts';
import { version } from '../version.ts';
import { driveNamed, type DriveAt } from './named-drive.ts';

export interface CopyServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  readonly hosts: Hosts;
  readonly lockKnowledge: LockKnowledge;
}

export interface CopyRequest {
  readonly run: string;
  /** Names of the tapes of the copy, one for each tape of the run. */
  readonly to: readonly string[];
  /** `HOST:DEVICE` of the writing and of the reading drive; that of the site by default. */
  readonly drive?: string | undefined;
  readonly from?: string | undefined;
  /** `8 weeks`; by default the retention of the pool of the tape, or that of the run. */
  readonly keep?: string | undefined;
}

export interface CopyHooks {
  readonly abort: AbortSignal;
  /** Called to request tapes; undefined if nobody can be asked. */
  readonly ask: Ask | undefined;
  readonly onProgress: (progress: LiveProgress) => void;
  /** Receives the name of the record once it exists. */
  readonly onRecord?: ((name: string) => void) | undefined;
}

/** What will be copied, from where to where. Plain data, for a screen or a script. */
export interface PreparedCopy {
  readonly run: string;
  readonly from: DriveAt;
  readonly drive: DriveAt;
  /** Until when the copy must not be overwritten; undefined: without end. */
  readonly keepUntil: string | undefined;
  readonly plan: CopyPlan;
  readonly events: readonly RunEvent[];
}

/** Plain data. */
export interface CopyResult {
  readonly run: string;
  /**
   * 0: the tapes hold what the run wrote. 1: no tape was written. 2: one was, but the copy is incomplete. 4: the run's
   * own tape, or the copy, is not as it was written.
   */
  readonly exitStatus: 0 | 1 | 2 | 4;
  /** Names of the tapes that hold the copy; none if it is incomplete. */
  readonly tapes: readonly string[];
  /** What was read back, and matches what the run wrote. */
  readonly volumes: readonly CopiedVolume[];
  readonly error: ShadowtapeError | undefined;
  /** Its record in the state folder. */
  readonly record: string;
}

/** A tape is not as it was written. */
const mismatches = ['RESTORE_TAPE_DIFFERS', 'TAPE_DIFFERS'] as const;

const keepShape = /^\d+ (day|week|year)s?$/;

export class CopyService {
  readonly #options: CopyServiceOptions;

  constructor(options: CopyServiceOptions) {
    this.#options = options;
  }

  /**
   * Checks a request by what is known here: no host is queried.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, TAPE_NAME_FORBIDDEN, TAPE_DEVICE_UNKNOWN,
   *   COPY_…
   */
  async prepare(request: CopyRequest): Promise<PreparedCopy> {
    const { site, state } = this.#options;
    const { run, to, keep } = request;
    const { events } = await readRun(state, run);
    const plan = planCopy(run, events, to);
    for (const name of to) requireFreeOfJobs(site, requireTapeName(name));
    if (keep !== undefined && !keepShape.test(keep)) throw failure('COPY_KEEP_UNREADABLE', { keep });
    const from = driveNamed(site, request.from);
    const drive = driveNamed(site, request.drive);
    if (request.from === undefined && request.drive === undefined)
      throw failure('COPY_ONE_DRIVE', { ...drive });
    return { run, from, drive, keepUntil: keepUntil(site, events, to[0] ?? '', keep), plan, events };
  }

  /**
   * Copies, and reads the copy back. Never throws once the record is begun: the result shows how far it got.
   * @throws RESTORE_RECORD_UNWRITABLE before anything is touched
   */
  async perform(prepared: PreparedCopy, hooks: CopyHooks): Promise<CopyResult> {
    const { state } = this.#options;
    const { run, from, drive, plan } = prepared;
    await state.prepare();
    const record = RestoreRecord.begin(state, copySuffix, {
      type: 'copy-started',
      by: `${userInfo().username}@${hostname()}`,
      version,
      run,
      volumes: plan.dumps.map(({ source: { volume } }) => volume),
      tapes: plan.tapes.map(({ name }) => name),
      from,
      drive,
    });
    const told = new CopyTold(record, new MediaFile(state.tapesFile), prepared);
    let copy: ProvenCopy | undefined;
    let error: ShadowtapeError | undefined;
    try {
      hooks.onRecord?.(record.name);
      copy = await this.#locked(prepared, hooks, record, told);
      told.written(copy);
    } catch (thrown) {
      if (!hooks.abort.aborted && !isFailure(thrown)) throw thrown;
      error = hooks.abort.aborted
        ? failure('COPY_STOPPED', { run }, {}, thrown)
        : (thrown as ShadowtapeError);
      copy = undefined;
    }
    const exitStatus = exitStatusOf(error, told.hasWritten);
    const { volumes } = told;
    try {
      const info = error ? { error: error.toInfo() } : {};
      record.append({
        type: 'copy-finished',
        run,
        exitStatus,
        tapes: copy?.tapes ?? [],
        read: volumes,
        ...info,
      });
    } finally {
      record.close();
    }
    const tapes = (copy?.tapes ?? []).map(({ name }) => name);
    return { run, exitStatus, tapes, volumes, error, record: record.file };
  }

  /** No other process moves either tape meanwhile. @throws DRIVE_IN_USE, COPY_ONE_DRIVE */
  async #locked(
    prepared: PreparedCopy,
    hooks: CopyHooks,
    record: RestoreRecord,
    told: CopyTold,
  ): Promise<ProvenCopy> {
    // A cancel ends the work of the drives, not the release of their locks.
    const runner = this.#runner(noJournal(), new AbortController().signal);
    const [from, to] = [await this.#place(runner, prepared.from), await this.#place(runner, prepared.drive)];
    if (from.host === to.host && from.name === to.name)
      throw failure('COPY_ONE_DRIVE', { ...prepared.drive });
    const { lockKnowledge } = this.#options;
    return whileDriveLocked({ runner, place: from, command: 'copy', ...lockKnowledge }, (ownsFrom) =>
      whileDriveLocked({ runner, place: to, command: 'copy-to', ...lockKnowledge }, (ownsTo) =>
        this.#copy(prepared, hooks, record, told, async (step, command) => {
          await ownsFrom(step, command);
          await ownsTo(step, command);
        }),
      ),
    );
  }

  async #place(runner: CommandRunner, { host, device }: DriveAt): Promise<LockPlace> {
    return drivePlace(host, await driveName(runner, restoreStep, { host, device }));
  }

  async #copy(
    { run, from, drive, plan, events, keepUntil: kept }: PreparedCopy,
    { abort, ask, onProgress }: CopyHooks,
    record: RestoreRecord,
    told: CopyTold,
    beforeChange: RunnerOptions['beforeChange'],
  ): Promise<ProvenCopy> {
    const { site, state } = this.#options;
    const runner = this.#runner(record, abort, beforeChange);
    const room: DataRoom = { runner, abort, journal: record, progress: onProgress };
    const known = new MediaFile(state.tapesFile).list().tapes;
    const order: TargetOrder = {
      ...{ plan, site: site.site, keepUntil: kept, unfinished: unfinishedCopies(known, run) },
      listener: told,
    };
    const askForTape = ask && ((question: Parameters<Ask>[0]) => ask(question, abort));
    return performCopy({
      ...{ room, known, events, order },
      afterwards: this.#runner(record, new AbortController().signal),
      from: this.#changing(runner, from, askForTape),
      to: this.#changing(runner, drive, askForTape),
      copies: provenCopies(state.restoresFolder, run),
      journal: await journalOf(state, run),
      onVolume: (volume) => told.volumes.push(volume),
    });
  }

  /** The changer belongs to the drive of the site file; at another one a person changes tapes. */
  #changing(runner: CommandRunner, { host, device }: DriveAt, ask: TapeChanging['ask']): TapeChanging {
    const { site } = this.#options;
    const change = tapeChangeOf(site);
    const isOfSite = host === site.tape.host && withoutRewind(device) === withoutRewind(site.tape.device);
    return {
      ...{ runner, ask, step: restoreStep },
      drive: { tapeHost: host, tapeDevice: device, platform: site.platform },
      change: isOfSite ? change : { ...change, changer: undefined, nextTape: undefined },
    };
  }

  #runner(
    journal: EventSink,
    cancel: AbortSignal,
    beforeChange?: RunnerOptions['beforeChange'],
  ): CommandRunner {
    const signals = () => ({ cancel, halt: cancel });
    return new CommandRunner(journal, this.#options.hosts, signals, beforeChange ? { beforeChange } : {});
  }
}

/** Copies of the run that were labeled but not completed. */
const unfinishedCopies = (known: readonly KnownTape[], run: string): ReadonlySet<string> =>
  new Set(
    known
      .filter((tape) => tape.run === run && tape.copyOf !== undefined && tape.files.length === 0)
      .map(({ uuid }) => uuid),
  );

function exitStatusOf(error: ShadowtapeError | undefined, hasWritten: boolean): CopyResult['exitStatus'] {
  if (error === undefined) return 0;
  if (isFailure(error, ...mismatches)) return 4;
  return hasWritten ? 2 : 1;
}

/** Retention counts from the day on which the run began, as that of its own tapes. */
function keepUntil(
  site: Site,
  events: readonly RunEvent[],
  tape: string,
  keep: string | undefined,
): string | undefined {
  const words = keep ?? keepOfPool(site, tape);
  const [start] = events;
  if (words === undefined || start?.type !== 'run-started') return lastOf(events, 'label')?.keepUntil;
  const zone = site.jobs[start.job]?.schedule?.zone ?? ownZone();
  return keepUntilOf(words, new Date(start.at), zone);
}

/** The copy carries the whole journal, including the end of the run. */
async function journalOf(state: StateFolder, run: string) {
  const { lastHash: sha256 } = await readRun(state, run);
  const packed = await packJournal(await readKept(state.journalFile(run))).catch(() => undefined);
  return packed === undefined ? { sha256 } : { sha256, gzip: packed };
}

/** Records the written tapes in record and inventory. */
class CopyTold implements CopyListener {
  readonly volumes: CopiedVolume[] = [];
  readonly #record: RestoreRecord;
  readonly #media: MediaFile;
  readonly #prepared: PreparedCopy;
  hasWritten = false;

  constructor(record: RestoreRecord, media: MediaFile, prepared: PreparedCopy) {
    this.#record = record;
    this.#media = media;
    this.#prepared = prepared;
  }

  get #place() {
    return { ...this.#prepared.drive, at: new Date().toISOString() };
  }

  readonly onLoss: CopyListener['onLoss'] = (found) => {
    const known = this.#media.list().tapes;
    for (const event of lossEvents(known, found, undefined, this.#place.at)) this.#media.append(event);
  };

  readonly onWrite = (): void => {
    this.hasWritten = true;
  };

  readonly onLabel: CopyListener['onLabel'] = (tape, label, { blank }) => {
    this.#record.append({ type: 'copy-tape', ...tape });
    this.#media.append(mediaEvent('labelled', label, this.#place, [], { onto: blank ? 'blank' : 'data' }));
  };

  /** The tapes hold all of it. */
  written({ tapes }: ProvenCopy): void {
    for (const { number, name, uuid, writtenAt, keepUntil: kept, copyOf } of tapes) {
      const { run } = this.#prepared;
      const label = { name, uuid, writtenAt, run, site: '', volumes: [], recordBytes: 1 };
      const named = { ...label, keepUntil: kept, copyOf };
      this.#media.append(mediaEvent('written', named, this.#place, this.#filesOn(number)));
    }
  }

  #filesOn(tape: number): HeldFile[] {
    const { dumps, tapes } = this.#prepared.plan;
    return dumps.flatMap(({ source: { volume, method }, parts }) =>
      parts
        .filter(({ number }) => number === tape)
        .map(({ file, bytes, firstRecord, records }) => ({
          ...{ file, volume, method, bytes },
          ...(tapes.length > 1 ? { firstRecord, records } : {}),
        })),
    );
  }
}
