/** The tapes of a backup, as they are requested and recognized. Pure. */
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import { firstRecordSha256, type FoundTape } from '../tape/overwrite-rule.ts';
import { plainUuid, withWriters, writersOf } from '../tape/tape-holders.ts';
import type { PartToRead, TapeToRead } from '../procedure/drive/tapes-in-order.ts';
import type { RunTape } from '../procedure/model/tape/run-tapes.ts';
import type { DumpSource, SourcePart } from './dump-source.ts';

/** What is known of tapes apart from the journal: names the run that wrote a tape without a label. */
export type KnownTapes = readonly KnownTape[];

/** `tape 2 of run R, "NIGHTLY-2"`, `the tape without a label of run R`, `the tape "OFFSITE" of the copy of run R`. */
export function tapeWords(
  { run, parts, isCopy }: Pick<DumpSource, 'run' | 'parts' | 'isCopy'>,
  tape: RunTape | undefined,
): string {
  if (!tape) return phrase('the tape without a label of run {run}', { run });
  const of = isCopy ? phrase('the copy of run {run}', { run }) : phrase('run {run}', { run });
  const isOneOfSeveral = new Set(parts.map((part) => part.tape?.uuid)).size > 1;
  return isOneOfSeveral
    ? phrase('tape {number} of {of}, "{name}"', { number: tape.number, of, name: tape.name })
    : phrase('the tape "{name}" of {of}', { name: tape.name, of });
}

/** The same backup, read from the tapes of a copy. */
export function sourceOnCopy(source: DumpSource, { tapes }: ProvenCopy): DumpSource {
  const parts = source.parts.map((part): SourcePart => {
    const key = part.tape?.uuid ?? plainUuid(source.run);
    const copied = tapes.find(({ copyOf }) => copyOf === key);
    if (!copied) return part;
    const { number, name, uuid } = copied;
    // A copy has a label although the tape that was copied has none.
    return { ...part, tape: { number, name, uuid, slot: undefined }, file: part.file + (part.tape ? 0 : 1) };
  });
  return { ...source, parts, isCopy: true };
}

/**
 * The backup as its run wrote it, and its copies, in the order in which they are named. Overwritten tapes are omitted,
 * unless there are no others.
 */
export function sourcesOf(
  source: DumpSource,
  copies: readonly ProvenCopy[],
  known: KnownTapes,
): DumpSource[] {
  const isGone = (uuid: string | undefined) =>
    known.some((tape) => tape.uuid === (uuid ?? plainUuid(source.run)) && (tape.lost || tape.replaced));
  const all = [source, ...copies.map((copy) => sourceOnCopy(source, copy))];
  const there = all.filter(({ parts }) => !parts.some(({ tape }) => isGone(tape?.uuid)));
  return there.length === 0 ? [source] : there;
}

/** The first tape of a backup of which there are copies: any of them will do. */
export class FirstTape implements TapeToRead {
  readonly key: string;
  readonly words: string;
  readonly name: string | undefined;
  readonly slot: number | undefined;
  readonly #choices: readonly { readonly source: DumpSource; readonly tape: TapeToRead }[];
  #chosen: DumpSource | undefined;

  constructor(sources: readonly DumpSource[], known: KnownTapes) {
    this.#choices = sources.flatMap((source) => {
      const [part] = partsToRead(source, known);
      return part ? [{ source, tape: part.tape }] : [];
    });
    const tapes = this.#choices.map(({ tape }) => tape);
    this.key = tapes.map(({ key }) => key).join(' ');
    this.words = tapes.map(({ words }) => words).join(', or ');
    this.name = tapes[0]?.name;
    this.slot = tapes[0]?.slot;
  }

  /** Of which the tape in the drive is; undefined before one was accepted. */
  get chosen(): DumpSource | undefined {
    return this.#chosen;
  }

  readonly refusal = (found: FoundTape): ShadowtapeError | undefined => {
    const refusals = this.#choices.map(({ tape }) => tape.refusal(found));
    this.#chosen = this.#choices[refusals.indexOf(undefined)]?.source;
    const [first] = refusals;
    if (this.#chosen || !first) return undefined;
    const { host, device } = found;
    return refusals.length === 1
      ? first
      : failure('TAPE_IS_ANOTHER', { host, device, found: found.found, wanted: this.words });
  };
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

/**
 * A tape without a label is recognized by its first record. If the journal does not have that, any tape with data and
 * no label may be it.
 */
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

/** Other runs with an unlabeled tape that begins like this one's: only the whole tape distinguishes them. */
export function lookalikes({ run, firstRecordSha256: sha256 }: DumpSource, known: KnownTapes): string[] {
  if (sha256 === undefined) return [];
  const alike = known.filter((tape) => tape.firstRecordSha256 === sha256 && !tape.lost && tape.run !== run);
  return alike.flatMap((tape) => tape.run ?? []).sort();
}
