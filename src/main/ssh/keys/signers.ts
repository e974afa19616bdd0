/** Keys that sign: from a file, from an ssh agent, or the customary ones of the user. */
import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { BaseAgent, ParsedKey } from 'ssh2';
import { failure, isFailure, ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { AskSecret } from '../host-profile.ts';
import { loadKey } from './key-file.ts';
import { fingerprintOf } from './known-hosts.ts';
import { canSignWith, signerOfKey, type Signer } from './ssh-signature.ts';

export interface SignerChoice {
  /** A private key, or the public key of one that an agent holds; `~/` is the home folder. Without it: the agent's first, then ~/.ssh. */
  readonly keyFile?: string | undefined;
  readonly agentSocket: string | undefined;
  readonly askSecret: AskSecret;
  readonly homeFolder?: string | undefined;
}

const customaryKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
/** Stands where other questions for a passphrase name a host. */
const asker = 'sign';

function agentOf(socket: string): BaseAgent<ParsedKey> {
  return ssh2.createAgent(socket) as unknown as BaseAgent<ParsedKey>;
}

/** The keys of an agent that can sign. @throws AGENT_UNAVAILABLE */
async function agentKeys(socket: string): Promise<ParsedKey[]> {
  const keys = await new Promise<readonly ParsedKey[]>((resolve, reject) => {
    agentOf(socket).getIdentities((error, found) => {
      if (error) reject(error);
      else resolve((found ?? []) as ParsedKey[]);
    });
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('AGENT_UNAVAILABLE', { host: asker, socket, reason }, {}, error);
  });
  return keys.filter((key) => canSignWith(key.getPublicSSH()));
}

function signerOfAgent(socket: string, key: ParsedKey): Signer {
  const name = phrase('the key {comment} of the ssh agent', { comment: key.comment || key.type });
  return {
    name,
    publicKey: key.getPublicSSH(),
    sign: (data, hash) =>
      new Promise((resolve, reject) => {
        // The agent chooses the algorithm of all keys but rsa by the key alone.
        const options = hash === 'sha256' || hash === 'sha512' ? { hash } : {};
        agentOf(socket).sign(key, data, options, (error, signature) => {
          if (signature) resolve(signature);
          else
            reject(
              failure('SIGN_KEY_UNUSABLE', {
                key: name,
                reason: error?.message ?? phrase('no signature was returned'),
              }),
            );
        });
      }),
  };
}

/** `~/` is the home folder. */
const inHome = (file: string, homeFolder: string) => file.replace(/^~(?=\/|$)/, () => homeFolder);

/**
 * The public key in a file; undefined if it holds none.
 * @param kind `any`: also the public half of a private key without a passphrase
 */
async function publicKeyIn(file: string, kind: 'public' | 'any' = 'public'): Promise<Buffer | undefined> {
  try {
    const parsed = ssh2.utils.parseKey(await readFile(file));
    if (parsed instanceof Error) return undefined;
    const key = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
    return key.isPrivateKey() && kind === 'public' ? undefined : key.getPublicSSH();
  } catch {
    return undefined;
  }
}

/**
 * @param file a key file, private or public; `~/` is the home folder
 * @returns `SHA256:…`; undefined if its public half lies neither in it nor in FILE.pub, or cannot be read
 */
export async function fingerprintOfKeyFile(
  file: string,
  homeFolder = homedir(),
): Promise<string | undefined> {
  const path = inHome(file, homeFolder);
  const publicKey = (await publicKeyIn(path, 'any')) ?? (await publicKeyIn(`${path}.pub`));
  return publicKey && fingerprintOf(publicKey);
}

async function heldByAgent(publicKey: Buffer, socket: string | undefined): Promise<Signer | undefined> {
  if (socket === undefined) return undefined;
  const key = (await agentKeys(socket)).find((held) => held.getPublicSSH().equals(publicKey));
  return key && signerOfAgent(socket, key);
}

/** No host has anything to do with it. */
function withoutHost(error: unknown): unknown {
  return isFailure(error) ? new ShadowtapeError({ ...error.toInfo(), evidence: {} }, error) : error;
}

async function fromFile(path: string, askSecret: AskSecret, required: boolean): Promise<Signer | undefined> {
  const user = { name: asker, user: userInfo().username };
  const key = await loadKey({ path, required }, user, askSecret).catch((error: unknown) => {
    throw withoutHost(error);
  });
  if (key && !canSignWith(key.getPublicSSH()))
    throw failure('SIGN_KEY_UNUSABLE', {
      key: path,
      reason: phrase('keys of type {type} are not supported', { type: key.type }),
    });
  return key && signerOfKey(phrase('the key {path}', { path }), key);
}

async function ofKeyFile(path: string, { agentSocket, askSecret }: SignerChoice): Promise<Signer> {
  const own = await publicKeyIn(path);
  if (own) {
    const held = await heldByAgent(own, agentSocket);
    if (held) return held;
    throw failure('SIGN_KEY_UNUSABLE', {
      key: path,
      reason: phrase('it is a public key, and no ssh agent holds its private key'),
    });
  }
  // An agent that holds the key saves the question for its passphrase.
  const beside = await publicKeyIn(`${path}.pub`);
  const held = beside && (await heldByAgent(beside, agentSocket).catch(() => undefined));
  const signer = held ?? (await fromFile(path, askSecret, true));
  if (!signer) throw failure('SIGN_KEY_MISSING');
  return signer;
}

async function ofAgent(socket: string | undefined): Promise<Signer | undefined> {
  if (socket === undefined) return undefined;
  try {
    const [key] = await agentKeys(socket);
    return key && signerOfAgent(socket, key);
  } catch (error) {
    if (isFailure(error, 'AGENT_UNAVAILABLE')) return undefined;
    throw error;
  }
}

/**
 * @throws SIGN_KEY_MISSING, SIGN_KEY_UNUSABLE, AGENT_UNAVAILABLE, KEY_FILE_MISSING, KEY_FILE_UNREADABLE, KEY_PASSPHRASE_MISSING,
 *   KEY_PASSPHRASE_WRONG
 */
export async function chooseSigner(choice: SignerChoice): Promise<Signer> {
  const { keyFile, askSecret, agentSocket, homeFolder = homedir() } = choice;
  if (keyFile !== undefined) return ofKeyFile(inHome(keyFile, homeFolder), choice);
  const held = await ofAgent(agentSocket);
  if (held) return held;
  for (const name of customaryKeys) {
    const signer = await fromFile(join(homeFolder, '.ssh', name), askSecret, false);
    if (signer) return signer;
  }
  throw failure('SIGN_KEY_MISSING');
}
