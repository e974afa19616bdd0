/** The whole procedure of one run, in its order: the guide's steps, and what Shadowtape puts around them. */
import { changerStatusArguments } from '../../tape/changer.ts';
import { changerOfRun, commandNode, mounts, type Assignment } from '../model/assignment.ts';
import { lockPlaces } from '../model/lock-places.ts';
import { sourceOn } from './platform-sources.ts';
import { toolsOfHash, toolsOfWork } from './server-work.ts';
import { dumpSteps } from './steps-dump.ts';
import { partSteps } from './steps-part.ts';
import { rejoinSteps } from './steps-rejoin.ts';
import { shadowSteps } from './steps-shadow.ts';
import { withScripts } from './steps-scripts.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { tapeCheckCommands } from '../drive/tape-position.ts';

function lockStep(assignment: Assignment): Step {
  return {
    id: 'lock',
    phase: 'prepare',
    title: `Lock ${assignment.class} and the drive`,
    why: 'two runs on one class would undo each other’s steps, and two users of one drive would overwrite each other’s data',
    source: 'Shadowtape',
    performance: 'lock',
    commands: lockPlaces(assignment).map(({ host, folder }) => ({
      host,
      argv: ['mkdir', folder],
      guide: false,
      changes: false,
    })),
  };
}

function unlockStep(assignment: Assignment): Step {
  return {
    id: 'unlock',
    phase: 'finish',
    title: `Unlock ${assignment.class} and the drive`,
    why: 'the next run can start',
    source: 'Shadowtape',
    performance: 'unlock',
    commands: lockPlaces(assignment)
      .toReversed()
      .map(({ host, folder }) => ({ host, argv: ['rmdir', folder], guide: false, changes: false })),
  };
}

/** mtio(4I): only opening for writing shows it, and closing after that may leave a file mark. */
const protectionNote =
  'mt on Solaris does not show write protection: check the tab of the cartridge. A protected cartridge fails at the first write, after the part';

/** Which drive of the changer is that of the site is settled before anything is changed. */
function changerCommands(assignment: Assignment): StepCommand[] {
  const changer = changerOfRun(assignment);
  if (changer === undefined) return [];
  const argv = changerStatusArguments(changer);
  return [{ host: assignment.tapeHost, argv, guide: false, changes: false }];
}

function tapeStep(assignment: Assignment): Step {
  const { job } = assignment;
  return {
    id: 'tape',
    phase: 'prepare',
    title: 'Check the tape',
    why: job.media.overwrite
      ? 'the job may overwrite the tape; what is lost is shown first'
      : 'only a blank tape is written to',
    ...(assignment.platform === 'solaris' ? { notes: [protectionNote] } : {}),
    source: 'Shadowtape',
    performance: 'tape-check',
    commands: [...tapeCheckCommands(assignment), ...changerCommands(assignment)],
  };
}

/** What detached work needs: the dump by route `server`, and the hash of the whole proxy. */
function toolsStep(id: string, host: string, what: string, tools: readonly string[]): Step {
  return {
    id,
    phase: 'prepare',
    title: `Check the commands on ${host} for ${what}`,
    why: 'find missing commands before the part',
    source: 'Shadowtape',
    performance: 'tools-check',
    commands: tools.map((tool) => ({
      host,
      argv: ['command', '-v', tool],
      guide: false,
      changes: false,
    })),
  };
}

function toolsSteps(assignment: Assignment): Step[] {
  const { route, backupServer } = assignment;
  const ofHash = toolsOfHash(assignment);
  return [
    ...(route === 'server' ? [toolsStep('tools', backupServer, 'the dump', toolsOfWork(assignment))] : []),
    ...(ofHash.length === 0
      ? []
      : [toolsStep('hash-tools', commandNode(assignment), 'the hash of the whole proxy', ofHash)]),
  ];
}

/** Route `server` only: the folders in which the dump and the reading back have run. */
function clearStep({ backupServer }: Assignment): Step {
  return {
    id: 'clear',
    phase: 'finish',
    title: `Remove the files of the dump on ${backupServer}`,
    why: 'output, process numbers and exit statuses of the detached work are in the journal',
    source: 'Shadowtape',
    performance: 'clear-work',
    commands: [],
    unwinds: { looks: [], isDone: (_world, marks) => marks.works.length === 0 },
  };
}

function mountPointStep({ backupServer: host, job }: Assignment): Step {
  return {
    id: 'mount-point',
    phase: 'prepare',
    title: `Check that ${job.mountPoint} is free`,
    why: 'the run creates the mount point and removes it',
    source: 'Shadowtape',
    performance: 'mount-point-check',
    commands: [{ host, argv: ['ls', '-d', job.mountPoint], guide: false, changes: false }],
  };
}

/** Pure: the same assignment gives the same steps. */
export function stepsOf(assignment: Assignment): Step[] {
  const steps = withScripts(assignment, [
    lockStep(assignment),
    ...toolsSteps(assignment),
    tapeStep(assignment),
    ...(assignment.volumes.some(({ method }) => mounts(method)) ? [mountPointStep(assignment)] : []),
    ...partSteps(assignment),
    ...shadowSteps(assignment),
    ...dumpSteps(assignment),
    ...rejoinSteps(assignment),
    ...(assignment.route === 'server' ? [clearStep(assignment)] : []),
    unlockStep(assignment),
  ]);
  return steps.map((step) => ({ ...step, source: sourceOn(assignment.platform, step) }));
}
