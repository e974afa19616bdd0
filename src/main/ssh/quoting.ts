/**
 * Quoting for a POSIX shell: sshd hands the command line to the user's login shell as one string, so this is the one place where
 * an argument vector becomes text.
 */
import { failure } from '../../contract/errors.ts';

/** Words that no shell reads as anything but themselves; everything the GDS guide types is of this kind. */
const bareArgument = /^[A-Za-z0-9_@%+=:,./-]+$/;

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
    throw failure('ARGUMENT_FORBIDDEN', { reason: 'an argument holds a NUL character' });
  if (loneSurrogate.test(text)) {
    throw failure('ARGUMENT_FORBIDDEN', { reason: 'an argument holds half of a character' });
  }
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * One argument as a word of a POSIX shell.
 * @throws ARGUMENT_FORBIDDEN for a NUL character and for half of a surrogate pair
 */
export function quoteArgument(text: string): string {
  refuseUnsendable(text);
  return bareArgument.test(text) ? text : singleQuoted(text);
}

/**
 * A whole command line: program and arguments, quoted and joined by spaces.
 * @throws ARGUMENT_FORBIDDEN for an empty vector and for what `quoteArgument` refuses
 */
export function commandLine(argv: readonly string[]): string {
  const [program, ...rest] = argv;
  if (program === undefined || program === '') {
    throw failure('ARGUMENT_FORBIDDEN', { reason: 'no program is named' });
  }
  refuseUnsendable(program);
  const bare = bareProgram.test(program) && !reservedWords.has(program);
  return [bare ? program : singleQuoted(program), ...rest.map(quoteArgument)].join(' ');
}
