/** What an operator who approves a restore must know of the backup, in words. Pure. */
import { saidList } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { mastersOf, type Assignment } from './assignment.ts';

/** @param count files that tar skipped, or read while they changed */
export const skippedWords = (count: number): string =>
  sayCount(
    count,
    '{count} file is missing from the backup, or changed while tar read it: see the report of the backup',
    '{count} files are missing from the backup, or changed while tar read them: see the report of the backup',
  );

/** What is not known of a run that was imported from its tape. */
export const importedWords = (run: string): string =>
  say('run {run} was imported from its tape: whether it was verified is not known', { run });

/** @param others masters that were backed up at the same instant */
export function othersWords(assignment: Pick<Assignment, 'volumes'>, others: readonly string[]): string {
  return sayCount(
    others.length,
    '{others} was backed up at the same instant and is not restored: data that spans {all} no longer matches. To keep it consistent, restore {all} together',
    '{others} were backed up at the same instant and are not restored: data that spans {all} no longer matches. To keep it consistent, restore {all} together',
    {
      others: saidList(others),
      all: saidList([...mastersOf(assignment), ...others]),
    },
  );
}

/** @param proxies other proxies of the masters, parted and valid */
export const otherProxiesWords = (
  assignment: Pick<Assignment, 'volumes'>,
  proxies: readonly string[],
): string =>
  sayCount(
    proxies.length,
    '{proxies} is another proxy of {masters}, parted and valid: it may be the better source',
    '{proxies} are other proxies of {masters}, parted and valid: one of them may be the better source',
    { proxies: saidList(proxies), masters: saidList(mastersOf(assignment)) },
  );
