/**
 * What the console sends, as a page shows it. All names of hosts, tapes and archives reach the page here: none may change the direction of
 * the text around it. Sentences of journals, errors and locks have their times in UTC, since they are read in other zones, too: here they
 * get those of this machine.
 */
import type { Channel } from '../contract/channels.ts';
import { sentenceFields } from '../contract/sentence-fields.ts';
import { withTimesIn } from '../contract/time/zoned-time.ts';
import { undirected } from '../contract/words.ts';
import { handCommandOf } from '../folds/state-at-end.ts';

/** These answer with the operator's own site file: it is shown, sent back and saved unchanged. */
const ofSiteFile: readonly Channel[] = ['site', 'siteFile', 'draftSite'];

const isOfSiteFile = (channel: string): boolean => ofSiteFile.some((each) => each === channel);

/** A report names the zone of its times, and is the same on paper. */
const isReport = (channel: string): boolean => channel === ('report' satisfies Channel);

/** True for what has a sentence as its text: warnings and questions, in a journal and on their own. */
const hasText = (value: object): boolean =>
  'choices' in value || ('type' in value && value.type === 'warning');

type Change = (text: string, isSentence: boolean) => string;

/** @returns the same value if nothing in it is changed */
function changedIn(value: unknown, change: Change, isSentence: boolean): unknown {
  if (typeof value === 'string') return change(value, isSentence);
  if (Array.isArray(value)) {
    const items = value.map((item) => changedIn(item, change, isSentence));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const before = Object.entries(value);
  const entries = before.map(([key, each]) => {
    const isOfSentence = sentenceFields.has(key) || key === 'stands' || (key === 'text' && hasText(value));
    return [change(key, false), changedIn(each, change, isOfSentence)] as const;
  });
  const isSame = entries.every(
    ([key, each], index) => key === before[index]?.[0] && each === before[index]?.[1],
  );
  return isSame ? value : Object.fromEntries(entries);
}

const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * @param value plain data, as the console sends it
 * @param channel which request it answers; without it, it was pushed
 */
export function shownValues(value: unknown, channel = ''): unknown {
  if (isOfSiteFile(channel)) return value;
  if (isReport(channel)) return changedIn(value, undirected, false);
  const zone = here();
  // A command to run by hand is copied, and stays as it is.
  const change: Change = (text, isSentence) =>
    undirected(isSentence && handCommandOf(text) === undefined ? withTimesIn(text, zone) : text);
  return changedIn(value, change, false);
}
