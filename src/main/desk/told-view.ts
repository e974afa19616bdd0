/** What the pages are shown, in the language of the program: the program stores and passes on its sentences in English. */
import { spokenLanguage, told } from '../../contract/text/say.ts';
import { toldStands } from '../../folds/stands.ts';

/**
 * Fields that have a sentence, a title or a label; a state that the pages compare is in none of them. `what` is such a
 * state wherever it is not that of a line of `check`.
 */
const sentences = new Set([
  ...[
    'actual',
    'evidence',
    'expected',
    'hint',
    'label',
    'notice',
    'onScreen',
    'reason',
    'refusal',
    'said',
    'sentence',
  ],
  ...['text', 'title', 'trouble', 'why', 'words'],
  // Several of them.
  ...['findings', 'losses', 'notes', 'notices', 'reasons', 'unchecked', 'warnings'],
]);

/** Where a rule or a step comes from; of a restore, the source is a state of one word. */
const isCitation = (name: string, value: unknown): boolean =>
  name === 'source' && typeof value === 'string' && value.includes(' ');

function toldIn(value: unknown, isSentence: boolean): unknown {
  if (typeof value === 'string') return isSentence ? told(value) : value;
  if (Array.isArray(value)) return value.map((each) => toldIn(each, isSentence));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const isCheckLine = 'good' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      name,
      name === 'stands' && Array.isArray(each)
        ? toldStands(each as string[])
        : toldIn(each, sentences.has(name) || (isCheckLine && name === 'what') || isCitation(name, each)),
    ]),
  );
}

/** @param value plain data, as it is sent to a page */
export const toldView = <Value>(value: Value): Value =>
  spokenLanguage() === 'en' ? value : (toldIn(value, false) as Value);
