/** What a reader of the sources reads besides code: comments, and the titles of tests. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { UserText } from './user-texts.ts';

/** What a comment says, without its marks and line breaks. */
const plain = (comment: string): string =>
  comment
    .replace(/^(\/\*+|\/\/|<!--)|(\*+\/|-->)$/g, '')
    .replace(/\n\s*(\*|\/\/)?\s*/g, ' ')
    .trim();

const isTestCall = (name: string): boolean => /^(it|test|describe|sampled|scenario)\b/.test(name);

/** The title of a test or group of tests; undefined for any other node. */
function titleOf(node: ts.Node, parsed: ts.SourceFile): string | undefined {
  if (!ts.isCallExpression(node) || !isTestCall(node.expression.getText(parsed))) return undefined;
  const [title] = node.arguments;
  if (title === undefined) return undefined;
  return ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)
    ? title.getText(parsed).slice(1, -1)
    : undefined;
}

function notesOfScript(file: string, source: string, firstLine: number): UserText[] {
  const parsed = ts.createSourceFile(file, source, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const notes = new Map<number, UserText>();
  const add = (at: number, text: string): void => {
    const line = parsed.getLineAndCharacterOfPosition(at).line + firstLine;
    notes.set(at, { place: `${file}:${line}`, text });
  };
  const visit = (node: ts.Node): void => {
    const before = ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [];
    const after = ts.getTrailingCommentRanges(source, node.getEnd()) ?? [];
    for (const { pos, end } of [...before, ...after]) add(pos, plain(source.slice(pos, end)));
    const title = titleOf(node, parsed);
    if (title !== undefined) add(node.getStart(parsed), title);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return [...notes.values()];
}

const lineAt = (source: string, index: number): number => source.slice(0, index).split('\n').length;

/** The comments of scripts, markup and styles. */
function notesOfComponent(file: string, source: string): UserText[] {
  const scripts = [...source.matchAll(/(<script[^>]*>)([\s\S]*?)<\/script>/g)].flatMap((match) =>
    notesOfScript(file, match[2] ?? '', lineAt(source, match.index)),
  );
  const styles = [...source.matchAll(/<style[^>]*>[\s\S]*?<\/style>/g)].flatMap((style) =>
    [...style[0].matchAll(/\/\*[\s\S]*?\*\//g)].map(([text], index) => ({
      text,
      index: style.index + index,
    })),
  );
  const marks = [...source.matchAll(/<!--[\s\S]*?-->/g)].map(({ 0: text, index }) => ({ text, index }));
  const others = [...styles, ...marks].map(({ text, index }) => ({
    place: `${file}:${lineAt(source, index)}`,
    text: plain(text),
  }));
  return [...scripts, ...others];
}

/** @param path of a .ts or .svelte file. @param file its name in the answer */
export function notesOf(path: string, file: string): UserText[] {
  const source = readFileSync(path, 'utf8');
  return path.endsWith('.svelte') ? notesOfComponent(file, source) : notesOfScript(file, source, 1);
}
