/** What a command's help says below its options, as sections of a man page. */
import type { Command } from 'commander';
import { entry, paragraph } from './roff.ts';

/** The text that the command itself adds to what commander makes. */
export function addedHelp(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => void written.push(text) });
  command.outputHelp();
  const [, ...added] = written;
  return added.join('').trim();
}

/** `  key   what it is`: a term, at least two spaces, and its text. */
const row = /^ *(\S(?:.*?\S)?) {2,}(\S.*)$/;
/** A short line with indented lines below it; others that end with a colon are sentences. */
const isHeading = (line: string, next: string | undefined): boolean =>
  /^\S.{0,50}:$/.test(line) && next?.startsWith(' ') === true;

/** Part of an added text: a heading and the lines below it. */
export interface HelpPart {
  /** '' for what comes before the first heading. */
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Cuts a text where a heading begins. A blank line ends the part of a heading. */
export function helpParts(text: string): HelpPart[] {
  const parts: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }];
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    if (isHeading(line, all[index + 1])) parts.push({ heading: line.slice(0, -1), lines: [] });
    else if (line.trim() === '' && parts.at(-1)?.heading !== '') parts.push({ heading: '', lines: [] });
    else parts.at(-1)?.lines.push(line);
  }
  return parts.filter(({ lines }) => lines.some((line) => line.trim() !== ''));
}

/** Rows become terms; other lines that follow each other become a paragraph. */
export function roffOfLines(lines: readonly string[]): string[] {
  const roff: string[] = [];
  let words: string[] = [];
  const endParagraph = () => {
    if (words.length > 0) roff.push(...paragraph(words.join(' ')));
    words = [];
  };
  for (const line of lines) {
    const [, term, text] = row.exec(line) ?? [];
    if (line.trim() === '' || term !== undefined) endParagraph();
    if (term !== undefined && text !== undefined) roff.push(...entry(term, text));
    else if (line.trim() !== '') words.push(line.trim());
  }
  endParagraph();
  return roff;
}
