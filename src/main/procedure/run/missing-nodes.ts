/**
 * How a run with `nodes: any` continues without a primary node: when somebody must confirm that the node is down, and
 * what is checked when it answers again.
 */
import { isBlocking } from '../../../contract/checks.ts';
import { failure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { durationText, listed } from '../../../contract/words.ts';
import { inEnglish, phrase } from '../../../contract/text/say.ts';
import { compareHost, hasTold, identifyHost, pinHosts } from '../hosts/identify-hosts.ts';
import { mountTableOf } from '../hosts/node-mounts.ts';
import type { Question } from '../hosts/questions.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { mastersOf } from '../model/assignment.ts';
import { outsideWords } from '../model/class-scope.ts';
import { identifiedHosts } from '../model/host-identity.ts';
import type { LockMarks } from '../model/lock-places.ts';
import { whyDownMustBeKnown, whyGdsMustAnswer } from '../model/missing-node.ts';
import { sentCommands } from '../model/sent-commands.ts';
import type { Step } from '../model/step.ts';
import { type MissingNode, type World } from '../model/world.ts';
import { judgeParted, judgeProxyNotMounted, judgeStopped } from '../plan/cluster-checks.ts';
import { checkFailure, recordChecks } from './check-failure.ts';
import { lockReturned } from './perform-lock.ts';

function downQuestion({ assignment }: RunContext, step: Step, missing: MissingNode, why: string): Question {
  const { node, since } = missing;
  const masters = listed(mastersOf(assignment));
  return {
    id: 'node-down',
    step: step.id,
    text: phrase(
      '{node} has not answered since {since}, and {why}. Is {node} down (halted or powered off)? A node that is only unreachable from here may still run and use {masters}.',
      { node, since, why, masters },
    ),
    choices: [
      { id: node, label: phrase('{node} is down', { node }), byWord: true },
      { id: 'end-run', label: phrase('End the run: {node} may be running', { node }) },
    ],
  };
}

function sayDown({ nodes, journal }: RunContext, step: string, node: string, by: string): void {
  nodes.sayDown(node);
  journal.append({ type: 'node', step, node, what: 'down', by });
  journal.append({
    type: 'warning',
    step,
    text: phrase('{node} is assumed to be down: confirmed by {by}', { node, by }),
  });
}

/** Contexts in which an operator is being asked: checks after the answer do not ask again. */
const asking = new WeakSet<RunContext>();

/** A node that answers is not down, but without GDS nothing shows whether it uses the proxy. */
function requireGds({ nodes, assignment }: RunContext, step: Step): void {
  const why = whyGdsMustAnswer(assignment, step);
  const [missing] = nodes.withoutGds;
  if (why === undefined || !missing) return;
  throw failure('NODE_GDS_NOT_ANSWERING', { step: step.id, node: missing.node, reason: missing.reason, why });
}

/**
 * To be called before a step, and after each query of the cluster in it.
 * @throws NODE_GDS_NOT_ANSWERING; NODE_NOT_KNOWN_DOWN if a missing node must be known to be down and nobody can confirm
 *   it; OPERATOR_DECLINED if it may be running
 */
export async function requireDown(context: RunContext, step: Step): Promise<void> {
  if (context.unwinding || context.nodes.unseen.length === 0 || asking.has(context)) return;
  requireGds(context, step);
  const why = whyDownMustBeKnown(context.assignment, context.marks, step);
  if (why === undefined) return;
  for (const missing of context.nodes.missing) {
    const { node, since } = missing;
    if (context.nodes.isSaidDown(node)) continue;
    if (!context.options.canAskDown)
      throw failure('NODE_NOT_KNOWN_DOWN', { step: step.id, node, since, why });
    asking.add(context);
    try {
      const answer = await context.ask(downQuestion(context, step, missing, why));
      if (answer.choice !== node) throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
      if (context.nodes.isMissing(node)) sayDown(context, step.id, node, answer.by);
    } finally {
      asking.delete(context);
    }
  }
}

/**
 * Reports which nodes are not used, missing, or without GDS, at the beginning, and who confirms that they are down.
 * @param locks those that the run had before it was resumed
 */
export function tellMissingNodes(context: RunContext, step: string, locks?: LockMarks): void {
  const { nodesDown = [], operator } = context.options;
  const { outside = [], class: className } = context.assignment;
  for (const node of outside)
    context.journal.append({ type: 'warning', step, text: inEnglish(() => outsideWords(className, node)) });
  for (const missing of context.nodes.unseen) {
    context.tellMissing(step, missing, locks);
    if (missing.gds) continue;
    if (nodesDown.includes(missing.node))
      sayDown(
        context,
        step,
        missing.node,
        phrase('{operator} (--node-down {node})', { operator, node: missing.node }),
      );
  }
}

const isDone = (events: readonly RunEvent[], step: string) =>
  events.some((event) => event.type === 'step-finished' && event.step === step && event.result === 'done');

/** The state that the run has given its proxies: a node that answers again must show the same. */
function judgeReturned({ assignment, journal, marks }: RunContext, world: World) {
  const isRejoined = sentCommands(journal.events).some(
    ({ intent, ending }) => intent.step.startsWith('8-1') && intent.changes && ending !== 'bad',
  );
  if (!marks.partBegun || isRejoined) return [];
  if (!isDone(journal.events, '3-5'))
    return isDone(journal.events, '3-3') ? judgeParted(assignment, world) : [];
  return judgeStopped(assignment, world);
}

/** The services of that node run, while those of the others are stopped for the part. */
function requireServicesStopped({ assignment, marks }: RunContext, step: string, node: string): void {
  const areStopped = marks.servicesStopped.length > 0 || marks.operatorStopped;
  if (areStopped && !marks.partBegun && assignment.job.services !== 'not-needed')
    throw failure('NODE_CAME_BACK', { step, node });
}

/**
 * From now on, checks nodes that answer again.
 * @param sameMachines hosts that the operator confirms to be the same machines
 * @returns what ends the pinning of their host keys
 */
export function meetNodes(context: RunContext, sameMachines: readonly string[] = []): () => void {
  const unpins: (() => void)[] = [];
  context.nodes.meet = (step, missing) =>
    context.steadiness.apart(async () => {
      unpins.push(await meetNode(context, step, missing, sameMachines));
    });
  return () => unpins.forEach((unpin) => unpin());
}

/**
 * Checks a node that answers again: the same machine, the lock of the class, no mount of a proxy, and each proxy as the
 * run has left it.
 * @throws HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN, LOCK_LOST or another error of the lock, NODE_CAME_BACK, CHECK_FAILED,
 *   and the errors of a session
 */
async function meetNode(
  context: RunContext,
  step: string,
  { node, since }: MissingNode,
  sameMachines: readonly string[],
): Promise<() => void> {
  const { runner, assignment, journal, options } = context;
  const known = identifiedHosts(journal.events) ?? [];
  const mustTell = hasTold(known.filter(({ name }) => !sameMachines.includes(name)));
  const identity = await identifyHost({ runner, hosts: options.hosts, assignment, step, mustTell }, node);
  const warnings = compareHost(identity, known, sameMachines);
  const unpin = pinHosts(options.hosts, [identity]);
  const hosts = [...known.filter(({ name }) => name !== node), identity];
  journal.append({ type: 'hosts-identified', hosts });
  journal.append({ type: 'node', step, node, what: 'back', since });
  const away = durationText(Math.round((Date.now() - Date.parse(since)) / 1000));
  const told = phrase(
    '{node} answers again after {away}; its machine, lock, mounts and proxies are being checked',
    { node, away },
  );
  for (const text of [told, ...warnings]) journal.append({ type: 'warning', step, text });
  await lockReturned(context, node);
  requireServicesStopped(context, step, node);
  const mounts = await mountTableOf(runner, step, node, assignment.platform);
  context.observer.forgetSide('primaries');
  const world = await context.observer.look(step, ['primaries']);
  const verdicts = [judgeProxyNotMounted(assignment, node, mounts), ...judgeReturned(context, world)];
  recordChecks(context, { id: step }, verdicts);
  const blocking = verdicts.find(isBlocking);
  if (blocking) throw checkFailure(context, { id: step }, blocking, 'CHECK_FAILED');
  return unpin;
}
