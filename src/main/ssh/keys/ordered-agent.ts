/**
 * Keys in the order in which a host is offered them, each with its signer. A host counts each key as an attempt and
 * hangs up after six (MaxAuthTries in sshd_config(5)): of an agent with many keys, the one that is meant must come
 * first.
 */
import ssh2 from 'ssh2';
import type { IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import { keysOfAgent, rsaFlags, signByAgent } from '../agent-client.ts';
import { foreignKey, isCertificateOf, isForeign } from '../foreign-keys.ts';
import { keyTypeOf } from './known-hosts.ts';
import type { PublicHalves } from '../public-halves.ts';
import { WireReader } from '../wire.ts';
import { phrase } from '../../../contract/text/say.ts';

/** A key that a host is offered. */
export interface Offer {
  readonly key: ParsedKey;
  /** @returns the signature; with the name of its algorithm in front where the key is foreign (see foreign-keys.ts) */
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

/** An agent of ssh2 that offers these keys and no others. */
export class OrderedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #open: () => Promise<readonly Offer[]>;
  #offers: readonly Offer[] = [];

  /** @param open called once, when the turn of the keys has come */
  constructor(open: () => Promise<readonly Offer[]>) {
    super();
    this.#open = open;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    const opened = (offers: readonly Offer[]) => {
      this.#offers = offers;
      callback(
        undefined,
        offers.map(({ key }) => key),
      );
    };
    this.#open().then(opened, (error: unknown) => callback(asError(error)));
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const [hash, done] = typeof options === 'function' ? [undefined, options] : [options.hash, callback];
    const offer = this.#offers.find((each) => each.key === key);
    if (!offer) return done?.(new Error(phrase('the key was not offered')));
    offer.sign(data, hash).then(
      (signature) => done?.(undefined, signature),
      (error: unknown) => done?.(asError(error)),
    );
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function parsed(blob: Buffer): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(blob);
  if (key instanceof Error) return foreignKey(blob);
  return Array.isArray(key) ? (key[0] as ParsedKey) : key;
}

/**
 * @param offered what the host is shown: a key of the agent, or a certificate for it
 * @param held the key of the agent that signs
 * @returns nothing for a key whose type is unknown
 */
function offerOf(socket: string, offered: Buffer, held: Buffer): Offer[] {
  const key = parsed(offered);
  if (!key) return [];
  const isRsa = keyTypeOf(held).startsWith('ssh-rsa');
  const sign = async (data: Buffer, hash: string | undefined) => {
    const chosen = isForeign(key) ? 'sha512' : hash;
    const flags = isRsa && (chosen === 'sha256' || chosen === 'sha512') ? rsaFlags[chosen] : 0;
    const whole = await signByAgent(socket, held, data, flags);
    if (isForeign(key)) return whole;
    const reader = new WireReader(whole);
    reader.string();
    return reader.string();
  };
  return [{ key, sign }];
}

/** Certificates that the agent can sign for: it has them, or the keys that they are for. */
const certificateOffers = (
  socket: string,
  held: readonly Buffer[],
  { certificates }: PublicHalves,
): Offer[] =>
  certificates.flatMap(({ blob }) => {
    const signer = held.find((each) => each.equals(blob)) ?? held.find((each) => isCertificateOf(blob, each));
    return signer ? offerOf(socket, blob, signer) : [];
  });

/** Which keys of an agent a host is offered. */
export interface AgentChoice {
  readonly socket: string;
  /** The key files of the host. */
  readonly named: PublicHalves;
  /** `named`: those of the key files, certificates first; `others`: all but those. */
  readonly which: 'named' | 'others';
  /** Called for each key file whose key the agent has. */
  readonly onHeld: (path: string) => void;
}

/** @throws Error where the agent does not answer */
export async function agentOffers({ socket, named, which, onHeld }: AgentChoice): Promise<Offer[]> {
  const held = await keysOfAgent(socket);
  const namedKeys = [...named.keys.values()];
  const isKey = (blob: Buffer) => namedKeys.some((key) => key.equals(blob));
  const isCertificate = (blob: Buffer) => named.certificates.some((each) => each.blob.equals(blob));
  const offersOf = (keys: readonly Buffer[]) => keys.flatMap((blob) => offerOf(socket, blob, blob));
  if (which === 'others') return offersOf(held.filter((blob) => !isKey(blob) && !isCertificate(blob)));
  for (const [path, key] of named.keys) if (held.some((blob) => blob.equals(key))) onHeld(path);
  return [...certificateOffers(socket, held, named), ...offersOf(held.filter(isKey))];
}
