/** Which file is asked for: a base name, a path, or a pattern. Names are compared in bytes. Pure. */
import { failure } from '../../contract/errors.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';
import { anyCharacter, typedBytes, type ByteString } from './name-encoding.ts';
import { storedLine } from './stored-line.ts';

/** What a name, or the path of a directory, has to be. */
export interface NameRule {
  /** Undefined: any. */
  readonly line: RegExp | undefined;
  /** All that fits begins with this. */
  readonly begin: ByteString;
  /** True if `begin` is all of it. */
  readonly isExact: boolean;
  /** A piece that all that fits holds, as it is between two line feeds: one at its beginning or end is that of the line. */
  readonly piece: ByteString;
}

export interface FilePattern {
  /** Undefined: in any directory. */
  readonly directory: NameRule | undefined;
  readonly name: NameRule;
}

type Part = { readonly text: ByteString } | { readonly sign: '*' | '**/' | '**' | '?' };

/** How what is typed becomes bytes. */
type Encoding = FileNameEncoding | undefined;

/** A backslash takes the meaning from the sign after it, but for `\xA4`, which is the byte of that number. */
function partsOf(pattern: string, encoding: Encoding): Part[] {
  const found = pattern.matchAll(/\\x([0-9A-Fa-f]{2})|\\([*?\\])|(\*\*\/|\*\*|\*|\?)|([^*?\\]+|\\)/g);
  const parts: Part[] = [];
  for (const [, byte, escaped, sign, text] of found) {
    const last = parts.at(-1);
    const bytes =
      byte === undefined
        ? (typedBytes(escaped ?? text ?? '', encoding) ?? '')
        : String.fromCharCode(Number.parseInt(byte, 16));
    if (sign !== undefined) parts.push({ sign: sign as '*' });
    else if (last && 'text' in last) parts[parts.length - 1] = { text: last.text + bytes };
    else parts.push({ text: bytes });
  }
  return parts.map((part) => ('text' in part ? { text: storedLine(part.text) } : part));
}

const stars = { '*': '[^/\\n]*', '**': '[^\\n]*', '**/': '(?:[^\\n]*/)?' } as const;

const escapeText = (text: ByteString) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const anything: NameRule = { line: undefined, begin: '', isExact: false, piece: '' };

function ruleOf(pattern: string, encoding: Encoding): NameRule {
  const parts = partsOf(pattern, encoding);
  if (parts.length > 0 && parts.every((part) => 'sign' in part && part.sign.startsWith('**')))
    return anything;
  const sourceOf = (part: Part) => {
    if ('text' in part) return escapeText(part.text);
    return part.sign === '?' ? anyCharacter(encoding) : stars[part.sign];
  };
  const source = parts.map(sourceOf).join('');
  const [first] = parts;
  const isExact = parts.length === 0 || (parts.length === 1 && first !== undefined && 'text' in first);
  return {
    line: new RegExp(`^${source}$`),
    begin: first && 'text' in first ? first.text : '',
    isExact,
    piece: isExact ? `\n${first && 'text' in first ? first.text : ''}\n` : longestPiece(parts),
  };
}

function longestPiece(parts: readonly Part[]): string {
  const pieces = parts.map((part, index) => {
    if (!('text' in part)) return '';
    const before = index === 0 ? '\n' : '';
    const after = index === parts.length - 1 ? '\n' : '';
    return `${before}${part.text}${after}`;
  });
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
}

/** A name has no slash: every star of it is the same. */
const nameRule = (pattern: string, encoding: Encoding): NameRule =>
  /^\*+$/.test(pattern) ? anything : ruleOf(pattern, encoding);

/** @param path ends with two stars where what lies below fits, too */
function directoryRule(path: string, isRooted: boolean, encoding: Encoding): NameRule {
  const top = path.replace(/(^|\/)\*\*$/, '');
  if (top === '' && path !== '') return anything;
  const rule = ruleOf(isRooted ? top : `**/${top}`, encoding);
  if (top === path || !rule.line) return rule;
  const line = new RegExp(`${rule.line.source.slice(0, -1)}(?:/[^\\n]*)?$`);
  return { ...rule, line, isExact: false, piece: rule.piece.replace(/\n$/, '') };
}

/**
 * `ledger.db`: of that name, anywhere. `/app/ledger.db`: of that path in the archive. `app/ledger.db`: of a path that ends so.
 * `app/`: everything below. `*` and `?` stand for anything but a slash, `**` for anything;
 * `\xA4` for that byte.
 * @param encoding of the names, where they are not UTF-8; all characters of the text are in it
 * @throws FILE_UNNAMED
 */
export function parseFilePattern(text: string, encoding?: FileNameEncoding): FilePattern {
  const isRooted = /^\.?\//.test(text);
  const path = text.replace(/^(\.?\/)+/, '').replace(/\/+$/, '/**');
  if (path === '' && !isRooted) throw failure('FILE_UNNAMED', { text });
  if (path === '' || path === '**') return { directory: undefined, name: anything };
  if (path.endsWith('/**')) return { directory: directoryRule(path, isRooted, encoding), name: anything };
  const slash = path.lastIndexOf('/');
  const name = nameRule(path.slice(slash + 1), encoding);
  if (slash >= 0) return { directory: directoryRule(path.slice(0, slash), isRooted, encoding), name };
  return { directory: isRooted ? ruleOf('', encoding) : undefined, name };
}

/**
 * The same question in each encoding in which names may be: UTF-8, and those of sites.
 * @throws FILE_UNNAMED
 */
export function parseFilePatterns(text: string, encodings: readonly FileNameEncoding[]): FilePattern[] {
  // Of ASCII, `?` alone depends on the encoding.
  const differ = /[^\0-\x7f]|\?/.test(text);
  const possible = encodings.filter((encoding) => differ && typedBytes(text, encoding) !== undefined);
  return [parseFilePattern(text), ...possible.map((encoding) => parseFilePattern(text, encoding))];
}
