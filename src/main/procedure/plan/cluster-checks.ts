/** Checks of the proxies as the nodes of the cluster show them: pure functions of the world, put together from the rules of GDS. */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { blockDevice } from '../../gds/commands.ts';
import { statusesShown, unknownStatuses } from '../../gds/involved-statuses.ts';
import {
  copyState,
  joinedAndInSync,
  parted,
  slicesValid,
  stoppedEverywhere,
  type ProxyNames,
} from '../../gds/proxy-state.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import type { NodeReport } from '../../gds/sdxinfo-objects.ts';
import { shadowable } from '../../gds/shadowable.ts';
import { commandNode, proxiesOf, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import type { Mount, World } from '../model/world.ts';
import { guideVerdict, holds, onEachVolume, type VolumeAssignments } from './verdicts.ts';

function namesOf({ class: className }: Assignment, { proxy, master }: VolumeAssignment): ProxyNames {
  return { class: className, proxyVolume: proxy, masterVolume: master };
}

/** One verdict per rule; with several nodes, that of the first that blocks, with its name. */
function onEveryNode(world: World, judge: (node: NodeReport) => RuleVerdict[]): RuleVerdict[] {
  const [first, ...others] = world.primaries.map((node) =>
    judge(node).map((verdict) =>
      isBlocking(verdict)
        ? { ...verdict, actual: phrase('{actual} ({node})', { actual: verdict.actual, node: node.node }) }
        : verdict,
    ),
  );
  return (first ?? []).map((verdict, index) => {
    const judged = [verdict, ...others.map((other) => other[index] ?? verdict)];
    return judged.find(isBlocking) ?? verdict;
  });
}

/** Joined to its master, every slice STOP, on every primary node (GDS guide 6.6.3.7, step 3-1). */
export function judgeJoined(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) =>
    onEveryNode(world, ({ report }) => joinedAndInSync(report, namesOf(assignment, volume))),
  );
}

/**
 * Statuses that no table here knows, of anything that the proxies are built on. They are shown as they were printed.
 */
export function judgeStatusesKnown(assignment: Assignment, world: World): RuleVerdict[] {
  const shown = world.primaries.flatMap((node) =>
    proxiesOf(assignment).flatMap((proxy) => statusesShown(node, assignment.class, proxy)),
  );
  const unknown = [...new Set(unknownStatuses(shown))];
  const why = phrase('an unknown status never counts as a good one');
  return [
    guideVerdict(
      'statuses-known',
      phrase('Every status is known'),
      phrase('known status words'),
      unknown.join(', ') || phrase('known status words'),
      unknown.length === 0,
      why,
      '3-1',
    ),
  ];
}

/** GDS can make a shadow of each proxy, as every node shows it. */
export function judgeShadowable(assignment: Assignment, world: World): RuleVerdict[] {
  return onEachVolume(assignment, assignment.volumes, (volume) =>
    onEveryNode(world, ({ report }) => shadowable(report, namesOf(assignment, volume))),
  );
}

export function judgeParted(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) => parted(world.primaries, namesOf(assignment, volume)));
}

export function judgeStopped(assignment: Assignment, world: World): RuleVerdict[] {
  return onEachVolume(assignment, assignment.volumes, (volume) => {
    const names = namesOf(assignment, volume);
    return [...parted(world.primaries, names), ...stoppedEverywhere(world.primaries, names)];
  });
}

/** Each slice of a parted and stopped proxy is valid. @param why it matters where the proxy is used */
export function judgeProxySlices(assignment: Assignment, world: World, why: string): RuleVerdict[] {
  return onEachVolume(assignment, assignment.volumes, (volume) =>
    slicesValid(world.primaries, namesOf(assignment, volume)).map((verdict) => ({ ...verdict, why })),
  );
}

/** No proxy of the job is mounted on a primary node. */
export function judgeProxyNotMounted(
  assignment: Assignment,
  node: string,
  mounts: readonly Mount[],
): RuleVerdict {
  const proxies = new Set(proxiesOf(assignment).map((proxy) => blockDevice(assignment.class, proxy)));
  const mounted = mounts.filter(({ device }) => proxies.has(device));
  const actual = phrases(
    mounted.map(({ device, mountPoint }) =>
      phrase('{device} on {mountPoint} of {node}', { device, mountPoint, node }),
    ),
    ', ',
  );
  return guideVerdict(
    'proxy-not-mounted',
    phrase('No proxy is mounted on {node}', { node }),
    phrase('none'),
    actual || phrase('none'),
    mounted.length === 0,
    phrase('a node that did not answer for a while may have mounted the proxy'),
    '3-5',
  );
}

/** After Rejoin: joined again, and being copied or already in sync. */
export function judgeJoining(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) =>
    onEveryNode(world, ({ report }) => {
      const names = namesOf(assignment, volume);
      const joined = joinedAndInSync(report, names).filter(({ rule }) => rule === 'proxy-joined');
      const state = copyState(report, names);
      const why = phrase('any other slice status means that the copy failed');
      return [
        ...joined,
        guideVerdict(
          'proxy-copying',
          phrase('The copy runs'),
          phrase('copying or in-sync'),
          state,
          state !== 'unexpected',
          why,
          '8-2',
        ),
      ];
    }),
  );
}

/** A parted proxy that is started on the node to which commands are sent. */
export function judgeReadable(assignment: Assignment, world: World): RuleVerdict[] {
  const node = commandNode(assignment);
  const report = world.primaries.find((primary) => primary.node === node)?.report;
  return onEachVolume(assignment, assignment.volumes, ({ proxy }) => {
    const word = report && findVolume(report, assignment.class, proxy)?.status?.word;
    const why = phrase('a stopped volume cannot be read');
    const actual = phrase('{word} on {node}', { word: word ?? phrase('not shown'), node });
    const [title, expected] = [phrase('Proxy can be read'), phrase('ACTIVE on {node}', { node })];
    return [guideVerdict('proxy-readable', title, expected, actual, word === 'ACTIVE', why, '3-5')];
  });
}

export const isProxyReadable = (assignment: Assignment, world: World): boolean =>
  holds(judgeReadable(assignment, world));

/** Every proxy is stopped on every node. */
export function isProxyStopped(assignment: Assignment, world: World): boolean {
  return assignment.volumes.every((volume) =>
    holds(stoppedEverywhere(world.primaries, namesOf(assignment, volume))),
  );
}

/** Joined as every node sees it, in sync or still being copied. */
export function isProxyJoined(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): boolean {
  return (
    world.primaries.length > 0 &&
    volumes.every(({ proxy }) =>
      world.primaries.every(
        ({ report }) => findVolume(report, assignment.class, proxy)?.proxy?.word === 'Join',
      ),
    )
  );
}

export function isJoinedAndInSync(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): boolean {
  return holds(judgeJoined(assignment, world, volumes));
}

/** Joined, and each slice COPY or STOP: there is something to wait for. */
export function isJoining(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): boolean {
  return holds(judgeJoining(assignment, world, volumes));
}
