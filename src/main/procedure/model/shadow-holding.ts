/** How long a shadow was held open, folded from the events of its run. Pure. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';

type HoldEvent = EventOf<'hold'>;

export interface Holding {
  /** True if it was open since the verification, except in the steps that need it closed. */
  readonly isUnbroken: boolean;
  /** In words, for journal and report. */
  readonly text: string;
}

const isHold = (event: RunEvent): event is HoldEvent => event.type === 'hold';

/** The last event of a shadow's holder; undefined if there was none. */
export const lastHold = (events: readonly RunEvent[], proxy: string): HoldEvent | undefined =>
  events.findLast((event): event is HoldEvent => isHold(event) && event.volume === proxy);

/** What has happened since the shadow was verified. */
class Hold {
  /** The process that holds it open. */
  pid: number | undefined;
  /** Why it was not, each the end of a sentence. */
  gaps: string[] = [];
  /** The steps for which it was released on purpose, each with the step that held it again. */
  closed: { readonly from: string; readonly to?: string }[] = [];

  take(event: RunEvent, proxy: string): void {
    if (event.type === 'step-started' && event.step === 'verify') [this.gaps, this.closed] = [[], []];
    if (event.type === 'run-resumed') this.#lose(this.pid, phrase('the console that held it open ended'));
    if (isHold(event) && event.volume === proxy) this.#takeHold(event);
  }

  #takeHold({ what, step, pid, reason = phrase('unknown reason') }: HoldEvent): void {
    if (what === 'taken') {
      this.pid = pid;
      this.closed = this.closed.map((gap) => ({ to: step, ...gap }));
    } else if (what === 'released') {
      this.pid = undefined;
      this.closed = [...this.closed, { from: step }];
    } else if (what === 'refused') this.gaps.push(phrase('could not be held open: {reason}', { reason }));
    else this.#lose(pid, reason);
  }

  #lose(pid: number | undefined, reason: string): void {
    if (this.pid === undefined || this.pid !== pid) return;
    this.gaps.push(phrase('was released: {reason}', { reason }));
    this.pid = undefined;
  }
}

/** @param events of the run so far */
export function holdingOf(events: readonly RunEvent[], proxy: string): Holding {
  const hold = new Hold();
  for (const event of events) hold.take(event, proxy);
  const gaps = [...new Set(hold.gaps)].join('; ');
  if (hold.pid === undefined) return { isUnbroken: false, text: gaps || phrase('was not held open') };
  if (gaps !== '') return { isUnbroken: false, text: phrase('{gaps}; held open again since then', { gaps }) };
  const closed = hold.closed.map(({ from, to = '' }) =>
    phrase('from step {from} to step {to}', { from, to }),
  );
  const except = closed.length === 0 ? '' : phrase(', except {closed}', { closed: listed(closed) });
  return { isUnbroken: true, text: phrase('held open{except}', { except }) };
}

/** The numbers of processes that held a shadow open, and whose end was not seen. */
export function holdersLeft(events: readonly RunEvent[]): HoldEvent[] {
  const left = new Map<number, HoldEvent>();
  for (const event of events.filter(isHold)) {
    if (event.pid === undefined) continue;
    if (event.what === 'taken') left.set(event.pid, event);
    if (event.what === 'released' || event.what === 'ended') left.delete(event.pid);
  }
  return [...left.values()];
}
