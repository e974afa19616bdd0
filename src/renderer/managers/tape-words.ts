/** Names of tapes: which are valid, which must be typed, which tapes a search finds. */
import type { KnownTapeView, TapeContents, WriterOfTape } from '../../contract/tape/tape-views.ts';
import { say, sayCount } from '../../contract/text/say.ts';
import { endStateOf, stateWords, withOmissions } from '../../folds/run/run-state.ts';
import type { State } from '../../folds/states.ts';

/** The word for data without a label where a tape is named. */
const unlabelledWord = 'data';
const tapeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;

/** Why a tape cannot have the name; undefined if it can, or if nothing was typed yet. */
export function tapeNameTrouble(name: string): string | undefined {
  if (name === '' || (tapeName.test(name) && name !== unlabelledWord)) return undefined;
  if (name === unlabelledWord) return say('"data" means a tape without a label');
  if (name.length > 32) return say('32 characters at most, this has {length}', { length: name.length });
  return say('only letters, digits, "_", "." and "-"; begins with a letter or digit');
}

/** What must be typed before the tape is overwritten; undefined for a blank one. */
export function presentName(contents: TapeContents): string | undefined {
  return contents.blank ? undefined : (contents.label?.name ?? unlabelledWord);
}

/** `run 20261128-171000, verified`; for a run without a journal here only the name. */
export function writerWords(writer: WriterOfTape): { readonly state: State; readonly word: string } {
  const { run, verdict, exitStatus, unfinished } = writer;
  if (unfinished === true)
    return { state: 'warn', word: say('may be the unfinished dump of run {run}', { run }) };
  if (verdict === undefined) return { state: 'idle', word: say('run {run}', { run }) };
  const ended = verdict === 'unfinished' ? 'dead' : endStateOf({ verdict, exitStatus: exitStatus ?? 3 });
  const { state, word } = withOmissions(stateWords[ended], writer);
  return { state, word: say('run {run}, {state}', { run, state: word }) };
}

/**
 * What is erased, for the button that does so: `tape NIGHTLY-2 (run 20261128-171000)`. Undefined for a blank tape. If
 * several runs begin alike, the tape holds one of them.
 */
export function erasedWords({ blank, label, writtenBy = [] }: TapeContents): string | undefined {
  if (blank) return undefined;
  const what = label === undefined ? say('the data') : say('tape {name}', { name: label.name });
  const runs = writtenBy.map(({ run }) => run);
  if (runs.length === 0) return what;
  if (writtenBy.some(({ unfinished }) => unfinished))
    return say('{what} (may be the unfinished dump of run {run})', { what, run: runs.join(', ') });
  return sayCount(runs.length, '{what} (run {runs})', '{what} (one of the runs {runs})', {
    what,
    runs: runs.join(', '),
  });
}

/** True while the tape must not be overwritten, even if it is named. */
export function isKept(keepUntil: string | undefined, now: Date): boolean {
  return keepUntil !== undefined && now < new Date(keepUntil);
}

const wordsOf = (tape: KnownTapeView) =>
  [
    tape.name,
    tape.run,
    tape.host,
    tape.device,
    tape.location,
    tape.uuid,
    ...tape.files.map(({ volume }) => volume),
  ]
    .join('\n')
    .toLowerCase();

/** The recorded place of the tape, or the drive that it was last in. */
export const placeOfTape = ({ location, host, device }: KnownTapeView): string =>
  location ?? `${host}:${device}`;

/** The tapes that hold every word, in name, run, volume, host, location or uuid. */
export function tapesWith(tapes: readonly KnownTapeView[], search: string): readonly KnownTapeView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return tapes.filter((tape) => words.every((word) => wordsOf(tape).includes(word)));
}
