/** What a command records of its run: enough to report whether anything was changed, whatever ends the process. */
import type { RunEvent } from '../../../contract/events.ts';
import { say } from '../../../contract/text/say.ts';
import type { GlobalOptionWords } from '../given-options.ts';
import { printable } from '../terminal/text.ts';

/** Steps of these phases do not change the cluster: lock, tape position, queries. */
const harmlessPhases = new Set(['prepare', 'finish']);

/** Why resume and unwind would refuse a run, one sentence each; undefined if they would not. */
export interface FurtherRefusals {
  readonly resume: string | undefined;
  readonly unwind: string | undefined;
}

/**
 * The commands that resume a run or roll it back: only those that would not refuse it, with the reason of each that
 * would.
 * @param refusals undefined if nothing may be asked any more
 */
export function furtherLines(
  run: string,
  { stateOption, siteOption }: GlobalOptionWords,
  refusals?: FurtherRefusals,
): string[] {
  const command = (name: string) => `shadowtape${siteOption}${stateOption} ${name} ${run}`;
  const rollBack = say('roll it back: {command}', { command: command('rollback') });
  if (!refusals)
    return [
      say('resume it, if its journal and the hosts allow it: {command}', { command: command('resume') }),
      say('or {rollBack}', { rollBack }),
    ].map(printable);
  const { resume, unwind } = refusals;
  return [
    resume ?? say('resume it: {command}', { command: command('resume') }),
    unwind ?? (resume === undefined ? say('or {rollBack}', { rollBack }) : rollBack),
  ].map(printable);
}

export class RunFollower {
  readonly #phases = new Map<string, string>();
  #run: string | undefined;
  #changed = false;

  hear(event: RunEvent): void {
    this.#run = event.run;
    // What was changed before it was resumed is not among the events that follow.
    if (event.type === 'run-resumed') this.#changed = true;
    if (event.type === 'step-started') this.#phases.set(event.step, event.phase);
    if (event.type === 'answered' && event.answer === 'stopped') this.#changed = true;
    if (event.type === 'intent' && event.changes && !harmlessPhases.has(this.#phases.get(event.step) ?? ''))
      this.#changed = true;
  }

  /** True if something on the cluster or the backup server may have been changed. */
  get changed(): boolean {
    return this.#changed;
  }

  /**
   * The last lines if the run has no end of its own.
   * @returns none if nothing was changed
   */
  abandonedLines(words: GlobalOptionWords): string[] {
    if (!this.#changed || this.#run === undefined) return [];
    return ['', say('action required: the run did not finish'), ...furtherLines(this.#run, words)];
  }
}
