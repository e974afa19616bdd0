/** Texts in the sources that a person can meet: string literals of two words and more, and the text of components. */
import { readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import ts from 'typescript';

/** A text, with the file and line where it is. */
export interface UserText {
  readonly place: string;
  readonly text: string;
}

/** Two words at least, with letters in lower case: names, keys and formats are no sentences. */
const isProse = (text: string): boolean => text.trim().split(/\s+/).length > 1 && /[a-z]{2}/.test(text);

/** What a literal says; an expression in a template is left as `…`. */
function textOfLiteral(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

const bringsNoText = (node: ts.Node): boolean =>
  ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node);

function textsOfScript(file: string, source: string): UserText[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts: UserText[] = [];
  const visit = (node: ts.Node): void => {
    if (bringsNoText(node)) return;
    const text = textOfLiteral(node);
    if (text !== undefined && isProse(text)) {
      const line = parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      texts.push({ place: `${file}:${line}`, text });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return texts;
}

interface MarkupNode {
  readonly type?: string;
  readonly start?: number;
  readonly data?: string;
  readonly value?: unknown;
}

/** Text between tags, in attributes, and in the literals of expressions and scripts. */
function textsOfComponent(file: string, source: string): UserText[] {
  const { fragment, instance, module } = parse(source, { modern: true, filename: file });
  const texts: UserText[] = [];
  const add = ({ start = 0 }: MarkupNode, text: string): void => {
    const line = source.slice(0, start).split('\n').length;
    if (isProse(text)) texts.push({ place: `${file}:${line}`, text: text.trim().replace(/\s+/g, ' ') });
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const each = node as MarkupNode & Record<string, unknown>;
    if (each.type === 'ImportDeclaration' || each.type === 'TSLiteralType') return;
    if (each.type === 'Text' && typeof each.data === 'string') add(each, each.data);
    if (each.type === 'Literal' && typeof each.value === 'string') add(each, each.value);
    if (each.type === 'TemplateElement') add(each, (each.value as { raw: string }).raw);
    for (const [key, value] of Object.entries(each)) if (key !== 'metadata' && key !== 'loc') visit(value);
  };
  [fragment, instance?.content, module?.content].forEach(visit);
  return texts;
}

/** @param path of a .ts or .svelte file. @param file its name in the answer */
export function textsOf(path: string, file: string): UserText[] {
  const source = readFileSync(path, 'utf8');
  return path.endsWith('.svelte') ? textsOfComponent(file, source) : textsOfScript(file, source);
}
