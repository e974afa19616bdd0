/** Checks of the shadow as the backup server shows it, and of its disks: pure functions of the world, put together from the rules of GDS. */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { phrase } from '../../../contract/text/say.ts';
import { sightOf } from '../../gds/backup-sight.ts';
import { noOwnShadow, noShadowObjects, type PossibleShadows } from '../../gds/no-shadow.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import { judgeSameDisks } from '../../gds/same-disks.ts';
import { compareShadow } from '../../gds/shadow-comparison.ts';
import type { ShadowPlan } from '../../gds/shadow-sides.ts';
import { compareStandIns } from '../../gds/stand-in.ts';
import type { Assignment, VolumeAssignment } from '../model/assignment.ts';
import { mountsOfClass, type BackupReport, type World } from '../model/world.ts';
import { guideVerdict, holds, onEachVolume } from './verdicts.ts';

function backupOf(world: World): BackupReport {
  if (!world.backup) throw new Error('the step does not check the backup server');
  return world.backup;
}

/** What the shadow of one volume of the job is meant to be. */
function shadowPlanOf(
  assignment: Assignment,
  volume: VolumeAssignment,
  mode: ShadowPlan['mode'],
): ShadowPlan {
  const { shadow } = volume;
  const { layout, devices } = assignment.shadow;
  return {
    primaryClass: assignment.class,
    proxyVolume: volume.proxy,
    masterVolume: volume.master,
    shadowClass: shadow.class,
    shadowVolume: shadow.volume,
    deviceOfDisk: devices,
    layout,
    mode,
  };
}

/** Where a shadow of the proxies could be: on their devices, and on other names of the same disks. */
export function shadowPlaceOf({ shadow }: Assignment, { disks }: World): PossibleShadows {
  const devices = Object.values(shadow.devices);
  const own = new Set(devices.flatMap((device) => disks?.backup.get(device) ?? []));
  const aliases = [...(disks?.backup ?? [])].flatMap(([device, identity]) =>
    own.has(identity) ? [device] : [],
  );
  return { shadowClass: shadow.class, devices: [...new Set([...devices, ...aliases])] };
}

/** The devices of the job are the disks of its proxies; no verdict if the disks were not queried. */
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
 * @param modeOf the mode in which a shadow volume must be active; read only by default
 */
export function judgeShadow(
  assignment: Assignment,
  world: World,
  modeOf: (volume: VolumeAssignment) => ShadowPlan['mode'] = () => 'ro',
): RuleVerdict[] {
  const compared = onEachVolume(assignment, assignment.volumes, (volume) =>
    compareShadow({
      primaries: world.primaries,
      backup: backupOf(world),
      plan: shadowPlanOf(assignment, volume, modeOf(volume)),
    }),
  );
  return [...compared, ...compareStandIns(backupOf(world).report, assignment.shadow.layout)];
}

function shadowMounts(assignment: Assignment, world: World): string[] {
  return mountsOfClass(backupOf(world).mounts, assignment.shadow.class).map(({ mountPoint }) => mountPoint);
}

/** Nothing of the shadow class is mounted on the backup server. */
export function judgeNoMount(assignment: Assignment, world: World): RuleVerdict[] {
  const mounted = shadowMounts(assignment, world);
  const why = phrase('a mounted volume cannot be stopped or removed');
  return [
    guideVerdict(
      'nothing-mounted',
      phrase('Nothing is mounted'),
      'none',
      mounted.join(', ') || phrase('none'),
      mounted.length === 0,
      why,
      '6b-5',
    ),
  ];
}

/** Before the mount point is unmounted: somebody may have unmounted the shadow and mounted something else there. */
export function judgeOwnMount({ job, shadow }: Assignment, world: World): RuleVerdict[] {
  const { mountPoint } = job;
  const { mounts } = backupOf(world);
  const own = mountsOfClass(mounts, shadow.class);
  const foreign = mounts.filter((mount) => mount.mountPoint === mountPoint && !own.includes(mount));
  return [
    {
      rule: 'own-mount',
      title: phrase('Nothing but the shadow is mounted on {mountPoint}', { mountPoint }),
      expected: phrase('nothing else'),
      actual: foreign.map(({ device }) => device).join(', ') || phrase('nothing else'),
      verdict: foreign.length === 0 ? 'holds' : 'fails',
      why: phrase('the run unmounts only what it has mounted'),
      source: 'Shadowtape',
    },
  ];
}

export function judgeMounted(assignment: Assignment, world: World): RuleVerdict[] {
  const { mountPoint } = assignment.job;
  const mounted = shadowMounts(assignment, world);
  const why = phrase('otherwise tar archives the empty mount point');
  return [
    guideVerdict(
      'mounted',
      phrase('The shadow is mounted'),
      mountPoint,
      mounted.join(', ') || phrase('none'),
      mounted.includes(mountPoint),
      why,
      '6b-3',
    ),
  ];
}

/** After -N with mode=rw: active, and writable if sdxinfo shows the mode. */
export function judgeShadowWritable(
  { shadow }: Pick<VolumeAssignment, 'shadow'>,
  world: World,
): RuleVerdict[] {
  const volume = findVolume(backupOf(world).report, shadow.class, shadow.volume);
  const status = volume?.status?.word ?? phrase('none');
  const mode = volume?.mode;
  const shown = mode === undefined ? status : `${status}, ${mode}`;
  const good = status === 'ACTIVE' && (mode === undefined || mode === 'rw');
  return [
    guideVerdict(
      'shadow-writable',
      phrase('The shadow is active'),
      phrase('ACTIVE, rw'),
      shown,
      good,
      phrase('fsck writes'),
      '6b-1',
    ),
  ];
}

export function isShadowUnmounted(assignment: Assignment, world: World): boolean {
  return shadowMounts(assignment, world).length === 0;
}

/** False if the backup server showed neither objects nor their absence: then nothing is known to be gone. */
const isSeen = (world: World) => sightOf(backupOf(world)).shown !== 'unknown';

/** Stopped, or absent. */
export function isShadowStopped(assignment: Assignment, world: World, name: string): boolean {
  if (!isSeen(world)) return false;
  const volume = findVolume(backupOf(world).report, assignment.shadow.class, name);
  return volume === undefined || volume.status?.word === 'STOP';
}

/** The backup server shows that nothing of the run's shadow class exists. */
export function isShadowGone(assignment: Assignment, world: World): boolean {
  return holds(judgeShadowRemoved(assignment, world));
}

/** A sentence if the backup server showed neither objects nor their absence; otherwise undefined. */
export function whyShadowUnknown({ backupServer, shadow }: Assignment, world: World): string | undefined {
  const { shown, evidence } = sightOf(backupOf(world));
  if (shown !== 'unknown') return undefined;
  return phrase('{backupServer} does not show whether objects of {class} exist: {evidence}', {
    backupServer,
    class: shadow.class,
    evidence,
  });
}

/** The same of any shadow on the disks of the proxies. */
export function isFreeOfShadows(assignment: Assignment, world: World): boolean {
  return holds(judgeNoShadow(assignment, world));
}

/**
 * One object of the shadow is gone: of its kind, only other objects of this shadow are shown. An object with an unknown
 * name may be the one in question.
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
