/** How often a run queries the state of the hosts, counted where the hosts receive it. */
import type { RunEvent } from '../../src/contract/events.ts';
import type { Scene } from './lab-run.ts';

/** The poll of step 8-2, as the guide has it. */
const poll = 'sdxinfo -S -c Class1 -o Volume2';

export interface StateQueries {
  /** sdxinfo commands that the hosts received, without the polls. */
  readonly queries: number;
  /** Polls of step 8-2: as many as the copy of the rejoin takes. */
  readonly polls: number;
}

/**
 * Counts the sdxinfo commands of the only run of a scene.
 * @param events of that run
 */
export function stateQueriesOf({ lab }: Scene, events: readonly RunEvent[]): StateQueries {
  const sent = lab.commands.filter(({ line }) => line.startsWith('sdxinfo')).length;
  const polls = events.filter(
    (event) => event.type === 'intent' && event.step === '8-2' && event.line === poll,
  ).length;
  return { queries: sent - polls, polls };
}
