/** What whoever approves a restore must know of the backup, in words. Pure. */
import { countText, listed } from '../../../contract/words.ts';
import { mastersOf, type Assignment } from './assignment.ts';

/** @param count files that tar left out, or read while they changed */
export const skippedWords = (count: number): string =>
  `${countText(count)} ${count === 1 ? 'file is' : 'files are'} missing from the backup, or changed while tar read ${count === 1 ? 'it' : 'them'}: see the report of the backup`;

/** What is not known of a run that was taken from its tape. */
export const importedWords = (run: string): string =>
  `run ${run} was imported from its tape: whether it was verified is not known`;

/** @param others masters that were backed up at the same instant */
export function othersWords(assignment: Pick<Assignment, 'volumes'>, others: readonly string[]): string {
  const masters = listed(mastersOf(assignment));
  return `${listed(others)} ${others.length === 1 ? 'was' : 'were'} backed up at the same instant and ${others.length === 1 ? 'is' : 'are'} not restored: data that spans ${listed([...mastersOf(assignment), ...others])} no longer matches. Add --replace ${others.join(' --replace ')} to restore them with ${masters}`;
}
