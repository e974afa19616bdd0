/**
 * The script that reads a tape file to its standard output and keeps sampled records of it: plain sh, as the Bourne
 * shell of Solaris 8 reads it. All dd that read the tape share one open file, so that none of them moves the head by
 * closing it. If the login may not open the tape, a separate process reads it, and they share its output.
 */
import { quoteArgument } from '../../ssh/quoting.ts';
import { workFile, type DetachedWork, type KeepingReader } from '../model/detached-work.ts';
import { keptFile, unitBytes } from '../model/samples/kept-samples.ts';

/** Exit status if the tape cannot be read. */
const tapeStatus = 2;
/** Exit status if the tape was read, but a record could not be kept: the folder's disk is full. */
export const notKeptStatus = 3;

/** A block: a pipe always holds a multiple of it, so one read of dd gets a whole one. */
const blockBytes = 512;

/** How records are read. */
interface Reading {
  readonly open: readonly string[];
  /** The dd with a count from a shell variable. */
  readonly some: (variable: string) => string;
  /** The command that reads the rest. */
  readonly rest: string;
}

/** Each read of dd gets what is in the pipe at that moment. GNU dd can wait for the whole record (dd(1), fullblock). */
function readingFromInput(recordBytes: number, isLinux: boolean): Reading {
  const factor = recordBytes / blockBytes;
  return {
    open: [],
    some: (variable) =>
      isLinux
        ? `dd iflag=fullblock bs=${recordBytes} count=${variable} 2> /dev/null`
        : `dd bs=${blockBytes} count=\`expr ${variable} \\* ${factor}\` 2> /dev/null`,
    rest: 'cat',
  };
}

/** Each dd that reads the tape prints its counts; the one that cuts a record out of a file does not. */
function readingFromTape(tapeDevice: string, recordBytes: number): Reading {
  const read = `dd bs=${recordBytes}`;
  return {
    open: [`exec < ${quoteArgument(tapeDevice)} || exit ${tapeStatus}`],
    some: (variable) => `${read} count=${variable}`,
    rest: read,
  };
}

const readingOf = (keeping: KeepingReader): Reading =>
  keeping.from === 'tape'
    ? readingFromTape(keeping.tapeDevice, keeping.recordBytes)
    : readingFromInput(keeping.recordBytes, keeping.platform === 'linux');

/** The lines of the script, which ends with the end of the tape file. */
export function keepingLines(work: Pick<DetachedWork, 'folder'>, keeping: KeepingReader): string[] {
  const { recordBytes, numbers } = keeping;
  const [piece, kept] = [workFile(work, 'piece'), workFile(work, keptFile)];
  const { open, some, rest } = readingOf(keeping);
  return [
    `set -- ${numbers.join(' ')}`,
    ...open,
    'while test $# -ne 0; do',
    `test $1 -eq 0 || ${some('$1')} || exit ${tapeStatus}`,
    `test $2 -eq 0 || ${some('$2')} > ${piece} || exit ${tapeStatus}`,
    `test $2 -eq 0 || cat ${piece} || exit ${notKeptStatus}`,
    `dd if=${piece} bs=${unitBytes(recordBytes)} skip=$3 count=$4 >> ${kept} 2> /dev/null || exit ${notKeptStatus}`,
    'shift 4',
    'done',
    rest,
  ];
}
