/** The search of the history, as people type it: words, "phrases", and key:value. Pure. */
import { failure } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import { phrase } from '../../contract/text/say.ts';

/** Keys whose value is searched for as a part of the run's own. */
const textKeys = ['tape', 'host', 'operator', 'job', 'site', 'class', 'volume', 'code'] as const;
type TextKey = (typeof textKeys)[number];

const choices = {
  verdict: ['verified', 'unverified', 'failed', 'unfinished', 'unreadable'],
  method: ['6a', '6b', '6c', '6d', '6e'],
  route: ['console', 'server'],
  status: ['0', '1', '2', '3', '4', '70'],
} as const;
type ChoiceKey = keyof typeof choices;

const dateKeys = ['after', 'before'] as const;
const lengthKeys = ['longer', 'shorter'] as const;
const sizeKeys = ['larger', 'smaller'] as const;

export type Term =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly key: TextKey; readonly text: string }
  | { readonly kind: 'choice'; readonly key: ChoiceKey; readonly value: string }
  /** ISO 8601: `after` counts from it on, `before` up to it. */
  | { readonly kind: 'date'; readonly key: (typeof dateKeys)[number]; readonly at: string }
  /** Seconds, or bytes. */
  | {
      readonly kind: 'number';
      readonly key: (typeof lengthKeys)[number] | (typeof sizeKeys)[number];
      readonly value: number;
    };

const choiceKeys = Object.keys(choices) as ChoiceKey[];
export const keys: readonly string[] = [...choiceKeys, ...textKeys, ...dateKeys, ...lengthKeys, ...sizeKeys];

interface Token {
  readonly key: string | undefined;
  readonly text: string;
  /** Place of its first character, from 1. */
  readonly at: number;
  /** Place of its value. */
  readonly valueAt: number;
}

const wrong = (at: number, reason: string) => failure('SEARCH_UNREADABLE', { at, reason });

/** Words, and phrases between quotes; inside of those `\"` is a quote and `\\` a backslash. */
function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at] ?? '')) {
      at += 1;
      continue;
    }
    const begin = at;
    const key = /^[A-Za-z]+(?=:)/.exec(query.slice(at))?.[0];
    if (key !== undefined) at += key.length + 1;
    const valueAt = at;
    const { text, end } = query[at] === '"' ? quoted(query, at) : bare(query, at);
    at = end;
    tokens.push({ key: key?.toLowerCase(), text, at: begin + 1, valueAt: valueAt + 1 });
  }
  return tokens;
}

function bare(query: string, at: number): { text: string; end: number } {
  const text = /^\S*/.exec(query.slice(at))?.[0] ?? '';
  return { text, end: at + text.length };
}

function quoted(query: string, at: number): { text: string; end: number } {
  let text = '';
  for (let index = at + 1; index < query.length; index += 1) {
    const sign = query[index] ?? '';
    if (sign === '"') return { text, end: index + 1 };
    const next = query[index + 1];
    if (sign === '\\' && (next === '"' || next === '\\')) {
      text += next;
      index += 1;
    } else text += sign;
  }
  throw wrong(at + 1, phrase('unclosed quote'));
}

/** `2026`, `2026-11`, `2026-11-22`, `2026-11-22T02:00`: the first moment of it, in UTC. */
function dateOf({ text, valueAt }: Token): string {
  const [, year, month = '01', day = '01', hour = '00', minute = '00'] =
    /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})Z?)?)?)?$/.exec(text) ?? [];
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:00.000Z`);
  if (year === undefined || Number.isNaN(at.getTime()) || at.getUTCDate() !== Number(day))
    throw wrong(
      valueAt,
      phrase('{text} is not a date such as 2026-11-22 or 2026-11-22T02:00 (UTC)', { text: shown(text) }),
    );
  return at.toISOString();
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const bytesIn: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function amountOf(
  { text, valueAt }: Token,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text.toLowerCase()) ?? [];
  const scale = unit === undefined ? undefined : units[unit.replace(/(?<=^[kmgt])i?b$/, '')];
  if (amount === undefined || scale === undefined)
    throw wrong(valueAt, phrase('{text} is not {example}', { text: shown(text), example }));
  return Number(amount) * scale;
}

const shown = (text: string): string => (text === '' ? 'nothing' : `"${text}"`);

const isOne = <Key extends string>(known: readonly Key[], key: string): key is Key =>
  (known as readonly string[]).includes(key);

function choiceOf(key: ChoiceKey, { text, valueAt }: Token): Term {
  const value = text.toLowerCase();
  if (!isOne<string>(choices[key], value))
    throw wrong(
      valueAt,
      phrase('{key} must be one of {choice}, not {text}', {
        key,
        choice: choices[key].join(', '),
        text: shown(text),
      }),
    );
  return { kind: 'choice', key, value };
}

function keyed(key: string, token: Token): Term {
  if (isOne(choiceKeys, key)) return choiceOf(key, token);
  if (isOne(dateKeys, key)) return { kind: 'date', key, at: dateOf(token) };
  if (isOne(lengthKeys, key))
    return {
      kind: 'number',
      key,
      value: amountOf(token, secondsIn, phrase('a time, such as 90s, 30min or 2h')),
    };
  if (isOne(sizeKeys, key))
    return {
      kind: 'number',
      key,
      value: amountOf(token, bytesIn, phrase('a size, such as 500M, 20G or 1T')),
    };
  if (!isOne(textKeys, key))
    throw wrong(
      token.at,
      phrase('unknown key {key}; {didYouMean}keys: {keys}', {
        key: shown(key),
        didYouMean: didYouMean(key, keys),
        keys: keys.join(', '),
      }),
    );
  if (token.text === '') throw wrong(token.valueAt, phrase('{key}: has no value', { key }));
  return { kind: 'text', key, text: token.text.toLowerCase() };
}

/**
 * @returns terms that must all fit; none: every run fits
 * @throws SEARCH_UNREADABLE with the place and what is known
 */
export function parseSearch(query: string): Term[] {
  return tokensOf(query).flatMap((token) => {
    if (token.key !== undefined) return [keyed(token.key, token)];
    return token.text === '' ? [] : [{ kind: 'word' as const, text: token.text.toLowerCase() }];
  });
}
