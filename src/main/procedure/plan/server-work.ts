/**
 * What route `server` runs on the backup server, detached from the console: the dump of a volume, and the read-back of
 * its file. Pure.
 */
import { quoteArgument, shownLine } from '../../ssh/quoting.ts';
import type { Become } from '../../ssh/rights.ts';
import { hashesAll } from '../../site/whole-fingerprint.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import {
  type Assignment,
  blockBytes,
  dumpDevice,
  mounts,
  shadowRawDevice,
  type VolumeAssignment,
} from '../model/assignment.ts';
import {
  dumpWork,
  guideWork,
  hashWork,
  readBackWork,
  tarReader,
  withFolderNamed,
  wholeReader,
  type WorkCommand,
  type WorkDigest,
} from '../model/detached-dump.ts';
import { dumpToolOf } from '../../site/file-system.ts';
import { primarySource } from '../model/samples/fingerprint.ts';
import { keepsSamples } from '../model/samples/kept-samples.ts';
import { workFolder, type DetachedProcess, type DetachedWork } from '../model/detached-work.ts';
import { dumpArguments, dumpLines } from './step-6-commands.ts';

/** The digest that is computed in the same pass; undefined if the guide's command runs alone. */
export function workDigestOf({ job }: Pick<Assignment, 'job'>): WorkDigest | undefined {
  return job.verify.digest === 'none' ? undefined : job.verify.digest;
}

/** How the commands of the backup server get their rights. */
const becomeOf = ({ become, backupServer }: Assignment): Become | undefined => become?.[backupServer];

/** A command that changes into a folder, in the form that is run with the rights that it needs. */
const rightful = (assignment: Assignment, command: WorkCommand): WorkCommand =>
  becomeOf(assignment) === undefined ? command : withFolderNamed(command);

/** The guide's command with standard output instead of the tape. */
function readerOf(assignment: Assignment, volume: VolumeAssignment): WorkCommand {
  const { job, platform } = assignment;
  const { recordBytes } = job.media;
  if (mounts(volume.method)) return rightful(assignment, tarReader(job.mountPoint, recordBytes));
  if (dumpToolOf(volume.method, platform)) return { argv: dumpArguments(assignment, volume, '-', true) };
  return { argv: ['dd', `if=${shadowRawDevice(volume)}`, `bs=${recordBytes}`] };
}

/** @param run is part of the folder's name */
export function dumpWorkOf(assignment: Assignment, volume: VolumeAssignment, run: string): DetachedWork {
  const folder = workFolder(run, volume.proxy);
  const digest = workDigestOf(assignment);
  const { job, platform } = assignment;
  if (digest === undefined) {
    const argv = dumpLines(assignment, volume).server.at(-1) ?? [];
    const command = mounts(volume.method) ? { argv, directory: job.mountPoint } : { argv };
    return guideWork(folder, rightful(assignment, command));
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
 * Reads the volume's file from the position of the head.
 * @param kept sampled records to keep, in ascending order
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
    readsApart: becomeOf(assignment) !== undefined,
    samples: kept.length === 0 ? undefined : { records: kept, volumeBytes: volume.blocks * blockBytes },
  });
}

function processLine(
  { argv, directory, input, output, keepsOutput, name }: DetachedProcess,
  become: Become | undefined,
): string {
  const printed = output ?? (keepsOutput ? `${name}.output` : undefined);
  return [
    ...(directory === undefined ? [] : [`cd ${quoteArgument(directory)} &&`]),
    shownLine(argv, become),
    ...(input === undefined ? [] : [`< ${input}`]),
    ...(printed === undefined ? [] : [`> ${printed}`]),
  ].join(' ');
}

/** The processes of a work as readable lines; FIFOs are named without their folder. */
export function workLines(work: DetachedWork, become?: Become): string[] {
  return work.processes.map((process) => processLine(process, become).replaceAll(`${work.folder}/`, ''));
}

/** The dd that reads a whole proxy. */
export const wholeDigestArguments = wholeReader;

/** The digest that the whole proxy is compared by: route `console` always computes the dump's SHA-256. */
const wholeDigestOf = ({ job, route }: Assignment): WorkDigest =>
  route === 'server' && job.verify.digest === 'cksum' ? 'cksum' : 'sha256';

/** Reads the whole proxy on a cluster node. */
export function hashWorkOf(assignment: Assignment, volume: VolumeAssignment, run: string): DetachedWork {
  return hashWork({
    folder: workFolder(run, volume.proxy, 'hash'),
    digest: wholeDigestOf(assignment),
    platform: assignment.platform,
    device: primarySource(assignment, volume).device,
  });
}

const shellTools = ['sh', 'nohup', 'mkfifo', 'ps', 'kill'];
const commandsOf = (works: readonly DetachedWork[]): string[] =>
  works.flatMap(({ processes }) => processes.map(({ argv }) => argv[0] ?? ''));

/** Commands that the cluster node must have to hash a whole proxy; none if the job does not request it. */
export function toolsOfHash(assignment: Assignment): string[] {
  if (!hashesAll(assignment.job)) return [];
  const works = assignment.volumes.map((volume) => hashWorkOf(assignment, volume, 'run'));
  return [...new Set([...shellTools, ...commandsOf(works)])];
}

/** Commands that the backup server must have for the job's work. */
export function toolsOfWork(assignment: Assignment): string[] {
  // The reading back uses no other commands.
  const works = assignment.volumes.map((volume) => dumpWorkOf(assignment, volume, 'run'));
  const ofKeeping = keepsSamples(assignment) ? ['cat'] : [];
  return [...new Set([...shellTools, ...commandsOf(works), ...ofKeeping])];
}
