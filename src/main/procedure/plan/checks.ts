/** The checks of the steps: pure functions of the world, put together from the rules of GDS. */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import {
  copyState,
  joinedAndInSync,
  parted,
  shadowable,
  stoppedEverywhere,
  type ProxyNames,
} from '../../gds/proxy-state.ts';
import { statusesShown, unknownStatuses } from '../../gds/involved-statuses.ts';
import { blockDevice } from '../../gds/commands.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import { compareShadow } from '../../gds/shadow-comparison.ts';
import { sightOf } from '../../gds/backup-sight.ts';
import { noOwnShadow, noShadowObjects, type ShadowPlace } from '../../gds/no-shadow.ts';
import { judgeSameDisks } from '../../gds/same-disks.ts';
import { compareStandIns } from '../../gds/stand-in.ts';
import type { ShadowPlan } from '../../gds/shadow-sides.ts';
import type { NodeReport } from '../../gds/sdxinfo-objects.ts';
import { commandNode, proxiesOf, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import { mountsOfClass, type BackupReport, type Mount, type World } from '../model/world.ts';

function namesOf({ class: className }: Assignment, { proxy, master }: VolumeAssignment): ProxyNames {
  return { class: className, proxyVolume: proxy, masterVolume: master };
}

/** What the shadow of one volume of the job is meant to be. */
export function shadowPlanOf(
  assignment: Assignment,
  volume: VolumeAssignment,
  mode: ShadowPlan['mode'] = 'ro',
): ShadowPlan {
  const { shadow } = volume;
  const { layout, devices } = assignment.shadow;
  return {
    primaryClass: assignment.class,
    proxyVolume: volume.proxy,
    masterVolume: volume.master,
    shadowClass: shadow.class,
    shadowGroup: shadow.group,
    shadowVolume: shadow.volume,
    deviceOfDisk: devices,
    layout,
    mode,
  };
}

function backupOf(world: World): BackupReport {
  if (!world.backup) throw new Error('the step does not check the backup server');
  return world.backup;
}

/** One verdict a rule; where several nodes are judged, the first that blocks speaks, with its node. */
function onEveryNode(world: World, judge: (node: NodeReport) => RuleVerdict[]): RuleVerdict[] {
  const [first, ...others] = world.primaries.map((node) =>
    judge(node).map((verdict) =>
      isBlocking(verdict) ? { ...verdict, actual: `${verdict.actual} (${node.node})` } : verdict,
    ),
  );
  return (first ?? []).map((verdict, index) => {
    const judged = [verdict, ...others.map((other) => other[index] ?? verdict)];
    return judged.find(isBlocking) ?? verdict;
  });
}

type Volumes = readonly VolumeAssignment[];

/** The rules over each volume; where a job has several, each verdict says of which it is. */
function onEachVolume(
  assignment: Assignment,
  volumes: Volumes,
  judge: (volume: VolumeAssignment) => RuleVerdict[],
): RuleVerdict[] {
  if (assignment.volumes.length === 1) return volumes.flatMap(judge);
  return volumes.flatMap((volume) =>
    judge(volume).map((verdict) => ({
      ...verdict,
      volume: volume.proxy,
      title: `${verdict.title} (${volume.proxy})`,
    })),
  );
}

/** Joined to its master, every slice STOP, on every primary node (GDS guide 6.6.3.7, step 3-1). */
export function judgeJoined(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) =>
    onEveryNode(world, ({ report }) => joinedAndInSync(report, namesOf(assignment, volume))),
  );
}

/** Words that no table here knows, of anything that the proxies stand on. They are shown as they were printed. */
function judgeStatusesKnown(assignment: Assignment, world: World): RuleVerdict[] {
  const shown = world.primaries.flatMap((node) =>
    proxiesOf(assignment).flatMap((proxy) => statusesShown(node, assignment.class, proxy)),
  );
  const unknown = [...new Set(unknownStatuses(shown))];
  const why = 'an unknown status never counts as a good one';
  return [
    oneSided(
      'statuses-known',
      'Every status is known',
      'known status words',
      unknown.join(', ') || 'known status words',
      unknown.length === 0,
      why,
      '3-1',
    ),
  ];
}

/** Everything that must hold before anything is changed. */
export function judgeReady(assignment: Assignment, world: World): RuleVerdict[] {
  return [
    ...judgeJoined(assignment, world),
    ...judgeStatusesKnown(assignment, world),
    ...onEachVolume(assignment, assignment.volumes, (volume) =>
      onEveryNode(world, ({ report }) => shadowable(report, namesOf(assignment, volume))),
    ),
    ...judgeDisks(assignment, world),
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
  ];
}

export function judgeParted(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) => parted(world.primaries, namesOf(assignment, volume)));
}

export function judgeStopped(assignment: Assignment, world: World): RuleVerdict[] {
  return onEachVolume(assignment, assignment.volumes, (volume) => {
    const names = namesOf(assignment, volume);
    return [...parted(world.primaries, names), ...stoppedEverywhere(world.primaries, names)];
  });
}

/** Where a shadow of the proxies could be: their devices, and other names of the same disks. */
export function shadowPlaceOf({ shadow }: Assignment, { disks }: World): ShadowPlace {
  const devices = Object.values(shadow.devices);
  const own = new Set(devices.flatMap((device) => disks?.backup.get(device) ?? []));
  const aliases = [...(disks?.backup ?? [])].flatMap(([device, identity]) =>
    own.has(identity) ? [device] : [],
  );
  return { shadowClass: shadow.class, devices: [...new Set([...devices, ...aliases])] };
}

/** No proxy of the job is mounted on a primary node. */
export function judgeProxyNotMounted(
  assignment: Assignment,
  node: string,
  mounts: readonly Mount[],
): RuleVerdict {
  const proxies = new Set(proxiesOf(assignment).map((proxy) => blockDevice(assignment.class, proxy)));
  const mounted = mounts.filter(({ device }) => proxies.has(device));
  const actual = mounted.map(({ device, mountPoint }) => `${device} on ${mountPoint} of ${node}`).join(', ');
  return oneSided(
    'proxy-not-mounted',
    `No proxy is mounted on ${node}`,
    'none',
    actual || 'none',
    mounted.length === 0,
    'a node that did not answer for a while may have mounted the proxy',
    '3-5',
  );
}

/** The devices of the job are the disks of its proxies; nothing where nobody asked which disks they are. */
export function judgeDisks(
  { class: className, shadow }: Assignment,
  { primaries, disks }: World,
): RuleVerdict[] {
  const [first] = primaries;
  if (!first || !disks) return [];
  const ofClass = first.report.disks.filter((disk) => disk.class === className);
  return judgeSameDisks({ disks: ofClass, devices: shadow.devices, ...disks });
}

/** No shadow of any class on the disks of the proxies. */
export function judgeNoShadow(assignment: Assignment, world: World): RuleVerdict[] {
  return noShadowObjects(backupOf(world), shadowPlaceOf(assignment, world));
}

/** The run's own shadow is removed. */
export function judgeShadowRemoved(assignment: Assignment, world: World): RuleVerdict[] {
  return noOwnShadow(backupOf(world), shadowPlaceOf(assignment, world));
}

/**
 * The rules that compare each shadow with its proxy, and those of the stand-ins.
 * @param modeOf how a shadow volume is to be active; read only where it is not given
 */
export function judgeShadow(
  assignment: Assignment,
  world: World,
  modeOf: (volume: VolumeAssignment) => ShadowPlan['mode'] = () => 'ro',
): RuleVerdict[] {
  const plans = assignment.volumes.map((volume) => shadowPlanOf(assignment, volume));
  const compared = onEachVolume(assignment, assignment.volumes, (volume) =>
    compareShadow({
      primaries: world.primaries,
      backup: backupOf(world),
      plan: shadowPlanOf(assignment, volume, modeOf(volume)),
      alsoPlanned: plans.filter(({ proxyVolume }) => proxyVolume !== volume.proxy),
    }),
  );
  return [...compared, ...compareStandIns(backupOf(world).report, assignment.shadow.layout)];
}

function oneSided(
  rule: string,
  title: string,
  expected: string,
  actual: string,
  good: boolean,
  why: string,
  step: string,
): RuleVerdict {
  return {
    rule,
    title,
    expected,
    actual,
    verdict: good ? 'holds' : 'fails',
    why,
    source: `GDS guide 6.6.3.7, step ${step}`,
  };
}

function shadowMounts(assignment: Assignment, world: World): string[] {
  return mountsOfClass(backupOf(world).mounts, assignment.shadow.class).map(({ mountPoint }) => mountPoint);
}

/** Nothing of the shadow class is mounted on the backup server. */
export function judgeNoMount(assignment: Assignment, world: World): RuleVerdict[] {
  const mounted = shadowMounts(assignment, world);
  const why = 'a mounted volume cannot be stopped or removed';
  return [
    oneSided(
      'nothing-mounted',
      'Nothing is mounted',
      'none',
      mounted.join(', ') || 'none',
      mounted.length === 0,
      why,
      '6b-5',
    ),
  ];
}

export function judgeMounted(assignment: Assignment, world: World): RuleVerdict[] {
  const { mountPoint } = assignment.job;
  const mounted = shadowMounts(assignment, world);
  const why = 'otherwise tar archives the empty mount point';
  return [
    oneSided(
      'mounted',
      'The shadow is mounted',
      mountPoint,
      mounted.join(', ') || 'none',
      mounted.includes(mountPoint),
      why,
      '6b-3',
    ),
  ];
}

/** After -N with mode=rw: active, and writable where sdxinfo shows the mode. */
export function judgeShadowWritable(
  { shadow }: Pick<VolumeAssignment, 'shadow'>,
  world: World,
): RuleVerdict[] {
  const volume = findVolume(backupOf(world).report, shadow.class, shadow.volume);
  const status = volume?.status?.word ?? 'none';
  const mode = volume?.mode;
  const shown = mode === undefined ? status : `${status}, ${mode}`;
  const good = status === 'ACTIVE' && (mode === undefined || mode === 'rw');
  return [
    oneSided('shadow-writable', 'The shadow is active', 'ACTIVE, rw', shown, good, 'fsck writes', '6b-1'),
  ];
}

/** After Rejoin: joined again, and being copied or already in sync. */
export function judgeJoining(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
): RuleVerdict[] {
  return onEachVolume(assignment, volumes, (volume) =>
    onEveryNode(world, ({ report }) => {
      const names = namesOf(assignment, volume);
      const joined = joinedAndInSync(report, names).filter(({ rule }) => rule === 'proxy-joined');
      const state = copyState(report, names);
      const why = 'any other slice status means that the copy failed';
      return [
        ...joined,
        oneSided(
          'proxy-copying',
          'The copy runs',
          'copying or in-sync',
          state,
          state !== 'unexpected',
          why,
          '8-2',
        ),
      ];
    }),
  );
}

/** Before a rejoin: no shadow, nothing mounted, and parted what is not joined yet; where all is, the check says so. */
export function judgeRejoinable(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
): RuleVerdict[] {
  const left = volumes.filter((volume) => !isProxyJoined(assignment, world, [volume]));
  return [
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
    ...judgeParted(assignment, world, left),
  ];
}

const holds = (verdicts: readonly RuleVerdict[]) => verdicts.length > 0 && !verdicts.some(isBlocking);

/** Every proxy is stopped on every node. */
export function isProxyStopped(assignment: Assignment, world: World): boolean {
  return assignment.volumes.every((volume) =>
    holds(stoppedEverywhere(world.primaries, namesOf(assignment, volume))),
  );
}

/** A parted proxy that is started on the node which commands go to. */
export function judgeReadable(assignment: Assignment, world: World): RuleVerdict[] {
  const node = commandNode(assignment);
  const report = world.primaries.find((primary) => primary.node === node)?.report;
  return onEachVolume(assignment, assignment.volumes, ({ proxy }) => {
    const word = report && findVolume(report, assignment.class, proxy)?.status?.word;
    const why = 'a stopped volume cannot be read';
    const actual = `${word ?? 'not shown'} on ${node}`;
    const [title, expected] = ['Proxy can be read', `ACTIVE on ${node}`];
    return [oneSided('proxy-readable', title, expected, actual, word === 'ACTIVE', why, '3-5')];
  });
}

export const isProxyReadable = (assignment: Assignment, world: World): boolean =>
  holds(judgeReadable(assignment, world));

/** Joined as every node sees it, in sync or still being copied. */
export function isProxyJoined(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
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
  volumes: Volumes = assignment.volumes,
): boolean {
  return holds(judgeJoined(assignment, world, volumes));
}

/** Joined, and each slice COPY or STOP: there is something to wait for. */
export function isJoining(
  assignment: Assignment,
  world: World,
  volumes: Volumes = assignment.volumes,
): boolean {
  return holds(judgeJoining(assignment, world, volumes));
}

export function isShadowUnmounted(assignment: Assignment, world: World): boolean {
  return shadowMounts(assignment, world).length === 0;
}

/** False where the backup server showed neither objects nor that there are none: then nothing is known to be gone. */
const isSeen = (world: World) => sightOf(backupOf(world)).shown !== 'unknown';

/** Stopped, or not there at all. */
export function isShadowStopped(assignment: Assignment, world: World, name: string): boolean {
  if (!isSeen(world)) return false;
  const volume = findVolume(backupOf(world).report, assignment.shadow.class, name);
  return volume === undefined || volume.status?.word === 'STOP';
}

/** The backup server shows that nothing of the run's shadow class exists. */
export function isShadowGone(assignment: Assignment, world: World): boolean {
  return holds(judgeShadowRemoved(assignment, world));
}

/** A sentence where the backup server showed neither objects nor that there are none; undefined where it did. */
export function whyShadowUnknown({ backupServer, shadow }: Assignment, world: World): string | undefined {
  const { shown, evidence } = sightOf(backupOf(world));
  if (shown !== 'unknown') return undefined;
  return `${backupServer} does not show whether objects of ${shadow.class} exist: ${evidence}`;
}

/** The same of any shadow on the disks of the proxies. */
export function isFreeOfShadows(assignment: Assignment, world: World): boolean {
  return holds(judgeNoShadow(assignment, world));
}

/**
 * One object of the shadow is gone: nothing of its kind is shown but other objects of this shadow. An object under a name that
 * nobody gave may be the one that is looked for.
 */
export function isShadowObjectGone(
  assignment: Assignment,
  world: World,
  kind: 'volume' | 'group' | 'disk',
  name: string,
): boolean {
  if (!isSeen(world)) return false;
  const { class: className, layout } = assignment.shadow;
  const { volumes, groups, disks } = backupOf(world).report;
  const shown = { volume: volumes, group: groups, disk: disks }[kind].filter(
    (object) => object.class === className,
  );
  const made = { volume: layout.volumes, group: layout.groups, disk: layout.disks }[kind];
  return shown.every((object) => object.name !== name && made.some((own) => own.name === object.name));
}
