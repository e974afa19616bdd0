/**
 * Where services are stopped and resumed, for jobs that say `whereMounted`. A cluster may move services at any time:
 * the mount tables are read right before the services are stopped, after that, around the part, and right before they
 * are resumed.
 */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import { failure } from '../../../contract/errors.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { mountTablesOf } from '../hosts/node-mounts.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { mastersOf } from '../model/assignment.ts';
import type { Step, StepCommand } from '../model/step.ts';
import type { MountsOfNode } from '../model/world.ts';
import {
  areWhereMounted,
  judgeMountedOnce,
  judgeNotMoved,
  mountedWords,
  nodesMounting,
} from '../plan/service-checks.ts';
import { checkFailure, recordChecks } from './check-failure.ts';
import { requireDown } from './missing-nodes.ts';

type Unseen = { readonly node: string; readonly error: unknown };

/** The mount tables of the nodes that answer, and the nodes that answer without one; a missing node is in neither. */
async function look({ runner, nodes, assignment }: RunContext, step: Step) {
  const tables = await mountTablesOf(runner, step.id, nodes.answering, assignment.platform);
  const seen = tables.filter((table): table is MountsOfNode => 'mounts' in table);
  const unseen = tables.filter(
    (table): table is Unseen => 'error' in table && !nodes.isGone(step.id, table.node, table.error),
  );
  return { seen, unseen };
}

/** @throws if a node cannot be queried, NODE_NOT_KNOWN_DOWN if it does not answer */
async function lookEverywhere(context: RunContext, step: Step): Promise<MountsOfNode[]> {
  const { seen, unseen } = await look(context, step);
  for (const { error } of unseen) throw error;
  await requireDown(context, step);
  return seen;
}

/** @throws CHECK_FAILED */
function requireVerdict(context: RunContext, step: Step, verdict: RuleVerdict): void {
  recordChecks(context, step, [verdict]);
  if (isBlocking(verdict)) throw checkFailure(context, step, verdict, 'CHECK_FAILED');
}

/** The nodes whose services were stopped, and not resumed since. */
const stoppedOn = ({ marks }: RunContext): string[] => [
  ...new Set(marks.servicesStopped.map(({ host }) => host)),
];

/**
 * To be called before services are stopped.
 * @returns the step with the commands of the node that has the file system mounted, or on which services are stopped
 *   already
 * @throws CHECK_FAILED if it is mounted on no node, on several, or on a node other than the stopped one
 */
export async function stopsWhereMounted(context: RunContext, step: Step): Promise<Step> {
  const { assignment } = context;
  if (!areWhereMounted(assignment.job)) return step;
  const seen = await lookEverywhere(context, step);
  const stopped = stoppedOn(context);
  const verdict =
    stopped.length > 0
      ? judgeNotMoved(assignment, seen, stopped)
      : judgeMountedOnce(assignment, seen, assignment.restore !== undefined);
  requireVerdict(context, step, verdict);
  const nodes = stopped.length > 0 ? stopped : nodesMounting(assignment, seen);
  return { ...step, commands: step.commands.filter(({ host }) => nodes.includes(host)) };
}

/**
 * To be called after services were stopped, and around the part.
 * @throws CHECK_FAILED if the file system is mounted on a node whose services were not stopped
 */
export async function requireNotMoved(context: RunContext, step: Step): Promise<void> {
  const { assignment } = context;
  if (!areWhereMounted(assignment.job)) return;
  requireVerdict(
    context,
    step,
    judgeNotMoved(assignment, await lookEverywhere(context, step), stoppedOn(context)),
  );
}

/** A node that does not answer may have taken the services over. @throws NODE_NOT_KNOWN_DOWN */
function requireNoneMissing({ nodes }: RunContext, step: Step): void {
  const missing = nodes.missing.find(({ node }) => !nodes.isSaidDown(node));
  if (!missing) return;
  const { node, since } = missing;
  const why = phrase('the services may have moved there');
  throw failure('NODE_NOT_KNOWN_DOWN', { step: step.id, node, since, why });
}

/**
 * To be called before services are resumed: services that have moved to another node meanwhile run there, and mounting
 * their file system a second time would damage it.
 * @param due the remaining commands
 * @returns those to send
 * @throws CHECK_FAILED if the file system is mounted on several nodes; the errors of a query if a node cannot be seen;
 *   NODE_NOT_KNOWN_DOWN
 */
export async function resumesWhereStopped(
  context: RunContext,
  step: Step,
  due: readonly StepCommand[],
): Promise<readonly StepCommand[]> {
  const { assignment, journal } = context;
  if (due.length === 0 || !areWhereMounted(assignment.job)) return due;
  const hosts = due.map(({ host }) => host);
  const { seen, unseen } = await look(context, step);
  const mounting = nodesMounting(assignment, seen);
  if (mounting.length > 0 && mounting.every((node) => !hosts.includes(node))) {
    const masters = listed(mastersOf(assignment));
    const text = phrase(
      '{masters} mounted on {mounted}: the services have moved there, and are not resumed on {names}',
      { masters, mounted: mountedWords(assignment, seen), names: listed([...new Set(hosts)]) },
    );
    journal.append({ type: 'warning', step: step.id, text });
    return [];
  }
  if (mounting.length > 1) requireVerdict(context, step, judgeMountedOnce(assignment, seen));
  for (const { error } of unseen) throw error;
  requireNoneMissing(context, step);
  return due;
}

/**
 * To be called after services were resumed: a cluster that moved them at that moment has mounted the file system, too.
 * @throws CHECK_FAILED
 */
export async function requireMountedOnce(context: RunContext, step: Step): Promise<void> {
  const { assignment } = context;
  if (!areWhereMounted(assignment.job)) return;
  const { seen } = await look(context, step);
  if (nodesMounting(assignment, seen).length > 1)
    requireVerdict(context, step, judgeMountedOnce(assignment, seen));
}
