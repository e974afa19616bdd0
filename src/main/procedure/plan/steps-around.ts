/** What Shadowtape does before the guide's steps and after them: locks, tape, programs, mount point. None of it is in the guide. */
import { say } from '../../../contract/text/say.ts';
import { toolQuery } from '../../ssh/tool-query.ts';
import { changerStatusArguments } from '../../tape/changer.ts';
import { changerOfRun, commandNode, mounts, type Assignment } from '../model/assignment.ts';
import { lockPlaces } from '../model/lock-places.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { tapeCheckCommands } from '../model/tape/tape-commands.ts';
import { healthStep } from './steps-health.ts';
import { loadSteps, unloadSteps } from './steps-library.ts';
import { toolsOfHash, toolsOfWork } from './server-work.ts';

export function lockStep(assignment: Assignment): Step {
  return {
    id: 'lock',
    phase: 'prepare',
    title: say('Lock {class} and the drive', { class: assignment.class }),
    why: say(
      'two runs on one class would undo each other’s steps, and two users of one drive would overwrite each other’s data',
    ),
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

/** Programs for detached work (the dump by route `server`, the hash of the whole proxy) and for a restore of files. */
export function toolsStep(
  { become: ways = {} }: Assignment,
  id: string,
  host: string,
  what: string,
  tools: readonly string[],
): Step {
  const become = ways[host];
  return {
    id,
    phase: 'prepare',
    title: say('Check the commands on {host} for {what}', { host, what }),
    why: say('find missing commands before the part'),
    source: 'Shadowtape',
    performance: 'tools-check',
    commands: tools.map((tool) => ({
      host,
      argv: toolQuery(tool, become),
      guide: false,
      changes: false,
    })),
  };
}

function toolsSteps(assignment: Assignment): Step[] {
  const { route, backupServer } = assignment;
  const ofHash = toolsOfHash(assignment);
  return [
    ...(route === 'server'
      ? [toolsStep(assignment, 'tools', backupServer, say('the dump'), toolsOfWork(assignment))]
      : []),
    ...(ofHash.length === 0
      ? []
      : [
          toolsStep(
            assignment,
            'hash-tools',
            commandNode(assignment),
            say('the hash of the whole proxy'),
            ofHash,
          ),
        ]),
  ];
}

/** mtio(4I): only opening for writing shows it, and the close afterwards may leave a file mark. */
const protectionNote = () =>
  say(
    'mt on Solaris does not show write protection: check the tab of the cartridge. A protected cartridge fails at the first write, after the part',
  );

/** Which drive of the changer is the site's is determined before anything is changed. */
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
    title: say('Check the tape'),
    why: job.media.overwrite
      ? say('the job may overwrite the tape; what is lost is shown first')
      : say('only a blank tape is written to'),
    ...(assignment.platform === 'solaris' ? { notes: [protectionNote()] } : {}),
    source: 'Shadowtape',
    performance: 'tape-check',
    commands: [...tapeCheckCommands(assignment), ...changerCommands(assignment)],
  };
}

export function mountPointStep({ backupServer: host, job }: Assignment): Step {
  return {
    id: 'mount-point',
    phase: 'prepare',
    title: say('Check that {mountPoint} is free', { mountPoint: job.mountPoint }),
    why: say('the run creates the mount point and removes it'),
    source: 'Shadowtape',
    performance: 'mount-point-check',
    commands: [{ host, argv: ['ls', '-d', job.mountPoint], guide: false, changes: false }],
  };
}

/** Route `server` only: the folders in which the dump and the read-back ran. */
function clearStep({ backupServer }: Assignment): Step {
  return {
    id: 'clear',
    phase: 'finish',
    title: say('Remove the files of the dump on {backupServer}', { backupServer }),
    why: say('output, process numbers and exit statuses of the detached work are in the journal'),
    source: 'Shadowtape',
    performance: 'clear-work',
    commands: [],
    unwinds: { looks: [], isDone: (_world, marks) => marks.works.length === 0 },
  };
}

export function unlockStep(assignment: Assignment): Step {
  return {
    id: 'unlock',
    phase: 'finish',
    title: say('Unlock {class} and the drive', { class: assignment.class }),
    why: say('the next run can start'),
    source: 'Shadowtape',
    performance: 'unlock',
    commands: lockPlaces(assignment)
      .toReversed()
      .map(({ host, folder }) => ({ host, argv: ['rmdir', folder], guide: false, changes: false })),
  };
}

/** Before anything is changed: the locks, and what the run needs. */
export const stepsBefore = (assignment: Assignment): Step[] => [
  lockStep(assignment),
  ...toolsSteps(assignment),
  ...loadSteps(assignment),
  tapeStep(assignment),
  healthStep(assignment, 'before'),
  ...(assignment.volumes.some(({ method }) => mounts(method)) ? [mountPointStep(assignment)] : []),
];

/** Once the proxy is joined again. */
export const stepsAfter = (assignment: Assignment): Step[] => [
  ...(assignment.route === 'server' ? [clearStep(assignment)] : []),
  healthStep(assignment, 'after'),
  ...unloadSteps(assignment),
  unlockStep(assignment),
];
