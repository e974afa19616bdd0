/** Puts a host's profile together: what the site file says, then what ~/.ssh/config says, then what is customary. */
import { join } from 'node:path';
import type { AlgorithmSet, ConnectRetry, HostProfile, KeyFile, LoginMethods } from './host-profile.ts';
import { defaultConnectSeconds, defaultKeepaliveSeconds } from './host-profile.ts';
import type { LocalUser, ResolvedHost } from './openssh-config.ts';
import { localUser, resolveHost } from './openssh-config.ts';

/** What the site file says of a host; everything may be left to ~/.ssh/config. */
export interface HostSettings {
  /** An address, or an alias of ~/.ssh/config; the host's name where it is left out. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Path of a private key; `~/` is the home folder. */
  readonly key?: string | undefined;
  readonly algorithms?: AlgorithmSet | undefined;
  readonly connectSeconds?: number | undefined;
  readonly keepaliveSeconds?: number | undefined;
  readonly retry?: ConnectRetry | undefined;
  /** False where no password may be asked for (true without it). */
  readonly password?: boolean | undefined;
}

/** The keys that OpenSSH tries when none is named (ssh_config(5), IdentityFile). */
const customaryKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

function keyFilesOf(settings: HostSettings, resolved: ResolvedHost, local: LocalUser): KeyFile[] {
  if (settings.key !== undefined) {
    const path = settings.key.replace(/^~(?=\/|$)/, () => local.homeFolder);
    return [{ path, required: true }];
  }
  if (resolved.identityFiles.length > 0) {
    return resolved.identityFiles.map((path) => ({ path, required: false }));
  }
  return customaryKeys.map((name) => ({ path: join(local.homeFolder, '.ssh', name), required: false }));
}

function loginOf(settings: HostSettings, resolved: ResolvedHost, local: LocalUser): LoginMethods {
  const agent = resolved.identityAgent ?? local.environment['SSH_AUTH_SOCK'];
  return {
    keyFiles: keyFilesOf(settings, resolved, local),
    agentSocket: agent === 'none' || agent === '' ? undefined : agent,
    ...(resolved.identitiesOnly ? { identitiesOnly: true } : {}),
    password: settings.password ?? true,
  };
}

function profileOf(
  name: string,
  settings: HostSettings,
  resolved: ResolvedHost,
  local: LocalUser,
): HostProfile {
  const { jump } = resolved;
  const { connectSeconds, keepaliveSeconds, retry } = settings;
  const passedOn = { connectSeconds, keepaliveSeconds, retry };
  return {
    name,
    address: resolved.address,
    port: settings.port ?? resolved.port ?? 22,
    user: settings.user ?? resolved.user ?? local.name,
    login: loginOf(settings, resolved, local),
    algorithms: settings.algorithms ?? 'modern',
    jump: jump && profileOf(jump.alias, passedOn, jump, local),
    retry,
    keepaliveSeconds: keepaliveSeconds ?? defaultKeepaliveSeconds,
    connectSeconds: connectSeconds ?? defaultConnectSeconds,
  };
}

/**
 * The profile of a host.
 * @param name what the site file calls it
 * @param configText the text of ~/.ssh/config, '' where there is none
 * @throws SSH_CONFIG_BROKEN
 */
export function buildProfile(
  name: string,
  settings: HostSettings,
  configText: string,
  local: LocalUser = localUser(),
): HostProfile {
  return profileOf(name, settings, resolveHost(configText, settings.address ?? name, local), local);
}
