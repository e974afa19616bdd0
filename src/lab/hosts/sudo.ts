/**
 * sudo(8) as a lab host has it: `sudo -n COMMAND` and `sudo -n -l COMMAND`. What /etc/sudoers.d/shadowtape names is allowed, as sudoers(5)
 * says it; on a host without that file everything is, since the lab's only login is root. Its messages are those of sudo 1.9.
 */
import { posix } from 'node:path';
import type { CommandCall } from './command-call.ts';

const rulesFile = '/etc/sudoers.d/shadowtape';

/** The arguments of a rule as a regular expression: `*` and `?` match spaces, too; a backslash quotes. */
function argumentsPattern(text: string): RegExp {
  const parts = text.match(/\\[^]|\[[^\]]*\]|[^]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '[^]*';
    if (part === '?') return '[^]';
    if (part.startsWith('[')) return part;
    return part.replace(/^\\/, '').replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}

function allowsCommand(rule: string, program: string, words: string): boolean {
  const [, path = '', pattern] = / NOPASSWD: (\S+)(?: (.*))?$/.exec(rule) ?? [];
  if (posix.basename(path) !== posix.basename(program)) return false;
  if (pattern === undefined) return true;
  return pattern === '""' ? words === '' : argumentsPattern(pattern).test(words);
}

/** The request to sudo, and whether it is only a query. */
export interface SudoOrder {
  readonly argv: readonly string[];
  readonly onlyLists: boolean;
}

/** @param words after the name of sudo */
export function sudoOrder(words: readonly string[]): SudoOrder {
  const first = words.findIndex((word) => !word.startsWith('-'));
  const split = first < 0 ? words.length : first;
  return { argv: words.slice(split), onlyLists: words.slice(0, split).includes('-l') };
}

/** Prints sudo's message if it does not allow a command. @returns true if it allows it */
export async function sudoAllows(
  { machine, errors }: CommandCall,
  { argv, onlyLists }: SudoOrder,
): Promise<boolean> {
  const [program = '', ...words] = argv;
  const kind = await machine.files.kindOf(rulesFile);
  if (kind !== 'file') return true;
  const rules = (await machine.files.read(rulesFile)).toString('utf8').split('\n');
  if (rules.some((rule) => allowsCommand(rule, program, words.join(' ')))) return true;
  if (!onlyLists) await errors.write('sudo: a password is required\n');
  return false;
}
