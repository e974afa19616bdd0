/**
 * Way A for a backup of files (6b to 6e): a new file system on the shadow of one volume, into which they are extracted. `writeFilesSteps` at
 * the end lists the steps; those around them are in steps-write-proxy.ts.
 */
import { say } from '../../../../contract/text/say.ts';
import { blockDevice } from '../../../gds/commands.ts';
import { fileSystemOf } from '../../../site/file-system.ts';
import { shadowRawDevice, type Assignment, type VolumeAssignment } from '../../model/assignment.ts';
import {
  extractCommand,
  restoreDumpCommand,
  sendBackCommand,
  symbolTableOf,
} from '../../model/extract-commands.ts';
import { recordsAround } from '../../model/samples/fingerprint.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import type { World } from '../../model/world.ts';
import { judgeMounted } from '../shadow-checks.ts';
import { unmountStep, type VolumePart } from '../steps-6-backup.ts';
import { basedOn, restoreStep, stepIdOf } from './based-on.ts';

const fileSystemWord = ({ platform }: Assignment, { method }: VolumeAssignment): string =>
  fileSystemOf(method, platform) ?? '';

/** The program that a dump needs, for 6c and 6e; undefined for an archive of tar. */
const restoreTools: Readonly<Partial<Record<VolumeAssignment['method'], string>>> = {
  '6c': 'ufsrestore',
  '6e': 'sfxrestore',
};

/** Which command makes the file system, without its device; undefined if the site must name one. */
export function makerOf(
  { job, platform }: Pick<Assignment, 'job' | 'platform'>,
  { method }: Pick<VolumeAssignment, 'method'>,
): readonly string[] | undefined {
  const { makeFileSystem } = job.restore;
  switch (fileSystemOf(method, platform)) {
    case 'ufs':
      return makeFileSystem.ufs ?? ['newfs'];
    case 'sfxfs':
      return makeFileSystem.sfxfs;
    default:
      return undefined;
  }
}

/** The programs of the backup server that a restore of files needs, each once. */
export function toolsOfFiles(assignment: Assignment): string[] {
  const ofVolumes = assignment.volumes
    .filter(({ method }) => method !== '6a')
    .flatMap((volume) => [
      makerOf(assignment, volume)?.[0] ?? '',
      restoreTools[volume.method] ?? 'tar',
      'mount',
      'umount',
    ]);
  return [...new Set(ofVolumes)];
}

const plainly = (host: string, argv: readonly string[], changes: boolean): StepCommand => ({
  host,
  argv,
  guide: false,
  changes,
});

/** On one line: a journal may hold whatever the tool has printed. */
function madeNote({ restore }: Assignment, { proxy }: VolumeAssignment): string {
  const made = restore?.volumes.find((volume) => volume.proxy === proxy)?.made;
  return made === undefined
    ? say('how the file system of the backup was made is not recorded')
    : say('the file system of the backup was made with: {made}', { made: made.replaceAll(/\s+/g, ' ') });
}

/** An existing file system may be damaged, and its files would be mixed with those of the backup. */
function makeFileSystemStep({ assignment, volume }: VolumePart): Step {
  const { backupServer: host } = assignment;
  const { proxy } = volume;
  const device = shadowRawDevice(volume);
  const maker = makerOf(assignment, volume) ?? [];
  return {
    id: stepIdOf(assignment, 'make-file-system', volume),
    phase: 'dump',
    title: say('Make a new {fileSystem} file system on {proxy}', {
      fileSystem: fileSystemWord(assignment, volume),
      proxy,
    }),
    why: say('the old one may be damaged, and its files would remain among those of the backup'),
    endangers: say(
      'everything on {proxy} is lost. Set restore.makeFileSystem of the job if the defaults of {maker} do not fit',
      { proxy, maker: maker[0] ?? say('the command') },
    ),
    notes: [madeNote(assignment, volume)],
    source: 'Shadowtape',
    performance: 'make-file-system',
    guarded: 'before',
    needsClosed: [proxy],
    writesThrough: proxy,
    volumes: [proxy],
    around: recordsAround(assignment, volume),
    commands: [plainly(host, ['test', '-c', device], false), plainly(host, [...maker, device], true)],
  };
}

function judgeMountedForRestore(assignment: Assignment, world: World) {
  return judgeMounted(assignment, world).map((verdict) => ({
    ...verdict,
    why: say('otherwise the files are extracted into the mount point itself'),
    source: basedOn(verdict.source),
  }));
}

function mountStep({ assignment, volume }: VolumePart): Step {
  const { backupServer: host, job } = assignment;
  const { proxy, shadow } = volume;
  const device = blockDevice(shadow.class, shadow.volume);
  return {
    id: stepIdOf(assignment, 'mount', volume),
    phase: 'dump',
    title: say('Mount the file system of {proxy} on {mountPoint} for writing', {
      proxy,
      mountPoint: job.mountPoint,
    }),
    why: say('files are extracted into a mounted file system'),
    source: basedOn('GDS guide 6.6.3.7, steps 6b-3 and 6d-4'),
    performance: 'commands',
    guarded: 'before',
    volumes: [proxy],
    commands: [
      plainly(host, ['mkdir', job.mountPoint], true),
      plainly(host, ['mount', '-F', fileSystemWord(assignment, volume), device, job.mountPoint], true),
    ],
    after: { looks: ['backup'], judge: (world) => judgeMountedForRestore(assignment, world) },
  };
}

/**
 * After the extraction: for an archive, the command that sends the files back; for a dump, the one that removes the
 * file left by `r`.
 */
function extractingCommands({ assignment, volume }: VolumePart): StepCommand[] {
  const { backupServer: host, job } = assignment;
  const tool = restoreTools[volume.method];
  return tool === undefined
    ? [
        plainly(host, extractCommand(job.mountPoint), true),
        plainly(host, sendBackCommand(job.mountPoint), false),
      ]
    : [
        plainly(host, restoreDumpCommand(tool, job.mountPoint), true),
        plainly(host, ['rm', symbolTableOf(job.mountPoint)], true),
      ];
}

/** @param reading the commands that read the tape */
function extractStep(part: VolumePart, run: string, reading: readonly StepCommand[]): Step {
  const { assignment, volume } = part;
  const { proxy } = volume;
  const tool = restoreTools[volume.method];
  const mounted = {
    looks: ['backup'] as const,
    fresh: ['backup'] as const,
    judge: (world: World) => judgeMountedForRestore(assignment, world),
  };
  return {
    id: stepIdOf(assignment, 'write', volume),
    phase: 'dump',
    title:
      tool === undefined
        ? say('Extract the tape to {proxy}, read every file back and compare', { proxy })
        : say('Rebuild the file system of {proxy} from the tape with {tool}', { proxy, tool }),
    why:
      tool === undefined
        ? say(
            'the archive of run {run} goes to tar on {backupServer}; its digest is taken on the way, and the digest of each file compared with what tar sends back',
            { run, backupServer: assignment.backupServer },
          )
        : say('the dump of run {run} goes to {tool} on {backupServer}; its digest is taken on the way', {
            run,
            tool,
            backupServer: assignment.backupServer,
          }),
    ...(tool === undefined
      ? {}
      : {
          notes: [
            say(
              'only {tool} reads this format: only its exit status and its messages show that the files are as on tape',
              { tool },
            ),
          ],
        }),
    endangers: say('until it ends {proxy} holds a part of the files', { proxy }),
    source: 'Shadowtape',
    performance: 'restore-files',
    guarded: 'around',
    volumes: [proxy],
    commands: [...reading, ...extractingCommands(part)],
    before: mounted,
    after: mounted,
  };
}

function unmountForRestore(part: VolumePart): Step {
  const step = unmountStep(part, stepIdOf(part.assignment, 'unmount', part.volume));
  return restoreStep(step, {
    why: say(
      'what the file system keeps in memory is written to the volume, and a mounted volume cannot be removed',
    ),
    source: basedOn('GDS guide 6.6.3.7, steps 6b-5 and 6d-6'),
  });
}

/** From the activated shadow to a complete, unmounted file system. @param reading the commands that read the tape */
export const writeFilesSteps = (part: VolumePart, run: string, reading: readonly StepCommand[]): Step[] => [
  makeFileSystemStep(part),
  mountStep(part),
  extractStep(part, run, reading),
  unmountForRestore(part),
];
