/** The sessions with the hosts of a site: how to log in, and which host keys are known. */
import { homedir } from 'node:os';
import { hostProfiles } from '../site/host-profiles.ts';
import type { Site } from '../site/site-schema.ts';
import { usualGlobalKnownHosts, usualUserKnownHosts } from '../ssh/config/build-profile.ts';
import type { SshConfiguration } from '../ssh/config/config-files.ts';
import type { AskSecret, ConfirmHostKey, OnBanner } from '../ssh/host-profile.ts';
import { SshHosts, type SshHostsOptions } from '../ssh/ssh-hosts.ts';

/** Who is asked while a session is opened. */
export interface LoginDialogue {
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  readonly onBanner?: OnBanner | undefined;
}

export interface OpenHostsOptions {
  /** A confirmed new host key is written there. */
  readonly knownHostsFile: string;
  /** Only read; the ssh configuration may name other files for a host. */
  readonly otherKnownHostsFiles: readonly string[];
  /** Undefined if no file of this machine is used. */
  readonly configuration: SshConfiguration | undefined;
  readonly login: LoginDialogue;
  /** A changed host key that a person has replaced. */
  readonly replacedKey?: SshHostsOptions['replacedKey'];
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number | undefined;
}

export const userKnownHostsFiles = (): string[] => [
  ...usualUserKnownHosts(homedir()),
  ...usualGlobalKnownHosts,
];

/** Connects to nothing yet. */
export function openHosts(site: Pick<Site, 'hosts' | 'connections'>, options: OpenHostsOptions): SshHosts {
  const { knownHostsFile, otherKnownHostsFiles, configuration, login, replacedKey, threadsFromBytes } =
    options;
  return new SshHosts({
    profiles: hostProfiles(site, configuration),
    knownHostsFile,
    userKnownHostsFiles: otherKnownHostsFiles,
    confirmHostKey: login.confirmHostKey,
    askSecret: login.askSecret,
    checksShell: true,
    onBanner: login.onBanner,
    replacedKey,
    threadsFromBytes,
  });
}
