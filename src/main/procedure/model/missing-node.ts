/**
 * Primary nodes that a run with `nodes: any` continues without, or whose GDS it continues without: what is not checked
 * on them, when a proof is needed that they are down, and when their GDS must answer. Pure.
 *
 * A node that cannot be reached from here is not necessarily down: it may still run, hold the proxy open, and write.
 * The GDS guide names no command that shows whether a node is down, so a person must confirm it.
 */
import type { RuleVerdict } from '../../../contract/checks.ts';
import type { NewEvent } from '../../../contract/events.ts';
import { mastersOf, proxiesOf, type Assignment } from './assignment.ts';
import { saidList } from '../../../contract/words.ts';
import { inEnglish, phrase, say, sayCount } from '../../../contract/text/say.ts';
import type { RunMarks } from './run-marks.ts';
import type { Step } from './step.ts';
import type { MissingNode } from './world.ts';

type Subject = Pick<Assignment, 'class' | 'job' | 'volumes'>;

type Unseen = Pick<MissingNode, 'node' | 'gds'>;

/** What is not checked, or not done, on a node that does not answer, or whose GDS does not. */
export function uncheckedOn(assignment: Subject, { node, gds }: Unseen): string[] {
  const proxies = saidList(proxiesOf(assignment));
  const ofGds = [
    say('whether {node} shows {proxies} parted, stopped and in sync', { node, proxies }),
    sayCount(
      assignment.volumes.length,
      'whether {proxies} is mounted on {node}',
      'whether {proxies} are mounted on {node}',
      { node, proxies },
    ),
  ];
  if (gds) return ofGds;
  return [
    ...ofGds,
    ...(assignment.job.services === 'not-needed'
      ? []
      : [
          say('whether services on {node} use {masters}', { node, masters: saidList(mastersOf(assignment)) }),
        ]),
    say('the lock of {class} on {node}', { class: assignment.class, node }),
    say('which machine {node} is', { node }),
  ];
}

/** `no answer since 2026-11-22T02:00:03Z` */
const sinceWords = ({ since, gds }: Pick<MissingNode, 'since' | 'gds'>): string =>
  gds ? say('sdxinfo has failed since {since}', { since }) : say('no answer since {since}', { since });

/** `node2: no answer since 2026-11-22T02:00:03Z; not checked: …` */
export function missingWords(assignment: Subject, missing: MissingNode): string {
  return say('{node}: {since}; not checked: {checks}', {
    node: missing.node,
    since: sinceWords(missing),
    checks: uncheckedOn(assignment, missing).join('; '),
  });
}

/** The entry with each check of the cluster: it is not made on that node. It neither holds nor fails. */
export function missingVerdicts(missing: readonly MissingNode[] = []): RuleVerdict[] {
  return missing.map(({ node, since, gds }) => ({
    rule: 'node-not-checked',
    title: phrase('{node} is not checked', { node }),
    expected: gds ? phrase('GDS on {node} answers', { node }) : phrase('{node} answers', { node }),
    actual: inEnglish(() => sinceWords({ since, ...(gds ? { gds } : {}) })),
    verdict: 'not-shown',
    why: phrase('the other checks cover only the nodes {which}', {
      which: gds ? phrase('whose GDS answers') : phrase('that answer'),
    }),
    source: 'Shadowtape',
  }));
}

/**
 * The events that report a node that does not answer, or whose GDS does not.
 * @param isLocked true if the run has its lock on that node
 * @param instead the node that the commands of the cluster are sent to
 */
export function missingEvents(
  assignment: Subject,
  step: string,
  missing: MissingNode,
  isLocked: boolean,
  instead: string,
): NewEvent[] {
  const { node, since, reason, gds } = missing;
  const unchecked = inEnglish(() => uncheckedOn(assignment, missing));
  const told = { step, node, since, reason, unchecked, instead };
  return [
    gds
      ? { type: 'node', what: 'gds-failed', ...told }
      : { type: 'node', what: 'missing', ...told, locked: isLocked },
    {
      type: 'warning',
      step,
      text: phrase('{reason}; nodes: any, so commands of the cluster go to {instead}; {inEnglish}', {
        reason,
        instead,
        inEnglish: inEnglish(() => missingWords(assignment, missing)),
      }),
    },
  ];
}

/** Steps after the data has left the shadow: a node that is missing then can no longer damage it. */
const laterPhases = new Set(['remove', 'rejoin', 'finish']);
const laterPerformances = new Set(['read-back', 'manifest']);

function whyFileSystem({ volumes }: Pick<Assignment, 'volumes'>): string | undefined {
  const ofFileSystem = volumes.find(({ method }) => method !== '6a');
  return (
    ofFileSystem &&
    phrase('method {method} backs up a file system that the node may still write to', {
      method: ofFileSystem.method,
    })
  );
}

/**
 * Why GDS must answer on every node that runs, before a step; undefined if the step does not need it. Services can be
 * stopped there.
 */
export function whyGdsMustAnswer(
  assignment: Pick<Assignment, 'volumes'>,
  { phase, performance }: Pick<Step, 'phase' | 'performance'>,
): string | undefined {
  if (laterPhases.has(phase) || laterPerformances.has(performance)) return undefined;
  return whyFileSystem(assignment);
}

/**
 * Why a node that does not answer must be known to be down before a step; undefined if the step does not need to know.
 * A raw device whose services need no stop is copied as it is, even while something writes.
 */
export function whyDownMustBeKnown(
  { job, volumes }: Pick<Assignment, 'job' | 'volumes'>,
  { partBegun }: Pick<RunMarks, 'partBegun'>,
  { phase, performance }: Pick<Step, 'phase' | 'performance'>,
): string | undefined {
  if (laterPhases.has(phase) || laterPerformances.has(performance)) return undefined;
  const ofFileSystem = whyFileSystem({ volumes });
  if (ofFileSystem !== undefined) return ofFileSystem;
  // After the part, services on that node write to the master alone.
  if (job.services !== 'not-needed' && !partBegun) return phrase('services that run there cannot be stopped');
  return undefined;
}
