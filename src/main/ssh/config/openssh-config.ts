/**
 * What ssh_config(5) says of a host, and of the hosts on the way to it. Nothing is executed but `Match exec`, where the
 * site allows it. Whatever cannot be followed concerns one host: its `problem` says why, and nothing is sent to it. The
 * package `ssh-config` is not used: it has no `Include` and no negation, and keeps one criterion of a kind for each
 * `Match`.
 */
import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import type { SshConfiguration } from './config-files.ts';
import { ConfigProblem, placed } from './config-problem.ts';
import { ConfigReading } from './config-reading.ts';
import type { Setting } from './config-reading.ts';
import { expandPath, expandPercent, pathMeanings, proxyMeanings } from './config-tokens.ts';
import type { Destination, LocalUser, Meanings } from './config-tokens.ts';
import { unfollowed } from './config-unfollowed.ts';
import { choice, isYes, jumpsOf, onlyWord, parsePort, seconds, wholeNumber } from './config-values.ts';
import type { JumpHost } from './config-values.ts';
import { phrase } from '../../../contract/text/say.ts';

/** What ssh_config says of a host; what it does not say is left out. */
export interface ResolvedHost {
  readonly alias: string;
  /** HostName, or the alias itself; in lowercase. */
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Absolute paths, in order; undefined if none is named, empty for `none`. */
  readonly identityFiles?: readonly string[] | undefined;
  /** Absolute paths, in order; undefined if none is named. */
  readonly certificateFiles?: readonly string[] | undefined;
  /** A socket path; `none` where the agent is switched off. */
  readonly identityAgent?: string | undefined;
  /** True for IdentitiesOnly yes. */
  readonly identitiesOnly?: boolean | undefined;
  /** The methods of login that are switched off. */
  readonly without?: readonly ('publickey' | 'password')[] | undefined;
  /** The last host of ProxyJump; it has the ones before it as its own `jump`. */
  readonly jump?: ResolvedHost | undefined;
  /** A line for the user's shell; its standard input and output are the connection. */
  readonly proxyCommand?: string | undefined;
  /** The name that known_hosts has for the host, whatever its port. */
  readonly hostKeyAlias?: string | undefined;
  /** Absolute paths. */
  readonly userKnownHosts?: readonly string[] | undefined;
  readonly globalKnownHosts?: readonly string[] | undefined;
  readonly connectSeconds?: number | undefined;
  readonly keepaliveSeconds?: number | undefined;
  readonly keepaliveCount?: number | undefined;
  readonly addressFamily?: 4 | 6 | undefined;
  /** The local address that the connection is made from. */
  readonly bindAddress?: string | undefined;
  /** Options that are set, and not followed. */
  readonly unfollowed?: readonly string[] | undefined;
  /** Why the host must not be connected to. */
  readonly problem?: ConfigProblem | undefined;
}

/** Where a host is looked up, and for whom. */
export interface Lookup {
  readonly configuration: SshConfiguration;
  readonly local: LocalUser;
  /** True if `Match exec` may run its command. */
  readonly runsExec: boolean;
}

/** Deeper chains are a loop. */
const deepestChain = 8;

/** A host's settings, each judged where it is used, with its place in the message. */
class HostSettings {
  readonly #reading: ConfigReading;
  readonly #homeFolder: string;

  constructor(reading: ConfigReading, homeFolder: string) {
    this.#reading = reading;
    this.#homeFolder = homeFolder;
  }

  /** @throws ConfigProblem with the place of the setting */
  of<Value>(keyword: string, meaning: (setting: Setting) => Value): Value | undefined {
    const setting = this.#reading.first(keyword);
    return setting && placed(setting.place, this.#homeFolder, () => meaning(setting));
  }

  eachOf<Value>(keyword: string, meaning: (setting: Setting) => Value): Value[] {
    return this.#reading
      .all(keyword)
      .map((setting) => placed(setting.place, this.#homeFolder, () => meaning(setting)));
  }

  is(keyword: string): boolean {
    return this.of(keyword, isYes) ?? false;
  }

  refuse(keyword: string, problem: ConfigProblem): void {
    this.of(keyword, () => {
      throw problem;
    });
  }

  /** The last host of ProxyJump is the one that is connected to next. */
  get jumps(): JumpHost[] {
    return this.of('proxyjump', jumpsOf) ?? [];
  }

  /** As it is written; undefined for `none`. */
  get proxyCommand(): string | undefined {
    const text = this.#reading.first('proxycommand')?.text.replace(/^[ \t=]+/, '');
    return text?.toLowerCase() === 'none' ? undefined : text;
  }

  get unfollowed(): string[] {
    return unfollowed(this.#reading, this.#homeFolder);
  }
}

/** @throws ConfigProblem where OpenSSH would look names up to find the host's full name */
function requireNoLookup(settings: HostSettings, host: string): void {
  const isProxied = settings.proxyCommand !== undefined || settings.jumps.length > 0;
  const mode = canonicalization(settings);
  if (isIP(host) !== 0 || (isProxied && mode !== 'always')) return;
  const remedy = phrase('write the full name of the host as HostName, and CanonicalizeHostname no');
  settings.of('canonicalizepermittedcnames', ({ words }) => {
    if (words[0]?.toLowerCase() !== 'none')
      throw new ConfigProblem(phrase('CanonicalizePermittedCNAMEs is not supported'), remedy);
  });
  if (mode === 'no') return;
  const domains = settings.of('canonicaldomains', ({ words }) => words) ?? [];
  const mostDots = settings.of('canonicalizemaxdots', wholeNumber) ?? 1;
  const isLookedUp = host.endsWith('.') || host.split('.').length - 1 <= mostDots;
  const searches = host.endsWith('.') || (domains.length > 0 && domains[0]?.toLowerCase() !== 'none');
  const fails = !(settings.of('canonicalizefallbacklocal', isYes) ?? true);
  if (isLookedUp && (searches || fails))
    settings.refuse(
      'canonicalizehostname',
      new ConfigProblem(phrase('CanonicalizeHostname with CanonicalDomains is not supported'), remedy),
    );
}

function canonicalization(settings: HostSettings): 'no' | 'yes' | 'always' {
  const words = ['yes', 'no', 'true', 'false', 'always'] as const;
  const word = settings.of('canonicalizehostname', (setting) => choice(setting, words)) ?? 'no';
  if (word === 'always') return word;
  return word === 'yes' || word === 'true' ? 'yes' : 'no';
}

/** Reads the files once, and a second time where they ask for it. @returns the host's address */
function readAll(reading: ConfigReading, settings: HostSettings, hop: JumpHost): string {
  reading.pass();
  const named = settings.of('hostname', (setting) => expandPercent(onlyWord(setting), { h: hop.alias }));
  const address = (named ?? hop.alias).toLowerCase();
  requireNoLookup(settings, address);
  if (reading.wantsFinal || canonicalization(settings) !== 'no') reading.pass(address);
  return address;
}

/** As OpenSSH takes it: from the folder that the program runs in. */
const absolute = (path: string) => (isAbsolute(path) ? path : resolve(path));

/** IdentityAgent: `none`, `SSH_AUTH_SOCK`, `$NAME`, or a path. */
function agentSocket(text: string, meanings: Meanings, local: LocalUser): string {
  const variable = text === 'SSH_AUTH_SOCK' ? text : /^\$([A-Za-z_]\w*)$/.exec(text)?.[1];
  if (text === 'none') return 'none';
  // A variable that is not set means that there is no agent.
  if (variable !== undefined) return local.environment[variable] ?? 'none';
  return absolute(expandPath(text, meanings, local));
}

function filesOf({ words }: Setting, expand: (text: string) => string): string[] {
  const isNone = words[0]?.toLowerCase() === 'none';
  if (isNone && words.length > 1) throw new ConfigProblem(phrase('"none" must be the only argument'));
  return isNone ? [] : words.map((word) => absolute(expand(word)));
}

/** Names of hosts and users come into a line for a shell: OpenSSH allows none of these in them (ssh.c, valid_hostname). */
const unsafeInShell = /^-|[\s'"`$\\;&<>|(){}]/;

function proxyLine(settings: HostSettings, destination: Destination): string | undefined {
  const written = settings.proxyCommand;
  if (written === undefined) return undefined;
  return settings.of('proxycommand', () => {
    if (written === '-')
      throw new ConfigProblem(phrase('ProxyCommand - is not supported'), phrase('name a command'));
    if (settings.is('proxyusefdpass'))
      throw new ConfigProblem(
        phrase('ProxyUseFdpass is not supported'),
        phrase('use a ProxyCommand that passes data, without ProxyUseFdpass'),
      );
    const meanings = proxyMeanings(destination);
    const used = written.match(/%./g)?.map((token) => meanings[token.charAt(1)] ?? '') ?? [];
    const unsafe = used.find((value) => unsafeInShell.test(value));
    if (unsafe !== undefined)
      throw new ConfigProblem(phrase('"{unsafe}" cannot be part of a ProxyCommand', { unsafe }));
    return expandPercent(written, meanings);
  });
}

/** Which methods PubkeyAuthentication and the like leave out. */
function withoutMethods(settings: HostSettings): ('publickey' | 'password')[] {
  const preferred = settings.of('preferredauthentications', (setting) => onlyWord(setting).split(','));
  const mayUse = (method: string, keyword: string) =>
    (settings.of(keyword, pubkeyChoice) ?? true) && (preferred?.includes(method) ?? true);
  const byKey = mayUse('publickey', 'pubkeyauthentication');
  const byPassword =
    mayUse('password', 'passwordauthentication') ||
    mayUse('keyboard-interactive', 'kbdinteractiveauthentication');
  return [
    ...(byKey ? [] : (['publickey'] as const)),
    ...(byPassword && !settings.is('batchmode') ? [] : (['password'] as const)),
  ];
}

/** PubkeyAuthentication has two more words, which differ only in what the agent is bound to. */
function pubkeyChoice(setting: Setting): boolean {
  const words = ['yes', 'no', 'true', 'false', 'unbound', 'host-bound'] as const;
  return !['no', 'false'].includes(choice(setting, words));
}

function refuseUnsafe(settings: HostSettings): void {
  settings.of('revokedhostkeys', ({ words }) => {
    if (words[0]?.toLowerCase() !== 'none')
      throw new ConfigProblem(
        phrase('RevokedHostKeys is not supported'),
        phrase('mark the keys with @revoked in a known_hosts file instead'),
      );
  });
  settings.of('refuseconnection', ({ words }) => {
    throw new ConfigProblem(phrase('RefuseConnection: {text}', { text: words.join(' ') }));
  });
}

function familyOf(settings: HostSettings): 4 | 6 | undefined {
  const family = settings.of('addressfamily', (setting) => choice(setting, ['any', 'inet', 'inet6']));
  if (family === 'inet') return 4;
  return family === 'inet6' ? 6 : undefined;
}

function resolveHop(lookup: Lookup, hop: JumpHost, depth: number, through?: ResolvedHost): ResolvedHost {
  try {
    return followHop(lookup, hop, depth, through);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return { ...hop, address: hop.alias, problem: error };
  }
}

function followHop(lookup: Lookup, hop: JumpHost, depth: number, through?: ResolvedHost): ResolvedHost {
  const { configuration, local, runsExec } = lookup;
  if (depth > deepestChain)
    throw new ConfigProblem(phrase('ProxyJump of "{alias}" leads in a circle', { alias: hop.alias }));
  const reading = new ConfigReading(configuration, hop, local, runsExec);
  const settings = new HostSettings(reading, local.homeFolder);
  const address = readAll(reading, settings, hop);
  refuseUnsafe(settings);
  const port = hop.port ?? settings.of('port', (setting) => parsePort(onlyWord(setting)));
  const user = hop.user ?? settings.of('user', onlyWord);
  const hostKeyAlias = settings.of('hostkeyalias', onlyWord)?.toLowerCase();
  const destination = { alias: hop.alias, address, port: port ?? 22, user: user ?? local.name, hostKeyAlias };
  const meanings = pathMeanings(destination, local);
  const expand = (text: string) => expandPath(text, meanings, local);
  const pathsOf = (setting: Setting) => {
    const file = onlyWord(setting);
    return file.toLowerCase() === 'none' ? [] : [absolute(expand(file))];
  };
  const keyFiles = settings.eachOf('identityfile', pathsOf);
  const certificateFiles = settings.eachOf('certificatefile', pathsOf).flat();
  const jump = through ?? resolveJumps(lookup, settings.jumps, hop.alias, depth);
  return {
    alias: hop.alias,
    address,
    port,
    user,
    identityFiles: keyFiles.length === 0 ? undefined : keyFiles.flat(),
    certificateFiles: certificateFiles.length === 0 ? undefined : certificateFiles,
    identityAgent: settings.of('identityagent', (setting) => agentSocket(onlyWord(setting), meanings, local)),
    identitiesOnly: settings.is('identitiesonly'),
    without: withoutMethods(settings),
    jump,
    // A host that is reached through others has no way of its own.
    proxyCommand: through || jump ? undefined : proxyLine(settings, destination),
    hostKeyAlias,
    userKnownHosts: settings.of('userknownhostsfile', (setting) => filesOf(setting, expand)),
    globalKnownHosts: settings.of('globalknownhostsfile', (setting) => filesOf(setting, (text) => text)),
    connectSeconds: settings.of('connecttimeout', seconds) || undefined,
    keepaliveSeconds: settings.of('serveraliveinterval', seconds),
    keepaliveCount: settings.of('serveralivecountmax', wholeNumber),
    addressFamily: familyOf(settings),
    bindAddress: settings.of('bindaddress', onlyWord),
    unfollowed: settings.unfollowed,
  };
}

/** `a,b`: first to a, from there to b. Only the first hop may have a ProxyJump of its own, as with ssh -J. */
function resolveJumps(
  lookup: Lookup,
  hops: readonly JumpHost[],
  alias: string,
  depth: number,
): ResolvedHost | undefined {
  let through: ResolvedHost | undefined;
  for (const hop of hops) {
    // `Host *` with a ProxyJump also matches the jump host: it does not go through itself.
    if (hop.alias === alias) return through;
    through = resolveHop(lookup, hop, depth + 1, through);
  }
  return through;
}

/**
 * What ssh_config says of a host; `problem` where it cannot be followed.
 * @param asked the host, with the user and the port that the site file names
 */
export function resolveHost(lookup: Lookup, asked: JumpHost): ResolvedHost {
  return resolveHop(lookup, asked, 0);
}
