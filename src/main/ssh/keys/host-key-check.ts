/**
 * Decides on the host key of one connection. ssh2 accepts any key unless configured otherwise, and asks again at each
 * rekey. A key is written down only after the handshake has proved that the host owns it.
 */
import { failure } from '../../../contract/errors.ts';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { ConfirmHostKey, HostProfile } from '../host-profile.ts';
import {
  appendKnownHost,
  fingerprintOf,
  hostKeyText,
  keyTypeOf,
  keyTypeOfText,
  knownKeyTypes,
  lookUp,
  readKnownHosts,
} from './known-hosts.ts';
import type { KnownHostLine } from './known-hosts.ts';

export interface HostKeyFiles {
  /** Our own file: read, and written to. */
  readonly knownHostsFile: string;
  /** Files that are only read (~/.ssh/known_hosts), unless the profile of a host names others. */
  readonly userKnownHostsFiles: readonly string[];
}

/** What else than the known_hosts files decides on a key. */
export interface HostKeyLimits {
  /** Type and fingerprint of the only key that is accepted, whatever the files say. */
  readonly pinnedKey?: string | undefined;
  readonly replacedKey?: ReplacedHostKey | undefined;
}

/** A host whose known key a person has replaced by another one. */
export interface ReplacedHostKey {
  readonly host: string;
  /** `SHA256:…` of the new key, as the person has seen it. */
  readonly fingerprint: string;
}

/** `unknown`: no file has a key of this host, so a person decides. */
export type HostKeyVerdict = 'trusted' | 'refused' | 'unknown';

export class HostKeyCheck {
  readonly #profile: HostProfile;
  readonly #lines: readonly KnownHostLine[];
  readonly #ownFile: string;
  readonly #confirm: ConfirmHostKey;
  readonly #pinned: string | undefined;
  readonly #replaces: ReplacedHostKey | undefined;
  #replaced: readonly KnownHostLine[] = [];
  #accepted: Buffer | undefined;
  #toWriteDown: Buffer | undefined;
  /** Why the last key was refused. */
  refusal: ShadowtapeError | undefined;

  constructor(
    profile: HostProfile,
    lines: readonly KnownHostLine[],
    ownFile: string,
    confirm: ConfirmHostKey,
    { pinnedKey, replacedKey }: HostKeyLimits = {},
  ) {
    this.#pinned = pinnedKey;
    this.#replaces = replacedKey;
    this.#profile = profile;
    this.#lines = lines;
    this.#ownFile = ownFile;
    this.#confirm = confirm;
  }

  /** Reads the known_hosts files for one connection. */
  static async begin(
    profile: HostProfile,
    files: HostKeyFiles,
    confirm: ConfirmHostKey,
    limits: HostKeyLimits = {},
  ): Promise<HostKeyCheck> {
    const { knownHostsFiles = files.userKnownHostsFiles } = profile;
    const lines = await readKnownHosts([files.knownHostsFile, ...knownHostsFiles]);
    return new HostKeyCheck(profile, lines, files.knownHostsFile, confirm, limits);
  }

  /** Key types that are known of this host. */
  get preferredKeyTypes(): string[] {
    if (this.#pinned !== undefined) return [keyTypeOfText(this.#pinned)];
    const { name, port } = this.#known;
    return knownKeyTypes(this.#lines, name, port);
  }

  /** The key that was accepted, once it was: type and fingerprint. */
  get accepted(): string | undefined {
    return this.#accepted && hostKeyText(this.#accepted);
  }

  /**
   * Judges a key without asking anybody, and never `unknown` once a key was accepted: a rekey needs its answer in the same turn.
   * `refusal` says why a key is refused.
   */
  judge(key: Buffer): HostKeyVerdict {
    if (this.#accepted)
      return this.#accepted.equals(key) ? 'trusted' : this.#refuseSwitched(this.#accepted, key);
    if (this.#pinned !== undefined && hostKeyText(key) !== this.#pinned)
      return this.#refusePinned(this.#pinned, key);
    const { name, port } = this.#known;
    const found = lookUp(this.#lines, name, port, key);
    if (found.verdict === 'revoked') return this.#refuseRevoked(key, found.by);
    if (found.verdict === 'changed') {
      if (!this.#mayReplace(key)) return this.#refuseChanged(key, found.known);
      this.#replaced = found.known;
      this.#toWriteDown = Buffer.from(key);
    }
    if (found.verdict === 'unknown') return 'unknown';
    this.#accepted = Buffer.from(key);
    return 'trusted';
  }

  /** Asks whether an unknown key may be trusted; `refusal` says why not. */
  async ask(key: Buffer): Promise<boolean> {
    const question = { ...this.#where, keyType: keyTypeOf(key), fingerprint: fingerprintOf(key) };
    if (await this.#confirm(question)) {
      this.#toWriteDown = Buffer.from(key);
      this.#accepted = Buffer.from(key);
      return true;
    }
    this.refusal = failure('HOST_KEY_UNKNOWN', question, {
      host: this.#profile.name,
      actual: question.fingerprint,
    });
    return false;
  }

  #mayReplace(key: Buffer): boolean {
    return this.#replaces?.host === this.#profile.name && fingerprintOf(key) === this.#replaces.fingerprint;
  }

  /** To be called once the host has proved that the key is its own: adds a key that was just confirmed to our file. */
  async writeDown(): Promise<void> {
    const key = this.#toWriteDown;
    if (key === undefined) return;
    this.#toWriteDown = undefined;
    const { name: host } = this.#profile;
    const { name, port } = this.#known;
    try {
      const replaced = this.#replaced.map((line) => line.key);
      await appendKnownHost(this.#ownFile, name, port, key, replaced);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw failure('KNOWN_HOSTS_UNWRITABLE', { host, file: this.#ownFile, reason }, { host }, error);
    }
  }

  /** How known_hosts files name the host. An alias has no port (sshconnect.c, get_hostfile_hostname_ipaddr). */
  get #known(): { name: string; port: number } {
    const { hostKeyAlias, address, port } = this.#profile;
    return hostKeyAlias === undefined ? { name: address, port } : { name: hostKeyAlias, port: 22 };
  }

  get #where(): { host: string; address: string; port: number } {
    const { name: host, address, port } = this.#profile;
    return { host, address, port };
  }

  #refuseSwitched(acceptedKey: Buffer, key: Buffer): 'refused' {
    const { name: host } = this.#profile;
    const accepted = fingerprintOf(acceptedKey);
    const shown = fingerprintOf(key);
    this.refusal = failure(
      'HOST_KEY_SWITCHED',
      { host, accepted, shown },
      { host, expected: accepted, actual: shown },
    );
    return 'refused';
  }

  #refusePinned(expected: string, key: Buffer): 'refused' {
    const shown = hostKeyText(key);
    const { host } = this.#where;
    this.refusal = failure(
      'HOST_IS_ANOTHER',
      { ...this.#where, what: phrase('host key'), expected, actual: shown },
      { host, expected, actual: shown },
    );
    return 'refused';
  }

  #refuseRevoked(key: Buffer, by: KnownHostLine): 'refused' {
    const fingerprint = fingerprintOf(key);
    this.refusal = failure(
      'HOST_KEY_REVOKED',
      { ...this.#where, fingerprint, file: by.file, line: by.line },
      { host: this.#profile.name, actual: fingerprint },
    );
    return 'refused';
  }

  #refuseChanged(key: Buffer, known: readonly KnownHostLine[]): 'refused' {
    const shown = fingerprintOf(key);
    const expected = known.map((line) => fingerprintOf(line.key)).join(', ');
    const [first] = known;
    this.refusal = failure(
      'HOST_KEY_CHANGED',
      {
        ...this.#where,
        keyType: keyTypeOf(key),
        shown,
        known: expected,
        file: first?.file ?? '',
        line: first?.line ?? 0,
      },
      {
        ...{ host: this.#profile.name, expected, actual: shown },
        ...(first ? { knownIn: phrase('{file}, line {line}', { file: first.file, line: first.line }) } : {}),
      },
    );
    return 'refused';
  }
}
