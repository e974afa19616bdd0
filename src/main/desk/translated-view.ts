/** What the pages are shown, in the language of the program: the program stores and passes on its sentences in English. */
import { sentenceFields } from '../../contract/sentence-fields.ts';
import { spokenLanguage, translated } from '../../contract/text/say.ts';
import { translatedState } from '../../folds/state-at-end.ts';

/**
 * Fields that have a sentence, a title or a label; a state that the pages compare is in none of them. `what` is such a
 * state wherever it is not that of a line of `check`.
 */
const translatedFields = new Set([
  ...sentenceFields,
  ...['actual', 'evidence', 'expected', 'label', 'said', 'text', 'title', 'unchecked', 'words'],
]);

/** Where a rule or a step comes from; of a restore, the source is a state of one word. */
const isCitation = (name: string, value: unknown): boolean =>
  name === 'source' && typeof value === 'string' && value.includes(' ');

function translatedIn(value: unknown, isSentence: boolean): unknown {
  if (typeof value === 'string') return isSentence ? translated(value) : value;
  if (Array.isArray(value)) return value.map((each) => translatedIn(each, isSentence));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const isCheckLine = 'good' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      name,
      name === 'stands' && Array.isArray(each)
        ? translatedState(each as string[])
        : translatedIn(
            each,
            translatedFields.has(name) || (isCheckLine && name === 'what') || isCitation(name, each),
          ),
    ]),
  );
}

/** @param value plain data, as it is sent to a page */
export const translatedView = <Value>(value: Value): Value =>
  spokenLanguage() === 'en' ? value : (translatedIn(value, false) as Value);
