/** Which file is asked for: a base name, a path, or a pattern. Pure. */
import { failure } from '../../contract/errors.ts';
import { storedName } from './name-list.ts';

/** What a name, or the path of a directory, has to be. */
export interface NameRule {
  /** Undefined: any. */
  readonly line: RegExp | undefined;
  /** All that fits begins with this. */
  readonly begin: string;
  /** True where `begin` is all of it. */
  readonly isExact: boolean;
  /** A piece that all that fits holds, as it stands between two line feeds: one at its beginning or end is that of the line. */
  readonly piece: string;
}

export interface FilePattern {
  /** Undefined: in any directory. */
  readonly directory: NameRule | undefined;
  readonly name: NameRule;
}

type Part = { readonly text: string } | { readonly sign: '*' | '**/' | '**' | '?' };

/** A backslash takes the meaning from the sign behind it. */
function partsOf(pattern: string): Part[] {
  const found = pattern.matchAll(/\\([*?\\])|(\*\*\/|\*\*|\*|\?)|([^*?\\]+|\\)/g);
  const parts: Part[] = [];
  for (const [, escaped, sign, text] of found) {
    const last = parts.at(-1);
    if (sign !== undefined) parts.push({ sign: sign as '*' });
    else if (last && 'text' in last) parts[parts.length - 1] = { text: last.text + (escaped ?? text ?? '') };
    else parts.push({ text: escaped ?? text ?? '' });
  }
  return parts;
}

const signs = { '*': '[^/\\n]*', '?': '[^/\\n]', '**': '[^\\n]*', '**/': '(?:[^\\n]*/)?' } as const;

const escapeText = (text: string) => storedName(text).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const anything: NameRule = { line: undefined, begin: '', isExact: false, piece: '' };

function ruleOf(pattern: string): NameRule {
  const parts = partsOf(pattern);
  if (parts.length > 0 && parts.every((part) => 'sign' in part && part.sign.startsWith('**')))
    return anything;
  const source = parts.map((part) => ('text' in part ? escapeText(part.text) : signs[part.sign])).join('');
  const [first] = parts;
  const isExact = parts.length === 0 || (parts.length === 1 && first !== undefined && 'text' in first);
  return {
    line: new RegExp(`^${source}$`),
    begin: first && 'text' in first ? storedName(first.text) : '',
    isExact,
    piece: isExact ? `\n${storedName(first && 'text' in first ? first.text : '')}\n` : longestPiece(parts),
  };
}

function longestPiece(parts: readonly Part[]): string {
  const pieces = parts.map((part, index) => {
    if (!('text' in part)) return '';
    const before = index === 0 ? '\n' : '';
    const after = index === parts.length - 1 ? '\n' : '';
    return `${before}${storedName(part.text)}${after}`;
  });
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
}

/** A name has no slash: every star of it is the same. */
const nameRule = (pattern: string): NameRule => (/^\*+$/.test(pattern) ? anything : ruleOf(pattern));

/** @param path ends with two stars where what lies below fits, too */
function directoryRule(path: string, isRooted: boolean): NameRule {
  const top = path.replace(/(^|\/)\*\*$/, '');
  if (top === '' && path !== '') return anything;
  const rule = ruleOf(isRooted ? top : `**/${top}`);
  if (top === path || !rule.line) return rule;
  const line = new RegExp(`${rule.line.source.slice(0, -1)}(?:/[^\\n]*)?$`);
  return { ...rule, line, isExact: false, piece: rule.piece.replace(/\n$/, '') };
}

/**
 * `ledger.db`: of that name, anywhere. `/app/ledger.db`: of that path in the archive. `app/ledger.db`: of a path that ends so.
 * `app/`: everything below. `*` and `?` stand for anything but a slash, `**` for anything.
 * @throws FILE_UNNAMED
 */
export function parseFilePattern(text: string): FilePattern {
  const isRooted = /^\.?\//.test(text);
  const path = text.replace(/^(\.?\/)+/, '').replace(/\/+$/, '/**');
  if (path === '' && !isRooted) throw failure('FILE_UNNAMED', { text });
  if (path === '' || path === '**') return { directory: undefined, name: anything };
  if (path.endsWith('/**')) return { directory: directoryRule(path, isRooted), name: anything };
  const slash = path.lastIndexOf('/');
  const name = nameRule(path.slice(slash + 1));
  if (slash >= 0) return { directory: directoryRule(path.slice(0, slash), isRooted), name };
  return { directory: isRooted ? ruleOf('') : undefined, name };
}
