/** What route `server` runs on the backup server, detached from the console: the dump of a volume, and the reading back of its file. Pure. */
import { quoteArgument, commandLine } from '../../ssh/quoting.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import {
  blockBytes,
  dumpToolOf,
  mounts,
  type Assignment,
  type VolumeAssignment,
} from '../model/assignment.ts';
import {
  dumpWork,
  guideWork,
  readBackWork,
  tarReader,
  type WorkCommand,
  type WorkDigest,
} from '../model/detached-dump.ts';
import { keepsSamples } from '../model/kept-samples.ts';
import { workFolder, type DetachedProcess, type DetachedWork } from '../model/detached-work.ts';
import { dumpDevice, guideDumpCommands, shadowRawDevice } from './steps-dump.ts';

/** The digest that is taken in the same pass; undefined where the guide's command runs alone. */
export function workDigestOf({ job }: Pick<Assignment, 'job'>): WorkDigest | undefined {
  return job.verify.digest === 'none' ? undefined : job.verify.digest;
}

/** The guide's command with its standard output in the place of the tape. */
function readerOf({ job }: Assignment, volume: VolumeAssignment): WorkCommand {
  const device = shadowRawDevice(volume);
  const { recordBytes } = job.media;
  const tool = dumpToolOf(volume.method);
  if (mounts(volume.method)) return tarReader(job.mountPoint, recordBytes);
  if (tool !== undefined) return { argv: [tool, '0ucf', '-', device] };
  return { argv: ['dd', `if=${device}`, `bs=${recordBytes}`] };
}

/** @param run stands in the folder's name */
export function dumpWorkOf(assignment: Assignment, volume: VolumeAssignment, run: string): DetachedWork {
  const folder = workFolder(run, volume.proxy);
  const digest = workDigestOf(assignment);
  const { job, platform } = assignment;
  if (digest === undefined) {
    const argv = guideDumpCommands(assignment, volume).at(-1) ?? [];
    return guideWork(folder, mounts(volume.method) ? { argv, directory: job.mountPoint } : { argv });
  }
  return dumpWork({
    folder,
    digest,
    platform,
    recordBytes: job.media.recordBytes,
    reader: readerOf(assignment, volume),
    tapeDevice: dumpDevice(assignment),
  });
}

/**
 * Reads the volume's file where the head stands.
 * @param kept sampled records that are kept meanwhile, in ascending order
 */
export function readBackWorkOf(
  assignment: Assignment,
  volume: VolumeAssignment,
  run: string,
  digest: WorkDigest,
  kept: readonly number[] = [],
): DetachedWork {
  const { job, platform, tapeDevice } = assignment;
  return readBackWork({
    folder: workFolder(run, volume.proxy, 'read-back'),
    digest,
    platform,
    recordBytes: job.media.recordBytes,
    tapeDevice: withoutRewind(tapeDevice),
    samples: kept.length === 0 ? undefined : { records: kept, volumeBytes: volume.blocks * blockBytes },
  });
}

function processLine({ argv, directory, input, output, keepsOutput, name }: DetachedProcess): string {
  const printed = output ?? (keepsOutput ? `${name}.output` : undefined);
  return [
    ...(directory === undefined ? [] : [`cd ${quoteArgument(directory)} &&`]),
    commandLine(argv),
    ...(input === undefined ? [] : [`< ${input}`]),
    ...(printed === undefined ? [] : [`> ${printed}`]),
  ].join(' ');
}

/** The processes of a work as lines that a reader understands; FIFOs are named without their folder. */
export function workLines(work: DetachedWork): string[] {
  return work.processes.map((process) => processLine(process).replaceAll(`${work.folder}/`, ''));
}

/** Commands that the backup server must have for the job's work. */
export function toolsOfWork(assignment: Assignment): string[] {
  const digest = workDigestOf(assignment);
  const works = assignment.volumes.flatMap((volume) => [
    dumpWorkOf(assignment, volume, 'run'),
    ...(digest === undefined ? [] : [readBackWorkOf(assignment, volume, 'run', digest)]),
  ]);
  const names = works.flatMap(({ processes }) => processes.map(({ argv }) => argv[0] ?? ''));
  const ofKeeping = keepsSamples(assignment) ? ['cat'] : [];
  return [...new Set(['sh', 'nohup', 'mkfifo', 'ps', 'kill', ...names, ...ofKeeping])];
}
