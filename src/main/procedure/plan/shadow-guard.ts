/**
 * Whether the shadow is still the one that was verified, and the proxy still parted and stopped: checked before and
 * after every step that reads or writes through the shadow, and after every wait. Pure.
 */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import { blockDevice } from '../../gds/commands.ts';
import { mountsShadow, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import { pastOf } from '../model/backup-past.ts';
import { isSameBoot } from '../model/boot-identity.ts';
import { layoutSeen } from '../model/layout-seen.ts';
import { sentCommands, type Sent } from '../model/sent-commands.ts';
import { mountsOfClass, type World } from '../model/world.ts';
import { judgeShadow } from './shadow-checks.ts';
import { judgeStopped } from './cluster-checks.ts';

/** How this run has left a shadow volume. `between`: stopped, and perhaps not started again. */
export type ShadowState = 'ro' | 'rw' | 'between';

const isOf = ({ intent: { argv } }: Sent, { shadow }: VolumeAssignment): boolean =>
  argv[0] === 'sdxshadowvolume' &&
  argv[argv.indexOf('-c') + 1] === shadow.class &&
  (argv[argv.indexOf('-v') + 1] ?? '').split(',').includes(shadow.volume);

/** @param events of the run so far: its own commands are the only ones that may have changed the shadow */
export function shadowStateOf(events: readonly RunEvent[], volume: VolumeAssignment): ShadowState {
  let state: ShadowState = 'ro';
  for (const sent of sentCommands(events).filter((command) => isOf(command, volume))) {
    const { ending, intent } = sent;
    if (ending === 'bad') continue;
    if (intent.argv.includes('-M')) state = 'ro';
    else if (intent.argv.includes('-F')) state = 'between';
    else if (intent.argv.includes('-N')) state = ending === 'good' ? 'rw' : 'between';
  }
  return state;
}

/** Rules that do not apply while the run itself stops the shadow and starts it again. */
const ofActivation = new Set(['shadow-active', 'access-mode']);

type Spaces = EventOf<'layout'>['spaces'];

/** Groups, disks and blocks that the run depends on. Everything else on the cluster's disks may change meanwhile. */
function configurationText({ class: className, volumes }: Assignment, spaces: Spaces): string {
  const own = new Set(volumes.map(({ proxy }) => proxy));
  const words = spaces.flatMap((space) => {
    const isPrimary = space.side === 'primary';
    if (isPrimary && space.class !== className) return [];
    const lying = space.volumes
      .filter(({ name }) => !isPrimary || own.has(name))
      .map(({ name, first, blocks }) => phrase('{name} at {first}+{blocks}', { name, first, blocks }));
    if (lying.length === 0) return [];
    const disks = space.disks.map(({ name, device }) => `${name}=${device ?? '?'}`).join(':');
    return [`${space.class}/${space.group ?? '-'} ${space.kind ?? '-'} ${disks} ${lying.sort().join(', ')}`];
  });
  return words.sort().join('; ');
}

/**
 * Compares with the location of the volumes when the shadow was verified. Journals of earlier releases do not have it.
 */
function judgeUnchanged(assignment: Assignment, world: World, events: readonly RunEvent[]): RuleVerdict[] {
  const verified = events.findLast((event): event is EventOf<'layout'> => event.type === 'layout');
  if (!verified) return [];
  const expected = configurationText(assignment, verified.spaces);
  const actual = configurationText(assignment, layoutSeen(world, assignment));
  return [
    {
      rule: 'shadow-unchanged',
      title: phrase('Configuration is unchanged since verification'),
      expected,
      actual: actual === '' ? 'none' : actual,
      verdict: expected === actual ? 'equal' : 'differs',
      why: phrase('the verification proves nothing about a changed configuration'),
      source: 'Shadowtape',
    },
  ];
}

const bootOfVerification = (events: readonly RunEvent[]): string | undefined =>
  events.findLast((event): event is EventOf<'layout'> => event.type === 'layout')?.boot;

/**
 * A reboot removes every shadow (GDS guide 4.5, 2.2.2): any that exists afterwards was built by somebody else.
 * @param earlier the boot that the shadow belongs to
 */
function judgeBoot({ backup }: World, earlier: string | undefined): RuleVerdict[] {
  const isSame = isSameBoot(earlier, backup?.boot);
  if (isSame === undefined) return [];
  return [
    {
      rule: 'same-boot',
      title: phrase('Backup server was not rebooted'),
      expected: phrase('boot {earlier}', { earlier: earlier ?? '' }),
      actual: phrase('boot {boot}', { boot: backup?.boot ?? '' }),
      verdict: isSame ? 'holds' : 'fails',
      why: phrase('a shadow does not survive a reboot: a shadow after a reboot was created by somebody else'),
      source: 'GDS guide 4.5, 2.2.2',
    },
  ];
}

/**
 * For the verification, which has no earlier one to compare with: a shadow that was created in another boot, and is not
 * shown now.
 * @returns nothing if that is not the case, or not known
 */
export function judgeRebootSinceCreation(
  { backupServer }: Assignment,
  world: World,
  events: readonly RunEvent[],
): RuleVerdict[] {
  return judgeBoot(world, pastOf(events, backupServer).bootOfCreation).filter(isBlocking);
}

/** The mounts that are this run's own: none before it has made its mount point. */
function isOwnMount(
  assignment: Assignment,
  mount: { device: string; mountPoint: string },
  mountPointMade: boolean,
) {
  const { job, volumes } = assignment;
  if (!mountPointMade || mount.mountPoint !== job.mountPoint) return false;
  return volumes.some(
    (volume) =>
      mountsShadow(assignment, volume) &&
      mount.device === blockDevice(volume.shadow.class, volume.shadow.volume),
  );
}

function judgeForeignMounts(assignment: Assignment, world: World, mountPointMade: boolean): RuleVerdict {
  const foreign = mountsOfClass(world.backup?.mounts ?? [], assignment.shadow.class)
    .filter((mount) => !isOwnMount(assignment, mount, mountPointMade))
    .map(({ device, mountPoint }) => phrase('{device} on {mountPoint}', { device, mountPoint }));
  return {
    rule: 'no-other-mount',
    title: phrase('Nobody else has mounted the shadow'),
    expected: 'none',
    actual: foreign.join(', ') || phrase('none'),
    verdict: foreign.length === 0 ? 'holds' : 'fails',
    why: phrase('a file system mounted by somebody else may be written to during the backup'),
    source: 'Shadowtape',
  };
}

/**
 * @param world both sides, as they are now
 * @param events of the run so far
 * @param mountPointMade true if this run has made its mount point
 */
export function judgeGuard(
  assignment: Assignment,
  world: World,
  events: readonly RunEvent[],
  mountPointMade: boolean,
): RuleVerdict[] {
  const states = new Map(
    assignment.volumes.map((volume) => [volume.proxy, shadowStateOf(events, volume)] as const),
  );
  const stateOf = (proxy = assignment.volumes[0]?.proxy ?? '') => states.get(proxy) ?? 'ro';
  const shadow = judgeShadow(assignment, world, ({ proxy }) =>
    stateOf(proxy) === 'ro' ? 'ro' : 'rw',
  ).filter(
    ({ rule, volume }) =>
      rule !== 'proxy-parted' &&
      rule !== 'proxy-stopped' &&
      !(ofActivation.has(rule) && stateOf(volume) === 'between'),
  );
  return [
    ...judgeStopped(assignment, world),
    // Before the rules of the shadow: a reboot removes it, and explains everything that is missing.
    ...judgeBoot(world, bootOfVerification(events)),
    ...shadow,
    judgeForeignMounts(assignment, world, mountPointMade),
    ...judgeUnchanged(assignment, world, events),
  ];
}

/** Rules of the proxy alone: their remedy is on the cluster. */
export const isOfCluster = ({ rule }: RuleVerdict): boolean => rule.startsWith('proxy-');

/** One line for the journal if everything holds; otherwise what does not. */
export function toldOfGuard(verdicts: readonly RuleVerdict[]): readonly RuleVerdict[] {
  const blocking = verdicts.filter(isBlocking);
  if (blocking.length > 0) return blocking;
  return [
    ...verdicts.filter(({ rule }) => rule === 'proxy-parted' || rule === 'proxy-stopped'),
    {
      rule: 'shadow-as-verified',
      title: phrase('Shadow is unchanged since verification'),
      expected: phrase('every rule holds, and the configuration is unchanged'),
      actual: phrase('{rules} rules hold', { rules: verdicts.length }),
      verdict: 'holds',
      why: phrase('what was true before a wait or a command may have changed'),
      source: 'Shadowtape',
    },
  ];
}
