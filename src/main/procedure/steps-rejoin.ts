/** Steps 7 to 8-2 of the GDS guide's 6.6.3.7: remove the shadow, rejoin the proxy, watch the copy. */
import {
  sdxinfo,
  sdxproxyRejoin,
  sdxshadowdiskRemove,
  sdxshadowgroupRemove,
  sdxshadowvolumeRemove,
  sdxshadowvolumeStop,
} from '../gds/commands.ts';
import { commandNode, type Assignment } from './assignment.ts';
import {
  isJoinedAndInSync,
  isJoining,
  isProxyJoined,
  isShadowGone,
  isShadowObjectGone,
  isShadowStopped,
  judgeJoined,
  judgeJoining,
  judgeNoMount,
  judgeNoShadow,
  judgeParted,
} from './checks.ts';
import type { Step, StepCommand } from './step.ts';

const guideStep = (number: string) => `GDS guide 6.6.3.7, step ${number}`;

/** The guide's order: stop, remove the volume, the group, then each disk; the last disk takes the class with it. */
function removeStep(assignment: Assignment): Step {
  const { shadow, backupServer: host } = assignment;
  const change = (argv: readonly string[], isDone: NonNullable<StepCommand['isDone']>): StepCommand => ({
    host,
    argv,
    guide: true,
    changes: true,
    isDone,
  });
  return {
    id: '7',
    phase: 'remove',
    title: `Remove the shadow volume ${shadow.volume}`,
    why: 'nobody may reach the blocks of the proxy through the backup server once it is joined again',
    endangers: 'a shadow that is forgotten lets the backup server write over the data of the cluster',
    source: guideStep('7'),
    performance: 'commands',
    commands: [
      change(sdxshadowvolumeStop({ class: shadow.class, volumes: [shadow.volume] }), (world) =>
        isShadowStopped(assignment, world),
      ),
      change(sdxshadowvolumeRemove(shadow), (world) =>
        isShadowObjectGone(assignment, world, 'volume', shadow.volume),
      ),
      change(sdxshadowgroupRemove(shadow), (world) =>
        isShadowObjectGone(assignment, world, 'group', shadow.group),
      ),
      ...shadow.disks.map((disk) =>
        change(sdxshadowdiskRemove({ class: shadow.class, disk: disk.name }), (world) =>
          isShadowObjectGone(assignment, world, 'disk', disk.name),
        ),
      ),
    ],
    before: { looks: ['backup'], judge: (world) => judgeNoMount(assignment, world) },
    after: { looks: ['backup'], judge: (world) => judgeNoShadow(assignment, world) },
    unwinds: {
      looks: ['backup'],
      isDone: (world) => isShadowGone(assignment, world),
      mayBeNeeded: (marks) => marks.shadowBegun,
    },
  };
}

function rejoinStep(assignment: Assignment): Step {
  const { class: className, proxy, master, backupServer, shadow } = assignment;
  return {
    id: '8-1',
    phase: 'rejoin',
    title: `Rejoin ${proxy} to ${master}`,
    why: `${master} gets its copy back: everything is copied from ${master} to ${proxy}`,
    endangers: 'while the backup server still has the shadow, a rejoin writes below it unseen',
    source: guideStep('8-1'),
    performance: 'commands',
    commands: [
      {
        host: commandNode(assignment),
        argv: sdxproxyRejoin({ class: className, proxyVolumes: [proxy] }),
        guide: true,
        changes: true,
        isDone: (world) => isProxyJoined(assignment, world),
      },
    ],
    before: {
      looks: ['primaries', 'backup'],
      judge: (world) => [
        ...judgeNoShadow(assignment, world),
        ...judgeNoMount(assignment, world),
        ...judgeParted(assignment, world),
      ],
    },
    after: { looks: ['primaries'], judge: (world) => judgeJoining(assignment, world) },
    unwinds: {
      looks: ['primaries'],
      isDone: (world) => isProxyJoined(assignment, world),
      mayBeNeeded: (marks) => marks.partBegun,
      provided(world, marks) {
        const gone = world.backup ? isShadowGone(assignment, world) : !marks.shadowBegun;
        return gone ? undefined : `once sdxinfo on ${backupServer} shows nothing of ${shadow.class}`;
      },
    },
  };
}

function watchStep(assignment: Assignment): Step {
  const { class: className, proxy, master } = assignment;
  return {
    id: '8-2',
    phase: 'rejoin',
    title: `Watch the copy from ${master} to ${proxy}`,
    why: 'the slice of the proxy is COPY while it is copied, and STOP once it is in sync; anything else has failed',
    source: guideStep('8-2'),
    performance: 'watch',
    commands: [
      {
        host: commandNode(assignment),
        argv: sdxinfo({ show: ['slice'], class: className, object: proxy }),
        guide: true,
        changes: false,
      },
    ],
    after: { looks: ['primaries'], judge: (world) => judgeJoined(assignment, world) },
    unwinds: {
      looks: ['primaries'],
      isDone: (world) => isJoinedAndInSync(assignment, world),
      isDue: (world) => isJoining(assignment, world),
      mayBeNeeded: (marks) => marks.partBegun,
    },
  };
}

export function rejoinSteps(assignment: Assignment): Step[] {
  return [removeStep(assignment), rejoinStep(assignment), watchStep(assignment)];
}
