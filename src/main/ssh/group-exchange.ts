/**
 * Diffie-Hellman over a group that the host names (RFC 4419). `crypto.createDiffieHellman` first tests whether the
 * group is one: half a minute of CPU time for 8192 bits in Node 24 and Electron, in which nothing else of the process
 * runs. OpenSSH's client does not test it either: the host signs the exchange, and a host that wants weak keys could as
 * well publish them. node:crypto makes keys for other groups than its own in no other way that Electron has, too; with
 * BigInt an exchange takes 0.1 s.
 */
import { randomBytes } from 'node:crypto';

/** As OpenSSH's `dh_gen_key`: twice the strongest key that is derived from the secret, which has 256 bits. */
const exponentBytes = 64;

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`);

function bytesOf(number: bigint): Buffer {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

/** base to the power of exponent, modulo prime: square and multiply, the highest bit first. */
function power(base: bigint, exponent: Buffer, prime: bigint): bigint {
  let result = 1n;
  for (const byte of exponent) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      result = (result * result) % prime;
      // Multiplied in any case, so that the time reveals little about the exponent.
      const multiplied = (result * base) % prime;
      if ((byte >> bit) & 1) result = multiplied;
    }
  }
  return result;
}

/** The part of node:crypto's DiffieHellman that an exchange needs, with its names. All numbers are big-endian. */
export class GroupKeys {
  readonly #prime: Buffer;
  readonly #generator: Buffer;
  /** Used for one exchange only. */
  readonly #exponent = randomBytes(exponentBytes);

  constructor(prime: Buffer, generator: Buffer) {
    this.#prime = prime;
    this.#generator = generator;
  }

  getPrime(): Buffer {
    return this.#prime;
  }

  getGenerator(): Buffer {
    return this.#generator;
  }

  /** @returns the public key */
  generateKeys(): Buffer {
    return bytesOf(power(numberOf(this.#generator), this.#exponent, numberOf(this.#prime)));
  }

  /** @param publicKey of the host @throws where it is none of the group, or gives the secret away (RFC 4253, 8) */
  computeSecret(publicKey: Buffer): Buffer {
    const [prime, key] = [numberOf(this.#prime), numberOf(publicKey)];
    if (key <= 1n || key >= prime - 1n)
      throw new Error('the host sent a Diffie-Hellman key that is out of range');
    return bytesOf(power(key, this.#exponent, prime));
  }
}
