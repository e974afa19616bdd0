/** Steps 3-1 to 4 of the GDS guide's 6.6.3.7: view, stop the services, part, resume the services, stop the proxy, view. */
import { rawDevice, sdxinfo, sdxproxyPart, sdxvolumeStop } from '../gds/commands.ts';
import type { Job } from '../site/site-schema.ts';
import { commandNode, type Assignment } from './assignment.ts';
import { isProxyStopped, judgeJoined, judgeParted, judgeReady, judgeStopped } from './checks.ts';
import { fingerprintCommands, fingerprintSource } from './fingerprint.ts';
import { resumeCommands } from './services.ts';
import type { Step, StepCommand } from './step.ts';

const guideStep = (number: string) => `GDS guide 6.6.3.7, step ${number}`;

type ServiceAction = 'stop' | 'resume';

/** The site's commands on each node; none where the operator is asked or nothing needs to stop. */
function serviceCommands(assignment: Assignment, action: ServiceAction): StepCommand[] {
  const services = assignment.job.services;
  if (typeof services === 'string') return [];
  return assignment.primaryNodes.flatMap((host) => {
    const commands = 'nodes' in services ? services.nodes[host] : services;
    return (commands?.[action] ?? []).map((argv) => ({ host, argv, guide: false, changes: true }));
  });
}

/** True where the job's own commands unmount the file system before the part, so that the guide lets fsck be left out. */
export function unmountsBeforePart(services: Job['services']): boolean {
  if (typeof services === 'string') return false;
  const stops =
    'nodes' in services ? Object.values(services.nodes).flatMap((node) => node.stop) : services.stop;
  return stops.some((argv) => /(^|\/)umount$/.test(argv[0] ?? ''));
}

function servicesStep(assignment: Assignment, action: ServiceAction): Step {
  const stop = action === 'stop';
  const stops = serviceCommands(assignment, 'stop');
  const { master } = assignment;
  const id = stop ? '3-2' : '3-4';
  return {
    id,
    phase: 'part',
    title: stop ? 'Stop the services' : 'Resume the services',
    why: stop
      ? `what uses ${master} is stopped for the moment of the part, so that the snapshot is consistent`
      : `${master} is free again: the snapshot is taken, and the services need not wait for the tape`,
    endangers: stop ? 'the services are down until step 3-4' : 'the services stay down while this step fails',
    source: guideStep(id),
    performance: stop ? 'stop-services' : 'resume-services',
    commands: stop ? stops : resumeCommands(stops, serviceCommands(assignment, 'resume')),
    ...(stop
      ? {}
      : {
          unwinds: {
            looks: [],
            isDone: (_world, marks) => marks.servicesStopped.length === 0 && !marks.operatorStopped,
          },
        }),
    ...(assignment.job.services === 'not-needed'
      ? {
          leftOut: 'the site says that the data of the volume keeps itself consistent (services: not-needed)',
        }
      : {}),
  };
}

function viewProxyStep(assignment: Assignment): Step {
  const { class: className, proxy, master } = assignment;
  const host = commandNode(assignment);
  const look = (argv: readonly string[]): StepCommand => ({ host, argv, guide: true, changes: false });
  return {
    id: '3-1',
    phase: 'part',
    title: `View ${proxy}`,
    why: `only a proxy that is joined and in sync holds what ${master} holds`,
    source: guideStep('3-1'),
    performance: 'commands',
    commands: [
      look(sdxinfo({ show: ['volume'], class: className, object: proxy, long: true })),
      look(sdxinfo({ show: ['slice'], class: className, object: proxy })),
    ],
    after: { looks: ['primaries', 'backup'], judge: (world) => judgeReady(assignment, world) },
  };
}

function partStep(assignment: Assignment): Step {
  const { class: className, proxy, master } = assignment;
  return {
    id: '3-3',
    phase: 'part',
    title: `Part ${proxy} from ${master}`,
    why: 'from here on the proxy stands still: this is the instant that the backup holds',
    endangers: `${master} has no copy in sync until the proxy is joined again; writes of the backup server are not seen by the cluster, so pjrm is off`,
    source: guideStep('3-3'),
    performance: 'commands',
    commands: [
      {
        host: commandNode(assignment),
        argv: sdxproxyPart({ class: className, proxyVolumes: [proxy] }),
        guide: true,
        changes: true,
      },
    ],
    before: { looks: ['primaries'], judge: (world) => judgeJoined(assignment, world) },
    after: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
  };
}

function fingerprintStep(assignment: Assignment): Step {
  return {
    id: 'fingerprint',
    phase: 'part',
    title: `Take the fingerprint of ${assignment.proxy}`,
    why: 'sampled records of the parted proxy, hashed while the cluster can still read it: the shadow must show the same',
    source: 'Shadowtape',
    performance: 'fingerprint',
    commands: fingerprintCommands(
      fingerprintSource(assignment, commandNode(assignment), rawDevice(assignment.class, assignment.proxy)),
    ),
    before: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
  };
}

function stopProxyStep(assignment: Assignment): Step {
  const { class: className, proxy } = assignment;
  return {
    id: '3-5',
    phase: 'part',
    title: `Stop ${proxy} on all nodes`,
    why: 'nobody on the cluster may open the proxy while the backup server reads it',
    endangers: 'a stopped volume starts again when its node reboots',
    source: guideStep('3-5'),
    performance: 'commands',
    commands: [
      {
        host: commandNode(assignment),
        argv: sdxvolumeStop({ class: className, volumes: [proxy] }),
        guide: true,
        changes: true,
        isDone: (world) => isProxyStopped(assignment, world),
      },
    ],
    before: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
    after: { looks: ['primaries'], judge: (world) => judgeStopped(assignment, world) },
  };
}

function viewConfigurationStep(assignment: Assignment): Step {
  const { class: className, proxy } = assignment;
  const host = commandNode(assignment);
  return {
    id: '4',
    phase: 'view',
    title: `View the configuration of ${proxy}`,
    why: 'the shadow is built after this: disks, first block, size',
    source: guideStep('4'),
    performance: 'commands',
    commands: [
      { host, argv: sdxinfo({ class: className, object: proxy }), guide: true, changes: false },
      { host, argv: sdxinfo({ class: className, object: proxy, long: true }), guide: true, changes: false },
    ],
  };
}

/** In the guide's order. The fingerprint is taken between 3-4 and 3-5, while the parted proxy can be read on the cluster. */
export function partSteps(assignment: Assignment): Step[] {
  return [
    viewProxyStep(assignment),
    servicesStep(assignment, 'stop'),
    partStep(assignment),
    servicesStep(assignment, 'resume'),
    fingerprintStep(assignment),
    stopProxyStep(assignment),
    viewConfigurationStep(assignment),
  ];
}
