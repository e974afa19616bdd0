/** Options of a command that the next one also needs: a hint must work as it is printed. */
import { quoteArgument as shellWord } from '../ssh/quoting.ts';
import { translated } from '../../contract/text/say.ts';

export interface GlobalOptionWords {
  /** ` --state DIR`, if it was given: for the lines that show how to see the run. */
  readonly stateOption: string;
  /** ` --site FILE`, if it was given: for the lines that show how to continue. */
  readonly siteOption: string;
}

/**
 * @param state undefined if it is the usual one
 * @param site undefined for the embedded lab
 */
export const givenOptions = (state: string | undefined, site: string | undefined): GlobalOptionWords => ({
  stateOption: state === undefined ? '' : ` --state ${shellWord(state)}`,
  siteOption: site === undefined ? '' : ` --site ${shellWord(site)}`,
});

/** Without the site file they apply to the embedded lab. */
const ofSite = 'resume|rollback|unwind|unlock|locks|run|check|label|verify|identify|drive-check|restore';
const ofState = 'runs|show|tapes|where';
const command = new RegExp(`\\bshadowtape( --state DIR)? (?:(${ofSite})|(${ofState}))(?![\\w-])`, 'g');

/** A hint in the language of the program, with the options at each command. A placeholder for a state folder stays. */
export const asGiven = (text: string, { stateOption, siteOption }: GlobalOptionWords): string =>
  translated(text).replace(
    command,
    (_all, open: string | undefined, site: string | undefined, state: string) =>
      ['shadowtape', site === undefined ? '' : siteOption, open ?? stateOption, ` ${site ?? state}`].join(''),
  );
