/**
 * Steps 6a to 6e of the GDS guide's 6.6.3.7. Through the backup server (route `server`) they are the guide's own lines; through
 * the console (route `console`) the line that writes to the tape is parted into one that reads and one that writes.
 */
import { rawDeviceArguments } from '../../streams/raw-device.ts';
import { tapeReaderArguments } from '../../streams/tape-reader.ts';
import { tapeWriterArguments } from '../../streams/tape-writer.ts';
import {
  blockDevice,
  rawDevice,
  sdxshadowvolumeStartWritable,
  sdxshadowvolumeStop,
} from '../gds/commands.ts';
import { driveCommand, withRewind, withoutRewind } from '../tape/tape-device.ts';
import { dumpToolOf, fileSystemOf, mounts, type Assignment } from './assignment.ts';
import {
  isShadowUnmounted,
  judgeMounted,
  judgeNoMount,
  judgeShadowWritable,
  judgeStopped,
} from './checks.ts';
import {
  dataPosition,
  isLabelled,
  labelStep,
  manifestStep,
  readBackLabelledCommands,
} from './labelled-steps.ts';
import { unmountsBeforePart } from './steps-part.ts';
import type { Step, StepChecks, StepCommand } from './step.ts';

const source = (id: string) => `GDS guide 6.6.3.7, step ${id}`;

const guideLine = (host: string, ...argv: string[]): StepCommand => ({
  host,
  argv,
  guide: true,
  changes: true,
});

function shadowRawDevice({ shadow }: Assignment): string {
  return rawDevice(shadow.class, shadow.volume);
}

/** A node that reboots starts the proxy again, whether it does so while the operator is asked or while the tape is written. */
function stillStopped(assignment: Assignment): StepChecks {
  return { looks: ['primaries'], judge: (world) => judgeStopped(assignment, world) };
}

/** -F, then -N with mode=rw: fsck writes, although the mount is read only. */
function activateStep(assignment: Assignment, id: string): Step {
  const { shadow, backupServer: host } = assignment;
  return {
    id,
    phase: 'dump',
    title: `Activate ${shadow.volume} for reading and writing`,
    why: 'checking the file system may have to repair it',
    endangers: `from here on ${host} can write to the blocks of ${assignment.proxy}`,
    source: source(id),
    performance: 'commands',
    commands: [
      {
        host,
        argv: sdxshadowvolumeStop({ class: shadow.class, volumes: [shadow.volume] }),
        guide: true,
        changes: true,
      },
      {
        host,
        argv: sdxshadowvolumeStartWritable({ class: shadow.class, volumes: [shadow.volume] }),
        guide: true,
        changes: true,
      },
    ],
    before: stillStopped(assignment),
    after: { looks: ['backup'], judge: (world) => judgeShadowWritable(assignment, world) },
  };
}

function reconfigureStep(assignment: Assignment, id: string): Step {
  return {
    id,
    phase: 'dump',
    title: 'Reconfigure the partition information of the file system',
    why: 'sfxfs keeps the names of its devices inside the file system, and the shadow has another one',
    source: source(id),
    performance: 'commands',
    commands: [guideLine(assignment.backupServer, 'sfxadm', shadowRawDevice(assignment))],
  };
}

function checkFileSystemStep(assignment: Assignment, id: string): Step {
  const { method, job } = assignment;
  const fileSystem = fileSystemOf(method) ?? 'ufs';
  // The guide has no -y in 6b-2 and has it in all other methods.
  const answerYes = method === '6b' ? job.fsck.answerYes : true;
  return {
    id,
    phase: 'dump',
    title: `Check the ${fileSystem} file system`,
    why: 'a file system that was mounted at the part is as after a power failure',
    source: source(id),
    performance: 'check-file-system',
    commands: [
      {
        ...guideLine(
          assignment.backupServer,
          'fsck',
          '-F',
          fileSystem,
          ...(answerYes ? ['-y'] : []),
          shadowRawDevice(assignment),
        ),
        guide: method !== '6b' || !answerYes,
      },
    ],
    ...(unmountsBeforePart(job.services)
      ? {
          leftOut: `the file system is unmounted when ${assignment.proxy} is parted (services.stop), so that the guide lets this be left out`,
        }
      : {}),
  };
}

function mountStep(assignment: Assignment, id: string): Step {
  const { backupServer: host, job, shadow, method } = assignment;
  return {
    id,
    phase: 'dump',
    title: `Mount the file system on ${job.mountPoint}, read only`,
    why: 'tar reads files, not blocks',
    source: source(id),
    performance: 'commands',
    commands: [
      guideLine(host, 'mkdir', job.mountPoint),
      guideLine(
        host,
        'mount',
        '-F',
        fileSystemOf(method) ?? 'ufs',
        '-o',
        'ro',
        blockDevice(shadow.class, shadow.volume),
        job.mountPoint,
      ),
    ],
    after: { looks: ['backup'], judge: (world) => judgeMounted(assignment, world) },
  };
}

function unmountStep(assignment: Assignment, id: string): Step {
  const { backupServer: host, job, route } = assignment;
  return {
    id,
    phase: 'dump',
    title: `Unmount ${job.mountPoint}`,
    why: 'a mounted volume cannot be stopped, nor removed',
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

/** Behind a label the tape must not be rewound between the files. */
function dumpDevice(assignment: Assignment): string {
  return isLabelled(assignment) ? withoutRewind(assignment.tapeDevice) : assignment.tapeDevice;
}

function dumpWords(assignment: Assignment): DumpWords {
  const { method, job } = assignment;
  const tapeDevice = dumpDevice(assignment);
  const device = shadowRawDevice(assignment);
  const { recordBytes } = job.media;
  switch (method) {
    case '6a':
      return {
        title: 'Back up the raw device with dd',
        why: 'every block of the volume, whatever it holds',
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
      const tool = dumpToolOf(method) ?? '';
      return {
        title: `Back up the file system with ${tool}`,
        why: 'the whole file system with all its attributes; single files can be restored',
        server: [[tool, '0ucf', tapeDevice, device]],
        reader: [tool, '0uf', '-', device],
      };
    }
  }
}

function dumpStep(assignment: Assignment, id: string): Step {
  const { backupServer, tapeHost, route, job } = assignment;
  const words = dumpWords(assignment);
  const commands =
    route === 'server'
      ? words.server.map((argv) => guideLine(backupServer, ...argv))
      : [
          ...(isLabelled(assignment) ? dataPosition(assignment) : []),
          { host: backupServer, argv: words.reader, guide: false, changes: false },
          {
            host: tapeHost,
            argv: tapeWriterArguments({
              device: dumpDevice(assignment),
              recordBytes: job.media.recordBytes,
            }),
            guide: false,
            changes: true,
          },
        ];
  return {
    id,
    phase: 'dump',
    title: words.title,
    why: words.why,
    endangers: 'what the tape held before is gone',
    source: source(id),
    performance: 'dump',
    commands,
    before: stillStopped(assignment),
    after: stillStopped(assignment),
  };
}

/** Rewinds, and reads the first file. */
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

function readBackStep(assignment: Assignment): Step {
  const { tapeHost, tapeDevice, job } = assignment;
  return {
    id: 'read-back',
    phase: 'dump',
    title: 'Read the tape back and compare',
    why: 'what cannot be read back is no backup: every record is read again, and its digest compared with the device’s',
    source: 'Shadowtape',
    performance: 'read-back',
    commands: isLabelled(assignment)
      ? readBackLabelledCommands(assignment, job.media.recordBytes)
      : readBackCommands(tapeHost, tapeDevice, job.media.recordBytes),
    ...(job.verify.readback
      ? {}
      : { leftOut: 'the job says verify.readback: false; the run ends unverified' }),
  };
}

/** The guide's numbering of a method's parts: which part has which number. */
function methodSteps(assignment: Assignment): Step[] {
  const { method } = assignment;
  if (method === '6a') return [dumpStep(assignment, '6a')];
  const parts = [
    activateStep,
    ...(fileSystemOf(method) === 'sfxfs' ? [reconfigureStep] : []),
    checkFileSystemStep,
    ...(mounts(method) ? [mountStep] : []),
    dumpStep,
    ...(mounts(method) ? [unmountStep] : []),
  ];
  return parts.map((part, index) => part(assignment, `${method}-${index + 1}`));
}

export function dumpSteps(assignment: Assignment): Step[] {
  const steps = methodSteps(assignment);
  if (!isLabelled(assignment)) return [...steps, readBackStep(assignment)];
  // The label is written as late as can be: until then nothing on the tape is lost.
  const labelled = steps.flatMap((step) =>
    step.performance === 'dump' ? [labelStep(assignment), step, manifestStep(assignment)] : [step],
  );
  return [...labelled, readBackStep(assignment)];
}
