/**
 * The script that reads a tape file to its standard output and keeps sampled records of it: plain sh, as the Bourne shell of Solaris 8
 * reads it. All dd that read the tape share one open file, so that none of them moves the head by closing it.
 */
import { quoteArgument } from '../../ssh/quoting.ts';
import { workFile, type DetachedWork, type KeepingReader } from '../model/detached-work.ts';
import { keptFile, unitBytes } from '../model/samples/kept-samples.ts';

/** Exit status where the tape cannot be read. */
const tapeStatus = 2;
/** Exit status where the tape was read, and a record could not be kept: the folder's disk is full. */
export const notKeptStatus = 3;

/** Each dd that reads the tape prints its counts; the one that cuts a record out of a file does not. */
export function keepingLines(
  work: Pick<DetachedWork, 'folder'>,
  { tapeDevice, recordBytes, numbers }: KeepingReader,
): string[] {
  const [piece, kept] = [workFile(work, 'piece'), workFile(work, keptFile)];
  const read = `dd bs=${recordBytes}`;
  return [
    `set -- ${numbers.join(' ')}`,
    `exec < ${quoteArgument(tapeDevice)} || exit ${tapeStatus}`,
    'while test $# -ne 0; do',
    `test $1 -eq 0 || ${read} count=$1 || exit ${tapeStatus}`,
    `test $2 -eq 0 || ${read} count=$2 > ${piece} || exit ${tapeStatus}`,
    `test $2 -eq 0 || cat ${piece} || exit ${notKeptStatus}`,
    `dd if=${piece} bs=${unitBytes(recordBytes)} skip=$3 count=$4 >> ${kept} 2> /dev/null || exit ${notKeptStatus}`,
    'shift 4',
    'done',
    read,
  ];
}
