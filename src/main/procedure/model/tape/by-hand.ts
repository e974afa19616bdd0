/**
 * Command lines for the tape host that read a backup without Shadowtape: `where`, the preview of a restore, the report
 * and the label of a tape print the same ones. They mean the same in sh and csh. Pure.
 */
import { commandLine, quoteArgument, quoteName } from '../../../ssh/quoting.ts';
import { withoutRewind } from '../../../tape/tape-device.ts';

/** Each entry of an archive begins with a block of its own. */
const tarBlockBytes = 512;

/** The drive that wrote the backup, and the size of its records. */
export interface WrittenBy {
  readonly device: string;
  readonly recordBytes: number;
}

/** What one tape holds of a backup. */
export interface FileByHand {
  /** On its label; undefined if it has none. */
  readonly name: string | undefined;
  /** Number of the tape file. */
  readonly file: number;
}

/** A journal may name a device of another pattern: then the operator has to know whether it rewinds. */
function deviceOf(device: string): string {
  try {
    return withoutRewind(device);
  } catch {
    return device;
  }
}

/**
 * A drive that was in use is anywhere on its tape: so each file is counted from the beginning. Where the tape cannot be
 * moved, nothing is read.
 */
function readingSteps({ device, recordBytes }: WrittenBy, file: number): string[] {
  const drive = deviceOf(device);
  return [
    ['mt', '-f', drive, 'rewind'],
    ...(file === 0 ? [] : [['mt', '-f', drive, 'fsf', String(file)]]),
    ['dd', `if=${drive}`, `bs=${recordBytes}`],
  ].map(commandLine);
}

/** The output of the command line is the data, so the terminal is written and read itself; csh has no `read`. */
const askingSteps = (name: string | undefined): string[] => [
  `echo ${quoteArgument(`insert ${name ?? 'the next tape'}, then press Enter`)} > /dev/tty`,
  'head -n 1 < /dev/tty > /dev/null',
];

function reading(by: WrittenBy, tapes: readonly FileByHand[], isFirstInserted: boolean): string {
  const steps = tapes.flatMap(({ name, file }, index) => [
    ...(index === 0 && isFirstInserted ? [] : askingSteps(name)),
    ...readingSteps(by, file),
  ]);
  const line = steps.join(' && ');
  return tapes.length > 1 || !isFirstInserted ? `( ${line} )` : line;
}

/** The program that reads what a method writes; undefined for an image. Linux has dump(8) instead of ufsdump. */
export function readingTool(method: string, platform: string | undefined): string | undefined {
  if (method === '6b' || method === '6d') return 'tar';
  if (method === '6e') return 'sfxrestore';
  if (method !== '6c') return undefined;
  return platform === 'linux' ? 'restore' : 'ufsrestore';
}

/** What takes the data of a whole backup from standard input; IMAGE stands for a new file. */
function takingWhole(tool: string | undefined): string {
  if (tool === undefined) return ' > IMAGE';
  return tool === 'tar' ? ' | tar xvf -' : ` | ${tool} rf -`;
}

/**
 * Restores all of the backup of a volume: its files to the current folder, an image to a new file.
 * @param tool see `readingTool`
 * @param tapes that hold it, in order
 * @param isFirstInserted false if another tape is in the drive when the line is typed
 */
export function wholeByHand(
  by: WrittenBy,
  tool: string | undefined,
  tapes: readonly FileByHand[],
  isFirstInserted = true,
): string {
  return `${reading(by, tapes, isFirstInserted)}${takingWhole(tool)}`;
}

/**
 * What a person has to know of the lines that a label holds.
 * @param host of the tape drive
 */
export function noteByHand(host: string, { mayContinue }: { readonly mayContinue: boolean }): string {
  return [
    `Type byHand on ${host}, in an empty folder; it works in sh and csh. IMAGE stands for a new file.`,
    'The last file of a finished run is its manifest.',
    ...(mayContinue
      ? ['A volume that continues on the next tape of its run is read as the label of that tape says.']
      : []),
  ].join(' ');
}

/**
 * Restores files of an archive to the current folder.
 * @param tapes on which the files lie, in order
 * @param paths as the archive has them (contract/file-names.ts): tar is given their bytes as arguments; none: all of it
 * @param offset where the first of them begins in the archive, in bytes
 */
export function filesByHand(
  by: WrittenBy,
  tapes: readonly (FileByHand & { readonly firstRecord: number })[],
  paths: readonly string[],
  offset: number,
): string {
  const [first] = tapes;
  // The archive continues from another tape: there tar needs the beginning of an entry. Solaris has no tail that counts bytes from the beginning.
  const skipped = offset - (first?.firstRecord ?? 0) * by.recordBytes;
  const cut =
    first && first.firstRecord > 0
      ? [commandLine(['dd', `bs=${tarBlockBytes}`, `skip=${skipped / tarBlockBytes}`])]
      : [];
  const extraction = [commandLine(['tar', 'xvf', '-']), ...paths.map(quoteName)].join(' ');
  return [reading(by, tapes, true), ...cut, extraction].join(' | ');
}
