/** The commands that the pages print as code, with their remarks. Man pages show the same ones, and a test runs them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A line of a code block. */
export interface PrintedLine {
  readonly line: string;
  /** What follows the line after a `#`; '' where there is nothing. */
  readonly remark: string;
}

/** A command of the program, without the program's name. */
export interface DocumentedCommand extends PrintedLine {
  readonly page: string;
}

const ownCommand = /^(?:npm run shadowtape --|shadowtape) /;

/** Pages that print commands, by their paths below the root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** @param page its path below the root */
export const textOfPage = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The lines of a page that are printed as code. */
export function printedLines(page: string): PrintedLine[] {
  const blocks = [...textOfPage(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const lines = blocks.flatMap(([, language, block = '']) => (language === '' ? block.split('\n') : []));
  return lines
    .map((text) => {
      const [, line = '', remark = ''] = /^(.*?)(?:\s+# (.*))?$/.exec(text) ?? [];
      return { line: line.trim(), remark: remark.trim() };
    })
    .filter(({ line }) => line !== '');
}

/** Every command that a page prints, each once, with the first remark that it has. */
export function documentedCommands(): DocumentedCommand[] {
  const known = new Map<string, DocumentedCommand>();
  for (const page of pages)
    for (const { line, remark } of printedLines(page))
      if (ownCommand.test(line)) {
        const command = { line: line.replace(ownCommand, ''), remark, page };
        if ((known.get(command.line)?.remark ?? '') === '') known.set(command.line, command);
      }
  return [...known.values()];
}
