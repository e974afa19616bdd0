/**
 * Checks, before each command that changes something, whether the locks of the run are still its own. One that is gone,
 * or names somebody else, is lost for good: another console may be working on the class by now, and nothing more is
 * changed.
 *
 * Each check is one `ls`, and is not journaled: there would be one before every command. A host that cannot be reached
 * does not hide the loss: as long as one place is the run's, no other run can take all of them. So only the host of the
 * command must answer.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { namesIn } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { troubleOf, type Command, type CommandRunner } from './command-runner.ts';
import { ownerSince } from './lock-refusal.ts';
import { doingWords, lockParent, parseOwner } from '../model/lock.ts';

export interface LockGuardOptions {
  /** Repeats queries that get no answer. */
  readonly patient: CommandRunner;
  /** Repeats nothing. */
  readonly quick: CommandRunner;
  /** The locks that the run has at the moment, on hosts that answer. */
  readonly places: () => readonly LockPlace[];
  /** The name of the owner: see ownerName. */
  readonly own: string;
  /** Undefined for a command outside of any run, which only locks the drive. */
  readonly run: string | undefined;
  /** True for steps that move the tape: they need the lock of the drive, too. */
  readonly needsDrive: (step: string) => boolean;
  /** How long a check is valid for the following commands of its step, in milliseconds; a second by default. */
  readonly freshMilliseconds?: number | undefined;
}

/** Steps that take and release locks. */
const lockSteps = new Set(['lock', 'unlock']);

const secondsOfLook = 30;
/** A check is valid for the commands of its step within this time: they follow as soon as after a check of their own. */
const usualFreshMilliseconds = 1000;
/** An unreachable host is not queried again for this time: each attempt would cost the time of a connection. */
const awayMilliseconds = 60_000;

export class LockGuard {
  readonly #options: LockGuardOptions;
  #isHeld = false;
  #lost: ShadowtapeError | undefined;
  readonly #lostPlaces: LockPlace[] = [];
  /** The last check that found the locks in place. */
  #seen: { readonly step: string; readonly at: number } | undefined;
  /** Host -> when it did not answer, on a clock that never goes back. */
  readonly #awaySince = new Map<string, number>();

  constructor(options: LockGuardOptions) {
    this.#options = options;
  }

  /** From now on the run holds its locks. */
  hold(): void {
    this.#isHeld = true;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** A host that did not answer is queried again before the next change. */
  answersAgain(host: string): void {
    this.#awaySince.delete(host);
    this.#seen = undefined;
  }

  /** LOCK_LOST, once the lock of the class was seen with another owner, or with none. */
  get lost(): ShadowtapeError | undefined {
    return this.#lost;
  }

  /** The host on which the lock of the class was seen to be lost. */
  get lostPlaces(): readonly LockPlace[] {
    return this.#lostPlaces;
  }

  /** @throws LOCK_LOST, DRIVE_LOCK_LOST, and the errors of the queries if none was answered */
  async check(step: string, command: Pick<Command, 'host'>): Promise<void> {
    if (!this.#isHeld || lockSteps.has(step)) return;
    if (this.#lost) throw this.#lost;
    const { places, needsDrive, freshMilliseconds = usualFreshMilliseconds } = this.#options;
    if (this.#seen?.step === step && performance.now() - this.#seen.at < freshMilliseconds) return;
    this.#seen = undefined;
    const at = performance.now();
    const asked = places().filter(({ what }) => what === 'class' || needsDrive(step));
    const classes = asked.filter(({ what }) => what === 'class');
    const isOnHost = classes.some(({ host }) => host === command.host);
    const needed = isOnHost ? command.host : classes[0]?.host;
    await Promise.all(
      asked.map((place) => this.#look(step, place, place.what === 'drive' || place.host === needed)),
    );
    this.#seen = { step, at };
  }

  async #look(step: string, place: LockPlace, isNeeded: boolean): Promise<void> {
    if (isNeeded) return this.#require(step, place, this.#options.patient);
    const away = this.#awaySince.get(place.host);
    if (away !== undefined && performance.now() - away < awayMilliseconds) return undefined;
    try {
      await this.#require(step, place, this.#options.quick);
    } catch (error) {
      if (isFailure(error, 'LOCK_LOST', 'DRIVE_LOCK_LOST')) throw error;
      this.#awaySince.set(place.host, performance.now());
    }
  }

  async #require(step: string, place: LockPlace, runner: CommandRunner): Promise<void> {
    const { host, folder } = place;
    const ls = (...argv: string[]) =>
      runner.send(
        step,
        { host, argv: ['ls', ...argv], changes: false },
        { anyStatus: true, timeLimitSeconds: secondsOfLook },
      );
    const own = `${folder}/${this.#options.own}`;
    if ((await ls('-d', own)).status === 0) return;
    const look = await ls(folder);
    const names = namesIn(look.stdout.toString('utf8'));
    if (look.status === 0 && names.includes(this.#options.own)) return;
    if (look.status !== 0) {
      // A failed query does not prove absence: the parent folder must be seen without the lock.
      const parent = await ls(lockParent);
      const trouble = troubleOf({ host, argv: ['ls', lockParent] }, parent);
      const isThere = namesIn(parent.stdout.toString('utf8')).includes(folder.slice(lockParent.length + 1));
      const unread = troubleOf({ host, argv: ['ls', folder] }, look);
      if (trouble ?? (isThere ? unread : undefined)) throw trouble ?? unread;
    }
    throw this.lose(step, place, look.status === 0 ? names.join('\n') : undefined);
  }

  /**
   * The lock of a place has another owner, or none: that of the class is lost for good.
   * @param listing the contents of the lock's folder; undefined if there is none
   * @returns LOCK_LOST, or DRIVE_LOCK_LOST
   */
  lose(step: string, place: LockPlace, listing: string | undefined): ShadowtapeError {
    const { host, name, folder, what } = place;
    const owner = listing === undefined ? undefined : parseOwner(listing);
    const now = owner
      ? phrase('is held by {doing} of {ownerSince}', {
          doing: doingWords(owner),
          ownerSince: ownerSince(owner),
        })
      : phrase('is gone');
    const evidence = { host, command: `ls ${folder}`, stdout: listing ?? '' };
    const { run } = this.#options;
    if (what === 'drive') {
      const tape = run === undefined ? phrase('The tape') : phrase('The tape of run {run}', { run });
      return failure('DRIVE_LOCK_LOST', { step, drive: name, host, now, tape }, evidence);
    }
    this.#lostPlaces.push(place);
    this.#lost ??= failure('LOCK_LOST', { step, class: name, host, now, run: run ?? '' }, evidence);
    return this.#lost;
  }
}
