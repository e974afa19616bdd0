/** Commands of a site file as lines that a person edits: one command per line. */
import { isList, type Value } from './yaml-text.ts';

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A word as it is written in a command line; characters that are special to a shell are quoted. */
function quoted(word: string): string {
  if (plain.test(word)) return word;
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

/** `["umount", "/my data"]` and `umount '/my data'` are the same command. */
function commandText(command: Value): string {
  return isList(command) ? command.map((word) => quoted(String(word))).join(' ') : String(command ?? '');
}

export function linesOf(commands: Value | undefined): string {
  return isList(commands) ? commands.map(commandText).join('\n') : '';
}

/** @returns one command per line; empty lines do not count */
export function commandsOf(lines: string): string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
