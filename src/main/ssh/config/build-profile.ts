/** Puts a host's profile together: what the site file says, then what ssh_config(5) says, then what is customary. */
import { join } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { AlgorithmSet, ConnectRetry, HostProfile, KeyFile, LoginMethods } from '../host-profile.ts';
import { defaultConnectSeconds, defaultKeepaliveSeconds } from '../host-profile.ts';
import type { SshConfiguration } from './config-files.ts';
import { localUser } from './config-tokens.ts';
import type { LocalUser } from './config-tokens.ts';
import { resolveHost } from './openssh-config.ts';
import type { ResolvedHost } from './openssh-config.ts';

/** What the site file says of a host; everything may be left to ~/.ssh/config. */
export interface HostSettings {
  /** An address, or an alias of ~/.ssh/config; the host's name by default. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Path of a private key; `~/` is the home folder. */
  readonly key?: string | undefined;
  readonly algorithms?: AlgorithmSet | undefined;
  readonly connectSeconds?: number | undefined;
  readonly keepaliveSeconds?: number | undefined;
  readonly retry?: ConnectRetry | undefined;
  /** False if no password may be asked for (true without it). */
  readonly password?: boolean | undefined;
  /** True if `Match exec` may run its command (false without it). */
  readonly runsMatchExec?: boolean | undefined;
}

/** The keys that OpenSSH tries when none is named (ssh_config(5), IdentityFile). */
const customaryKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'];

/** ssh_config(5), UserKnownHostsFile. */
export const usualUserKnownHosts = (homeFolder: string): string[] =>
  ['known_hosts', 'known_hosts2'].map((name) => join(homeFolder, '.ssh', name));

/** ssh_config(5), GlobalKnownHostsFile. */
export const usualGlobalKnownHosts = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

function keyFilesOf(settings: HostSettings, resolved: ResolvedHost, local: LocalUser): KeyFile[] {
  if (settings.key !== undefined) {
    const path = settings.key.replace(/^~(?=\/|$)/, () => local.homeFolder);
    return [{ path, required: true }];
  }
  if (resolved.identityFiles) return resolved.identityFiles.map((path) => ({ path, required: false }));
  return customaryKeys.map((name) => ({ path: join(local.homeFolder, '.ssh', name), required: false }));
}

function loginOf(settings: HostSettings, resolved: ResolvedHost, local: LocalUser): LoginMethods {
  const agent = resolved.identityAgent ?? local.environment['SSH_AUTH_SOCK'];
  const { without = [], certificateFiles } = resolved;
  const byKey = !without.includes('publickey');
  return {
    keyFiles: byKey ? keyFilesOf(settings, resolved, local) : [],
    ...(byKey && certificateFiles ? { certificateFiles } : {}),
    agentSocket: !byKey || agent === 'none' || agent === '' ? undefined : agent,
    ...(resolved.identitiesOnly ? { identitiesOnly: true } : {}),
    password: settings.password ?? !without.includes('password'),
  };
}

/** The known_hosts files of a host, where ssh_config names any (ssh_config(5), UserKnownHostsFile, GlobalKnownHostsFile). */
function knownHostsOf({ userKnownHosts, globalKnownHosts }: ResolvedHost, local: LocalUser) {
  if (userKnownHosts === undefined && globalKnownHosts === undefined) return undefined;
  return [
    ...(userKnownHosts ?? usualUserKnownHosts(local.homeFolder)),
    ...(globalKnownHosts ?? usualGlobalKnownHosts),
  ];
}

/** What is set in the files but not followed, for the host and for those on the way to it. */
function warningsOf({ alias, unfollowed = [] }: ResolvedHost): string[] {
  return unfollowed.length === 0
    ? []
    : [phrase('not followed for {alias}: {unfollowed}', { alias, unfollowed: unfollowed.join(', ') })];
}

/** A host that cannot be connected to as its configuration says. */
function refusalOf(host: string, { alias, problem }: ResolvedHost): ErrorInfo | undefined {
  if (problem === undefined) return undefined;
  const { kind, message: reason, remedy = '' } = problem;
  const code = kind === 'broken' ? 'SSH_CONFIG_BROKEN' : 'SSH_CONFIG_UNSUPPORTED';
  return failure(code, { host, alias, reason, remedy }, { host }).toInfo();
}

function profileOf(
  name: string,
  settings: HostSettings,
  resolved: ResolvedHost,
  local: LocalUser,
): HostProfile {
  const { connectSeconds, keepaliveSeconds, retry } = settings;
  const passedOn = { connectSeconds, keepaliveSeconds, retry };
  const jump = resolved.jump && profileOf(resolved.jump.alias, passedOn, resolved.jump, local);
  return {
    name,
    address: resolved.address,
    port: settings.port ?? resolved.port ?? 22,
    user: settings.user ?? resolved.user ?? local.name,
    login: loginOf(settings, resolved, local),
    algorithms: settings.algorithms ?? 'modern',
    jump,
    proxyCommand: resolved.proxyCommand,
    hostKeyAlias: resolved.hostKeyAlias,
    knownHostsFiles: knownHostsOf(resolved, local),
    addressFamily: resolved.addressFamily,
    bindAddress: resolved.bindAddress,
    retry,
    keepaliveSeconds: keepaliveSeconds ?? resolved.keepaliveSeconds ?? defaultKeepaliveSeconds,
    keepaliveCount: resolved.keepaliveCount,
    connectSeconds: connectSeconds ?? resolved.connectSeconds ?? defaultConnectSeconds,
    warnings: [...warningsOf(resolved), ...(jump?.warnings ?? [])],
    refusal: refusalOf(name, resolved) ?? jump?.refusal,
  };
}

/**
 * The profile of a host. Where ssh_config cannot be followed for it, its `refusal` says so.
 * @param name what the site file calls it
 * @param configuration undefined if no file of this machine counts
 */
export function buildProfile(
  name: string,
  settings: HostSettings,
  configuration: SshConfiguration | undefined,
  local: LocalUser = localUser(),
): HostProfile {
  const { address: alias = name, user, port, runsMatchExec: runsExec = false } = settings;
  const resolved = configuration
    ? resolveHost({ configuration, local, runsExec }, { alias, user, port })
    : { alias, address: alias };
  return profileOf(name, settings, resolved, local);
}
