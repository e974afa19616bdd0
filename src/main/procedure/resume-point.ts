/**
 * Where a run that was broken off goes on: with the first step that is not done. A step is done when the journal says so and, where
 * it can be seen, the hosts agree. Pure.
 */
import { isBlocking } from '../../contract/checks.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { Assignment } from './assignment.ts';
import {
  isProxyJoined,
  isProxyStopped,
  isShadowGone,
  isShadowUnmounted,
  judgeParted,
  judgeShadow,
} from './checks.ts';
import { sampledRecords, type SampledBlock } from './fingerprint.ts';
import type { RunMarks } from './run-marks.ts';
import { sentCommands, type Sent } from './sent-commands.ts';
import type { Performance, Step } from './step.ts';
import type { World } from './world.ts';

export interface ResumeFacts {
  readonly assignment: Assignment;
  /** All steps of the run. */
  readonly steps: readonly Step[];
  readonly events: readonly RunEvent[];
  /** What both sides show now. */
  readonly world: World;
  readonly marks: RunMarks;
}

export interface ResumePoint {
  /** The step with which the run goes on. */
  readonly step: string;
  /** Every step that is performed, in its order; one may stand there twice, where the shadow has to be built anew. */
  readonly todo: readonly Step[];
  /** Why it goes on there, a sentence each. */
  readonly reasons: readonly string[];
  /** The fingerprint of the parted proxy, where it was taken. */
  readonly fingerprint: readonly SampledBlock[] | undefined;
  /** A dump that is complete although the console did not live to say so. */
  readonly completed: Step | undefined;
}

export interface ResumeRefusal {
  readonly refused: string;
}

/** What the journal says of the run since the proxy was last parted. */
interface Past {
  readonly part: Sent | undefined;
  readonly sent: readonly Sent[];
  readonly events: readonly RunEvent[];
}

function pastOf(events: readonly RunEvent[]): Past {
  const sent = sentCommands(events);
  const part = sent.findLast(({ intent }) => intent.step === '3-3' && intent.changes);
  const from = part?.intent.seq ?? 0;
  return {
    part,
    sent: sent.filter(({ intent }) => intent.seq > from),
    events: events.filter(({ seq }) => seq > from),
  };
}

const lastEnd = (events: readonly RunEvent[], step: string) =>
  events.findLast((event) => event.type === 'step-finished' && event.step === step);

/** Only a fingerprint of exactly the records that are compared later is one. */
function fingerprintOf({ assignment }: ResumeFacts, past: Past): readonly SampledBlock[] | undefined {
  const { blocks, job, fingerprintSeed } = assignment;
  const taken = past.events.findLast((event) => event.type === 'fingerprint' && event.side === 'primary');
  if (taken?.type !== 'fingerprint') return undefined;
  const records = sampledRecords(blocks, job.verify.fingerprint, fingerprintSeed);
  const isWhole =
    taken.blocks.length === records.length &&
    records.every((record, index) => taken.blocks[index]?.record === record);
  return isWhole ? taken.blocks : undefined;
}

/** Puts the list of the steps together that are performed. */
class Route {
  readonly todo: Step[] = [];
  readonly reasons: string[] = [];
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  find(performance: Performance): Step | undefined {
    return this.#steps.find((step) => step.performance === performance);
  }

  add(...ids: (string | undefined)[]): void {
    this.todo.push(...this.#steps.filter(({ id }) => ids.includes(id)));
  }

  /** Every step from one on. */
  addFrom(id: string): void {
    this.todo.push(...this.#steps.slice(this.#steps.findIndex((step) => step.id === id)));
  }

  /** The step that unmounts, where the method mounts. */
  get unmount(): Step | undefined {
    return this.#steps.find(({ phase, unwinds }) => phase === 'dump' && unwinds);
  }

  /** The dump's steps, the reading back left out. */
  get dumpSteps(): Step[] {
    return this.#steps.filter(({ phase, performance }) => phase === 'dump' && performance !== 'read-back');
  }
}

function addUndone(route: Route, { world, marks }: ResumeFacts, step: Step | undefined): boolean {
  if (!step?.unwinds || step.unwinds.isDone(world, marks)) return false;
  route.add(step.id);
  return true;
}

const stepOf = ({ steps }: ResumeFacts, id: string) => steps.find((step) => step.id === id);

/** Nothing was parted: the whole procedure once more, but for what stays stopped. */
function fromTheBeginning(facts: ResumeFacts, route: Route): void {
  const { assignment, marks } = facts;
  route.addFrom('tape');
  route.reasons.push(`${assignment.proxy} is still joined: begun again with step 3-1`);
  if (marks.operatorStopped || marks.servicesStopped.some(({ sure }) => sure))
    route.reasons.push('the services that were stopped stay stopped until step 3-4');
}

/** The digest that the tape host counted stands in the journal, and nothing says that the dump failed nevertheless. */
function dumpIsComplete(facts: ResumeFacts, past: Past, dump: Step): 'done' | 'unsaid' | 'no' {
  const started = past.events.findLast((event) => event.type === 'step-started' && event.step === dump.id);
  if (!started) return 'no';
  const since = past.events.filter(({ seq }) => seq > started.seq);
  if (!since.some((event) => event.type === 'digest' && event.hop === 'counted')) return 'no';
  // A tape with a label is complete with its manifest, which is written where the dump has left the head.
  const manifest = facts.steps.find(({ id }) => id === 'manifest');
  const written = manifest && lastEnd(since, manifest.id);
  if (manifest && (written?.type !== 'step-finished' || written.result !== 'done')) return 'no';
  const end = lastEnd(since, dump.id);
  if (end?.type === 'step-finished') return end.result === 'done' ? 'done' : 'no';
  // Its last check was that nobody has started the proxy meanwhile: a proxy that was started does not stop by itself.
  return isProxyStopped(facts.assignment, facts.world) ? 'unsaid' : 'no';
}

/** What is left once the dump is complete. */
function afterTheDump(facts: ResumeFacts, past: Past, route: Route, dump: Step): void {
  const { assignment } = facts;
  const readBack = route.find('read-back');
  const dumped =
    past.events.findLast((event) => event.type === 'digest' && event.hop === 'counted')?.seq ?? 0;
  const readEnd =
    readBack &&
    lastEnd(
      past.events.filter(({ seq }) => seq > dumped),
      readBack.id,
    );
  const isRead = readEnd?.type === 'step-finished' && readEnd.result !== 'failed';
  route.reasons.push(`step ${dump.id} is complete: what the tape host counted stands in the journal`);
  addUndone(route, facts, stepOf(facts, '3-4'));
  addUndone(route, facts, route.unmount);
  if (!isRead && readBack) {
    route.add(readBack.id);
    route.reasons.push('the tape was not read back to its end');
  }
  addUndone(route, facts, stepOf(facts, '7'));
  if (!addUndone(route, facts, stepOf(facts, '8-1')))
    route.reasons.push(`${assignment.proxy} is joined again`);
  route.add('8-2', 'unlock');
}

/** Rules of the proxy alone: it may have to be stopped again first, and is judged again when the shadow is verified. */
const isOfProxy = (rule: string) => rule.startsWith('proxy-');

/** The shadow stands as step 5 leaves it: every rule holds, nothing is mounted, and nobody has made it writable. */
function shadowIsWhole({ assignment, world, marks }: ResumeFacts, past: Past, route: Route): boolean {
  const built = past.sent.findLast(({ intent }) => intent.step === '5')?.intent.seq ?? 0;
  const dumping = new Set(route.dumpSteps.map(({ id }) => id));
  const wasActivated = past.sent.some(
    ({ intent }) => intent.seq > built && dumping.has(intent.step) && intent.argv[0] === 'sdxshadowvolume',
  );
  return (
    !wasActivated &&
    !marks.mountPointMade &&
    isShadowUnmounted(assignment, world) &&
    !judgeShadow(assignment, world).some((verdict) => isBlocking(verdict) && !isOfProxy(verdict.rule))
  );
}

/** Commands of the dump's steps that write through the shadow: what the fingerprint was taken of is no longer what is there. */
function writtenThrough(past: Past): Sent | undefined {
  return past.sent.findLast(
    ({ intent: { argv } }) => argv[0] === 'sfxadm' || (argv[0] === 'fsck' && argv.includes('-y')),
  );
}

function addShadow(facts: ResumeFacts, past: Past, route: Route): string | undefined {
  const { assignment, world } = facts;
  const { backupServer, shadow } = assignment;
  const begun = past.sent.some(({ intent }) => intent.step === '5' && intent.changes);
  const isGone = isShadowGone(assignment, world);
  if (!begun && !isGone) return `${backupServer} shows objects of ${shadow.class} that this run has not made`;
  if (begun && shadowIsWhole(facts, past, route)) {
    route.reasons.push(`the shadow ${shadow.class}/${shadow.volume} stands whole: it is verified again`);
    return undefined;
  }
  if (begun && isGone)
    route.reasons.push(`${backupServer} shows no shadow (a reboot takes it away): it is created again`);
  if (begun && !isGone) {
    route.reasons.push(
      `what stands of the shadow is removed and created again: only one that nobody could write to is verified`,
    );
    addUndone(route, facts, route.unmount);
    route.add('7');
  } else {
    addUndone(route, facts, route.unmount);
  }
  route.add('4', '5');
  return undefined;
}

/** The proxy is parted, and the dump is still to come. */
function beforeTheDump(facts: ResumeFacts, past: Past, route: Route, dump: Step): string | undefined {
  const { assignment, world, marks } = facts;
  const { proxy } = assignment;
  const isStopped = isProxyStopped(assignment, world);
  const isTaken = fingerprintOf(facts, past) !== undefined;
  const written = writtenThrough(past);
  if (written)
    return `${written.intent.argv[0] ?? ''} has written to the shadow: the fingerprint no longer proves it`;
  if (!isTaken && isStopped)
    return `${proxy} is stopped, and no fingerprint of it is in the journal: a shadow could not be proven`;
  route.add('tape');
  addUndone(route, facts, stepOf(facts, '3-4'));
  if (!isTaken) route.add('fingerprint');
  if (!isStopped) {
    route.add('3-5');
    if (past.sent.some(({ intent, ending }) => intent.step === '3-5' && intent.changes && ending === 'good'))
      route.reasons.push(
        `${proxy} runs again, as it does when a node reboots: it is stopped once more (step 3-5)`,
      );
  }
  const refused = addShadow(facts, past, route);
  if (refused !== undefined) return refused;
  if (marks.dumpBegun)
    route.reasons.push(`step ${dump.id} was broken off: the tape is written again from its beginning`);
  route.addFrom('verify');
  return undefined;
}

type Choice = { readonly refused?: string; readonly completed?: Step };

/** The proxy is joined: nothing was parted yet, or all but the copy is done. */
function whenJoined(facts: ResumeFacts, past: Past, route: Route, dump: Step): Choice {
  const complete = dumpIsComplete(facts, past, dump);
  if (complete === 'done') {
    afterTheDump(facts, past, route, dump);
    return {};
  }
  if (past.part?.ending === 'good')
    return { refused: `${facts.assignment.proxy} is joined again: what it held when it was parted is gone` };
  fromTheBeginning(facts, route);
  return {};
}

function whenParted(facts: ResumeFacts, past: Past, route: Route, dump: Step): Choice {
  const { assignment, world } = facts;
  const { proxy } = assignment;
  const blocking = judgeParted(assignment, world).find(isBlocking);
  if (blocking)
    return { refused: `${blocking.title}: expected ${blocking.expected}, seen ${blocking.actual}` };
  if (!past.part) return { refused: `${proxy} is parted, and it was not this run that parted it` };
  if (past.part.ending === 'bad') return { refused: `step 3-3 failed, and ${proxy} is parted nevertheless` };
  const complete = dumpIsComplete(facts, past, dump);
  if (complete !== 'no') {
    afterTheDump(facts, past, route, dump);
    return complete === 'unsaid' ? { completed: dump } : {};
  }
  const refused = beforeTheDump(facts, past, route, dump);
  return refused === undefined ? {} : { refused };
}

/** The step that the guide's order has first among those to come, the tape's look left out. */
function firstStep(todo: readonly Step[]): string {
  return (todo.find(({ phase }) => phase !== 'prepare') ?? todo[0])?.id ?? '';
}

/** @returns where the run goes on, or why it cannot */
export function resumePoint(facts: ResumeFacts): ResumePoint | ResumeRefusal {
  const past = pastOf(facts.events);
  const route = new Route(facts.steps);
  const dump = route.find('dump');
  if (!dump) throw new Error('a run has a step that carries the data');
  const choose = isProxyJoined(facts.assignment, facts.world) ? whenJoined : whenParted;
  const { refused, completed } = choose(facts, past, route, dump);
  if (refused !== undefined) return { refused };
  const { todo, reasons } = route;
  return { step: firstStep(todo), todo, reasons, fingerprint: fingerprintOf(facts, past), completed };
}
