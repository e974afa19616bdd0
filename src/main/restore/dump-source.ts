/** Where the backup of a volume is, folded from the events of its run: which tapes, which file on them, and its digests. Pure. */
import { failure } from '../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';
import { phrase } from '../../contract/text/say.ts';
import { writtenOf } from '../journal/run-summary.ts';
import { readingTool } from '../procedure/model/tape/by-hand.ts';
import { currentTape, partsOf, tapeWithUuid, type RunTape } from '../procedure/model/tape/run-tapes.ts';

/** What one tape holds of a dump. */
export interface SourcePart {
  /** Undefined in layout `plain`. */
  readonly tape: RunTape | undefined;
  /** Number of the tape file. */
  readonly file: number;
  readonly firstRecord: number;
  readonly records: number;
  readonly bytes: number;
}

/** The backup of one volume. */
export interface DumpSource {
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly volume: string;
  /** `6a` to `6e`. */
  readonly method: string;
  /** The only program that reads the format of a dump (6c, 6e); undefined for an archive or an image. */
  readonly restoreTool: string | undefined;
  readonly recordBytes: number;
  readonly host: string;
  readonly device: string;
  readonly parts: readonly SourcePart[];
  /** What the run has sent to tape. */
  readonly written: EventOf<'digest'>;
  /** SHA-256 (hex) of the first record of a tape without a label; undefined if the journal does not have it. */
  readonly firstRecordSha256: string | undefined;
  /** The name of the file list in the journal, and how many entries it has; undefined if there is none. */
  readonly list: { readonly file: string; readonly entries: number } | undefined;
  readonly fileNames: FileNameEncoding | undefined;
  /** True if the run was imported from a tape: its end, and whether it was verified, is not known. */
  readonly isImported: boolean;
  /** True if the parts are on the tapes of a second copy. */
  readonly isCopy?: boolean;
}

type Started = EventOf<'run-started'>;

function restoreToolOf({ platform }: Started, method: string): string | undefined {
  const tool = readingTool(method, platform);
  return tool === 'tar' ? undefined : tool;
}

/** The requested volume: the named one, or the only one. @throws RESTORE_VOLUME_UNKNOWN, RESTORE_VOLUME_NOT_NAMED */
function volumeOf({ run, volumes }: Started, named: string | undefined): Started['volumes'][number] {
  const names = volumes.map(({ proxy }) => proxy).join(', ');
  const found = volumes.find(({ proxy }) => proxy === named);
  if (found) return found;
  if (named !== undefined) throw failure('RESTORE_VOLUME_UNKNOWN', { run, volume: named, names });
  const [first, second] = volumes;
  if (!first || second) throw failure('RESTORE_VOLUME_NOT_NAMED', { run, names });
  return first;
}

function singlePart(
  { layout }: Started,
  events: readonly RunEvent[],
  { tapeFile }: Started['volumes'][number],
  { records, bytes }: EventOf<'digest'>,
): SourcePart {
  const file = tapeFile ?? (layout === 'labelled' ? 1 : 0);
  const tape = layout === 'labelled' ? currentTape(events) : undefined;
  return { tape, file, firstRecord: 0, records: records ?? 0, bytes: bytes ?? 0 };
}

function partsOnTapes(events: readonly RunEvent[], volume: string): SourcePart[] {
  return partsOf(events, volume).map(({ uuid, file, firstRecord, records, bytes }) => ({
    tape: tapeWithUuid(events, uuid),
    ...{ file, firstRecord, records, bytes },
  }));
}

const firstRecordOf = (events: readonly RunEvent[]): string | undefined =>
  events.findLast(
    (event): event is EventOf<'digest'> => event.type === 'digest' && event.firstRecordSha256 !== undefined,
  )?.firstRecordSha256;

/** The check of a tape cannot read a longer record (procedure/model/tape/tape-commands.ts). */
const longestCheckedRecord = 262_144;

const isKnownByRecord = ({ layout, recordBytes }: Started): boolean =>
  layout === 'plain' && recordBytes <= longestCheckedRecord;

/**
 * @param named the proxy volume; undefined if the run has only one
 * @throws RUN_HAS_NO_TAPE if its dump did not finish, RESTORE_VOLUME_UNKNOWN, RESTORE_VOLUME_NOT_NAMED
 */
export function dumpSourceOf(run: string, events: readonly RunEvent[], named?: string): DumpSource {
  const [start] = events;
  if (start?.type !== 'run-started') throw failure('RUN_HAS_NO_TAPE', { run });
  const pair = volumeOf(start, named);
  const volume = pair.proxy;
  const written = writtenOf(events, volume);
  if (written?.bytes === undefined || written.records === undefined)
    throw failure('RUN_HAS_NO_TAPE', { run });
  const parts = partsOnTapes(events, volume);
  const method = pair.method ?? start.method;
  const list = events.findLast(
    (event): event is EventOf<'catalogue'> => event.type === 'catalogue' && event.volume === volume,
  );
  return {
    run,
    startedAt: start.at,
    volume,
    method,
    restoreTool: restoreToolOf(start, method),
    recordBytes: start.recordBytes,
    ...start.tape,
    parts: parts.length > 0 ? parts : [singlePart(start, events, pair, written)],
    written,
    firstRecordSha256: isKnownByRecord(start) ? firstRecordOf(events) : undefined,
    list: list && { file: list.file, entries: list.entries },
    fileNames: list?.fileNames,
    isImported: events.some(({ type }) => type === 'imported'),
  };
}

/** True if the run recorded a checksum of what it wrote. */
export const hasChecksum = ({ written }: DumpSource): boolean =>
  [written.crc32, written.cksum, written.onTapeSha256, written.sections].some((sum) => sum !== undefined);

/** What cannot be compared of a backup once it is read, one sentence each. */
export function uncomparedOf(source: DumpSource): string[] {
  const { run, parts, firstRecordSha256, isImported, restoreTool } = source;
  const isPlain = parts.every(({ tape }) => tape === undefined);
  return [
    ...(!hasChecksum(source)
      ? [phrase('Run {run} recorded no checksum: only the number of bytes and records is compared', { run })]
      : []),
    ...(isPlain && firstRecordSha256 === undefined
      ? [
          phrase(
            'The tape has no label and its first record is not known: a wrong tape is detected only after all of it is read',
          ),
        ]
      : []),
    ...(restoreTool !== undefined
      ? [
          phrase(
            'Only {restoreTool} reads this dump: its files are as good as its exit status and messages say',
            { restoreTool },
          ),
        ]
      : []),
    ...(isImported
      ? [phrase('Run {run} was imported from its tape: whether it was verified is not known', { run })]
      : []),
  ];
}
