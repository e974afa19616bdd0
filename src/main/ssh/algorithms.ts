/**
 * The algorithms that a session offers, best first.
 *
 * ssh2 throws at `connect` for a name that the runtime cannot do, and Electron's runtime (BoringSSL) lacks some: no chacha20-poly1305 and no
 * 1024-bit group. So every list is cut down to what the runtime offers. diffie-hellman-group18 is never offered: making its key takes half a minute there.
 */
import { generateKeyPairSync, getCiphers, getCurves, getHashes } from 'node:crypto';
import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { AlgorithmSet } from './host-profile.ts';

/** What the runtime can do, in OpenSSL's names. */
export interface RuntimeOffer {
  readonly ciphers: readonly string[];
  readonly hashes: readonly string[];
  readonly curves: readonly string[];
  /** Diffie-Hellman groups (`modp14`) and key types (`ed25519`, `x25519`) that could be made. */
  readonly made: readonly string[];
}

export interface AlgorithmLists {
  kex: KexAlgorithm[];
  serverHostKey: ServerHostKeyAlgorithm[];
  cipher: CipherAlgorithm[];
  hmac: MacAlgorithm[];
  compress: ['none'];
}

/** Name in ssh -> names in the runtime that it needs. */
type Needs<Name extends string> = readonly (readonly [Name, ...string[]])[];

const modernKex: Needs<KexAlgorithm> = [
  ['curve25519-sha256', 'x25519', 'sha256'],
  ['curve25519-sha256@libssh.org', 'x25519', 'sha256'],
  ['ecdh-sha2-nistp256', 'prime256v1', 'sha256'],
  ['ecdh-sha2-nistp384', 'secp384r1', 'sha384'],
  ['ecdh-sha2-nistp521', 'secp521r1', 'sha512'],
  ['diffie-hellman-group16-sha512', 'modp16', 'sha512'],
  ['diffie-hellman-group14-sha256', 'modp14', 'sha256'],
  ['diffie-hellman-group-exchange-sha256', 'sha256'],
];
const legacyKex: Needs<KexAlgorithm> = [
  ['diffie-hellman-group-exchange-sha1', 'sha1'],
  ['diffie-hellman-group14-sha1', 'modp14', 'sha1'],
  ['diffie-hellman-group1-sha1', 'modp2', 'sha1'],
];

const modernHostKeys: Needs<ServerHostKeyAlgorithm> = [
  ['ssh-ed25519', 'ed25519'],
  ['ecdsa-sha2-nistp256', 'prime256v1', 'sha256'],
  ['ecdsa-sha2-nistp384', 'secp384r1', 'sha384'],
  ['ecdsa-sha2-nistp521', 'secp521r1', 'sha512'],
  ['rsa-sha2-512', 'sha512'],
  ['rsa-sha2-256', 'sha256'],
];
const legacyHostKeys: Needs<ServerHostKeyAlgorithm> = [['ssh-rsa', 'sha1']];

const modernCiphers: Needs<CipherAlgorithm> = [
  ['aes128-gcm@openssh.com', 'aes-128-gcm'],
  ['aes256-gcm@openssh.com', 'aes-256-gcm'],
  ['aes128-ctr', 'aes-128-ctr'],
  ['aes192-ctr', 'aes-192-ctr'],
  ['aes256-ctr', 'aes-256-ctr'],
  ['chacha20-poly1305@openssh.com', 'chacha20'],
];
const legacyCiphers: Needs<CipherAlgorithm> = [
  ['aes128-cbc', 'aes-128-cbc'],
  ['aes192-cbc', 'aes-192-cbc'],
  ['aes256-cbc', 'aes-256-cbc'],
  ['3des-cbc', 'des-ede3-cbc'],
];

const modernMacs: Needs<MacAlgorithm> = [
  ['hmac-sha2-256-etm@openssh.com', 'sha256'],
  ['hmac-sha2-512-etm@openssh.com', 'sha512'],
  ['hmac-sha2-256', 'sha256'],
  ['hmac-sha2-512', 'sha512'],
];
const legacyMacs: Needs<MacAlgorithm> = [
  ['hmac-sha1', 'sha1'],
  ['hmac-md5', 'md5'],
];

function canBeMade(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

/** Electron's crypto library calls itself 0.0.0. */
const isBoringSsl = (opensslVersion: string) => opensslVersion === '0.0.0' || /boring/i.test(opensslVersion);

/**
 * The Diffie-Hellman groups to offer. Not found out by making one: BoringSSL tests the prime each time, which holds the whole
 * process up for seconds (measured in Electron 33: modp14 0.8 s, modp16 5.5 s), and so modp16 is not offered there at all.
 * @param opensslVersion `process.versions.openssl`
 */
export function diffieHellmanGroups(opensslVersion: string): string[] {
  return isBoringSsl(opensslVersion) ? ['modp14'] : ['modp2', 'modp14', 'modp16'];
}

const makers: Readonly<Record<string, () => unknown>> = {
  ed25519: () => generateKeyPairSync('ed25519'),
  x25519: () => generateKeyPairSync('x25519'),
};

let offerOfThisRuntime: RuntimeOffer | undefined;

/** What this runtime can do; found out once. */
export function runtimeOffer(): RuntimeOffer {
  offerOfThisRuntime ??= {
    ciphers: getCiphers(),
    hashes: getHashes(),
    curves: getCurves(),
    made: [
      ...diffieHellmanGroups(process.versions.openssl),
      ...Object.entries(makers).flatMap(([name, make]) => (canBeMade(make) ? [name] : [])),
    ],
  };
  return offerOfThisRuntime;
}

/** The key type of known_hosts that a host key algorithm shows: an RSA key has one name there and three in negotiation. */
function keyTypeOfAlgorithm(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

/**
 * The lists to offer to a host.
 * @param preferredKeyTypes key types that known_hosts has for the host; they come first, so that the host shows a key that is known
 */
export function algorithmsFor(
  set: AlgorithmSet,
  preferredKeyTypes: readonly string[] = [],
  offer: RuntimeOffer = runtimeOffer(),
): AlgorithmLists {
  const offered = new Set([...offer.ciphers, ...offer.hashes, ...offer.curves, ...offer.made]);
  const available = <Name extends string>(modern: Needs<Name>, legacy: Needs<Name>): Name[] =>
    (set === 'legacy' ? [...modern, ...legacy] : modern)
      .filter(([, ...needs]) => needs.every((need) => offered.has(need)))
      .map(([name]) => name);

  const hostKeys = available(modernHostKeys, legacyHostKeys);
  const preferred = (name: ServerHostKeyAlgorithm) => preferredKeyTypes.includes(keyTypeOfAlgorithm(name));
  return {
    kex: available(modernKex, legacyKex),
    serverHostKey: [...hostKeys.filter(preferred), ...hostKeys.filter((name) => !preferred(name))],
    cipher: available(modernCiphers, legacyCiphers),
    hmac: available(modernMacs, legacyMacs),
    compress: ['none'],
  };
}
