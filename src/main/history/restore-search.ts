/** Which restores and drills match a search of runs. Pure. */
import type { RestoreLine } from '../../contract/restore-views.ts';
import { parseSearch, type Term } from './search-query.ts';

const kindWords: Readonly<Record<RestoreLine['kind'], string>> = {
  files: 'restore files',
  image: 'restore image',
  drill: 'drill',
  copy: 'second copy',
};

/** The verdict under which it is found; one that is not proven is a failure. */
function verdictOf({ exitStatus }: RestoreLine): string {
  if (exitStatus === undefined) return 'unfinished';
  return exitStatus === 0 ? 'verified' : 'failed';
}

function textsOf({ name, kind, runs, volumes, to = '', by, sentence = '' }: RestoreLine): string {
  return [name, kindWords[kind], ...runs, ...volumes, to, by, sentence].join('\n').toLowerCase();
}

/** What a restore does not have, such as a job, matches nothing. */
function fits(line: RestoreLine, term: Term): boolean {
  if (term.kind === 'word') return textsOf(line).includes(term.text);
  if (term.kind === 'date')
    return term.key === 'after' ? line.startedAt >= term.at : line.startedAt < term.at;
  if (term.kind === 'choice')
    return term.key === 'verdict'
      ? verdictOf(line) === term.value
      : term.key === 'status' && String(line.exitStatus) === term.value;
  if (term.kind === 'number') return false;
  const texts = { volume: line.volumes, operator: [line.by] };
  const own = term.key === 'volume' || term.key === 'operator' ? texts[term.key] : [];
  return own.some((text) => text.toLowerCase().includes(term.text));
}

/** @throws SEARCH_UNREADABLE */
export function matchingRestores(lines: readonly RestoreLine[], query: string): RestoreLine[] {
  const terms = parseSearch(query);
  return lines.filter((line) => terms.every((term) => fits(line, term)));
}
