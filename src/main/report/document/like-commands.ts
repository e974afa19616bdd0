/**
 * Commands that were sent one after the other, and differ in one number at most: the reads of a fingerprint, the checks of a copy. One that
 * changes something is folded only with itself. Pure.
 */
import type { CommandModel } from '../../../folds/run/run-model.ts';

export interface LikeCommands {
  readonly first: CommandModel;
  readonly times: number;
  /** True if the others differ from the first in a number. */
  readonly differs: boolean;
  /** All of them together; undefined if an end is not known. */
  readonly milliseconds: number | undefined;
}

/** Fewer than these are listed one by one. */
const leastLike = 6;

const numbered = /^(\D*)(\d+)$/;

/** What two lines have in common; undefined if they differ in more than a number. */
function patternOf(one: string, other: string): string | undefined {
  const [words, others] = [one.split(' '), other.split(' ')];
  if (words.length !== others.length) return undefined;
  const differing = words.flatMap((word, index) => (word === others[index] ? [] : [index]));
  const [at] = differing;
  if (at === undefined || differing.length > 1) return undefined;
  const [, head] = numbered.exec(words[at] ?? '') ?? [];
  const [, otherHead] = numbered.exec(others[at] ?? '') ?? [];
  if (head === undefined || head !== otherHead) return undefined;
  return words.with(at, `${head}N`).join(' ');
}

const endOf = ({ state, outcome }: CommandModel) =>
  `${state} ${outcome?.exitStatus ?? ''} ${outcome?.signal ?? ''} ${outcome?.error?.code ?? ''}`;

const sameEnd = (one: CommandModel, other: CommandModel) =>
  one.host === other.host && endOf(one) === endOf(other);

function sumOf(commands: readonly CommandModel[]): number | undefined {
  const times = commands.flatMap(({ outcome }) => outcome?.milliseconds ?? []);
  return times.length < commands.length ? undefined : times.reduce((sum, each) => sum + each, 0);
}

/** How many commands from one on are like it, and in what. */
function runFrom(commands: readonly CommandModel[]): { count: number; pattern: string | undefined } {
  const [first, second] = commands;
  if (!first || !second || !sameEnd(first, second)) return { count: 1, pattern: undefined };
  const pattern = first.line === second.line ? undefined : patternOf(first.line, second.line);
  const isTold = pattern === undefined || first.changes;
  if (isTold && first.line !== second.line) return { count: 1, pattern: undefined };
  const like = (command: CommandModel) =>
    sameEnd(first, command) &&
    (pattern === undefined
      ? command.line === first.line
      : command.line !== first.line && patternOf(first.line, command.line) === pattern);
  const end = commands.findIndex((command, index) => index > 0 && !like(command));
  return { count: end < 0 ? commands.length : end, pattern };
}

/** @param commands in the order of sending; what is like is put together where it follows upon each other */
export function likeCommands(commands: readonly CommandModel[]): LikeCommands[] {
  const groups: LikeCommands[] = [];
  let at = 0;
  while (at < commands.length) {
    const { count, pattern } = runFrom(commands.slice(at));
    const together = pattern === undefined || count >= leastLike ? count : 1;
    const taken = commands.slice(at, at + together);
    const [first] = taken;
    if (!first) break;
    groups.push({
      first,
      times: together,
      differs: together > 1 && pattern !== undefined,
      milliseconds: sumOf(taken),
    });
    at += together;
  }
  return groups;
}
