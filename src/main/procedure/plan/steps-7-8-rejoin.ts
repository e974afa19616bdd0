/** Steps 7 to 8-2 of the GDS guide's 6.6.3.7: remove the shadow, rejoin the proxy, watch the copy. */
import { sdxinfo, sdxproxyRejoin } from '../../gds/commands.ts';
import { shadowRemoval, type ShadowEffect } from '../../gds/shadow-commands.ts';
import {
  mastersOf,
  onAnyNode,
  proxiesOf,
  type Assignment,
  type VolumeAssignment,
} from '../model/assignment.ts';
import { listed, saidList } from '../../../contract/words.ts';
import { phrase, say, sayCount } from '../../../contract/text/say.ts';
import {
  isFreeOfShadows,
  isShadowGone,
  isShadowObjectGone,
  isShadowStopped,
  judgeNoMount,
  judgeShadowRemoved,
} from './shadow-checks.ts';
import { isJoinedAndInSync, isJoining, isProxyJoined, judgeJoined, judgeJoining } from './cluster-checks.ts';
import { rejoinChecks, unlessOwn } from './checks.ts';
import { guideStep } from './step-sources.ts';
import { wholeSteps } from './steps-whole-proxy.ts';
import type { Step, StepCommand } from '../model/step.ts';
import type { World } from '../model/world.ts';

/** Whether the object that a command removes is gone already. */
function removalIsDone(
  assignment: Assignment,
  { kind, names }: ShadowEffect,
): NonNullable<StepCommand['isDone']> {
  const isDone = (world: World, name: string) =>
    kind === 'volume-stop'
      ? isShadowStopped(assignment, world, name)
      : isShadowObjectGone(assignment, world, kind, name);
  return (world) => names.every((name) => isDone(world, name));
}

/** 7, in the guide's order: stop, remove the volume, the group, then each disk; the last disk takes the class with it. */
export function removeStep(assignment: Assignment): Step {
  const { shadow, volumes, backupServer: host } = assignment;
  const names = saidList(volumes.map((volume) => volume.shadow.volume));
  return {
    id: '7',
    phase: 'remove',
    title: sayCount(volumes.length, 'Remove the shadow volume {names}', 'Remove the shadow volumes {names}', {
      names,
    }),
    why: say('nothing may reach the blocks of the proxy through the backup server once it is rejoined'),
    endangers: say('a forgotten shadow lets the backup server overwrite data of the cluster'),
    source: guideStep('7'),
    performance: 'commands',
    commands: shadowRemoval(shadow.layout).map(({ argv, effect }) => ({
      host,
      argv,
      guide: true,
      changes: true,
      isDone: removalIsDone(assignment, effect),
    })),
    needsClosed: proxiesOf(assignment),
    before: { looks: ['backup'], judge: (world) => judgeNoMount(assignment, world) },
    after: { looks: ['backup'], judge: (world) => judgeShadowRemoved(assignment, world) },
    unwinds: {
      looks: ['backup'],
      isDone: (world) => isShadowGone(assignment, world),
      mayBeNeeded: (marks) => marks.shadowBegun,
    },
  };
}

const leftParted = () =>
  say(
    'the job leaves the proxy parted until the next run (rejoin: leave-parted), so that data can be restored from it',
  );

/** Volumes that are rejoined together: which batch of how many. */
interface RejoinGroup {
  readonly volumes: readonly VolumeAssignment[];
  /** After the guide's number; empty if all are rejoined at once. */
  readonly suffix: string;
}

/** 8-1 */
function rejoinStep(assignment: Assignment, { volumes, suffix }: RejoinGroup): Step {
  const { backupServer, shadow, job } = assignment;
  const proxies = proxiesOf({ volumes });
  const masters = saidList(mastersOf({ volumes }));
  const one = volumes.length === 1;
  return {
    id: `8-1${suffix}`,
    phase: 'rejoin',
    title: say('Rejoin {proxies} to {masters}', { proxies: saidList(proxies), masters }),
    why: one
      ? say('{masters} gets a synchronized copy again: everything is copied from {masters} to {proxies}', {
          masters,
          proxies: saidList(proxies),
        })
      : say(
          'each master gets a synchronized copy again: everything is copied from the masters to their proxies',
        ),
    endangers: say('if the backup server still has the shadow, a rejoin writes below it unnoticed'),
    notes: [
      say(
        'with pjrm=off all blocks are copied; a disk array that copies by itself copies only the differences',
      ),
    ],
    source: guideStep('8-1'),
    performance: 'commands',
    ...(job.rejoin === 'leave-parted' ? { leftOut: leftParted() } : {}),
    // One command each: in a rollback, some may be joined already.
    commands: volumes.map((volume) => ({
      ...onAnyNode(assignment),
      argv: sdxproxyRejoin({ class: assignment.class, proxyVolumes: [volume.proxy] }),
      guide: true,
      changes: true,
      isDone: (world) => isProxyJoined(assignment, world, [volume]),
    })),
    before: rejoinChecks(assignment, volumes),
    after: { looks: ['primaries'], judge: (world) => judgeJoining(assignment, world, volumes) },
    unwinds: {
      looks: ['primaries'],
      isDone: (world) => isProxyJoined(assignment, world, volumes),
      mayBeNeeded: (marks) => marks.partBegun,
      isOwn: (marks) => marks.partProven,
      provided(world, marks) {
        const unproven = unlessOwn(assignment, marks);
        if (unproven !== undefined) return unproven;
        const gone = world.backup ? isShadowGone(assignment, world) : !marks.shadowBegun;
        if (!gone)
          return phrase('once sdxinfo on {backupServer} shows nothing of {class}', {
            backupServer,
            class: shadow.class,
          });
        if (!world.backup || isFreeOfShadows(assignment, world)) return undefined;
        return phrase('once sdxinfo on {backupServer} shows nothing on {devices}', {
          backupServer,
          devices: listed(Object.values(shadow.devices)),
        });
      },
    },
  };
}

/** Why the resync is not watched; undefined if it is. */
function notWatched({ job }: Assignment): string | undefined {
  if (job.rejoin === 'leave-parted') return leftParted();
  return job.resynchronisation.wait
    ? undefined
    : say('the job does not wait for the copy (resynchronisation.wait: false)');
}

/** 8-2 */
function watchStep(assignment: Assignment, { volumes, suffix }: RejoinGroup): Step {
  const proxies = proxiesOf({ volumes });
  const reason = notWatched(assignment);
  return {
    id: `8-2${suffix}`,
    phase: 'rejoin',
    title: say('Watch the copy from {masters} to {proxies}', {
      masters: saidList(mastersOf({ volumes })),
      proxies: saidList(proxies),
    }),
    why: say(
      'the slice of the proxy is COPY during the copy, and STOP when it is in sync; any other status is a failure',
    ),
    source: guideStep('8-2'),
    performance: 'watch',
    ...(reason === undefined ? {} : { leftOut: reason }),
    commands: proxies.map((object) => ({
      ...onAnyNode(assignment),
      argv: sdxinfo({ show: ['slice'], class: assignment.class, object }),
      guide: true,
      changes: false,
    })),
    volumes: proxies,
    after: { looks: ['primaries'], judge: (world) => judgeJoined(assignment, world, volumes) },
    unwinds: {
      looks: ['primaries'],
      isDone: (world) => isJoinedAndInSync(assignment, world, volumes),
      isDue: (world) => isJoining(assignment, world, volumes),
      mayBeNeeded: (marks) => marks.partBegun,
    },
  };
}

/** At most as many as the job allows are copied at the same time: the next are rejoined when those are in sync. */
function rejoinGroups({ volumes, job }: Assignment): RejoinGroup[] {
  const most = job.resynchronisation.atOnce ?? volumes.length;
  if (most >= volumes.length) return [{ volumes, suffix: '' }];
  const count = Math.ceil(volumes.length / most);
  return Array.from({ length: count }, (_, index) => ({
    volumes: volumes.slice(index * most, (index + 1) * most),
    suffix: `:${index + 1}`,
  }));
}

export function rejoinSteps(assignment: Assignment): Step[] {
  const groups = rejoinGroups(assignment);
  return [
    removeStep(assignment),
    ...wholeSteps(assignment),
    ...groups.flatMap((group) => [rejoinStep(assignment, group), watchStep(assignment, group)]),
  ];
}
