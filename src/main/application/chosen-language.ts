/**
 * Chooses the language of the process as it is loaded: the first import of every entry point, since constants of
 * modules have texts. An unknown language is refused later, where an error can be shown: `languageNamed`.
 */
import { languages } from '../../contract/text/languages.ts';
import { speak } from '../../contract/text/say.ts';

/** The variable of the environment that names it. */
export const languageVariable = 'SHADOWTAPE_LANG';

/** The option of the command line that names it. */
const option = '--lang';

/** Their output is for programs, and always in English. */
const forPrograms = '--json';

/** The requested language; undefined if there is no request. */
function askedLanguage(words: readonly string[], environment: NodeJS.ProcessEnv): string | undefined {
  const joined = words.findLast((word) => word.startsWith(`${option}=`));
  const at = words.lastIndexOf(option);
  return (
    joined?.slice(option.length + 1) ?? (at < 0 ? undefined : words[at + 1]) ?? environment[languageVariable]
  );
}

const argv = process.argv.slice(2);
const end = argv.indexOf('--');
const words = end < 0 ? argv : argv.slice(0, end);
const language = languages.get(askedLanguage(words, process.env) ?? '');
if (words.includes(forPrograms)) speak(undefined);
else if (language !== undefined) speak(language);
