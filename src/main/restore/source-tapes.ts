/** The tapes of a backup, as they are asked for and recognized. Pure. */
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import { firstRecordSha256, type FoundTape } from '../tape/overwrite-rule.ts';
import { withWriters, writersOf } from '../tape/tape-holders.ts';
import type { PartToRead, TapeToRead } from '../procedure/drive/tapes-in-order.ts';
import type { RunTape } from '../procedure/model/tape/run-tapes.ts';
import type { DumpSource, SourcePart } from './dump-source.ts';

/** What is known of tapes beside the journal: names the run that has written one without a label. */
export type KnownTapes = readonly KnownTape[];

/** `tape 2 of run R, "NIGHTLY-2"`, `the tape without a label of run R`. */
export function tapeWords(
  { run, parts }: Pick<DumpSource, 'run' | 'parts'>,
  tape: RunTape | undefined,
): string {
  if (!tape) return `the tape without a label of run ${run}`;
  const isOneOfSeveral = new Set(parts.map((part) => part.tape?.uuid)).size > 1;
  return isOneOfSeveral
    ? `tape ${tape.number} of run ${run}, "${tape.name}"`
    : `the tape "${tape.name}" of run ${run}`;
}

function another(found: FoundTape, wanted: string, known: KnownTapes): ShadowtapeError {
  const { host, device } = found;
  const words = withWriters(found, writersOf(known, found)).found;
  return failure('TAPE_IS_ANOTHER', { host, device, found: words, wanted });
}

function labelled(source: DumpSource, tape: RunTape, known: KnownTapes): TapeToRead {
  const words = tapeWords(source, tape);
  return {
    key: tape.uuid,
    words,
    name: tape.name,
    slot: tape.slot,
    refusal: (found) => (found.label?.uuid === tape.uuid ? undefined : another(found, words, known)),
  };
}

/** A tape without a label is known by its first record; where the journal does not have that, any that has data and no label may be it. */
function plain(source: DumpSource, known: KnownTapes): TapeToRead {
  const words = tapeWords(source, undefined);
  const { firstRecordSha256: wanted } = source;
  const isIt = (found: FoundTape): boolean => {
    if (found.blank || found.label) return false;
    return wanted === undefined || firstRecordSha256(found) === wanted;
  };
  return {
    key: `plain ${source.run}`,
    words,
    name: undefined,
    slot: undefined,
    refusal: (found) => (isIt(found) ? undefined : another(found, words, known)),
  };
}

const partToRead = (
  source: DumpSource,
  { tape, file, firstRecord, records, bytes }: SourcePart,
  index: number,
  known: KnownTapes,
): PartToRead => ({
  tape: tape ? labelled(source, tape, known) : plain(source, known),
  file,
  segment: { tape: index, firstRecord, records, bytes },
});

/** What is read, in order. */
export const partsToRead = (source: DumpSource, known: KnownTapes): PartToRead[] =>
  source.parts.map((part, index) => partToRead(source, part, index, known));

/** Other runs of which a tape without a label begins like that of this one: only the whole tape distinguishes them. */
export function lookalikes({ run, firstRecordSha256: sha256 }: DumpSource, known: KnownTapes): string[] {
  if (sha256 === undefined) return [];
  const alike = known.filter((tape) => tape.firstRecordSha256 === sha256 && !tape.lost && tape.run !== run);
  return alike.flatMap((tape) => tape.run ?? []).sort();
}
