/** The one owner of all sessions: one a host, shared by whoever needs the host. */
import { failure } from '../../contract/errors.ts';
import type { AskSecret, ConfirmHostKey, HostProfile, OnBanner } from './host-profile.ts';
import { OpenedKeys } from './opened-keys.ts';
import { SshSession } from './ssh-session.ts';

export interface SshHostsOptions {
  readonly profiles: ReadonlyMap<string, HostProfile>;
  /** Our own known_hosts file; written to when a new host key is confirmed. */
  readonly knownHostsFile: string;
  /** Only read. */
  readonly userKnownHostsFiles: readonly string[];
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  /** See SessionDeps. */
  readonly checksShell?: boolean | undefined;
  readonly onBanner?: OnBanner | undefined;
}

/** What tells two connections apart: who logs in, where, and by which way. One address may be another machine behind another jump host. */
function wayTo(profile: HostProfile): unknown[] {
  const { user, address, port, proxyCommand = null, hostKeyAlias = null, jump } = profile;
  return [user, address, port, proxyCommand, hostKeyAlias, jump ? wayTo(jump) : null];
}

export class SshHosts {
  readonly #options: SshHostsOptions;
  readonly #openedKeys = new OpenedKeys();
  /** By login and way: a jump host that is also a host of the site is connected to once. */
  readonly #sessions = new Map<string, SshSession>();

  constructor(options: SshHostsOptions) {
    this.#options = options;
  }

  /**
   * The session of a host; it connects when it is first used.
   * @throws HOST_UNDECLARED
   */
  session(name: string): SshSession {
    const { profiles } = this.#options;
    const profile = profiles.get(name);
    if (profile === undefined) {
      throw failure('HOST_UNDECLARED', { host: name, hosts: [...profiles.keys()].join(', ') });
    }
    return this.#sessionOf(profile);
  }

  #sessionOf(profile: HostProfile): SshSession {
    const key = JSON.stringify(wayTo(profile));
    const known = this.#sessions.get(key);
    if (known) return known;
    const jump = profile.jump && this.#sessionOf(profile.jump);
    const session = new SshSession(profile, { ...this.#options, openedKeys: this.#openedKeys }, jump);
    this.#sessions.set(key, session);
    return session;
  }

  /** Closes every session, those that others go through last. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    const last = sessions.filter((session) => session.profile.jump === undefined);
    const first = sessions.filter((session) => session.profile.jump !== undefined);
    await Promise.all(first.map((session) => session.close()));
    await Promise.all(last.map((session) => session.close()));
  }
}
