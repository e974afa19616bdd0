/** Takes the lock of one place, and gives it back: see model/lock.ts for what it is. */
import { connectionLostCodes, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { isRestoreMark, namesIn, ownerEntry, parseOwner, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { troubleOf, type CommandRunner } from './command-runner.ts';
import type { CommandResult } from './hosts.ts';
import { lockedFailure } from './lock-refusal.ts';

/** A lock that exists, and whose owner is somebody else. */
export interface FoundLock {
  readonly place: LockPlace;
  /** Undefined where it names nobody. */
  readonly owner: LockOwner | undefined;
  /** What `ls` prints of its folder. */
  readonly listing: string;
}

export interface LockOrder {
  readonly runner: CommandRunner;
  /** The step that the journal has the commands under. */
  readonly step: string;
  /** This owner's name: see ownerName. */
  readonly own: string;
  /**
   * Says whether a lock that exists may be taken over.
   * @returns a warning: it is taken over
   * @throws what refuses
   */
  readonly mayTakeOver: (found: FoundLock) => Promise<string | undefined>;
  /** What refuses whoever was too late; that the lock is somebody else's where it is left out. */
  readonly refusal?: (found: FoundLock) => ShadowtapeError;
}

/** A lock that was taken. */
export interface TakenLock {
  readonly place: LockPlace;
  /** Where it was taken over: what is to be told. */
  readonly warning: string | undefined;
  /** What the folder held when it was taken over: the former owner's name, or nothing. Undefined where there was no lock. */
  readonly former: readonly string[] | undefined;
  /** The same lock was taken before, under another name of its host. */
  readonly isAlias: boolean;
}

/** A folder is made and removed at once; a host that hangs is not waited for as long as for GDS. */
const secondsOfCommand = 60;

/** How often the connection may be lost while a lock is given back. */
const mostLost = 2;

class PlaceLock {
  readonly #order: Pick<LockOrder, 'runner' | 'step' | 'own'>;
  readonly #place: LockPlace;
  readonly #ownFolder: string;

  constructor(order: Pick<LockOrder, 'runner' | 'step' | 'own'>, place: LockPlace) {
    this.#order = order;
    this.#place = place;
    this.#ownFolder = `${place.folder}/${order.own}`;
  }

  /** What takes and gives back a lock is let finish when the run is cancelled, hence `changes`. */
  #send(...argv: string[]): Promise<CommandResult> {
    const { runner, step } = this.#order;
    const limits = { anyStatus: true, timeLimitSeconds: secondsOfCommand };
    return runner.send(step, { host: this.#place.host, argv, changes: true }, limits);
  }

  async #must(...argv: string[]): Promise<CommandResult> {
    const result = await this.#send(...argv);
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
   * Makes the folder, or says what lies in that which exists.
   * @returns undefined where it was made
   */
  async #made(): Promise<string | undefined> {
    const { folder } = this.#place;
    const argv = ['mkdir', folder];
    const made = await this.#send(...argv);
    if (made.status === 0) return undefined;
    const look = await this.#send('ls', folder);
    if (look.status === 0) return look.stdout.toString('utf8');
    // Where there is no lock either, mkdir failed for a reason of its own.
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
    // Of two that take it over at the same time only one can remove the former owner's name.
    if (entry !== undefined && (await this.#send('rmdir', `${this.#place.folder}/${entry}`)).status !== 0)
      throw refused(await this.#listing());
    await this.#nameOwner(listing === undefined);
    const others = namesIn(await this.#listing()).filter((name) => name !== own && !isRestoreMark(name));
    const former = listing === undefined ? undefined : namesIn(entry ?? '');
    if (others.length === 0) return { place, warning, former, isAlias: false };
    await this.#send('rmdir', this.#ownFolder);
    throw refused(others.join('\n'));
  }

  /** A lock that names nobody would keep everybody out: one that was made just now is removed again. */
  async #nameOwner(isNew: boolean): Promise<void> {
    const argv = ['mkdir', this.#ownFolder];
    const trouble = troubleOf({ host: this.#place.host, argv }, await this.#send(...argv));
    if (!trouble) return;
    if (isNew) await this.#send('rmdir', this.#place.folder);
    throw trouble;
  }

  /** Puts the former owner's name back in the place of this one. @throws COMMAND_FAILED, and what a session can end with */
  async putBack(former: readonly string[]): Promise<void> {
    await this.#must('rmdir', this.#ownFolder);
    for (const entry of former) await this.#must('mkdir', `${this.#place.folder}/${entry}`);
  }

  /**
   * Whoever removed the owner's name and hears no more of the host would leave a lock that names nobody, and keeps everybody out. What was removed
   * already is seen, and passed over; a folder that somebody else has made since, and has not named yet, may go with it, and he is refused.
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
    const removed = await this.#send('rmdir', this.#ownFolder);
    if (removed.status === 0) {
      await this.#must('rmdir', folder);
      return;
    }
    const look = await this.#send('ls', '-d', this.#ownFolder);
    const trouble = troubleOf({ host, argv: ['rmdir', this.#ownFolder] }, removed);
    if (look.status === 0 && trouble) throw trouble;
    // It is somebody else's by now, and stays; or it never came to name its owner, and goes.
    await this.#send('rmdir', folder);
  }
}

/**
 * Takes the lock of one place.
 * @param before the places that were taken for the same owner just now: two hosts of a site may be one machine
 * @throws what the order refuses with, COMMAND_FAILED, and what a session can end with
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
 * Gives the lock of one place back. One that is somebody else's by now stays.
 * @throws COMMAND_FAILED, and what a session can end with
 */
export function giveBackPlace(
  order: Pick<LockOrder, 'runner' | 'step' | 'own'>,
  place: LockPlace,
): Promise<void> {
  return new PlaceLock(order, place).giveBack();
}

/**
 * Takes several locks in their order; where one is refused, those before it are left as they were found.
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
 * Leaves locks as they were before they were taken, the last one first: whoever takes a run up and is refused takes no lock away from
 * it. A lock that cannot be left so is taken over by the next who needs it.
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
