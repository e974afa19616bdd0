/** Values of ssh_config(5) as data: switches, numbers, times, ports, jump hosts. */
import { ConfigProblem } from './config-problem.ts';
import type { Setting } from './config-reading.ts';
import { phrase } from '../../../contract/text/say.ts';

export interface JumpHost {
  readonly alias: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

/** The only argument of a keyword. @throws ConfigProblem where there are more, as OpenSSH */
export function onlyWord({ name, words }: Setting): string {
  const [word = ''] = words;
  if (words.length > 1) throw new ConfigProblem(phrase('{name} takes one argument', { name }));
  if (word === '') throw new ConfigProblem(phrase('{name} has no argument', { name }));
  return word;
}

/** @throws ConfigProblem for a word that is not one of them; case does not count */
export function choice<Word extends string>(setting: Setting, words: readonly Word[]): Word {
  const text = onlyWord(setting).toLowerCase();
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw new ConfigProblem(
      phrase('"{text}" is not a value for {name} ({values})', {
        text,
        name: setting.name,
        values: words.join(', '),
      }),
    );
  return found;
}

/** @throws ConfigProblem */
export function isYes(setting: Setting): boolean {
  return ['yes', 'true'].includes(choice(setting, ['yes', 'no', 'true', 'false']));
}

/** @throws ConfigProblem */
export function wholeNumber(setting: Setting): number {
  const text = onlyWord(setting);
  if (!/^\d{1,9}$/.test(text))
    throw new ConfigProblem(phrase('"{text}" is not a number for {name}', { text, name: setting.name }));
  return Number(text);
}

/** Seconds of each unit (sshd_config(5), TIME FORMATS). */
const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** @returns seconds. @throws ConfigProblem */
export function seconds(setting: Setting): number {
  const text = onlyWord(setting);
  if (!/^(\d+[smhdw]?)+$/i.test(text))
    throw new ConfigProblem(phrase('"{text}" is not a time for {name}', { text, name: setting.name }));
  const parts = text.matchAll(/(\d+)([smhdw]?)/gi);
  return [...parts].reduce((sum, [, count, unit = '']) => {
    return sum + Number(count) * (unitSeconds[unit.toLowerCase()] ?? 1);
  }, 0);
}

/** The names of ports that are worth a table; the rest of services(5) is not read. */
const services: Readonly<Record<string, number>> = { ssh: 22, https: 443, http: 80 };

/** @throws ConfigProblem */
export function parsePort(text: string): number {
  const port = services[text] ?? Number(text);
  if (!(text in services || /^\d+$/.test(text)) || port < 1 || port > 65_535)
    throw new ConfigProblem(phrase('"{text}" is not a port', { text }));
  return port;
}

/**
 * `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address with a port is in brackets.
 * @throws ConfigProblem
 */
export function parseJump(text: string): JumpHost {
  const found =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^@:[\]]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\d+))?\/?$/.exec(
      text.trim(),
    );
  const alias = found?.[2] ?? found?.[3];
  if (!found || !alias)
    throw new ConfigProblem(phrase('"{text}" is not a host of ProxyJump', { text: text.trim() }));
  const port = found[4] === undefined ? undefined : parsePort(found[4]);
  return { alias, user: found[1], port };
}

/** The hosts of a ProxyJump, first to last; none for `none`. @throws ConfigProblem */
export function jumpsOf({ text }: Setting): JumpHost[] {
  const list = text
    .replace(/^[ \t=]+/, '')
    .replace(/#.*$/s, '')
    .trim();
  return list.toLowerCase() === 'none' ? [] : list.split(',').map(parseJump);
}
