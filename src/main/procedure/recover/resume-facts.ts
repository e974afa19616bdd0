/** The facts that decide where a run continues: its journal since the last part, and what both sides show now. Pure. */
import { isBlocking } from '../../../contract/checks.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { proxiesOf, type Assignment } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phraseCount } from '../../../contract/text/say.ts';
import { judgeShadow } from '../plan/shadow-checks.ts';
import type { WorkState } from '../detached/detached-look.ts';
import type { RunMarks } from '../model/run-marks.ts';
import { sentCommands, type Sent } from '../model/sent-commands.ts';
import type { Step } from '../model/step.ts';
import type { World } from '../model/world.ts';

export interface ResumeFacts {
  readonly assignment: Assignment;
  /** All steps of the run. */
  readonly steps: readonly Step[];
  readonly events: readonly RunEvent[];
  /** What both sides show now. */
  readonly world: World;
  readonly marks: RunMarks;
  /** Proxy volume -> how its detached dump was found (route `server`); no entry if it has none. */
  readonly dumps?: ReadonlyMap<string, WorkState> | undefined;
}

/** What the journal has of the run since the proxy was last parted. */
export interface Past {
  readonly part: Sent | undefined;
  readonly sent: readonly Sent[];
  readonly events: readonly RunEvent[];
}

/** @param events the whole journal */
export function pastOf(events: readonly RunEvent[]): Past {
  const sent = sentCommands(events);
  const part = sent.findLast(({ intent }) => intent.step === '3-3' && intent.changes);
  const from = part?.intent.seq ?? 0;
  return {
    part,
    sent: sent.filter(({ intent }) => intent.seq > from),
    events: events.filter(({ seq }) => seq > from),
  };
}

/** How a step ended last; undefined if it never did. */
export const lastEnd = (events: readonly RunEvent[], step: string) =>
  events.findLast((event) => event.type === 'step-finished' && event.step === step);

/** When a step began last; undefined if it never did. */
export const lastStart = (events: readonly RunEvent[], step: string) =>
  events.findLast((event) => event.type === 'step-started' && event.step === step);

/** A step of the run by its id; undefined if the run has none. */
export const stepOf = ({ steps }: ResumeFacts, id: string) => steps.find((step) => step.id === id);

/** "Volume2 is", "Volume2 and Volume4 are". */
export function proxiesAre({ assignment }: ResumeFacts): string {
  const proxies = proxiesOf(assignment);
  return phraseCount(proxies.length, '{proxies} is', '{proxies} are', { proxies: listed(proxies) });
}

/** Rules of the proxy alone: it may have to be stopped again first, and is checked again when the shadow is verified. */
const isOfProxy = (rule: string) => rule.startsWith('proxy-');

/** Every rule of the shadows holds, except those of the proxies and the one of the active mode. */
export function shadowHolds({ assignment, world }: ResumeFacts, but: readonly string[] = []): boolean {
  return !judgeShadow(assignment, world).some(
    (verdict) => isBlocking(verdict) && !isOfProxy(verdict.rule) && !but.includes(verdict.rule),
  );
}
