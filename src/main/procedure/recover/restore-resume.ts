/**
 * Where an interrupted restore continues. Nothing that was written through a shadow counts as complete: the tape is
 * copied again from its beginning. After RejoinRestore the copy is watched until it finishes, and the master is
 * verified before it is started. Pure.
 */
import { listed } from '../../../contract/words.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { phrase, phraseCount } from '../../../contract/text/say.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import { mastersOf, proxiesOf, type Assignment } from '../model/assignment.ts';
import { sentCommands } from '../model/sent-commands.ts';
import type { Step } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { isProxyJoined, isProxyStopped, judgeParted } from '../plan/cluster-checks.ts';
import { restoreSteps } from '../plan/restore/steps-restore.ts';
import { isFreeOfShadows, isShadowUnmounted } from '../plan/shadow-checks.ts';
import { holds } from '../plan/verdicts.ts';
import type { ResumeFacts } from './resume-facts.ts';
import type { ResumePoint, ResumeRefusal } from './resume-point.ts';

/** What is performed, and why it starts there. */
interface Route {
  readonly todo: readonly Step[];
  readonly reason: string;
}

const from = (steps: readonly Step[], id: string): Step[] =>
  steps.slice(steps.findIndex((step) => step.id === id));

const named = (steps: readonly Step[], id: string): Step[] => steps.filter((step) => step.id === id);

/** A node shows one of the masters as started. */
const isMasterStarted = ({ class: className, volumes }: Assignment, { primaries }: World): boolean =>
  primaries.some(({ report }) =>
    volumes.some(({ master }) => findVolume(report, className, master)?.status?.word === 'ACTIVE'),
  );

/**
 * RejoinRestore has begun to copy: it is watched until it finishes. A verified master is not read again, since the
 * services may write to it.
 */
function afterCopy({ assignment, steps, events, world, marks }: ResumeFacts): Route {
  const masters = listed(mastersOf(assignment));
  const count = assignment.volumes.length;
  const isStartSent = sentCommands(events).some(
    ({ intent, wasSent }) => intent.step === 'start-master' && wasSent,
  );
  if (marks.masterProven) {
    const next = isStartSent ? 'start-master' : 'close-master';
    return {
      todo: from(steps, next),
      reason: phraseCount(
        count,
        '{masters} is proven: continuing with its start',
        '{masters} are proven: continuing with their start',
        { masters },
      ),
    };
  }
  const close = isMasterStarted(assignment, world) ? named(steps, 'close-master') : [];
  return {
    todo: [...close, ...from(steps, 'watch-restore')],
    reason: phraseCount(
      count,
      '{proxies} is joined: the copy to {masters} is watched until it finishes, and {masters} proven before it is started',
      '{proxies} are joined: the copy to {masters} is watched until it finishes, and {masters} proven before they are started',
      { proxies: listed(proxiesOf(assignment)), masters },
    ),
  };
}

/** The shadow is removed, and what was written was compared through it. */
function isWritten({ assignment, events, world }: ResumeFacts, { volumes }: RestoreOrder): boolean {
  if (!isFreeOfShadows(assignment, world) || !isShadowUnmounted(assignment, world)) return false;
  return volumes.every(({ proxy }) => {
    const last = events.findLast((event) => event.type === 'restore-digest' && event.volume === proxy);
    return last?.type === 'restore-digest' && last.equal && ['shadow', 'proxy'].includes(last.place);
  });
}

/** The proxy is verified on the cluster again; then the master is stopped and replaced. */
function toMaster({ assignment, steps, world }: ResumeFacts): Route {
  const stop = isProxyStopped(assignment, world) ? [] : named(steps, 'stop-proxy');
  const proxies = listed(proxiesOf(assignment));
  return {
    todo: [...named(steps, 'mark'), ...stop, ...from(steps, 'start-proxy')],
    reason: phraseCount(
      assignment.volumes.length,
      '{proxies} is parted: continuing with the comparison of {proxies} on the cluster',
      '{proxies} are parted: continuing with the comparison of {proxies} on the cluster',
      { proxies },
    ),
  };
}

/** As if the proxy had been parted before: a remaining shadow is removed, and the tape is copied from its beginning. */
function writeAgain({ assignment, steps, world, marks }: ResumeFacts, order: RestoreOrder): Route {
  const again = restoreSteps(assignment, { ...order, begins: 'parted' });
  const left = steps.filter(
    ({ id, unwinds }) => (id === '7' || /^unmount(:|$)/.test(id)) && unwinds && !unwinds.isDone(world, marks),
  );
  const stop = isProxyStopped(assignment, world) ? [] : named(again, '3-5');
  return {
    todo: [
      ...named(steps, 'mark'),
      ...left,
      ...stop,
      // The library may have moved it to a slot by now.
      ...named(again, 'load-tape'),
      ...from(again, 'open-proxy'),
    ],
    reason: phraseCount(
      assignment.volumes.length,
      '{proxies} is parted, and may hold a part of the backup: the tape is written again from its beginning',
      '{proxies} are parted, and may hold a part of the backup: the tape is written again from its beginning',
      { proxies: listed(proxiesOf(assignment)) },
    ),
  };
}

/** @returns a phrase if the restore cannot be resumed */
function routeOf(facts: ResumeFacts, order: RestoreOrder): Route | string {
  const { assignment, steps, world, marks } = facts;
  const proxies = listed(proxiesOf(assignment));
  const isParted = holds(judgeParted(assignment, world));
  if (marks.restoreSent && isProxyJoined(assignment, world)) return afterCopy(facts);
  const isUntouched = order.begins === 'joined' ? !marks.partBegun : !marks.changed;
  if (isUntouched && !marks.proxyWritten)
    return { todo: steps.slice(1), reason: phrase('nothing was changed: starting again after the locks') };
  if (!isParted)
    return phraseCount(
      assignment.volumes.length,
      '{proxies} is not shown as parted on every node',
      '{proxies} are not shown as parted on every node',
      { proxies },
    );
  if (order.begins === 'joined' && !marks.partProven)
    return phrase('nothing proves that this run parted {proxies}', { proxies });
  // Nothing writes to a proxy that is the source. The checks before its start find a remaining shadow.
  return order.from === 'proxy' || isWritten(facts, order) ? toMaster(facts) : writeAgain(facts, order);
}

/** @param facts of a run that restores */
export function restoreResumePoint(facts: ResumeFacts, order: RestoreOrder): ResumePoint | ResumeRefusal {
  const route = routeOf(facts, order);
  if (typeof route === 'string') return { refused: route };
  return {
    step: route.todo[0]?.id ?? '',
    todo: route.todo,
    reasons: [route.reason],
    fingerprints: undefined,
    completed: [],
    mayContinue: false,
    underWay: undefined,
  };
}
