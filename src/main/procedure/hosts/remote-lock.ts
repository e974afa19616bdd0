/** Takes and releases the lock of one place; model/lock.ts explains locks. */
import { connectionLostCodes, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { isRestoreMark, namesIn, ownerEntry, parseOwner, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { troubleOf, type CommandRunner, type SendOptions } from './command-runner.ts';
import type { CommandResult } from './hosts.ts';
import { lockedFailure } from './lock-refusal.ts';

/** An existing lock of another owner. */
export interface FoundLock {
  readonly place: LockPlace;
  /** Undefined if it has no owner. */
  readonly owner: LockOwner | undefined;
  /** What `ls` prints of its folder. */
  readonly listing: string;
}

export interface LockOrder {
  readonly runner: CommandRunner;
  /** The step under which the commands are journaled. */
  readonly step: string;
  /** This owner's name: see ownerName. */
  readonly own: string;
  /**
   * Decides whether an existing lock may be taken over.
   * @returns a warning: it is taken over
   * @throws the refusal
   */
  readonly mayTakeOver: (found: FoundLock) => Promise<string | undefined>;
  /** The refusal for a process that was too late; by default, that the lock is somebody else's. */
  readonly refusal?: (found: FoundLock) => ShadowtapeError;
}

/** A lock that was taken. */
export interface TakenLock {
  readonly place: LockPlace;
  /** If it was taken over: the warning to report. */
  readonly warning: string | undefined;
  /** The contents of the folder when it was taken over: the previous owner's name, or nothing. Undefined if there was no lock. */
  readonly former: readonly string[] | undefined;
  /** The same lock was taken before, under another name of its host. */
  readonly isAlias: boolean;
}

/** A folder is created and removed at once; a host that hangs is not waited for as long as for GDS. */
const secondsOfCommand = 60;

/** How often the connection may be lost while a lock is released. */
const mostLost = 2;

/** mkdir found the lock: the answer that a process that resumes a run expects. */
const isThere = ({ stderr }: CommandResult): boolean => stderr.includes('exists');

class PlaceLock {
  readonly #order: Pick<LockOrder, 'runner' | 'step' | 'own'>;
  readonly #place: LockPlace;
  readonly #ownFolder: string;

  constructor(order: Pick<LockOrder, 'runner' | 'step' | 'own'>, place: LockPlace) {
    this.#order = order;
    this.#place = place;
    this.#ownFolder = `${place.folder}/${order.own}`;
  }

  /** Commands that take and release a lock may finish when the run is canceled, hence `changes`. */
  #send(argv: readonly string[], isAnswer?: SendOptions['isAnswer']): Promise<CommandResult> {
    const { runner, step } = this.#order;
    const limits = { anyStatus: true, timeLimitSeconds: secondsOfCommand, ...(isAnswer && { isAnswer }) };
    return runner.send(step, { host: this.#place.host, argv, changes: true }, limits);
  }

  async #must(...argv: string[]): Promise<CommandResult> {
    const result = await this.#send(argv);
    const trouble = troubleOf({ host: this.#place.host, argv }, result);
    if (trouble) throw trouble;
    return result;
  }

  async #listing(): Promise<string> {
    const look = await this.#must('ls', this.#place.folder);
    return look.stdout.toString('utf8');
  }

  #found(listing: string): FoundLock {
    return { place: this.#place, owner: parseOwner(listing), listing };
  }

  /**
   * Creates the folder, or lists the existing one.
   * @returns undefined if it was created
   */
  async #made(): Promise<string | undefined> {
    const { folder } = this.#place;
    const argv = ['mkdir', folder];
    const made = await this.#send(argv, isThere);
    if (made.status === 0) return undefined;
    const look = await this.#send(['ls', folder]);
    if (look.status === 0) return look.stdout.toString('utf8');
    // If there is no lock either, mkdir failed for another reason.
    throw troubleOf({ host: this.#place.host, argv }, made) ?? lockedFailure(this.#place, '');
  }

  /** @param isAlias this machine may have the same lock under another name, and it was taken there */
  async take({ mayTakeOver, refusal }: LockOrder, isAlias: boolean): Promise<TakenLock> {
    const refused = (listing: string) =>
      (refusal ?? (({ place }) => lockedFailure(place, listing)))(this.#found(listing));
    const listing = await this.#made();
    const own = this.#order.own;
    const place = this.#place;
    if (isAlias && listing !== undefined && namesIn(listing).join() === own)
      return { place, warning: undefined, former: undefined, isAlias };
    const warning = listing === undefined ? undefined : await mayTakeOver(this.#found(listing));
    const entry = ownerEntry(listing ?? '');
    // Of two that take it over at the same time, only one can remove the previous owner's name.
    if (entry !== undefined && (await this.#send(['rmdir', `${this.#place.folder}/${entry}`])).status !== 0)
      throw refused(await this.#listing());
    await this.#nameOwner(listing === undefined);
    const others = namesIn(await this.#listing()).filter((name) => name !== own && !isRestoreMark(name));
    const former = listing === undefined ? undefined : namesIn(entry ?? '');
    if (others.length === 0) return { place, warning, former, isAlias: false };
    await this.#send(['rmdir', this.#ownFolder]);
    throw refused(others.join('\n'));
  }

  /** A lock without an owner would keep everybody out: one that was just made is removed again. */
  async #nameOwner(isNew: boolean): Promise<void> {
    const argv = ['mkdir', this.#ownFolder];
    const trouble = troubleOf({ host: this.#place.host, argv }, await this.#send(argv));
    if (!trouble) return;
    if (isNew) await this.#send(['rmdir', this.#place.folder]);
    throw trouble;
  }

  /** Restores the previous owner's name in place of this one. @throws COMMAND_FAILED, and errors of a session */
  async putBack(former: readonly string[]): Promise<void> {
    await this.#must('rmdir', this.#ownFolder);
    for (const entry of former) await this.#must('mkdir', `${this.#place.folder}/${entry}`);
  }

  /**
   * If the connection is lost after the owner's name was removed, the lock has no owner and keeps everybody out. What
   * was removed already is noticed and skipped. A folder that somebody else has made since, without a name yet, may be
   * removed with it; that process is then refused.
   */
  async giveBack(): Promise<void> {
    for (let lost = 0; ; lost += 1)
      try {
        return await this.#remove();
      } catch (error) {
        if (lost === mostLost || !isFailure(error, ...connectionLostCodes)) throw error;
      }
  }

  async #remove(): Promise<void> {
    const { folder, host } = this.#place;
    const removed = await this.#send(['rmdir', this.#ownFolder]);
    if (removed.status === 0) {
      await this.#must('rmdir', folder);
      return;
    }
    const look = await this.#send(['ls', '-d', this.#ownFolder]);
    const trouble = troubleOf({ host, argv: ['rmdir', this.#ownFolder] }, removed);
    if (look.status === 0 && trouble) throw trouble;
    // It is somebody else's by now, and stays; or it never got an owner, and is removed.
    await this.#send(['rmdir', folder]);
  }
}

/**
 * Takes the lock of one place.
 * @param before the places that were just taken for the same owner: two hosts of a site may be the same machine
 * @throws the refusal of the order, COMMAND_FAILED, and errors of a session
 */
export function takePlace(
  order: LockOrder,
  place: LockPlace,
  before: readonly LockPlace[] = [],
): Promise<TakenLock> {
  const isAlias = before.some(({ folder }) => folder === place.folder);
  return new PlaceLock(order, place).take(order, isAlias);
}

/**
 * Releases the lock of one place. One that is somebody else's by now stays.
 * @throws COMMAND_FAILED, and errors of a session
 */
export function giveBackPlace(
  order: Pick<LockOrder, 'runner' | 'step' | 'own'>,
  place: LockPlace,
): Promise<void> {
  return new PlaceLock(order, place).giveBack();
}

/**
 * Takes several locks in their order; if one is refused, those before it are left as they were found.
 * @throws as takePlace
 */
export async function takePlaces(order: LockOrder, places: readonly LockPlace[]): Promise<TakenLock[]> {
  const taken: TakenLock[] = [];
  try {
    for (const place of places) {
      const before = taken.map((lock) => lock.place);
      taken.push(await takePlace(order, place, before));
    }
  } catch (error) {
    await leaveAsFound(order, taken);
    throw error;
  }
  return taken;
}

/**
 * Leaves locks as they were before they were taken, the last one first: a refused resume must not remove a lock of the
 * run. A lock that cannot be left so is taken over by the next process that needs it.
 */
export async function leaveAsFound(
  order: Pick<LockOrder, 'runner' | 'step' | 'own'>,
  taken: readonly TakenLock[],
): Promise<void> {
  for (const { place, former, isAlias } of taken.toReversed()) {
    if (isAlias) continue;
    const lock = new PlaceLock(order, place);
    await (former ? lock.putBack(former) : lock.giveBack()).catch(() => undefined);
  }
}
