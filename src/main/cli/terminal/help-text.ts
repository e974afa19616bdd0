/** Texts below the options of a command, filled to the width of the terminal. Pure. */
import type { AddHelpTextContext } from 'commander';
import { columnsOf, shownLines } from './lines.ts';

/** Columns that are used at most: longer lines are hard to read. */
const most = 100;

/** The term of a row, up to its meaning: `  0  OK        every volume is protected`. */
const term = /^ *\S.*? {2,}(?=\S)(?!.* {2,}\S)/;

/** The lines of one paragraph or row are one: line feeds are put where the terminal ends. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  for (const line of text.split('\n')) {
    const before = blocks.at(-1) ?? '';
    const below = term.exec(before)?.[0].length;
    const goesOn = below === undefined ? isProse(line) && isProse(before) : isBelow(line, below);
    if (goesOn && !before.endsWith(':')) blocks[blocks.length - 1] = `${before} ${line.trim()}`;
    else blocks.push(line);
  }
  return blocks;
}

const isProse = (line: string): boolean => /^\S/.test(line) && !term.test(line);
const isBelow = (line: string, column: number): boolean => /^ *(?=\S)/.exec(line)?.[0].length === column;

/** A meaning that would begin behind the middle has lines of its own. */
function blockLines(block: string, width: number): string[] {
  const format = (indent?: number) => ({ width, colors: false, indent });
  const found = term.exec(block)?.[0];
  if (found === undefined) return shownLines(block, isProse(block) ? format(0) : format());
  const indent = columnsOf(found);
  if (indent <= width / 2 || columnsOf(block) <= width) return shownLines(block, format(indent));
  const margin = ' '.repeat(columnsOf(/^ */.exec(found)?.[0] ?? '') + 4);
  return [found.trimEnd(), ...shownLines(margin + block.slice(found.length), format(margin.length))];
}

/**
 * @param text paragraphs, and rows of a term and its meaning, two blanks between them
 * @param width columns of the terminal
 * @returns the same words in lines of at most `width` columns, except where a word is longer
 */
export const helpText = (text: string, width: number): string =>
  blocksOf(text)
    .flatMap((block) => blockLines(block, Math.min(width, most)))
    .join('\n');

/** What `addHelpText` takes to print a text below the options of a command. */
export const belowOptions =
  (text: string) =>
  ({ error, command }: AddHelpTextContext): string => {
    const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
    const width = error ? getErrHelpWidth?.() : getOutHelpWidth?.();
    return `\n${helpText(text, width ?? most)}`;
  };
