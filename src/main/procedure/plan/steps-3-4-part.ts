/**
 * Steps 3-1 to 4 of the GDS guide's 6.6.3.7, in its order: view, stop the services, part, resume the services, stop the proxy, view.
 * `partSteps` at the end lists them.
 */
import { sdxinfo, sdxproxyPart, sdxproxyRejoin, sdxvolumeStop } from '../../gds/commands.ts';
import type { Job } from '../../site/site-schema.ts';
import { mastersOf, onAnyNode, proxiesOf, type Assignment } from '../model/assignment.ts';
import { saidList } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { areWhereMounted, isUnmountedBy } from './service-checks.ts';
import { judgeReady, rejoinChecks, unlessOwn } from './checks.ts';
import { isProxyJoined, isProxyStopped, judgeJoined, judgeParted, judgeStopped } from './cluster-checks.ts';
import { fingerprintCommands, primarySource, recordsHashed } from '../model/samples/fingerprint.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { commandLine } from '../../ssh/quoting.ts';
import type { RunMarks } from '../model/run-marks.ts';
import { guideStep } from './step-sources.ts';

/** For jobs that leave the proxy parted between runs. */
function synchroniseStep(assignment: Assignment): Step {
  const proxies = proxiesOf(assignment);
  const place = onAnyNode(assignment);
  return {
    id: 'synchronise',
    phase: 'part',
    title: say('Rejoin {proxies} where parted, and wait until in sync', { proxies: saidList(proxies) }),
    why: say('the job says part.synchroniseFirst: a parted proxy is synchronized with its master first'),
    endangers: say('the current data of a parted proxy is lost'),
    source: 'GDS guide 6.6.3.7, steps 8-1 and 8-2',
    performance: 'synchronise',
    volumes: proxies,
    commands: [
      ...assignment.volumes.map((volume): StepCommand => ({
        ...place,
        argv: sdxproxyRejoin({ class: assignment.class, proxyVolumes: [volume.proxy] }),
        guide: false,
        changes: true,
        isDone: (world) => isProxyJoined(assignment, world, [volume]),
      })),
      ...proxies.map((object): StepCommand => ({
        ...place,
        argv: sdxinfo({ show: ['slice'], class: assignment.class, object }),
        guide: false,
        changes: false,
      })),
    ],
    before: rejoinChecks(assignment, assignment.volumes),
  };
}

/** 3-1 */
function viewProxyStep(assignment: Assignment): Step {
  const place = onAnyNode(assignment);
  const look = (argv: readonly string[]): StepCommand => ({ ...place, argv, guide: true, changes: false });
  const one = assignment.volumes.length === 1;
  return {
    id: '3-1',
    phase: 'part',
    title: say('View {proxies}', { proxies: saidList(proxiesOf(assignment)) }),
    why: one
      ? say('only a proxy that is joined and in sync has the data of {masters}', {
          masters: saidList(mastersOf(assignment)),
        })
      : say('only a proxy that is joined and in sync has the data of its master'),
    source: guideStep('3-1'),
    performance: 'commands',
    commands: proxiesOf(assignment).flatMap((object) => [
      look(sdxinfo({ show: ['volume'], class: assignment.class, object, long: true })),
      look(sdxinfo({ show: ['slice'], class: assignment.class, object })),
    ]),
    after: { looks: ['primaries', 'backup'], judge: (world) => judgeReady(assignment, world) },
  };
}

type ServiceAction = 'stop' | 'resume';

/** The commands of the site file for a node. */
function commandsOfSite(services: Job['services'], host: string) {
  if (typeof services === 'string') return undefined;
  if ('whereMounted' in services) return services.whereMounted;
  return 'nodes' in services ? services.nodes[host] : services;
}

/** The site's commands on each node; none where the operator is asked or nothing needs to stop. */
function serviceCommands({ job, primaryNodes }: Assignment, action: ServiceAction): StepCommand[] {
  const ofSite = { guide: false, changes: true, ofSite: true };
  const where = areWhereMounted(job) ? { whereMounted: true as const } : {};
  return primaryNodes.flatMap((host) =>
    (commandsOfSite(job.services, host)?.[action] ?? []).map((argv) => ({ host, argv, ...ofSite, ...where })),
  );
}

/** Where the commands are sent, if that depends on what is mounted. */
function placeNotes({ job, mounted, ...assignment }: Assignment, action: ServiceAction): Pick<Step, 'notes'> {
  if (!areWhereMounted(job)) return {};
  const masters = saidList(mastersOf(assignment));
  if (action === 'resume')
    return {
      notes: [
        say(
          'sent on the node where services were stopped, unless {masters} is mounted on another node by then',
          { masters },
        ),
      ],
    };
  const note =
    mounted === undefined
      ? say('sent only on the node that has {masters} mounted right before the step', { masters })
      : say('sent only on the node that has {masters} mounted right before the step; currently: {nodes}', {
          masters,
          nodes: [...new Set(mounted.map(({ node }) => node))].join(', ') || say('no node'),
        });
  return { notes: [note] };
}

/** Services that need no stop are left out of the run. */
const notNeeded = ({ job }: Assignment): Pick<Step, 'leftOut'> =>
  job.services === 'not-needed'
    ? {
        leftOut: say(
          'the site file says that the data on the volume is always consistent (services: not-needed)',
        ),
      }
    : {};

/** 3-2 */
export function stopServicesStep(assignment: Assignment): Step {
  return {
    id: '3-2',
    phase: 'part',
    title: say('Stop the services'),
    why: say(
      'what uses {masters} is stopped for the moment of the part, so that the snapshot is consistent',
      { masters: saidList(mastersOf(assignment)) },
    ),
    endangers: say('services are down until step 3-4'),
    source: guideStep('3-2'),
    performance: 'stop-services',
    commands: serviceCommands(assignment, 'stop'),
    ...placeNotes(assignment, 'stop'),
    ...notNeeded(assignment),
  };
}

/** GDS guide 6.6.3.7, step 3-3, "Just Resynchronization Mode for Proxy". */
const resynchronisationNote = () =>
  say(
    'the cluster does not see what the backup server writes to the parted proxy. With just resynchronization (pjrm=on) a rejoin could leave those blocks out, so it is set to off',
  );

/** The same place of the guide. */
const arrayCopyNote = () =>
  say(
    'where the disk array copies between master and proxy, it sees these writes, and a rejoin copies only the differences, whatever pjrm is. A restore copies by software, so pjrm=off is still needed',
  );

/** 3-3 */
export function partStep(assignment: Assignment): Step {
  const proxies = proxiesOf(assignment);
  const masters = saidList(mastersOf(assignment));
  const one = proxies.length === 1;
  return {
    id: '3-3',
    phase: 'part',
    title: say('Part {proxies} from {masters}', { proxies: saidList(proxies), masters }),
    why: one
      ? say('from now on the proxy is a frozen snapshot: the backup has the data of this moment')
      : say('one command parts them all: the backup has the data of one moment'),
    endangers: sayCount(
      proxies.length,
      '{masters} has no synchronized copy until the rejoin finishes; the cluster does not see writes of the backup server, so pjrm is off',
      '{masters} have no synchronized copy until the rejoin finishes; the cluster does not see writes of the backup server, so pjrm is off',
      { masters },
    ),
    notes: [resynchronisationNote(), arrayCopyNote()],
    source: guideStep('3-3'),
    performance: 'part',
    commands: [
      {
        ...onAnyNode(assignment),
        argv: sdxproxyPart({ class: assignment.class, proxyVolumes: proxies }),
        guide: true,
        changes: true,
      },
    ],
    before: { looks: ['primaries'], judge: (world) => judgeJoined(assignment, world) },
    after: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
  };
}

/**
 * If a node has as many resume as stop commands, the last resumes what the first stopped, and so forth: then only what
 * was stopped is resumed. Otherwise all resume commands of a node are needed as soon as one of its stop commands was
 * sent.
 */
function belongsToStopped(
  stops: readonly StepCommand[],
  resumes: readonly StepCommand[],
  resume: StepCommand,
  marks: RunMarks,
): boolean {
  const ofNode = resumes.filter(({ host }) => host === resume.host);
  const stopCount = stops.filter(({ host }) => host === resume.host).length;
  const mirror = stopCount - 1 - ofNode.indexOf(resume);
  return marks.servicesStopped.some(
    ({ host, place }) => host === resume.host && (ofNode.length !== stopCount || place === mirror),
  );
}

/** The resume commands, each of which knows when it has nothing left to do. */
export function resumeCommands(
  stops: readonly StepCommand[],
  resumes: readonly StepCommand[],
): StepCommand[] {
  const hasEndedWell = ({ host, argv }: StepCommand, marks: RunMarks) =>
    marks.servicesResumed.some((resumed) => resumed.host === host && resumed.line === commandLine(argv));
  return resumes.map((resume) => ({
    ...resume,
    isDone: (_world, marks) =>
      !belongsToStopped(stops, resumes, resume, marks) || hasEndedWell(resume, marks),
  }));
}

/** 3-4 */
export function resumeServicesStep(assignment: Assignment): Step {
  const masters = mastersOf(assignment);
  return {
    id: '3-4',
    phase: 'part',
    title: say('Resume the services'),
    why: sayCount(
      masters.length,
      '{masters} is free again: the snapshot is taken, and the services need not wait for the tape',
      '{masters} are free again: the snapshot is taken, and the services need not wait for the tape',
      { masters: saidList(masters) },
    ),
    endangers: say('services stay down while this step fails'),
    source: guideStep('3-4'),
    performance: 'resume-services',
    commands: resumeCommands(serviceCommands(assignment, 'stop'), serviceCommands(assignment, 'resume')),
    ...placeNotes(assignment, 'resume'),
    unwinds: {
      looks: [],
      isDone: (_world, marks) => marks.servicesStopped.length === 0 && !marks.operatorStopped,
    },
    ...notNeeded(assignment),
  };
}

/** Done while the parted proxy can still be read on the cluster. */
export function fingerprintStep(assignment: Assignment): Step {
  return {
    id: 'fingerprint',
    phase: 'part',
    title: say('Take the fingerprint of {proxies}', { proxies: saidList(proxiesOf(assignment)) }),
    why: sayCount(
      assignment.volumes.length,
      'sampled records of the parted proxy are hashed while the cluster can still read it: the shadow must show the same records',
      'sampled records of the parted proxies are hashed while the cluster can still read them: the shadow must show the same records',
    ),
    source: 'Shadowtape',
    performance: 'fingerprint',
    commands: assignment.volumes.flatMap((volume) =>
      fingerprintCommands(primarySource(assignment, volume), recordsHashed(assignment, volume)),
    ),
    before: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
  };
}

/** 3-5 */
export function stopProxyStep(assignment: Assignment): Step {
  const proxies = proxiesOf(assignment);
  return {
    id: '3-5',
    phase: 'part',
    title: say('Stop {proxies} on all nodes', { proxies: saidList(proxies) }),
    why: say('nothing on the cluster may open the proxy while the backup server reads it'),
    endangers: say('a stopped volume starts again when its node reboots'),
    source: guideStep('3-5'),
    performance: 'commands',
    commands: [
      {
        ...onAnyNode(assignment),
        argv: sdxvolumeStop({ class: assignment.class, volumes: proxies }),
        guide: true,
        changes: true,
        isDone: (world) => isProxyStopped(assignment, world),
      },
    ],
    before: { looks: ['primaries'], judge: (world) => judgeParted(assignment, world) },
    after: { looks: ['primaries'], judge: (world) => judgeStopped(assignment, world) },
    // The guide rejoins a proxy that is stopped (steps 3-5, 8-1), and joins no other (GDS guide 4.5, D.19).
    unwinds: {
      looks: ['primaries'],
      isDone: (world) => isProxyJoined(assignment, world) || isProxyStopped(assignment, world),
      mayBeNeeded: (marks) => marks.partBegun,
      // If somebody else has parted the proxy, they may be using it.
      isOwn: (marks) => marks.partProven,
      provided: (_world, marks) => unlessOwn(assignment, marks),
    },
  };
}

/** 4 */
function viewConfigurationStep(assignment: Assignment): Step {
  const place = onAnyNode(assignment);
  const look = (argv: readonly string[]): StepCommand => ({ ...place, argv, guide: true, changes: false });
  return {
    id: '4',
    phase: 'view',
    title: say('View the configuration of {proxies}', { proxies: saidList(proxiesOf(assignment)) }),
    why: say('the shadow is created from this: disks, first block, size'),
    source: guideStep('4'),
    performance: 'commands',
    commands: proxiesOf(assignment).flatMap((object) => [
      look(sdxinfo({ class: assignment.class, object })),
      look(sdxinfo({ class: assignment.class, object, long: true })),
    ]),
  };
}

/** True if the job's own commands unmount the file system of a master before the part: then the guide allows skipping fsck. */
export const isUnmountedBeforePart = (assignment: Assignment, master: string): boolean =>
  isUnmountedBy(serviceCommands(assignment, 'stop'), assignment, master);

export function partSteps(assignment: Assignment): Step[] {
  return [
    ...(assignment.job.part.synchroniseFirst ? [synchroniseStep(assignment)] : []),
    viewProxyStep(assignment), // 3-1
    stopServicesStep(assignment), // 3-2
    partStep(assignment), // 3-3
    resumeServicesStep(assignment), // 3-4
    fingerprintStep(assignment),
    stopProxyStep(assignment), // 3-5
    viewConfigurationStep(assignment), // 4
  ];
}
