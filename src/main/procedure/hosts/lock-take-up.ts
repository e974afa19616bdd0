/** Takes the lock of a run up: who goes on with the run, or unwinds it, holds the lock that its first process held. */
import type { Assignment } from '../model/assignment.ts';
import { troubleOf, type CommandRunner } from './command-runner.ts';
import type { CommandResult } from './hosts.ts';
import { isDead, lockFolder, ownerName, ownerWords, parseOwner, thisOwner } from '../model/lock.ts';
import { busyFailure } from './lock-refusal.ts';

export interface LockOrder {
  readonly runner: CommandRunner;
  readonly assignment: Pick<Assignment, 'class' | 'backupServer'>;
  readonly run: string;
  /** Since when the run is worked on, as its journal has it: for who is refused by a lock that does not say it. */
  readonly since: string;
  /** True where the run may have made its lock and died before it could put its name on it. */
  readonly mayBeNameless: boolean;
  /** Takes the lock whoever owns it, as long as it is this run's. */
  readonly force: boolean;
}

const step = 'take-up';

class RunLock {
  readonly #order: LockOrder;
  readonly #folder: string;
  readonly #own: string;

  constructor(order: LockOrder) {
    this.#order = order;
    this.#folder = lockFolder(order.assignment.class);
    this.#own = ownerName(thisOwner(order.run));
  }

  #send(...argv: string[]): Promise<CommandResult> {
    const { runner, assignment } = this.#order;
    return runner.send(step, { host: assignment.backupServer, argv, changes: true }, { anyStatus: true });
  }

  #require(result: CommandResult, ...argv: string[]): void {
    const trouble = troubleOf({ host: this.#order.assignment.backupServer, argv }, result);
    if (trouble) throw trouble;
  }

  async #listing(): Promise<string> {
    const result = await this.#send('ls', this.#folder);
    this.#require(result, 'ls', this.#folder);
    return result.stdout.toString('utf8');
  }

  /** @returns what refuses who is not the owner */
  #refusal(listing: string) {
    const { run, assignment, since } = this.#order;
    return busyFailure(assignment, run, listing, since);
  }

  /** @returns a warning, where the lock of another process was taken over */
  async #takeOver(): Promise<string | undefined> {
    const { run, mayBeNameless, force } = this.#order;
    const listing = await this.#listing();
    const owner = parseOwner(listing);
    if (!owner) {
      if (listing.trim() !== '' || !(mayBeNameless || force)) throw this.#refusal(listing);
      return undefined;
    }
    if (owner.run !== run || !(isDead(owner) || force)) throw this.#refusal(listing);
    // Of two that take it over at the same time only one can remove the former owner's name.
    const removed = await this.#send('rmdir', `${this.#folder}/${ownerName(owner)}`);
    if (removed.status !== 0) throw this.#refusal(await this.#listing());
    const told = ownerWords(owner);
    return isDead(owner)
      ? `the lock was left by ${told}, which is gone; it was taken over`
      : `the lock of ${told} was taken over (--take-over-lock)`;
  }

  async take(): Promise<string | undefined> {
    const made = await this.#send('mkdir', this.#folder);
    let warning: string | undefined;
    if (made.status !== 0) {
      const there = await this.#send('ls', this.#folder);
      // Where there is no lock either, mkdir failed for a reason of its own.
      if (there.status !== 0) this.#require(made, 'mkdir', this.#folder);
      warning = await this.#takeOver();
    }
    const own = `${this.#folder}/${this.#own}`;
    this.#require(await this.#send('mkdir', own), 'mkdir', own);
    const others = (await this.#listing()).split('\n').filter((name) => name !== '' && name !== this.#own);
    if (others.length === 0) return warning;
    await this.#send('rmdir', own);
    throw this.#refusal(others.join('\n'));
  }

  /** A lock that cannot be given back is taken over by the next who takes the run up. */
  async release(): Promise<void> {
    try {
      await this.#send('rmdir', `${this.#folder}/${this.#own}`);
      await this.#send('rmdir', this.#folder);
    } catch {
      // Why the run was not taken up is worth more than this.
    }
  }
}

/**
 * Takes the lock of the class for a run that is taken up. The lock of a process of this machine that is gone is taken over.
 * @returns a warning, where there was an owner; and how the lock is given back
 * @throws RUN_BUSY while another process works on the run, CLASS_LOCKED and CLASS_LOCKED_NAMELESS where the lock is not this run's
 */
export async function takeLockUp(
  order: LockOrder,
): Promise<{ warning: string | undefined; release: () => Promise<void> }> {
  const lock = new RunLock(order);
  return { warning: await lock.take(), release: () => lock.release() };
}
