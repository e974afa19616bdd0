/** The sessions with the hosts of a site: how to log in, and which host keys are known. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hostProfiles } from '../site/host-profiles.ts';
import type { Site } from '../site/site-schema.ts';
import type { AskSecret, ConfirmHostKey, OnBanner } from '../ssh/host-profile.ts';
import { SshHosts } from '../ssh/ssh-hosts.ts';

/** Who is asked while a session is opened. */
export interface LoginDialogue {
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  readonly onBanner?: OnBanner | undefined;
}

export interface OpenHostsOptions {
  /** A new host key that was confirmed is written there. */
  readonly knownHostsFile: string;
  /** Only read. */
  readonly otherKnownHostsFiles: readonly string[];
  /** See sshConfigText. */
  readonly configText: string;
  readonly login: LoginDialogue;
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number | undefined;
}

export const userKnownHostsFiles = (): string[] => [
  join(homedir(), '.ssh', 'known_hosts'),
  '/etc/ssh/ssh_known_hosts',
];

/** The text of ~/.ssh/config; empty where there is none. */
export async function sshConfigText(): Promise<string> {
  try {
    return await readFile(join(homedir(), '.ssh', 'config'), 'utf8');
  } catch {
    return '';
  }
}

/** Connects to nothing yet. @throws SSH_CONFIG_BROKEN */
export function openHosts(site: Pick<Site, 'hosts' | 'connections'>, options: OpenHostsOptions): SshHosts {
  const { knownHostsFile, otherKnownHostsFiles, configText, login, threadsFromBytes } = options;
  return new SshHosts({
    profiles: hostProfiles(site, configText),
    knownHostsFile,
    userKnownHostsFiles: otherKnownHostsFiles,
    confirmHostKey: login.confirmHostKey,
    askSecret: login.askSecret,
    checksShell: true,
    onBanner: login.onBanner,
    threadsFromBytes,
  });
}
