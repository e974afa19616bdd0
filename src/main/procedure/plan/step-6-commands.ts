/**
 * The commands of step 6 that check, mount and dump a file system, or a raw device, through the shadow, by platform. Pure.
 *
 * Solaris: GDS guide 6.6.3.7, steps 6a to 6e, word for word. Linux: no edition of the guide that is known shows them; they are those
 * steps with the programs of Linux. fsck.ext3, dump and mount use the block device there: e2fsck(8) and dump(8) name no other, and
 * raw devices of Linux take aligned buffers only (raw(8)).
 */
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { blockDevice } from '../../gds/commands.ts';
import { dumpDevice, shadowRawDevice, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import { dumpToolOf, fileSystemOf } from '../../site/file-system.ts';

/** A command line, and whether it is the guide's own. */
export interface GuideLine {
  readonly argv: readonly string[];
  readonly guide: boolean;
}

const blockOf = ({ shadow }: VolumeAssignment) => blockDevice(shadow.class, shadow.volume);

/** The guide has no -y in 6b-2 and has it in all other methods. */
const answersYes = ({ job }: Assignment, { method }: VolumeAssignment) =>
  method === '6b' ? job.fsck.answerYes : true;

/**
 * The check of the file system. Without -y, fsck of Solaris asks and treats no answer as no; fsck.ext3 would fail
 * without a terminal, so it repairs what is safe to repair (-p, e2fsck(8)).
 */
export function fsckLine(assignment: Assignment, volume: VolumeAssignment): GuideLine {
  const { platform } = assignment;
  const yes = answersYes(assignment, volume);
  if (platform === 'linux') return { argv: ['fsck.ext3', yes ? '-y' : '-p', blockOf(volume)], guide: false };
  const fileSystem = fileSystemOf(volume.method, platform) ?? 'ufs';
  const argv = ['fsck', '-F', fileSystem, ...(yes ? ['-y'] : []), shadowRawDevice(volume)];
  return { argv, guide: volume.method !== '6b' || !yes };
}

/** Shows how a file system was made, and changes nothing. */
export interface MadeLine {
  readonly fileSystem: 'ufs' | 'ext3';
  readonly argv: readonly ['mkfs' | 'dumpe2fs', ...string[]];
}

/**
 * Asks how the file system on the shadow was made: mkfs -m of Solaris prints the command line (mkfs(1M)), dumpe2fs -h the superblock
 * (dumpe2fs(8)). No command is known that shows it for sfxfs.
 * @returns undefined for a raw device and for sfxfs
 */
export function madeLine(
  { platform }: Pick<Assignment, 'platform'>,
  volume: VolumeAssignment,
): MadeLine | undefined {
  const fileSystem = fileSystemOf(volume.method, platform);
  if (fileSystem === 'ufs') return { fileSystem, argv: ['mkfs', '-F', 'ufs', '-m', shadowRawDevice(volume)] };
  return fileSystem === 'ext3' ? { fileSystem, argv: ['dumpe2fs', '-h', blockOf(volume)] } : undefined;
}

/** Mounts the file system read only. mount(8) of Linux takes -t where that of Solaris takes -F. */
export function mountLine({ platform, job }: Assignment, volume: VolumeAssignment): GuideLine {
  const fileSystem = fileSystemOf(volume.method, platform) ?? 'ufs';
  const typeOption = platform === 'linux' ? '-t' : '-F';
  const argv = ['mount', typeOption, fileSystem, '-o', 'ro', blockOf(volume), job.mountPoint];
  return { argv, guide: platform === 'solaris' };
}

/**
 * The dump of a whole file system.
 * @param output a device; `-` for the standard output
 * @param onTape true if the guide has `c` (cartridge). dump(8) would then assume 1,700 feet of tape, so it is omitted
 *   on Linux
 */
export function dumpArguments(
  { platform }: Assignment,
  volume: VolumeAssignment,
  output: string,
  onTape: boolean,
): string[] {
  const tool = dumpToolOf(volume.method, platform) ?? '';
  const isLinux = platform === 'linux';
  const letters = onTape && !isLinux ? '0ucf' : '0uf';
  return [tool, letters, output, isLinux ? blockOf(volume) : shadowRawDevice(volume)];
}

/** The lines of a dump. */
interface DumpLines {
  /** The guide's own, word for word (route `server`). */
  readonly server: readonly (readonly string[])[];
  /** The command that writes the dump to its standard output (route `console`). */
  readonly reader: readonly string[];
}

/** What dumps the volume, by its method. */
export function dumpLines(assignment: Assignment, volume: VolumeAssignment): DumpLines {
  const { job } = assignment;
  const tapeDevice = dumpDevice(assignment);
  const device = shadowRawDevice(volume);
  const { recordBytes } = job.media;
  switch (volume.method) {
    case '6a':
      return {
        server: [['dd', `if=${device}`, `of=${tapeDevice}`, `bs=${recordBytes}`]],
        reader: rawDeviceArguments(device, { recordBytes }),
      };
    case '6b':
    case '6d':
      return {
        server: [
          ['cd', job.mountPoint],
          ['tar', 'cvf', tapeDevice, '.'],
        ],
        reader: ['tar', 'cf', '-', '-C', job.mountPoint, '.'],
      };
    case '6c':
    case '6e':
      return {
        server: [dumpArguments(assignment, volume, tapeDevice, true)],
        reader: dumpArguments(assignment, volume, '-', false),
      };
  }
}

/** How a check of a file system ended: `not-clean` if errors remain that it did not repair. */
export type FsckEnd = 'clean' | 'not-clean' | 'failed';

/** Errors that were corrected; errors that remain (e2fsck(8), EXIT CODE). */
const ext3Statuses = { corrected: 1, uncorrected: 4 } as const;

/**
 * Judges the exit status of a check. fsck of Solaris exits with 32 to 39 for what it may not repair (illumos
 * fsck_ufs(8), EXIT STATUS); with -y it may repair everything.
 * @param status undefined if a signal ended it
 */
export function fsckEnd(argv: readonly string[], status: number | undefined): FsckEnd {
  if (status === 0) return 'clean';
  if (status === undefined) return 'failed';
  if (argv[0] === 'fsck.ext3') {
    if (status === ext3Statuses.corrected) return 'clean';
    return argv.includes('-p') && (status & ext3Statuses.uncorrected) !== 0 && status < 8
      ? 'not-clean'
      : 'failed';
  }
  return !argv.includes('-y') && status >= 32 && status <= 39 ? 'not-clean' : 'failed';
}

/** The operand that makes dd seek to a record of a raw device instead of reading up to it: see SampleOptions. */
export const seekOperand = ({ platform }: Pick<Assignment, 'platform'>, record: number): string =>
  `${platform === 'solaris' ? 'iseek' : 'skip'}=${record}`;
