/**
 * Steps 6a to 6e of the GDS guide's 6.6.3.7; `stepsOfMethod` lists them by its numbers. Through the backup server
 * (route `server`) they are the guide's own lines; through the console (route `console`) the line that writes to the
 * tape is split into one that reads and one that writes.
 */
import { say } from '../../../contract/text/say.ts';
import { tapeWriterArguments } from '../../../streams/tape/tape-writer.ts';
import { sdxshadowvolumeStartWritable, sdxshadowvolumeStop } from '../../gds/commands.ts';
import type { Method, Platform } from '../../site/site-schema.ts';
import {
  dumpDevice,
  isLabelled,
  shadowRawDevice,
  type Assignment,
  type VolumeAssignment,
} from '../model/assignment.ts';
import { recordsAround } from '../model/samples/fingerprint.ts';
import { dumpToolOf, fileSystemOf } from '../../site/file-system.ts';
import { isHeldOpen } from '../model/shadow-holder.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { statusCommand, tapeCheckCommands } from '../model/tape/tape-commands.ts';
import {
  isShadowUnmounted,
  judgeMounted,
  judgeNoMount,
  judgeOwnMount,
  judgeShadowWritable,
} from './shadow-checks.ts';
import { dumpLines, fsckLine, madeLine, mountLine } from './step-6-commands.ts';
import { guideStep } from './step-sources.ts';
import { isUnmountedBeforePart } from './steps-3-4-part.ts';
import { labelStep, manifestStep, readBackStep } from './steps-6-tape.ts';

const guideLine = (host: string, ...argv: string[]): StepCommand => ({
  host,
  argv,
  guide: true,
  changes: true,
});

/** Input for the steps of one volume. */
export interface VolumePart {
  readonly assignment: Assignment;
  readonly volume: VolumeAssignment;
}

/** 6b-1, 6c-1, 6d-1, 6e-1: -F, then -N with mode=rw: fsck writes, although the mount is read only. */
export function activateStep({ assignment, volume }: VolumePart, id: string): Step {
  const { backupServer: host } = assignment;
  const { shadow, proxy } = volume;
  const request = { class: shadow.class, volumes: [shadow.volume] };
  return {
    id,
    phase: 'dump',
    title: say('Activate {volume} for reading and writing', { volume: shadow.volume }),
    why: say('the file system check may have to repair it'),
    endangers: say('from now on {host} can write to the blocks of {proxy}', { host, proxy }),
    source: guideStep(id),
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

/** In a backup it is also recorded how the file system was made. A restore makes a new one. */
function activateForBackup(part: VolumePart, id: string): Step {
  const { assignment, volume } = part;
  const step = activateStep(part, id);
  const made = madeLine(assignment, volume);
  if (made === undefined) return step;
  const look = { host: assignment.backupServer, argv: made.argv, guide: false, changes: false };
  return {
    ...step,
    performance: 'activate',
    volumes: [volume.proxy],
    notes: [
      say(
        '{command} shows how the file system was made, for a later restore; without an answer the run continues',
        {
          command: made.argv[0],
        },
      ),
    ],
    around: { before: [], after: [look] },
  };
}

/** 6d-2, 6e-2 */
function reconfigureStep({ assignment, volume }: VolumePart, id: string): Step {
  return {
    id,
    phase: 'dump',
    title: say('Reconfigure the partition information of the file system'),
    why: say('sfxfs stores its device name in the file system, and the shadow has a different one'),
    source: guideStep(id),
    performance: 'commands',
    guarded: 'before',
    needsClosed: [volume.proxy],
    writesThrough: volume.proxy,
    around: recordsAround(assignment, volume),
    commands: [guideLine(assignment.backupServer, 'sfxadm', shadowRawDevice(volume))],
  };
}

/** 6b-2, 6c-2, 6d-3, 6e-3 */
function checkFileSystemStep({ assignment, volume }: VolumePart, id: string): Step {
  const { platform } = assignment;
  const { method, master, proxy } = volume;
  const fileSystem = fileSystemOf(method, platform) ?? 'ufs';
  return {
    id,
    phase: 'dump',
    title: say('Check the {fileSystem} file system', { fileSystem }),
    why: say('a file system that was mounted at the part is in the state after a power failure'),
    source: guideStep(id),
    performance: 'check-file-system',
    guarded: 'before',
    needsClosed: [proxy],
    writesThrough: proxy,
    around: recordsAround(assignment, volume),
    commands: [{ host: assignment.backupServer, ...fsckLine(assignment, volume), changes: true }],
    ...(isUnmountedBeforePart(assignment, master)
      ? {
          leftOut: say(
            'the file system is unmounted when {proxy} is parted (services.stop): the guide allows skipping this',
            { proxy },
          ),
        }
      : {}),
  };
}

/** 6b-3, 6d-4 */
function mountStep({ assignment, volume }: VolumePart, id: string): Step {
  const { backupServer: host, job } = assignment;
  const { proxy } = volume;
  return {
    id,
    phase: 'dump',
    title: say('Mount the file system read-only on {mountPoint}', { mountPoint: job.mountPoint }),
    why: say('tar reads files, not blocks'),
    source: guideStep(id),
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

/** The title of a dump step, and the reason for its method. */
function dumpWords(method: Method, platform: Platform): Pick<Step, 'title' | 'why'> {
  switch (method) {
    case '6a':
      return {
        title: say('Back up the raw device with dd'),
        why: say('every block of the volume, whatever its contents'),
      };
    case '6b':
    case '6d':
      return { title: say('Back up the files with tar'), why: say('single files can be restored') };
    case '6c':
    case '6e':
      return {
        title: say('Back up the file system with {tool}', { tool: dumpToolOf(method, platform) ?? '' }),
        why: say('the whole file system with all its attributes; single files can be restored'),
      };
  }
}

function consoleCommands({ assignment, volume }: VolumePart): StepCommand[] {
  const { backupServer, tapeHost, job } = assignment;
  const device = dumpDevice(assignment);
  // If the head is elsewhere, it is moved there.
  const positions = device === assignment.tapeDevice ? [] : [statusCommand(assignment)];
  return [
    ...positions,
    { host: backupServer, argv: dumpLines(assignment, volume).reader, guide: false, changes: false },
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
const sharedNote = () => say('a GFS Shared File System can only be backed up as a raw device (6a)');

/**
 * What is read around a dump: the tape right before it is written from its beginning, and sampled records if the dump
 * cannot be compared while it is copied. On route `server` the first record is read back, because the data did not pass
 * through here.
 */
function readsAround(assignment: Assignment, volume: VolumeAssignment): NonNullable<Step['around']> {
  const { before, after } = recordsAround(assignment, volume);
  if (isLabelled(assignment) || volume.tapeFile !== 0) return { before, after };
  const check = tapeCheckCommands(assignment);
  const readBack = assignment.route === 'server' ? check.slice(1) : [];
  return { before: [...before, ...check], after: [...readBack, ...after] };
}

/** 6a, 6b-4, 6c-3, 6d-5, 6e-4 */
function dumpStep(part: VolumePart, id: string): Step {
  const { assignment, volume } = part;
  const { backupServer, platform, route } = assignment;
  const words = dumpWords(volume.method, platform);
  return {
    id,
    phase: 'dump',
    title:
      assignment.volumes.length === 1
        ? words.title
        : say('{title}: {volume}', { title: words.title, volume: volume.proxy }),
    why: words.why,
    endangers: say('the current contents of the tape are lost'),
    ...(assignment.job.fileSystem === 'gfs-shared' ? { notes: [sharedNote()] } : {}),
    source: guideStep(id),
    performance: 'dump',
    volumes: [volume.proxy],
    commands:
      route === 'server'
        ? // No edition of the guide for Linux is known that has them.
          dumpLines(assignment, volume).server.map((argv) => ({
            ...guideLine(backupServer, ...argv),
            guide: platform === 'solaris',
          }))
        : consoleCommands(part),
    guarded: 'around',
    holds: isHeldOpen(assignment, volume) ? [volume.proxy] : [],
    around: readsAround(assignment, volume),
  };
}

/**
 * A dump that is still running must not be forgotten: neither the file system nor the shadow could be removed under it.
 */
function dumpEndedStep({ volume }: VolumePart, id: string): Step {
  return {
    id,
    phase: 'dump',
    title: say('Check that no process of the dump of {proxy} is left', { proxy: volume.proxy }),
    why: say(
      'the dump is detached from the console and continues without it; what is left of a failed dump is stopped',
    ),
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

/** 6b-5, 6d-6 */
export function unmountStep({ assignment }: VolumePart, id: string): Step {
  const { backupServer: host, job, route } = assignment;
  return {
    id,
    phase: 'dump',
    title: say('Unmount {mountPoint}', { mountPoint: job.mountPoint }),
    why: say('a mounted volume cannot be stopped or removed'),
    source: guideStep(id),
    performance: 'commands',
    commands: [
      // Over ssh each command has its own shell, whose working directory is never the mount point.
      ...(route === 'server' ? [guideLine(host, 'cd', '/')] : []),
      {
        ...guideLine(host, 'umount', job.mountPoint),
        isDone: (world) => isShadowUnmounted(assignment, world),
      },
      { ...guideLine(host, 'rmdir', job.mountPoint), isDone: (_world, marks) => !marks.mountPointMade },
    ],
    before: { looks: ['backup'], judge: (world) => judgeOwnMount(assignment, world) },
    after: { looks: ['backup'], judge: (world) => judgeNoMount(assignment, world) },
    unwinds: {
      looks: ['backup'],
      isDone: (world, marks) => isShadowUnmounted(assignment, world) && !marks.mountPointMade,
      mayBeNeeded: (marks) => marks.mountPointMade,
    },
  };
}

type MakeStep = (part: VolumePart, id: string) => Step;

/** The steps of each method by the guide's numbers, in its order. 6b and 6c on Linux are those of ext3. */
const stepsOfMethod: Readonly<Record<Method, readonly (readonly [id: string, make: MakeStep])[]>> = {
  '6a': [['6a', dumpStep]],
  '6b': [
    ['6b-1', activateForBackup],
    ['6b-2', checkFileSystemStep],
    ['6b-3', mountStep],
    ['6b-4', dumpStep],
    ['6b-5', unmountStep],
  ],
  '6c': [
    ['6c-1', activateForBackup],
    ['6c-2', checkFileSystemStep],
    ['6c-3', dumpStep],
  ],
  '6d': [
    ['6d-1', activateForBackup],
    ['6d-2', reconfigureStep],
    ['6d-3', checkFileSystemStep],
    ['6d-4', mountStep],
    ['6d-5', dumpStep],
    ['6d-6', unmountStep],
  ],
  '6e': [
    ['6e-1', activateForBackup],
    ['6e-2', reconfigureStep],
    ['6e-3', checkFileSystemStep],
    ['6e-4', dumpStep],
  ],
};

/** The steps of one volume. On route `server`, detached work must have ended before the next one. */
function volumeSteps(part: VolumePart): Step[] {
  const { assignment, volume } = part;
  // Steps of several volumes have the same numbers of the guide.
  const suffix = assignment.volumes.length === 1 ? '' : `:${volume.proxy}`;
  return stepsOfMethod[volume.method].flatMap(([id, make]) => [
    make(part, `${id}${suffix}`),
    ...(make === dumpStep && assignment.route === 'server'
      ? [dumpEndedStep(part, `dump-ended${suffix}`)]
      : []),
  ]);
}

/** The label is written as late as possible: until then nothing on the tape is lost. */
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

/** The volumes one after the other, then the read-back of the whole tape. */
export function backupSteps(assignment: Assignment): Step[] {
  const steps = assignment.volumes.flatMap((volume) => volumeSteps({ assignment, volume }));
  return [...(isLabelled(assignment) ? withLabel(assignment, steps) : steps), readBackStep(assignment)];
}
