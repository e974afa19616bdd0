/** The plan: the steps as plain data, with each command line exactly as it is sent. Pure. */
import { dumpHoursOf } from '../../../contract/time/dump-hours.ts';
import type { Plan, PlannedCommand, PlannedStep, RouteExpectation } from '../../../contract/plan.ts';
import { shownLine } from '../../ssh/quoting.ts';
import { bytesOfVolumes, mastersOf, proxiesOf, volumeNamed, type Assignment } from '../model/assignment.ts';
import { saidList } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { outsideWords } from '../model/class-scope.ts';
import { uncheckedOn } from '../model/missing-node.ts';
import { wholeHashCost, type MeasuredHash } from '../model/samples/whole-hash-cost.ts';
import { dumpWorkOf, readBackWorkOf, workDigestOf, workLines } from './server-work.ts';
import { looksOf } from './looks.ts';
import { shownStepsOf } from './steps.ts';
import { holderCommand, mostHeld } from '../model/shadow-holder.ts';
import type { Step, StepCommand } from '../model/step.ts';

const planned =
  ({ become = {} }: Pick<Assignment, 'become'>) =>
  ({ host, argv, guide }: StepCommand): PlannedCommand => ({
    host,
    argv,
    line: shownLine(argv, become[host]),
    guide,
  });

/** What a person does in a step, if it is not a command. */
function operatorPart(assignment: Assignment, step: Step): string | undefined {
  const { job } = assignment;
  const masters = saidList(mastersOf(assignment));
  if (job.services === 'ask' && step.performance === 'stop-services')
    return say('the operator stops whatever uses {masters}, and confirms', { masters });
  if (job.services === 'ask' && step.performance === 'resume-services')
    return say('the operator starts it again, and confirms');
  if (step.performance === 'approve-overwrite' || step.performance === 'approve-replace')
    return say(
      'the operator types the name of the volume, unless the command line has named and approved it',
    );
  if (assignment.restore) return undefined;
  if (typeof job.approve === 'object' && step.performance === 'verification')
    return say('a second person checks the result, and approves with a signature: shadowtape approve RUN');
  if (job.approve === 'operator' && step.performance === 'verification')
    return say('the operator checks the result and approves');
  return undefined;
}

/** What route `server` runs detached from the console. */
function runAs(assignment: Assignment, step: Step): string[] {
  if (assignment.route !== 'server' || step.leftOut !== undefined) return [];
  const become = assignment.become?.[assignment.backupServer];
  const digest = workDigestOf(assignment);
  if (step.performance === 'read-back' && digest !== undefined)
    return assignment.volumes.flatMap((volume) =>
      workLines(readBackWorkOf(assignment, volume, 'RUN', digest), become),
    );
  if (step.performance !== 'dump') return [];
  return workLines(dumpWorkOf(assignment, volumeNamed(assignment, step.volumes?.[0] ?? ''), 'RUN'), become);
}

/**
 * In which steps a shadow is held open, and by which command, where the backup server allows it and nothing goes wrong.
 * @param steps of the whole run; those that are left out hold nothing
 * @returns the steps in which a holder is started, with the commands
 */
function plannedHolds(assignment: Assignment, steps: readonly Step[]): Map<Step, StepCommand[]> {
  const held = new Set<string>();
  const started = new Map<Step, StepCommand[]>();
  for (const step of steps.filter(({ leftOut }) => leftOut === undefined)) {
    for (const proxy of step.holds ?? []) {
      if (held.has(proxy) || held.size >= mostHeld) continue;
      held.add(proxy);
      const argv = holderCommand('RUN', volumeNamed(assignment, proxy));
      const command = { host: assignment.backupServer, argv, guide: false, changes: false };
      started.set(step, [...(started.get(step) ?? []), command]);
    }
    // The shadow is released once it has been checked after the dump.
    const isOver = step.performance === 'dump' ? (step.holds ?? []) : [];
    for (const proxy of [...(step.needsClosed ?? []), ...isOver]) held.delete(proxy);
  }
  return started;
}

const answers =
  ({ missing = [] }: Assignment) =>
  (host: string): boolean =>
    missing.every(({ node, gds }) => node !== host || gds);

/** What is not checked on nodes whose GDS does not answer; empty if all answer. */
function withoutGds({ missing = [] }: Assignment, looksThere: boolean): string[] {
  const names = missing.flatMap(({ node, gds }) => (gds ? [node] : []));
  if (names.length === 0 || !looksThere) return [];
  return [
    say('GDS on {names} does not answer: the checks of this step do not run there', {
      names: saidList(names),
    }),
  ];
}

/** What is not done on nodes that do not answer; empty if all answer. */
function withoutAnswer(assignment: Assignment, { commands }: Step, looksThere: boolean): string[] {
  const silent = (assignment.missing ?? []).filter(({ gds }) => !gds).map(({ node }) => node);
  const unsent = commands.some(({ host }) => silent.includes(host));
  const count = silent.length;
  const words = [
    ...(unsent
      ? [sayCount(count, 'its commands are not sent there', 'their commands are not sent there')]
      : []),
    ...(looksThere ? [say('the checks of this step do not run there')] : []),
  ];
  if (count === 0 || words.length === 0) return [];
  const told = { names: saidList(silent), words: words.join(`, ${say('and')} `) };
  return [sayCount(count, '{names} does not answer: {words}', '{names} do not answer: {words}', told)];
}

/** What is not done on missing nodes; undefined if none is missing. */
function withoutNodes(assignment: Assignment, step: Step): string | undefined {
  const { before, after, guarded } = step;
  const looksThere =
    guarded !== undefined || [before, after].some((checks) => checks?.looks.includes('primaries'));
  const texts = [...withoutAnswer(assignment, step, looksThere), ...withoutGds(assignment, looksThere)];
  return texts.length === 0 ? undefined : texts.join('; ');
}

function plannedStep(assignment: Assignment, step: Step, holds: readonly StepCommand[] = []): PlannedStep {
  const { id, phase, title, why, endangers, notes, source, leftOut, around } = step;
  const mountedOn = assignment.mounted?.map(({ node }) => node);
  const commands = step.commands.filter(
    ({ host, whereMounted }) =>
      answers(assignment)(host) && (!whereMounted || !mountedOn || mountedOn.includes(host)),
  );
  const without = withoutNodes(assignment, step);
  const plannedCommand = planned(assignment);
  return {
    step: id,
    phase,
    title,
    why,
    endangers,
    ...(notes && notes.length > 0 ? { notes } : {}),
    source,
    commands: commands.map(plannedCommand),
    ...(around ? { before: around.before.map(plannedCommand), after: around.after.map(plannedCommand) } : {}),
    ...(holds.length > 0 ? { holds: holds.map(plannedCommand) } : {}),
    operator: operatorPart(assignment, step),
    runAs: runAs(assignment, step),
    ...(without === undefined ? {} : { without }),
    leftOut,
  };
}

/**
 * @param routes the expected rate of each route, where known
 * @param earlier how fast an earlier run of the job hashed the whole proxy, see wholeHashCost
 */
export function planOf(
  assignment: Assignment,
  routes: readonly RouteExpectation[] = [],
  earlier?: MeasuredHash | 'none',
): Plan {
  const wholeHash = wholeHashCost(assignment, earlier);
  const { siteName, jobName, method, route, job, restore, missing = [], outside = [] } = assignment;
  const primaryNodes = assignment.primaryNodes.filter(answers(assignment));
  const steps = shownStepsOf(assignment);
  const holds = plannedHolds(assignment, steps);
  const dumpHours = restore ? undefined : dumpHoursOf(job);
  return {
    site: siteName,
    job: jobName,
    method,
    route,
    volume: proxiesOf(assignment).join(', '),
    bytes: bytesOfVolumes(assignment),
    routes,
    ...(dumpHours ? { dumpHours } : {}),
    ...(wholeHash ? { wholeHash } : {}),
    ...(job.nodes === 'any' ? { nodes: 'any' } : {}),
    ...(missing.length === 0
      ? {}
      : {
          missing: missing.map((each) => ({
            node: each.node,
            since: each.since,
            unchecked: uncheckedOn(assignment, each),
            ...(each.gds ? { gds: each.reason } : {}),
          })),
        }),
    ...(outside.length === 0
      ? {}
      : { outside: outside.map((each) => ({ node: each.node, why: outsideWords(assignment.class, each) })) }),
    ...(restore ? { restores: { run: restore.run, at: restore.at, from: restore.from } } : {}),
    looks: looksOf({ ...assignment, primaryNodes }).map(planned(assignment)),
    steps: steps.map((step) => plannedStep(assignment, step, holds.get(step))),
  };
}
