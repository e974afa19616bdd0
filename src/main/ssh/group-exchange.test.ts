import { createDiffieHellmanGroup } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GroupKeys } from './group-exchange.ts';

describe('keys over a group that the host names', () => {
  it.each(['modp14', 'modp16', 'modp18'])('%s: both sides get the same secret, however often', (name) => {
    const host = createDiffieHellmanGroup(name);
    const hostKey = host.generateKeys();
    // What has a leading zero is shorter than the prime: one in 256 keys and secrets.
    for (let round = 0; round < (name === 'modp14' ? 30 : 2); round += 1) {
      const console = new GroupKeys(host.getPrime(), host.getGenerator());
      const key = console.generateKeys();
      const secret = console.computeSecret(hostKey);
      expect(trimmed(secret)).toBe(trimmed(host.computeSecret(key)));
    }
  });

  it.each([
    ['0', Buffer.from([0])],
    ['1', Buffer.from([1])],
    ['the prime less one', createDiffieHellmanGroup('modp14').getPrime().fill(0xfe, 255)],
  ])('refuses %s as the key of the host', (_name, hostKey) => {
    const group = createDiffieHellmanGroup('modp14');
    const console = new GroupKeys(group.getPrime(), group.getGenerator());
    expect(() => console.computeSecret(hostKey)).toThrow(
      'the host sent a Diffie-Hellman key that is out of range',
    );
  });
});

/** Without leading zeros: an mpint has none (RFC 4251). */
const trimmed = (number: Buffer): string => number.toString('hex').replace(/^(00)+/, '');
