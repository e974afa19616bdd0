/** All names of hosts, tapes and archives reach the page here: none may change the direction of the text around it. */
import type { Channel } from '../contract/channels.ts';
import { undirected } from '../contract/words.ts';

/** These answer with the operator's own site file: it is shown, sent back and saved unchanged. */
const ofSiteFile: readonly Channel[] = ['site', 'siteFile', 'draftSite'];

export const isOfSiteFile = (channel: string): boolean => ofSiteFile.some((each) => each === channel);

/** @param value plain data @returns the same value if nothing in it changes the direction */
export function undirectedValues(value: unknown): unknown {
  if (typeof value === 'string') return undirected(value);
  if (Array.isArray(value)) {
    const items = value.map(undirectedValues);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const before = Object.entries(value);
  const entries = before.map(([key, each]) => [undirected(key), undirectedValues(each)] as const);
  const isSame = entries.every(
    ([key, each], index) => key === before[index]?.[0] && each === before[index]?.[1],
  );
  return isSame ? value : Object.fromEntries(entries);
}
