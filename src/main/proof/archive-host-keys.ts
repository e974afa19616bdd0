/** Host keys of an archive from elsewhere: accepting them means trusting those hosts, so they are listed and need confirmation. */
import { fingerprintOf, parseKnownHosts } from '../ssh/keys/known-hosts.ts';

export interface ArchivedHostKey {
  /** As the line names them: names, patterns, or a hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  readonly isRevoked: boolean;
}

/** @returns true if all of them are to be taken */
export type ConfirmArchivedKeys = (keys: readonly ArchivedHostKey[]) => Promise<boolean>;

export interface NewHostKeys {
  readonly keys: readonly ArchivedHostKey[];
  /** Their lines, as the archive has them. What is not a key is not taken. */
  readonly lines: readonly string[];
}

/**
 * @param here text of the file of known hosts that is there
 * @param archived text of that in the archive
 */
export function newHostKeys(here: string, archived: string): NewHostKeys {
  const known = new Set(here.split(/\r?\n/));
  const texts = archived.split(/\r?\n/);
  const added = parseKnownHosts(archived, 'known_hosts').filter(
    ({ line }) => !known.has(texts[line - 1] ?? ''),
  );
  return {
    keys: added.map(({ hosts, keyType, key, marker }) => ({
      hosts,
      keyType,
      fingerprint: fingerprintOf(key),
      isRevoked: marker === 'revoked',
    })),
    lines: added.map(({ line }) => texts[line - 1] ?? ''),
  };
}
