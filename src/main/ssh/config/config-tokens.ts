/** Placeholders in values of ssh_config(5): `~`, `%x` and `${NAME}`. */
import { createHash } from 'node:crypto';
import { homedir, hostname, userInfo } from 'node:os';
import { ConfigProblem } from './config-problem.ts';
import { phrase } from '../../../contract/text/say.ts';

/** Who reads the configuration, and where. */
export interface LocalUser {
  readonly name: string;
  readonly homeFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userId: number;
  /** As gethostname(2) returns it. */
  readonly hostName: string;
}

/** The user that runs this program. */
export function localUser(): LocalUser {
  let name = process.env['USER'] ?? '';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the password database has only the environment.
  }
  return {
    name,
    homeFolder: homedir(),
    environment: process.env,
    userId: process.getuid?.() ?? 0,
    hostName: hostname(),
  };
}

/** What tokens are made of. */
export interface Destination {
  /** %n: the name that the host was asked for by. */
  readonly alias: string;
  /** %h */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias?: string | undefined;
}

export type Meanings = Readonly<Record<string, string>>;

/** The tokens that paths and `Match exec` accept (ssh_config(5), TOKENS). */
export function pathMeanings(
  { alias, address, port, user, hostKeyAlias }: Destination,
  local: LocalUser,
): Meanings {
  const hash = createHash('sha1').update(`${local.hostName}${address}${port}${user}`).digest('hex');
  return {
    C: hash,
    L: local.hostName.replace(/\..*$/, ''),
    d: local.homeFolder,
    h: address,
    i: String(local.userId),
    k: hostKeyAlias ?? alias,
    l: local.hostName,
    n: alias,
    p: String(port),
    r: user,
    u: local.name,
  };
}

/** The tokens that ProxyCommand accepts. */
export function proxyMeanings({ alias, address, port, user, hostKeyAlias }: Destination): Meanings {
  return { h: address, k: hostKeyAlias ?? alias, n: alias, p: String(port), r: user };
}

/** Replaces %x by its meaning. @throws ConfigProblem for a letter without one, as OpenSSH */
export function expandPercent(text: string, meanings: Meanings): string {
  return text.replace(/%(.?)/gs, (whole, letter: string) => {
    const meaning = letter === '%' ? '%' : meanings[letter];
    if (meaning === undefined)
      throw new ConfigProblem(phrase('"{whole}" in "{text}" has no meaning here', { whole, text }));
    return meaning;
  });
}

/** Replaces `~` and `~/` at the beginning. @throws ConfigProblem for the home folder of somebody else */
export function expandTilde(text: string, local: LocalUser): string {
  if (/^~[^/]/.test(text) && !text.startsWith(`~${local.name}/`))
    throw new ConfigProblem(
      phrase('"{text}" names the home folder of another user', { text }),
      phrase('write the whole path'),
    );
  return text.replace(/^~[^/]*(?=\/|$)/, () => local.homeFolder);
}

/** Replaces `${NAME}`. @throws ConfigProblem where it is not set, as OpenSSH */
function expandVariables(text: string, local: LocalUser): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
    const value = local.environment[name];
    if (value === undefined)
      throw new ConfigProblem(phrase('{whole} in "{text}" is not set', { whole, text }));
    return value;
  });
}

/**
 * A path with its placeholders replaced.
 * @throws ConfigProblem
 */
export function expandPath(text: string, meanings: Meanings, local: LocalUser): string {
  const dollar = expandTilde(text, local);
  // In one pass: what a variable holds is not searched for tokens.
  return dollar.replace(/\$\{[^}]*\}|%.?/gs, (part) =>
    part.startsWith('%') ? expandPercent(part, meanings) : expandVariables(part, local),
  );
}
