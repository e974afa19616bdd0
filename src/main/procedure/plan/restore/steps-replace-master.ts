/**
 * Ways A and B, second half: from the parted proxy to the master. The proxy is proven on the cluster, the master stopped, rebuilt, proven and
 * started where it was. `replaceMasterSteps` at the end lists the steps.
 */
import { rawDeviceArguments } from '../../../../streams/raw-device.ts';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { bytesText, saidList, utcText } from '../../../../contract/words.ts';
import { say } from '../../../../contract/text/say.ts';
import {
  rawDevice,
  sdxinfo,
  sdxproxyRejoinRestore,
  sdxvolumeStartOn,
  sdxvolumeStartReadable,
  sdxvolumeStop,
} from '../../../gds/commands.ts';
import { fileSystemOf } from '../../../site/file-system.ts';
import {
  bytesOfVolumes,
  commandNode,
  mastersOf,
  onAnyNode,
  proxiesOf,
  type Assignment,
} from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { judgeRejoinable } from '../checks.ts';
import { judgeReadable } from '../cluster-checks.ts';
import { holds } from '../verdicts.ts';
import { resumeServicesStep, stopServicesStep } from '../steps-3-4-part.ts';
import { startStep, stopStep } from '../steps-whole-proxy.ts';
import { basedOn, restoreStep } from './based-on.ts';
import {
  isMasterActive,
  judgeMasterActive,
  judgeMasterStopped,
  judgeRebuildable,
  judgeRebuilt,
  judgeRejoined,
  judgeReplaceable,
} from './restore-checks.ts';

const stopping = basedOn('GDS guide 6.6.3.7, step 3-5');
const starting = basedOn('GDS guide 4.5, D.4');

/** A command that changes the cluster. */
const change = (host: string, argv: readonly string[]): StepCommand => ({
  host,
  argv,
  guide: false,
  changes: true,
});

function readCommands(assignment: Assignment, names: readonly string[]): StepCommand[] {
  const { recordBytes } = assignment.job.media;
  return names.map((name) => ({
    host: commandNode(assignment),
    argv: rawDeviceArguments(rawDevice(assignment.class, name), { recordBytes }),
    guide: false,
    changes: false,
  }));
}

/** The cluster itself must see the restored bytes, at their place. */
function proveProxySteps(assignment: Assignment): Step[] {
  const host = commandNode(assignment);
  const proxies = proxiesOf(assignment);
  return [
    restoreStep(startStep(assignment), {
      why: say('the cluster must see the restored data, and a stopped volume cannot be read'),
    }),
    {
      id: 'read-proxy',
      phase: 'remove',
      title: say('Read {proxies} on {host} and compare', { proxies: saidList(proxies), host }),
      why: say('every byte is compared with the backup where the copy to the master will read it: {bytes}', {
        bytes: bytesText(bytesOfVolumes(assignment)),
      }),
      source: 'Shadowtape',
      performance: 'read-volume',
      reads: 'proxy',
      volumes: proxies,
      commands: readCommands(assignment, proxies),
      after: {
        looks: ['primaries', 'backup'],
        fresh: ['primaries', 'backup'],
        judge: (world) => [...judgeRejoinable(assignment, world), ...judgeReadable(assignment, world)],
      },
    },
    restoreStep(stopStep(assignment), { why: say('RejoinRestore needs the proxy stopped') }),
  ];
}

function approveStep(assignment: Assignment, { at }: RestoreOrder): Step {
  const masters = saidList(mastersOf(assignment));
  return {
    id: 'approve-replace',
    phase: 'rejoin',
    title: say('Approve: replace {masters}', { masters }),
    why: say('the data of {masters} ({bytes}) becomes what it was at {at}', {
      masters,
      bytes: bytesText(bytesOfVolumes(assignment)),
      at: utcText(at),
    }),
    endangers: say('changes to {masters} since {at} are lost', { masters, at: utcText(at) }),
    source: 'Shadowtape',
    performance: 'approve-replace',
    commands: [],
  };
}

function stopForRestore(assignment: Assignment): Step {
  const masters = saidList(mastersOf(assignment));
  return restoreStep(stopServicesStep(assignment), {
    phase: 'rejoin',
    why: say('nothing may use {masters} before the restored data is proven', { masters }),
    endangers: say(
      'services are down until step 3-4. Set the cluster application offline or to maintenance mode: a failover must not start {masters} during the copy',
      { masters },
    ),
    // The approval may have taken hours: obstacles are found before anything is stopped.
    before: {
      looks: ['primaries', 'backup'],
      fresh: ['primaries', 'backup'],
      judge: (world) => judgeReplaceable(assignment, world),
    },
  });
}

function stopMasterStep(assignment: Assignment): Step {
  const masters = mastersOf(assignment);
  const argv = sdxvolumeStop({ class: assignment.class, volumes: masters });
  return {
    id: 'stop-master',
    phase: 'rejoin',
    title: say('Stop {masters} on all nodes', { masters: saidList(masters) }),
    why: say('RejoinRestore needs master and proxy stopped'),
    endangers: say('a volume in use cannot be stopped. A reboot of a node starts {masters} again', {
      masters: saidList(masters),
    }),
    source: starting,
    performance: 'stop-master',
    commands: [
      {
        ...onAnyNode(assignment),
        argv,
        guide: false,
        changes: true,
        isDone: (world) => holds(judgeMasterStopped(assignment, world)),
      },
    ],
    before: {
      looks: ['primaries', 'backup'],
      fresh: ['primaries', 'backup'],
      judge: (world) => judgeReplaceable(assignment, world),
    },
    after: { looks: ['primaries'], judge: (world) => judgeMasterStopped(assignment, world) },
  };
}

function rebuildSteps(assignment: Assignment): Step[] {
  const [proxies, masters] = [proxiesOf(assignment), mastersOf(assignment)];
  const place = onAnyNode(assignment);
  const { class: className } = assignment;
  return [
    {
      id: 'rejoin-restore',
      phase: 'rejoin',
      title: say('Rejoin {proxies} and rebuild {masters}', {
        proxies: saidList(proxies),
        masters: saidList(masters),
      }),
      why: say('everything is copied from {proxies} to {masters}', {
        proxies: saidList(proxies),
        masters: saidList(masters),
      }),
      endangers: say(
        'this cannot be stopped or undone: until it ends, old and restored data are mixed on {masters}',
        { masters: saidList(masters) },
      ),
      source: basedOn('GDS guide 4.5, 2.2.1 and D.14'),
      performance: 'rejoin-restore',
      commands: [
        {
          ...place,
          argv: sdxproxyRejoinRestore({ class: className, proxyVolumes: proxies }),
          guide: false,
          changes: true,
        },
      ],
      before: {
        looks: ['primaries', 'backup'],
        fresh: ['primaries', 'backup'],
        last: 'backup',
        judge: (world) => judgeRebuildable(assignment, world),
      },
      after: { looks: ['primaries'], judge: (world) => judgeRejoined(assignment, world) },
    },
    {
      id: 'watch-restore',
      phase: 'rejoin',
      title: say('Watch the copy from {proxies} to {masters}', {
        proxies: saidList(proxies),
        masters: saidList(masters),
      }),
      why: say(
        'each slice of the master is COPY during the copy, and STOP when it ends; any other status is a failure. No time limit ends it',
      ),
      source: basedOn('GDS guide 6.6.3.7, step 8-2'),
      performance: 'watch-restore',
      volumes: masters,
      commands: masters.map((object) => ({
        ...place,
        argv: sdxinfo({ show: ['slice'], class: className, object }),
        guide: false,
        changes: false,
      })),
      after: {
        looks: ['primaries'],
        fresh: ['primaries'],
        judge: (world) => judgeRebuilt(assignment, world),
      },
    },
  ];
}

/** The content decides: slices are also STOP if nothing was copied. */
function proveMasterSteps(assignment: Assignment): Step[] {
  const host = commandNode(assignment);
  const masters = mastersOf(assignment);
  const names = saidList(masters);
  const request = { class: assignment.class, volumes: masters };
  return [
    {
      id: 'open-master',
      phase: 'rejoin',
      title: say('Start {names} on {host} for reading', { names, host }),
      why: say('the master is read before anything may write to it'),
      source: starting,
      performance: 'commands',
      commands: [change(host, sdxvolumeStartReadable(request))],
    },
    {
      id: 'read-master',
      phase: 'rejoin',
      title: say('Read {names} on {host} and compare', { names, host }),
      why: say(
        'slices are also STOP if nothing was copied, so every byte of the master is compared with the backup',
      ),
      source: 'Shadowtape',
      performance: 'read-volume',
      reads: 'master',
      volumes: proxiesOf(assignment),
      commands: readCommands(assignment, masters),
    },
    {
      id: 'close-master',
      phase: 'rejoin',
      title: say('Stop {names} on all nodes', { names }),
      why: say('it is started again for reading and writing where it was active before'),
      source: stopping,
      performance: 'commands',
      commands: [
        {
          ...change(host, sdxvolumeStop(request)),
          isDone: (world) => holds(judgeMasterStopped(assignment, world)),
        },
      ],
      before: { looks: ['primaries'], judge: () => [] },
      after: { looks: ['primaries'], judge: (world) => judgeMasterStopped(assignment, world) },
    },
  ];
}

function startMasterStep(assignment: Assignment, order: RestoreOrder): Step {
  const { activeOn } = order;
  const masters = mastersOf(assignment);
  const names = saidList(masters);
  return {
    id: 'start-master',
    phase: 'rejoin',
    title:
      activeOn.length === 0
        ? say('Start {names}', { names })
        : say('Start {names} on {nodes}', { names, nodes: saidList(activeOn) }),
    why: say(
      'it is started where it was active before, and nowhere else: a ufs that two nodes mount is damaged',
    ),
    source: starting,
    performance: 'commands',
    ...(activeOn.length === 0 ? { leftOut: say('no node had {names} active', { names }) } : {}),
    commands:
      activeOn.length === 0
        ? []
        : [
            {
              ...change(
                commandNode(assignment),
                sdxvolumeStartOn({ class: assignment.class, volumes: masters, nodes: activeOn }),
              ),
              isDone: (world) => isMasterActive(assignment, order, world),
            },
          ],
    after: { looks: ['primaries'], judge: (world) => judgeMasterActive(assignment, order, world) },
    // Once the copy has begun, only the steps before this one may start the master.
    unwinds: {
      looks: ['primaries'],
      isDone: (world, marks) => marks.restoreSent || isMasterActive(assignment, order, world),
      mayBeNeeded: (marks) => marks.masterStopped,
    },
  };
}

/** GFS keeps the name of its device in the file system, which was made on the shadow (GFS guide 4.2, 3.3). */
function renameDeviceSteps(assignment: Assignment, { activeOn: [host = ''] }: RestoreOrder): Step[] {
  const renamed = assignment.volumes
    .filter(({ method }) => fileSystemOf(method, assignment.platform) === 'sfxfs')
    .map(({ master }) => ({ master, device: rawDevice(assignment.class, master) }));
  if (renamed.length === 0) return [];
  const masters = saidList(renamed.map(({ master }) => master));
  return [
    {
      id: 'rename-device',
      phase: 'rejoin',
      title: say('Reconfigure the partition information of {masters}', { masters }),
      why: say('sfxfs stores its device name in the file system, and that is the name of the shadow'),
      source: basedOn('GDS guide 6.6.3.7, steps 6d-2 and 6d-3'),
      performance: 'commands',
      ...(host === ''
        ? {
            leftOut: say(
              'no node had {masters} active: run sfxadm and fsck on each raw device before it is mounted',
              { masters },
            ),
          }
        : {}),
      commands: renamed.flatMap(({ device }) => [
        change(host, ['sfxadm', device]),
        change(host, ['fsck', '-F', 'sfxfs', '-y', device]),
      ]),
    },
  ];
}

function resumeForRestore(assignment: Assignment): Step {
  const step = resumeServicesStep(assignment);
  const { unwinds } = step;
  return restoreStep(step, {
    phase: 'rejoin',
    why: say('the restored data of {masters} is proven', { masters: saidList(mastersOf(assignment)) }),
    ...(unwinds
      ? {
          unwinds: {
            ...unwinds,
            isDone: (world, marks) => marks.restoreSent || unwinds.isDone(world, marks),
          },
        }
      : {}),
  });
}

/** From the parted proxy to the master, and back to the original state. */
export function replaceMasterSteps(assignment: Assignment, order: RestoreOrder): Step[] {
  return [
    ...proveProxySteps(assignment),
    approveStep(assignment, order),
    stopForRestore(assignment),
    stopMasterStep(assignment),
    ...rebuildSteps(assignment),
    ...proveMasterSteps(assignment),
    startMasterStep(assignment, order),
    ...(order.from === 'tape' ? renameDeviceSteps(assignment, order) : []),
    resumeForRestore(assignment),
  ];
}
