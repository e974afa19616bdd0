/**
 * Asks an ssh agent (draft-miller-ssh-agent). ssh2's own client leaves out every key whose type it does not know, and
 * keeps of a signature only what its known types need; here both come whole.
 */
import ssh2 from 'ssh2';
import { string, uint32, WireReader } from './wire.ts';

const failed = 5;
const requestIdentities = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;

/** OpenSSH's own limit (MAX_AGENT_REPLY_LEN in authfd.c), in bytes. */
const longestAnswer = 256 * 1024;

/** Which hash an RSA key signs with (draft-miller-ssh-agent, 4.5.1). */
export const rsaFlags = { sha256: 2, sha512: 4 } as const;

/** @returns the agent's answer, from its type on */
function ask(socket: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // ssh2 supports the agents of Windows, too.
    ssh2.createAgent(socket).getStream?.((error, stream) => {
      if (!stream) return reject(error ?? new Error('Failed to connect to agent'));
      let answer = Buffer.alloc(0);
      const ended = () => reject(new Error('Agent closed the connection'));
      stream.on('data', (piece: Buffer) => {
        answer = Buffer.concat([answer, piece]);
        const length = answer.length < 4 ? 0 : answer.readUInt32BE();
        if (length > longestAnswer) reject(new Error('Agent responded with too much'));
        else if (answer.length < 4 || answer.length < 4 + length) return;
        else resolve(answer.subarray(4, 4 + length));
        stream.destroy();
      });
      stream.on('error', reject).on('end', ended).on('close', ended);
      stream.write(string(request));
    });
  });
}

/** @returns what follows the type of the answer. @throws Error where the agent refuses */
async function answerOf(socket: string, request: Buffer, type: number): Promise<WireReader> {
  const reader = new WireReader(await ask(socket, request));
  const [answered] = reader.take(1);
  if (answered === failed) throw new Error('Agent responded with failure');
  if (answered !== type) throw new Error('Agent responded with wrong message type');
  return reader;
}

/**
 * @param socket path of the agent's socket
 * @returns the public halves of its keys in wire form, certificates among them, in the agent's order
 * @throws Error with a reason
 */
export async function keysOfAgent(socket: string): Promise<Buffer[]> {
  const reader = await answerOf(socket, Buffer.from([requestIdentities]), identitiesAnswer);
  const keys: Buffer[] = [];
  for (let left = reader.uint32(); left > 0; left -= 1) {
    keys.push(reader.string());
    // The comment.
    reader.string();
  }
  return keys;
}

/**
 * @param key public half in wire form, as the agent has it
 * @param flags of rsaFlags; 0 for keys of other types
 * @returns the signature with the name of its algorithm in front, and with what may follow it
 * @throws Error with a reason
 */
export async function signByAgent(socket: string, key: Buffer, data: Buffer, flags: number): Promise<Buffer> {
  const request = Buffer.concat([Buffer.from([signRequest]), string(key), string(data), uint32(flags)]);
  return (await answerOf(socket, request, signResponse)).string();
}
