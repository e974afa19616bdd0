/** Which tape of a run becomes which tape of its second copy, and where its files are. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { currentTape, type RunTape } from '../../procedure/model/tape/run-tapes.ts';
import { plainUuid } from '../../tape/tape-holders.ts';
import { drillSources } from '../drill.ts';
import type { DumpSource } from '../dump-source.ts';

/** What a tape of the copy holds of a dump. */
export interface PlannedPart {
  /** Which tape of the copy, from 1. */
  readonly number: number;
  /** Number of the tape file. */
  readonly file: number;
  readonly firstRecord: number;
  readonly records: number;
  readonly bytes: number;
}

export interface PlannedTape {
  readonly number: number;
  /** The tape that is copied, as recorded in the tape inventory. */
  readonly copyOf: string;
  /** The label's name. */
  readonly name: string;
}

export interface PlannedDump {
  /** Where the run has written it. */
  readonly source: DumpSource;
  readonly parts: readonly PlannedPart[];
}

export interface CopyPlan {
  readonly run: string;
  readonly recordBytes: number;
  readonly tapes: readonly PlannedTape[];
  /** In the order of the files. */
  readonly dumps: readonly PlannedDump[];
  /** Number of the tape file with the manifest, on the last tape. */
  readonly manifestFile: number;
}

/** A tape that was begun without any record holds nothing of the dump. */
const heldParts = ({ parts }: DumpSource) => parts.filter(({ records }) => records > 0);

/** The tapes of the run in their order; undefined stands for the one without a label. The last may hold only the manifest. */
function tapesOf(sources: readonly DumpSource[], events: readonly RunEvent[]): (RunTape | undefined)[] {
  const ofData = sources.flatMap((source) => heldParts(source).map(({ tape }) => tape));
  if (ofData.includes(undefined)) return [undefined];
  const last = currentTape(events);
  const all = [...ofData, last].filter((tape) => tape !== undefined);
  return [...new Map(all.map((tape) => [tape.uuid, tape])).values()];
}

function plannedParts(source: DumpSource, tapes: readonly (RunTape | undefined)[]): PlannedPart[] {
  return heldParts(source).map(({ tape, file, firstRecord, records, bytes }) => ({
    number: tapes.findIndex((each) => each?.uuid === tape?.uuid) + 1,
    // A copy has a label although the original tape has none.
    file: tape ? file : file + 1,
    ...{ firstRecord, records, bytes },
  }));
}

/** @throws COPY_TAPES_MISCOUNTED, COPY_ONTO_BACKUP */
function requireNames(
  run: string,
  tapes: readonly (RunTape | undefined)[],
  names: readonly string[],
): readonly string[] {
  if (new Set(names).size !== tapes.length || names.length !== tapes.length)
    throw failure('COPY_TAPES_MISCOUNTED', { run, count: tapes.length, given: names.join(', ') });
  const own = tapes.find((tape) => tape && names.includes(tape.name));
  if (own) throw failure('COPY_ONTO_BACKUP', { run, name: own.name });
  return names;
}

/**
 * @param events of the run
 * @param names of the tapes of the copy, in order
 * @throws RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, COPY_RUN_OPEN, COPY_TAPES_MISCOUNTED, COPY_ONTO_BACKUP
 */
export function planCopy(run: string, events: readonly RunEvent[], names: readonly string[]): CopyPlan {
  const sources = drillSources(run, events, undefined);
  const [first] = sources;
  if (!first) throw failure('RUN_HAS_NO_TAPE', { run });
  if (!events.some(({ type }) => type === 'run-finished' || type === 'imported'))
    throw failure('COPY_RUN_OPEN', { run });
  const originals = tapesOf(sources, events);
  const labels = requireNames(run, originals, names);
  const dumps = sources.map((source) => ({ source, parts: plannedParts(source, originals) }));
  const onLast = dumps
    .flatMap(({ parts }) => parts)
    .flatMap(({ number, file }) => (number === originals.length ? [file] : []));
  return {
    run,
    recordBytes: first.recordBytes,
    tapes: originals.map((tape, index) => ({
      number: index + 1,
      copyOf: tape?.uuid ?? plainUuid(run),
      name: labels[index] ?? '',
    })),
    dumps,
    manifestFile: 1 + Math.max(0, ...onLast),
  };
}
