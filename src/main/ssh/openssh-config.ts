/**
 * Host aliases of ~/.ssh/config: HostName, Port, User, IdentityFile, IdentitiesOnly, IdentityAgent, ProxyJump (ssh_config(5)).
 * Text in, data out. Nothing is executed: `Match exec` never matches and host names are not canonicalised, since both would start programs.
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import SSHConfig from 'ssh-config';
import { failure } from '../../contract/errors.ts';

/** What ssh_config says of a host; what it does not say is left out. */
export interface ResolvedHost {
  readonly alias: string;
  /** HostName, or the alias itself. */
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Absolute paths, in order; empty where none is named. */
  readonly identityFiles: readonly string[];
  /** A socket path; `none` where the agent is switched off. */
  readonly identityAgent?: string | undefined;
  /** True for IdentitiesOnly yes. */
  readonly identitiesOnly?: boolean | undefined;
  /** The last host of ProxyJump; it has the ones before it as its own `jump`. */
  readonly jump?: ResolvedHost | undefined;
}

/** Who reads the configuration, for ~ and % in paths. */
export interface LocalUser {
  readonly name: string;
  readonly homeFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The user that runs this program. */
export function localUser(): LocalUser {
  let name = process.env['USER'] ?? '';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the password database has only the environment.
  }
  return { name, homeFolder: homedir(), environment: process.env };
}

interface Hop {
  readonly alias: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

/** Deeper chains are a loop. */
const deepestChain = 8;

const startsPrograms = /^(CanonicalizeHostname|CanonicalDomains)$/i;

function broken(reason: string): Error {
  return failure('SSH_CONFIG_BROKEN', { reason });
}

function parse(text: string): SSHConfig {
  let config: SSHConfig;
  try {
    config = SSHConfig.parse(text);
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error));
  }
  for (const section of config) {
    if (!('config' in section)) continue;
    const unwanted = (line: (typeof config)[number]) => 'param' in line && startsPrograms.test(line.param);
    for (
      let index = section.config.findIndex(unwanted);
      index >= 0;
      index = section.config.findIndex(unwanted)
    ) {
      section.config.splice(index, 1);
    }
  }
  return config;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw broken(`"${text}" is not a port`);
  return port;
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address with a port stands in brackets. */
export function parseJump(text: string): Hop {
  const found =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^@:[\]]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\d+))?\/?$/.exec(
      text.trim(),
    );
  const alias = found?.[2] ?? found?.[3];
  if (!found || !alias) throw broken(`"${text.trim()}" is not a host of ProxyJump`);
  const port = found[4] === undefined ? undefined : parsePort(found[4]);
  return { alias, user: found[1], port };
}

/** Replaces %x by its meaning; an unknown letter is an error, as it is in OpenSSH. */
function expandPercent(text: string, meanings: Readonly<Record<string, string>>): string {
  return text.replace(/%(.?)/g, (whole, letter: string) => {
    const meaning = letter === '%' ? '%' : meanings[letter];
    if (meaning === undefined) throw broken(`"${whole}" in "${text}" has no meaning here`);
    return meaning;
  });
}

function expandPath(text: string, meanings: Readonly<Record<string, string>>, local: LocalUser): string {
  const named = text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
    const value = local.environment[name];
    if (value === undefined) throw broken(`${whole} in "${text}" is not set`);
    return value;
  });
  const path = expandPercent(
    named.replace(/^~(?=\/|$)/, () => local.homeFolder),
    meanings,
  );
  return path.startsWith('/') ? path : join(local.homeFolder, '.ssh', path);
}

function valuesOf(computed: Readonly<Record<string, string | string[]>>, name: string): string[] {
  const value = computed[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function resolveHop(
  config: SSHConfig,
  hop: Hop,
  local: LocalUser,
  depth: number,
  through?: ResolvedHost,
): ResolvedHost {
  if (depth > deepestChain) throw broken(`ProxyJump of "${hop.alias}" leads in a circle`);
  const options = { ignoreCase: true, matchExec: false };
  const computed = config.compute(
    hop.user === undefined ? { Host: hop.alias } : { Host: hop.alias, User: hop.user },
    options,
  );
  const first = (name: string) => valuesOf(computed, name)[0];
  const address = expandPercent(first('hostname') ?? hop.alias, { h: hop.alias });
  const portText = first('port');
  const port = hop.port ?? (portText === undefined ? undefined : parsePort(portText));
  const user = hop.user ?? first('user');
  const meanings = {
    h: address,
    n: hop.alias,
    p: String(port ?? 22),
    r: user ?? local.name,
    u: local.name,
    d: local.homeFolder,
  };
  const agent = first('identityagent');
  return {
    alias: hop.alias,
    address,
    port,
    user,
    identityFiles: valuesOf(computed, 'identityfile')
      .filter((file) => file.toLowerCase() !== 'none')
      .map((file) => expandPath(file, meanings, local)),
    identityAgent: agent === undefined ? undefined : agentSocket(agent, meanings, local),
    ...(first('identitiesonly')?.toLowerCase() === 'yes' ? { identitiesOnly: true } : {}),
    jump: through ?? resolveJumps(config, first('proxyjump'), hop.alias, local, depth),
  };
}

/** IdentityAgent: `none`, `SSH_AUTH_SOCK`, `$NAME`, or a path. */
function agentSocket(
  text: string,
  meanings: Readonly<Record<string, string>>,
  local: LocalUser,
): string | undefined {
  if (text === 'none') return 'none';
  if (text === 'SSH_AUTH_SOCK') return local.environment['SSH_AUTH_SOCK'];
  if (/^\$[A-Za-z_]\w*$/.test(text)) return local.environment[text.slice(1)];
  return expandPath(text, meanings, local);
}

/** `a,b`: first to a, from there to b. Only the first hop may have a ProxyJump of its own, as with ssh -J. */
function resolveJumps(
  config: SSHConfig,
  text: string | undefined,
  alias: string,
  local: LocalUser,
  depth: number,
): ResolvedHost | undefined {
  if (text === undefined || text.toLowerCase() === 'none') return undefined;
  let through: ResolvedHost | undefined;
  for (const hop of text.split(',').map(parseJump)) {
    // `Host *` with a ProxyJump also matches the jump host: it does not go through itself.
    if (hop.alias === alias) return through;
    through = resolveHop(config, hop, local, depth + 1, through);
  }
  return through;
}

/**
 * What ssh_config says of a host.
 * @param configText the text of ~/.ssh/config; '' where there is none
 * @throws SSH_CONFIG_BROKEN for text that OpenSSH would refuse too, and for ProxyJumps in a circle
 */
export function resolveHost(configText: string, alias: string, local: LocalUser = localUser()): ResolvedHost {
  return resolveHop(parse(configText), { alias }, local, 0);
}
