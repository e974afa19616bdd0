/**
 * Steps 6a to 6e of the GDS guide's 6.6.3.7. Through the backup server (route `server`) they are the guide's own lines; through
 * the console (route `console`) the line that writes to the tape is parted into one that reads and one that writes.
 */
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { tapeReaderArguments } from '../../../streams/tape-reader.ts';
import { tapeWriterArguments } from '../../../streams/tape-writer.ts';
import { rawDevice, sdxshadowvolumeStartWritable, sdxshadowvolumeStop } from '../../gds/commands.ts';
import { driveCommand, withRewind, withoutRewind } from '../../tape/tape-device.ts';
import { mounts, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import { isShadowUnmounted, judgeMounted, judgeNoMount, judgeShadowWritable } from './checks.ts';
import { dumpArguments, fsckLine, mountLine } from './file-system-commands.ts';
import { dumpToolOf, fileSystemOf } from '../model/method-tools.ts';
import { recordsAround } from '../model/fingerprint.ts';
import { keepsSamples } from '../model/kept-samples.ts';
import {
  isLabelled,
  labelStep,
  manifestStep,
  readBackLabelledCommands,
  readDataCommands,
} from './labelled-steps.ts';
import { isHeldOpen } from '../model/shadow-holder.ts';
import { unmountsBeforePart } from './steps-part.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { rewindCommand } from '../drive/tape-look.ts';
import { statusCommand, tapeCheckCommands } from '../drive/tape-position.ts';

const source = (id: string) => `GDS guide 6.6.3.7, step ${id.replace(/:.*/, '')}`;

const guideLine = (host: string, ...argv: string[]): StepCommand => ({
  host,
  argv,
  guide: true,
  changes: true,
});

/** What the steps of one volume are made of. */
interface VolumePart {
  readonly assignment: Assignment;
  readonly volume: VolumeAssignment;
}

export function shadowRawDevice({ shadow }: VolumeAssignment): string {
  return rawDevice(shadow.class, shadow.volume);
}

/** -F, then -N with mode=rw: fsck writes, although the mount is read only. */
function activateStep({ assignment, volume }: VolumePart, id: string): Step {
  const { backupServer: host } = assignment;
  const { shadow, proxy } = volume;
  const request = { class: shadow.class, volumes: [shadow.volume] };
  return {
    id,
    phase: 'dump',
    title: `Activate ${shadow.volume} for reading and writing`,
    why: 'the file system check may have to repair it',
    endangers: `from now on ${host} can write to the blocks of ${proxy}`,
    source: source(id),
    performance: 'commands',
    commands: [
      guideLine(host, ...sdxshadowvolumeStop(request)),
      guideLine(host, ...sdxshadowvolumeStartWritable(request)),
    ],
    guarded: 'before',
    needsClosed: [proxy],
    after: { looks: ['backup'], judge: (world) => judgeShadowWritable(volume, world) },
  };
}

function reconfigureStep({ assignment, volume }: VolumePart, id: string): Step {
  return {
    id,
    phase: 'dump',
    title: 'Reconfigure the partition information of the file system',
    why: 'sfxfs stores its device name in the file system, and the shadow has a different one',
    source: source(id),
    performance: 'commands',
    guarded: 'before',
    needsClosed: [volume.proxy],
    writesThrough: volume.proxy,
    around: recordsAround(assignment, volume),
    commands: [guideLine(assignment.backupServer, 'sfxadm', shadowRawDevice(volume))],
  };
}

function checkFileSystemStep({ assignment, volume }: VolumePart, id: string): Step {
  const { job, platform } = assignment;
  const { method, proxy } = volume;
  const fileSystem = fileSystemOf(method, platform) ?? 'ufs';
  return {
    id,
    phase: 'dump',
    title: `Check the ${fileSystem} file system`,
    why: 'a file system that was mounted at the part is in the state after a power failure',
    source: source(id),
    performance: 'check-file-system',
    guarded: 'before',
    needsClosed: [proxy],
    writesThrough: proxy,
    around: recordsAround(assignment, volume),
    commands: [{ host: assignment.backupServer, ...fsckLine(assignment, volume), changes: true }],
    ...(unmountsBeforePart(job.services)
      ? {
          leftOut: `the file system is unmounted when ${proxy} is parted (services.stop): the guide allows skipping this`,
        }
      : {}),
  };
}

function mountStep({ assignment, volume }: VolumePart, id: string): Step {
  const { backupServer: host, job } = assignment;
  const { proxy } = volume;
  return {
    id,
    phase: 'dump',
    title: `Mount the file system read-only on ${job.mountPoint}`,
    why: 'tar reads files, not blocks',
    source: source(id),
    performance: 'commands',
    guarded: 'before',
    holds: [proxy],
    commands: [
      guideLine(host, 'mkdir', job.mountPoint),
      { host, ...mountLine(assignment, volume), changes: true },
    ],
    after: { looks: ['backup'], judge: (world) => judgeMounted(assignment, world) },
  };
}

function unmountStep({ assignment }: VolumePart, id: string): Step {
  const { backupServer: host, job, route } = assignment;
  return {
    id,
    phase: 'dump',
    title: `Unmount ${job.mountPoint}`,
    why: 'a mounted volume cannot be stopped or removed',
    source: source(id),
    performance: 'commands',
    commands: [
      // Over ssh each command has a shell of its own, which never stands in the mount point.
      ...(route === 'server' ? [guideLine(host, 'cd', '/')] : []),
      {
        ...guideLine(host, 'umount', job.mountPoint),
        isDone: (world) => isShadowUnmounted(assignment, world),
      },
      { ...guideLine(host, 'rmdir', job.mountPoint), isDone: (_world, marks) => !marks.mountPointMade },
    ],
    after: { looks: ['backup'], judge: (world) => judgeNoMount(assignment, world) },
    unwinds: {
      looks: ['backup'],
      isDone: (world, marks) => isShadowUnmounted(assignment, world) && !marks.mountPointMade,
      mayBeNeeded: (marks) => marks.mountPointMade,
    },
  };
}

interface DumpWords {
  readonly title: string;
  readonly why: string;
  /** The guide's lines (route `server`). */
  readonly server: readonly (readonly string[])[];
  /** The command that writes the dump to its standard output (route `console`). */
  readonly reader: readonly string[];
}

/** Between the files of a tape it must not be rewound. */
export function dumpDevice(assignment: Pick<Assignment, 'job' | 'tapeDevice' | 'volumes'>): string {
  const { tapeDevice, volumes } = assignment;
  return isLabelled(assignment) || volumes.length > 1 ? withoutRewind(tapeDevice) : tapeDevice;
}

function dumpWords({ assignment, volume }: VolumePart): DumpWords {
  const { job } = assignment;
  const { method } = volume;
  const tapeDevice = dumpDevice(assignment);
  const device = shadowRawDevice(volume);
  const { recordBytes } = job.media;
  switch (method) {
    case '6a':
      return {
        title: 'Back up the raw device with dd',
        why: 'every block of the volume, whatever its contents',
        server: [['dd', `if=${device}`, `of=${tapeDevice}`, `bs=${recordBytes}`]],
        reader: rawDeviceArguments(device, { recordBytes }),
      };
    case '6b':
    case '6d':
      return {
        title: 'Back up the files with tar',
        why: 'single files can be restored',
        server: [
          ['cd', job.mountPoint],
          ['tar', 'cvf', tapeDevice, '.'],
        ],
        reader: ['tar', 'cf', '-', '-C', job.mountPoint, '.'],
      };
    case '6c':
    case '6e': {
      const tool = dumpToolOf(method, assignment.platform) ?? '';
      return {
        title: `Back up the file system with ${tool}`,
        why: 'the whole file system with all its attributes; single files can be restored',
        server: [dumpArguments(assignment, volume, tapeDevice, true)],
        reader: dumpArguments(assignment, volume, '-', false),
      };
    }
  }
}

/** The guide's own lines of the dump, word for word. */
export function guideDumpCommands(
  assignment: Assignment,
  volume: VolumeAssignment,
): readonly (readonly string[])[] {
  return dumpWords({ assignment, volume }).server;
}

function consoleCommands({ assignment }: VolumePart, { reader }: DumpWords): StepCommand[] {
  const { backupServer, tapeHost, job } = assignment;
  const device = dumpDevice(assignment);
  // Where the head stands elsewhere, it is brought there.
  const positions = device === assignment.tapeDevice ? [] : [statusCommand(assignment)];
  return [
    ...positions,
    { host: backupServer, argv: reader, guide: false, changes: false },
    {
      host: tapeHost,
      argv: job.media.span
        ? [assignment.tapeChange.rmt]
        : tapeWriterArguments({ device, recordBytes: job.media.recordBytes }),
      guide: false,
      changes: true,
    },
  ];
}

/** GDS guide 6.6.3.7, step 6. */
const sharedNote = 'a GFS Shared File System can only be backed up as a raw device (6a)';

function dumpStep(part: VolumePart, id: string): Step {
  const { assignment, volume } = part;
  const { backupServer, platform, route } = assignment;
  const words = dumpWords(part);
  return {
    id,
    phase: 'dump',
    title: assignment.volumes.length === 1 ? words.title : `${words.title}: ${volume.proxy}`,
    why: words.why,
    endangers: 'the current contents of the tape are lost',
    ...(assignment.job.fileSystem === 'gfs-shared' ? { notes: [sharedNote] } : {}),
    source: source(id),
    performance: 'dump',
    volumes: [volume.proxy],
    commands:
      route === 'server'
        ? // No edition of the guide for Linux is known that has them.
          words.server.map((argv) => ({ ...guideLine(backupServer, ...argv), guide: platform === 'solaris' }))
        : consoleCommands(part, words),
    guarded: 'around',
    holds: isHeldOpen(assignment, volume) ? [volume.proxy] : [],
    around: readsAround(assignment, volume),
  };
}

/**
 * What is read around a dump: the tape right before it is written from its beginning, and sampled records where the dump cannot be
 * compared as it passes. On route `server` the first record is read back, since what passed was not seen here.
 */
function readsAround(assignment: Assignment, volume: VolumeAssignment): NonNullable<Step['around']> {
  const { before, after } = recordsAround(assignment, volume);
  if (isLabelled(assignment) || volume.tapeFile !== 0) return { before, after };
  const check = tapeCheckCommands(assignment);
  const readBack = assignment.route === 'server' ? check.slice(1) : [];
  return { before: [...before, ...check], after: [...readBack, ...after] };
}

/** A dump that runs on must not be forgotten: neither the file system nor the shadow could be taken from it. */
function dumpEndedStep({ volume }: VolumePart, id: string): Step {
  return {
    id,
    phase: 'dump',
    title: `Check that no process of the dump of ${volume.proxy} is left`,
    why: 'the dump is detached from the console and continues without it; what is left of a failed dump is stopped',
    source: 'Shadowtape',
    performance: 'dump-ended',
    volumes: [volume.proxy],
    commands: [],
    unwinds: {
      looks: [],
      isDone: (_world, marks) => marks.works.every((work) => work.volume !== volume.proxy),
      mayBeNeeded: (marks) => marks.works.some((work) => work.volume === volume.proxy),
    },
  };
}

/** Rewinds, and reads the one file of a tape. */
export function readBackCommands(host: string, device: string, recordBytes: number): StepCommand[] {
  return [
    { host, argv: driveCommand(device, 'rewind'), guide: false, changes: true },
    {
      host,
      argv: tapeReaderArguments({ device: withRewind(device), recordBytes }),
      guide: false,
      changes: false,
    },
  ];
}

function readBackCommandsOf(assignment: Assignment): StepCommand[] {
  const { tapeHost, tapeDevice, job, volumes, route } = assignment;
  const { recordBytes } = job.media;
  if (isLabelled(assignment)) return readBackLabelledCommands(assignment, recordBytes, volumes);
  if (volumes.length === 1 && route === 'console') return readBackCommands(tapeHost, tapeDevice, recordBytes);
  return [
    ...volumes.flatMap(({ tapeFile }) => readDataCommands(assignment, recordBytes, tapeFile)),
    rewindCommand(assignment),
  ];
}

/** By route `server` the records on tape are compared with the cluster's when it is read back, and not before. */
function withoutComparison({ route, volumes }: Assignment): string {
  const isLost = route === 'server' && volumes.some(({ method }) => method === '6a');
  return isLost
    ? ', and no record on tape is compared with the cluster: sampled records are only read through the shadow, before and after the dump'
    : '';
}

/** Why the tape is not read back; undefined where it is. */
function notReadBack(assignment: Assignment): string | undefined {
  const { job, route } = assignment;
  const end = `the run ends unverified${withoutComparison(assignment)}`;
  if (!job.verify.readback) return `the job says verify.readback: false; ${end}`;
  return route === 'server' && job.verify.digest === 'none'
    ? `the job says verify.digest: none, so there is nothing to compare; ${end}`
    : undefined;
}

function readBackStep(assignment: Assignment): Step {
  const reason = notReadBack(assignment);
  return {
    id: 'read-back',
    phase: 'dump',
    title: 'Read the tape back and compare',
    why: `a tape that cannot be read back is not a backup: every record is read, and the digest is compared with the device’s${keepsSamples(assignment) ? '; sampled records are compared with those hashed on the cluster' : ''}`,
    source: 'Shadowtape',
    performance: 'read-back',
    commands: readBackCommandsOf(assignment),
    ...(reason === undefined ? {} : { leftOut: reason }),
  };
}

/** The guide's numbering of a method's parts: which part has which number. */
function methodSteps(part: VolumePart): Step[] {
  const { assignment, volume } = part;
  const { method, proxy } = volume;
  // Steps of several volumes bear the same numbers of the guide.
  const suffix = assignment.volumes.length === 1 ? '' : `:${proxy}`;
  if (method === '6a')
    return [
      dumpStep(part, `6a${suffix}`),
      ...(assignment.route === 'server' ? [dumpEndedStep(part, `dump-ended${suffix}`)] : []),
    ];
  const parts = [
    activateStep,
    ...(fileSystemOf(method, assignment.platform) === 'sfxfs' ? [reconfigureStep] : []),
    checkFileSystemStep,
    ...(mounts(method) ? [mountStep] : []),
    dumpStep,
    ...(assignment.route === 'server' ? [dumpEndedStep] : []),
    ...(mounts(method) ? [unmountStep] : []),
  ];
  // What Shadowtape adds has no number of the guide's.
  const numbered = parts.filter((build) => build !== dumpEndedStep);
  return parts.map((build) =>
    build(
      part,
      build === dumpEndedStep ? `dump-ended${suffix}` : `${method}-${numbered.indexOf(build) + 1}${suffix}`,
    ),
  );
}

/** The label is written as late as can be: until then nothing on the tape is lost. */
function withLabel(assignment: Assignment, steps: readonly Step[]): Step[] {
  const first = steps.findIndex(({ performance }) => performance === 'dump');
  const last = steps.findLastIndex(
    ({ performance }) => performance === 'dump' || performance === 'dump-ended',
  );
  return [
    ...steps.slice(0, first),
    labelStep(assignment),
    ...steps.slice(first, last + 1),
    manifestStep(assignment),
    ...steps.slice(last + 1),
  ];
}

export function dumpSteps(assignment: Assignment): Step[] {
  const steps = assignment.volumes.flatMap((volume) => methodSteps({ assignment, volume }));
  return [...(isLabelled(assignment) ? withLabel(assignment, steps) : steps), readBackStep(assignment)];
}
