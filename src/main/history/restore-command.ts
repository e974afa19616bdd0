/** How a file is got back from the tape, in one command line for the tape host, by hand: no Shadowtape is needed for it. Pure. */
import { withRewind, withoutRewind } from '../tape/tape-device.ts';
import { commandLine, quoteArgument, quoteName } from '../ssh/quoting.ts';
import type { CataloguePlace, PartPlace } from './run-facts.ts';

function read(device: string, recordBytes: number): string {
  return commandLine(['dd', `if=${device}`, `bs=${recordBytes}`]);
}

function positioned(device: string, recordBytes: number, file: number): string {
  if (file === 0) return read(ofSameDrive(device, withRewind), recordBytes);
  const waiting = ofSameDrive(device, withoutRewind);
  const steps = [
    ['mt', '-f', waiting, 'rewind'],
    ['mt', '-f', waiting, 'fsf', String(file)],
  ];
  return [...steps.map(commandLine), read(waiting, recordBytes)].join('; ');
}

/** A journal may name a device of another pattern: then the operator has to know. */
function ofSameDrive(device: string, name: (device: string) => string): string {
  try {
    return name(device);
  } catch {
    return device;
  }
}

/** Waits for the next tape; both words are of the shell. */
const nextTape = (name: string | undefined) =>
  `echo ${quoteArgument(`insert ${name ?? 'the next tape'}, then press Enter`)} >&2; read answer < /dev/tty`;

/**
 * Reads what lies on the tapes, one after the other, to the standard output.
 * @param tapes in order
 */
export function readingCommand(
  { device, recordBytes }: Pick<CataloguePlace, 'device' | 'recordBytes'>,
  tapes: readonly Pick<PartPlace, 'name' | 'file'>[],
): string {
  const reading = tapes.flatMap((tape, index) => [
    ...(index === 0 ? [] : [nextTape(tape.name)]),
    positioned(device, recordBytes, tape.file),
  ]);
  const steps = reading.join('; ');
  return tapes.length > 1 ? `{ ${steps}; }` : steps;
}

/**
 * @param tapes on which the file lies, in order
 * @param paths as the archive has them (contract/file-names.ts): tar is given their bytes as arguments; none: all of it
 * @param offset where the first of them begins in the archive, in bytes
 */
export function restoreCommand(
  place: Pick<CataloguePlace, 'device' | 'recordBytes'>,
  tapes: readonly PartPlace[],
  paths: readonly string[],
  offset: number,
): string {
  const [first] = tapes;
  // The archive continues from another tape: there tar needs the beginning of an entry.
  const skipped = offset - (first?.firstRecord ?? 0) * place.recordBytes;
  const cut = first && first.firstRecord > 0 ? [`tail -c +${skipped + 1}`] : [];
  const extraction = [commandLine(['tar', 'xvf', '-']), ...paths.map(quoteName)].join(' ');
  return [readingCommand(place, tapes), ...cut, extraction].join(' | ');
}
