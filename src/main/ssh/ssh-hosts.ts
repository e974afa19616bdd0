/** The one owner of all sessions: one a host, shared by all that need the host. */
import { failure } from '../../contract/errors.ts';
import type { AskSecret, ConfirmHostKey, HostProfile, OnBanner } from './host-profile.ts';
import { OpenedKeys } from './keys/opened-keys.ts';
import { SecretMemory } from './keys/secret-memory.ts';
import { SshSession } from './ssh-session.ts';
import type { SessionDeps } from './session-options.ts';

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
  /** From so many bytes on, data gets threads and connections of its own; a number that pays by default. */
  readonly threadsFromBytes?: number | undefined;
  /** See SessionDeps. */
  readonly replacedKey?: SessionDeps['replacedKey'];
  /** See SessionDeps. */
  readonly isForBulk?: boolean | undefined;
}

/** What a further connection to a host needs to log in as its session has done. */
export interface HostLogin extends Omit<
  SessionDeps,
  'openedKeys' | 'checksShell' | 'isForBulk' | 'onBanner' | 'replacedKey'
> {
  readonly profile: HostProfile;
  /** The key that the host has proved to be itself by: the further connection accepts no other. */
  readonly hostKey: string;
}

/**
 * What distinguishes two sessions: who logs in, where, by which way, and how commands get their rights. One address may
 * be a different machine through a different jump host.
 */
function wayTo(profile: HostProfile): unknown[] {
  const { user, address, port, proxyCommand = null, hostKeyAlias = null, become = 'none', jump } = profile;
  return [user, address, port, proxyCommand, hostKeyAlias, become, jump ? wayTo(jump) : null];
}

export class SshHosts {
  readonly #options: SshHostsOptions;
  readonly #openedKeys = new OpenedKeys();
  readonly #secrets: SecretMemory;
  readonly #deps: Omit<SessionDeps, 'openedKeys'>;
  /** By login and way: a jump host that is also a host of the site is connected to once. */
  readonly #sessions = new Map<string, SshSession>();

  constructor(options: SshHostsOptions) {
    this.#options = options;
    this.#secrets = new SecretMemory(options.askSecret);
    this.#deps = { ...options, askSecret: this.#secrets.ask };
  }

  get threadsFromBytes(): number | undefined {
    return this.#options.threadsFromBytes;
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

  /**
   * How a further connection to a host logs in: secrets that were asked for once are not asked for again. Connects
   * where that is not done yet.
   * @returns undefined if a person would have to answer a question of the host again
   * @throws HOST_UNDECLARED, and errors of connecting
   */
  async loginOf(name: string): Promise<HostLogin | undefined> {
    const session = this.session(name);
    const { hostKey } = await session.seen();
    const { profile } = session;
    for (let host: HostProfile | undefined = profile; host; host = host.jump)
      if (this.#secrets.hasPrompted(host.name)) return undefined;
    const { knownHostsFile, userKnownHostsFiles, confirmHostKey } = this.#options;
    const askSecret = this.#secrets.answerAgain;
    return { profile, hostKey, knownHostsFile, userKnownHostsFiles, confirmHostKey, askSecret };
  }

  #sessionOf(profile: HostProfile): SshSession {
    const key = JSON.stringify(wayTo(profile));
    const known = this.#sessions.get(key);
    if (known) return known;
    const jump = profile.jump && this.#sessionOf(profile.jump);
    const session = new SshSession(profile, { ...this.#deps, openedKeys: this.#openedKeys }, jump);
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
