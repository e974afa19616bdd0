/**
 * Quoting for the login shell, whichever it is: sshd hands it the command line as one string, so this is the one place
 * where an argument vector becomes text, and where a command receives its language. What it makes means the same in sh,
 * ksh, bash, zsh, csh and tcsh.
 */
import { failure } from '../../contract/errors.ts';
import { bytesOfName } from '../../contract/file-names.ts';
import { phrase } from '../../contract/text/say.ts';
import { withRights, type Become } from './rights.ts';

/**
 * Words that no shell reads as anything but themselves; everything the GDS guide types is of this kind. `=` does not begin one: zsh looks
 * `=NAME` up as a program, and tcsh takes `=1` for an entry of its directory stack.
 */
const bareArgument = /^(?!=)[A-Za-z0-9_@%+=:,./-]+$/;

/** The first word is narrower: `A=b` would be an assignment and `%1` a job there. */
const bareProgram = /^[A-Za-z0-9_+,./-]+$/;

/** POSIX Shell Command Language 2.4, and the usual additions of ksh and bash. */
const reservedWords = new Set(
  'case do done elif else esac fi for function if in select then time until while'.split(' '),
);

/** A UTF-16 half that has lost its partner cannot be sent as UTF-8. */
const loneSurrogate = /\p{Surrogate}/u;

function refuseUnsendable(text: string): void {
  if (text.includes('\0'))
    throw failure('ARGUMENT_FORBIDDEN', { reason: phrase('an argument holds a NUL character') });
  if (loneSurrogate.test(text)) {
    throw failure('ARGUMENT_FORBIDDEN', { reason: phrase('an argument holds half of a character') });
  }
}

/**
 * Everything between single quotes, but for three characters, each after a backslash outside them. The quote itself;
 * `!`, which csh reads as a reference to its history even between single quotes; and the backslash, which quotes there
 * in a tcsh that has `backslash_quote` set.
 */
function singleQuoted(text: string): string {
  if (text === '') return "''";
  return text.replaceAll(/(['!\\])|[^'!\\]+/g, (part, special?: string) =>
    special === undefined ? `'${part}'` : `\\${special}`,
  );
}

/**
 * One argument as a word of a shell. csh alone does not take a line feed within it: see `sentCommand`.
 * @throws ARGUMENT_FORBIDDEN for a NUL character and for half of a surrogate pair
 */
export function quoteArgument(text: string): string {
  refuseUnsendable(text);
  return bareArgument.test(text) ? text : singleQuoted(text);
}

/** What a terminal may not show, or take, as it is: bytes that are not UTF-8, control characters, signs that turn the direction of a text. */
const notTyped = /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** One byte in the format of printf(1): itself where no shell and no printf reads it as anything else. */
const inFormat = (byte: number): string => {
  const sign = String.fromCharCode(byte);
  return /[A-Za-z0-9_./ ]/.test(sign) ? sign : `\\${byte.toString(8).padStart(3, '0')}`;
};

/**
 * The name of a file in an archive (contract/file-names.ts) as a word of a command line that a person gives to a shell: as `quoteArgument`
 * has it, or where its bytes cannot be typed, written by printf(1). That line is ASCII, and the same to sh, ksh, bash, zsh, csh and tcsh,
 * but for a name with a line feed, which csh would split.
 * @throws ARGUMENT_FORBIDDEN for a NUL character
 */
export function quoteName(name: string): string {
  // A shell takes line feeds off the end of what a command prints.
  if (!notTyped.test(name) || /\0|\n$/.test(name)) return quoteArgument(name);
  return `"\`printf '${Array.from(bytesOfName(name), inFormat).join('')}'\`"`;
}

/**
 * A whole command line: program and arguments, quoted and joined by spaces.
 * @throws ARGUMENT_FORBIDDEN for an empty vector and for what `quoteArgument` refuses
 */
export function commandLine(argv: readonly string[]): string {
  const [program, ...rest] = argv;
  if (program === undefined || program === '') {
    throw failure('ARGUMENT_FORBIDDEN', { reason: phrase('no program is named') });
  }
  refuseUnsendable(program);
  const bare = bareProgram.test(program) && !reservedWords.has(program);
  return [bare ? program : singleQuoted(program), ...rest.map(quoteArgument)].join(' ');
}

/**
 * The environment of every command whose output is read: messages in English, whatever the language of the login. LC_ALL wins over
 * LANG and over every other LC_ variable (POSIX XBD 8.2), and in locale C GNU gettext ignores LANGUAGE.
 */
export const englishMessages = 'LC_ALL=C';

/**
 * Utilities that many hosts have only as a built-in of sh, so that env would not find them: the special built-ins (POSIX XCU 2.14) and the
 * intrinsic utilities (POSIX.1-2024 XCU 1.7). Debian has no program `command` or `cd`, for instance, and csh has no `command` at all.
 */
const onlyInShell = new Set(
  (
    '. : break continue eval exec exit export readonly return set shift times trap unset ' +
    'alias bg cd command fc fg getopts hash jobs kill read type ulimit umask unalias wait'
  ).split(' '),
);

/** Has sh run its arguments as a command: a built-in is found, and a program with `=` in its name is no assignment for env. */
const throughShell = ['sh', '-c', '"$@"', 'sh'];

/** Language in which a command's messages come: that of the login, or English. */
export type CommandLanguage = 'login' | 'english';

function sentWords(argv: readonly string[], language: CommandLanguage): readonly string[] {
  if (language === 'login') return argv;
  const program = argv[0] ?? '';
  const needsShell = onlyInShell.has(program) || program.includes('=');
  return [...(needsShell ? throughShell : []), ...argv];
}

/** In front of a command. `env` sets the environment, since csh does not know `NAME=value command`, and sshd refuses variables that its AcceptEnv does not name. */
const environment: Readonly<Record<CommandLanguage, readonly string[]>> = {
  login: [],
  english: ['env', englishMessages],
};

/** sudo takes a first word with `=` for a variable, and one that begins with `-` for an option (sudo(8)). */
const isOddForSudo = (program: string): boolean => program.startsWith('-') || program.includes('=');

/**
 * A command as plan and journal show it: what is sent, save for its language.
 * @param become how the host's commands get their rights
 * @throws ARGUMENT_FORBIDDEN for what `commandLine` refuses, and for a program that sudo cannot be given
 */
export function shownLine(argv: readonly string[], become?: Become): string {
  return commandLine(rightful(argv, become));
}

function rightful(argv: readonly string[], become: Become | undefined): readonly string[] {
  const words = withRights(argv, become);
  if (words !== argv && isOddForSudo(argv[0] ?? ''))
    throw failure('ARGUMENT_FORBIDDEN', {
      reason: phrase('{become} cannot run a program of that name', { become: become ?? '' }),
    });
  return words;
}

/**
 * The line that is sent for a command. `env` becomes the command: ps shows the command's own words. The language is set before the rights are
 * asked for: sudo passes LC_ALL on (sudoers(5), env_check), and its own refusals come in English.
 * @throws ARGUMENT_FORBIDDEN for what `shownLine` refuses
 */
export function sentLine(
  argv: readonly string[],
  language: CommandLanguage = 'english',
  become?: Become,
): string {
  commandLine(argv);
  return commandLine([...environment[language], ...sentWords(rightful(argv, become), language)]);
}

/** What goes to a host for a command. */
export interface SentCommand {
  readonly line: string;
  /** What the line reads as its input; undefined if the input is the command's own. */
  readonly script?: string;
}

/** "Words can be no longer than 1024 characters" (csh(1) of Solaris); less, since the quotes count. */
const longestWord = 1000;

/** csh takes no line feed within quotes, whatever is put before it, that sh would not see, too. */
const fitsLine = (word: string): boolean => !word.includes('\n') && quoteArgument(word).length <= longestWord;

/**
 * What is sent for a command: the line, or where a login shell might not take that, `sh` and a script on its input. The
 * script is one group, so that sh runs nothing of one that was cut off.
 * @param readsInput true if the command has an input of its own, or may have
 * @param become how the host's commands get their rights
 * @throws ARGUMENT_FORBIDDEN for what `shownLine` refuses, and for a command with an input that does not fit on a line
 */
export function sentCommand(
  argv: readonly string[],
  language: CommandLanguage = 'english',
  readsInput = false,
  become?: Become,
): SentCommand {
  const line = sentLine(argv, language, become);
  if (argv.every(fitsLine)) return { line };
  if (readsInput)
    throw failure('ARGUMENT_FORBIDDEN', {
      reason: phrase(
        'an argument of a command that reads data holds a line feed, or more than {longestWord} characters',
        { longestWord },
      ),
    });
  return {
    line: commandLine([...environment[language], 'sh']),
    script: `{\nexec ${commandLine(sentWords(rightful(argv, become), language))} < /dev/null\n}\n`,
  };
}
