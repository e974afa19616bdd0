/**
 * The keys of an ssh agent in the order in which a host is offered them. A host counts each key as an attempt and hangs up after six
 * (MaxAuthTries in sshd_config(5)): of an agent with many keys, the one that is meant must come first.
 */
import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { BaseAgent, IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import type { KeyFile } from './host-profile.ts';

/** The public key in a file; undefined where it holds something else. */
async function publicKeyIn(path: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const parsed = bytes && ssh2.utils.parseKey(bytes);
  if (parsed === undefined || parsed instanceof Error) return undefined;
  const key = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
  return key.isPrivateKey() ? undefined : key.getPublicSSH();
}

/**
 * The public halves of key files, from the `.pub` beside each, or from the file itself: IdentityFile may name the public key of one that
 * only the agent has. Those that cannot be read are left out.
 */
export async function publicHalves(files: readonly KeyFile[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const { path } of files) {
    const key = (await publicKeyIn(`${path}.pub`)) ?? (await publicKeyIn(path));
    if (key) found.set(path, key);
  }
  return found;
}

/** An agent that offers some of its keys only. */
export class OrderedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent<ParsedKey>;
  readonly #isOffered: (publicKey: Buffer) => boolean;

  /** @param isOffered is told the public half of each key that the agent holds */
  constructor(socket: string, isOffered: (publicKey: Buffer) => boolean) {
    super();
    this.#agent = ssh2.createAgent(socket) as unknown as BaseAgent<ParsedKey>;
    this.#isOffered = isOffered;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) return callback(error);
      const held = (keys ?? []) as ParsedKey[];
      return callback(
        undefined,
        held.filter((key) => this.#isOffered(key.getPublicSSH())),
      );
    });
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
