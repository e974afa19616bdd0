/** Text as groff reads it: ASCII alone, and no line that it would take for a request. */

/** Signs that groff would set as typographic ones: what a man page prints must be what a shell takes. */
const names: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

const named = (sign: string): string => {
  const point = sign.codePointAt(0) ?? 0;
  return names[sign] ?? `\\[u${point.toString(16).toUpperCase().padStart(4, '0')}]`;
};

/** A text of one line. */
export function roffText(text: string): string {
  // eslint-disable-next-line no-control-regex -- all that is not ASCII
  const line = text.replaceAll(/[\\\-'"`^~]|[^\x00-\x7f]/gu, named);
  return line.startsWith('.') ? `\\&${line}` : line;
}

export const bold = (text: string): string => `\\fB${roffText(text)}\\fR`;

/** A paragraph. */
export const paragraph = (text: string): string[] => ['.PP', roffText(text)];

/** A term, and what it is; a term alone where the text is empty. */
export const entry = (term: string, text: string): string[] =>
  text === '' ? ['.PP', bold(term)] : ['.TP', bold(term), roffText(text)];

/** A line that is not filled, with a text below it. */
export const example = (line: string, text: string): string[] => [
  '.PP',
  '.nf',
  bold(line),
  '.fi',
  ...(text === '' ? [] : ['.RS 4', roffText(text), '.RE']),
];

/** A section with its heading; nothing where it has no lines. */
export const section = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`.SH ${roffText(heading)}`, ...lines];
