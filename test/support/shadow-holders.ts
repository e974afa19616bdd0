/** The processes on the lab's backup server that hold a shadow open, and what a run reports of them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import type { Lab } from '../../src/lab/lab.ts';

/** Those that are running now, each by its arguments. One that hangs has opened nothing. */
export const holdersOn = (lab: Pick<Lab, 'processes'>): string[] =>
  lab.processes('node3', 'working').filter((words) => words.startsWith('sh -c : shadowtape-holder '));

/** Milliseconds in which the lab notices that a connection is closed. */
const noticed = 5000;

/** Those that outlive their connection. A connection that was just closed is noticed a moment later. */
export async function survivingHolders(lab: Pick<Lab, 'processes'>): Promise<string[]> {
  for (const until = performance.now() + noticed; holdersOn(lab).length > 0 && performance.now() < until;)
    await wait(5);
  return holdersOn(lab);
}

const isHold = (event: RunEvent): event is EventOf<'hold'> => event.type === 'hold';

/** `STEP WHAT`, one line each. */
export const holdsIn = (events: readonly RunEvent[]): string[] =>
  events.filter(isHold).map(({ step, what }) => `${step} ${what}`);

/** The run's final report on how its shadow was held. */
export const holdingTold = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === 'check' && event.rule === 'shadow-held'
      ? [{ step: event.step, verdict: event.verdict, actual: event.actual }]
      : [],
  );

/** Resolves with the process that holds the shadow open after it was taken the nth time, from 1; give it every event. */
export function taken(nth = 1): {
  readonly onEvent: (event: RunEvent) => void;
  readonly pid: Promise<number>;
} {
  let left = nth;
  let tell: (pid: number) => void = () => undefined;
  const pid = new Promise<number>((resolve) => (tell = resolve));
  return {
    onEvent(event) {
      if (!isHold(event) || event.what !== 'taken') return;
      left -= 1;
      if (left === 0) tell(event.pid ?? 0);
    },
    pid,
  };
}
