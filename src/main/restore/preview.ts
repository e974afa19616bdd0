/** What a restore will do, shown before it starts: tapes in order, names, space, and the same by hand. Pure. */
import { readablePath } from '../history/name-encoding.ts';
import { filesByHand, wholeByHand } from '../procedure/model/tape/by-hand.ts';
import { uncomparedOf, type DumpSource } from './dump-source.ts';
import type { FilesOfDump, RestoreWork } from './restore-work.ts';
import { tapeWords } from './source-tapes.ts';
import { phrase } from '../../contract/text/say.ts';

interface PreviewedFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
}

/** One backup to read. */
export interface PreviewedDump {
  readonly run: string;
  readonly volume: string;
  readonly method: string;
  /** When the run began. */
  readonly startedAt: string;
  readonly host: string;
  readonly device: string;
  /** In order, with the number of the file on each. */
  readonly tapes: readonly { readonly words: string; readonly file: number; readonly bytes: number }[];
  /** Undefined without a file list, and for an image. */
  readonly files: readonly PreviewedFile[] | undefined;
  /** Bytes that the target must have room for. */
  readonly bytes: number;
  /** A command line for the tape host. */
  readonly byHand: string;
  /** What cannot be compared, one sentence each. */
  readonly uncompared: readonly string[];
}

/** With more names than this, the command by hand extracts the whole archive: a command line has its limits. */
const mostNames = 40;

/** If no record of the archive is omitted, its beginning is that of the first tape. */
const fromBeginning = 0;

function byHand(
  { parts, device, recordBytes, restoreTool }: DumpSource,
  files: FilesOfDump | undefined,
): string {
  const tapes = parts.map(({ tape, file, firstRecord, records }) => ({
    name: tape?.name,
    uuid: tape?.uuid,
    ...{ file, firstRecord, records },
  }));
  const place = { device, recordBytes };
  if (!files || restoreTool !== undefined) return wholeByHand(place, restoreTool, tapes);
  const paths = files.listed?.entries.map(({ path }) => path) ?? files.patterns;
  const isAll = files.patterns.length === 0 || paths.length > mostNames;
  return filesByHand(place, tapes, isAll ? [] : paths, fromBeginning);
}

function dumpPreview(source: DumpSource, files: FilesOfDump | undefined): PreviewedDump {
  const { run, volume, method, startedAt, host, device, parts, written, fileNames } = source;
  return {
    ...{ run, volume, method, startedAt, host, device },
    tapes: parts.map(({ tape, file, bytes }) => ({ words: tapeWords(source, tape), file, bytes })),
    files: files?.listed?.entries.map(({ path, type, size }) => ({
      path: readablePath(path, fileNames),
      type,
      bytes: size,
    })),
    bytes: files?.bytes ?? written.bytes ?? 0,
    byHand: byHand(source, files),
    uncompared: [
      ...uncomparedOf(source),
      ...(files && !files.listed && source.restoreTool === undefined ? [withoutList(source)] : []),
    ],
  };
}

const withoutList = ({ run }: DumpSource): string =>
  phrase(
    'The file list of run {run} is missing or cannot be read: names are searched while the archive is read, and room for all of it is needed',
    { run },
  );

export const previewOf = (work: RestoreWork): PreviewedDump[] =>
  work.kind === 'image'
    ? [dumpPreview(work.source, undefined)]
    : work.dumps.map((files) => dumpPreview(files.source, files));
