import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { algorithmsFor, diffieHellmanGroups, runtimeOffer } from './algorithms.ts';
import type { RuntimeOffer } from './algorithms.ts';

/** Electron's runtime, as far as ssh is concerned. */
const electron: RuntimeOffer = {
  ciphers: [
    'aes-128-gcm',
    'aes-256-gcm',
    'aes-128-ctr',
    'aes-192-ctr',
    'aes-256-ctr',
    'aes-128-cbc',
    'des-ede3-cbc',
  ],
  hashes: ['md5', 'sha1', 'sha256', 'sha384', 'sha512'],
  curves: ['prime256v1', 'secp384r1', 'secp521r1'],
  made: ['modp14', 'modp16', 'ed25519', 'x25519'],
};

describe('algorithms', () => {
  it('offers fast and modern ones first', () => {
    const lists = algorithmsFor('modern');
    expect(lists.cipher[0]).toBe('aes128-gcm@openssh.com');
    expect(lists.kex[0]).toBe('curve25519-sha256');
    expect(lists.serverHostKey[0]).toBe('ssh-ed25519');
    expect([...lists.kex, ...lists.serverHostKey, ...lists.hmac].join(' ')).not.toMatch(/sha1|ssh-rsa|md5/);
    expect(lists.compress).toEqual(['none']);
  });

  it('adds the old ones after them for a legacy host', () => {
    const modern = algorithmsFor('modern', [], electron);
    const legacy = algorithmsFor('legacy', [], electron);
    expect(legacy.kex.slice(modern.kex.length)).toEqual([
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group14-sha1',
    ]);
    expect(legacy.serverHostKey.slice(modern.serverHostKey.length)).toEqual(['ssh-rsa']);
    expect(legacy.cipher.slice(modern.cipher.length)).toEqual(['aes128-cbc', '3des-cbc']);
    expect(legacy.hmac.slice(modern.hmac.length)).toEqual(['hmac-sha1', 'hmac-md5']);
  });

  it('leaves out what the runtime lacks', () => {
    expect(algorithmsFor('modern', [], electron).cipher).not.toContain('chacha20-poly1305@openssh.com');
    const withChacha = { ...electron, ciphers: [...electron.ciphers, 'chacha20'] };
    expect(algorithmsFor('modern', [], withChacha).cipher).toContain('chacha20-poly1305@openssh.com');
    const withOldGroup = { ...electron, made: [...electron.made, 'modp2'] };
    expect(algorithmsFor('legacy', [], withOldGroup).kex).toContain('diffie-hellman-group1-sha1');
    const nothing = { ciphers: [], hashes: [], curves: [], made: [] };
    expect(algorithmsFor('legacy', [], nothing)).toMatchObject({
      kex: [],
      serverHostKey: [],
      cipher: [],
      hmac: [],
    });
  });

  it('never offers group 18', () => {
    expect(algorithmsFor('legacy', [], runtimeOffer()).kex.join(' ')).not.toContain('group18');
  });

  it('asks for the key types that are known of a host before all others', () => {
    expect(algorithmsFor('legacy', ['ssh-rsa'], electron).serverHostKey).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-rsa',
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
    ]);
    expect(algorithmsFor('modern', ['ecdsa-sha2-nistp384'], electron).serverHostKey[0]).toBe(
      'ecdsa-sha2-nistp384',
    );
  });

  it('names nothing that ssh2 would throw for', () => {
    const client = new ssh2.Client();
    client.on('error', () => {});
    // ssh2 checks the lists before it opens a socket; port 1 refuses afterwards.
    const connect = () =>
      client.connect({ host: '127.0.0.1', port: 1, username: 'root', algorithms: algorithmsFor('legacy') });
    expect(connect).not.toThrow();
    client.destroy();
  });
});

describe('Diffie-Hellman groups', () => {
  it('are not tried out: where the library tests each prime, the large one is left out', () => {
    expect(diffieHellmanGroups('0.0.0')).toEqual(['modp14']);
    expect(diffieHellmanGroups('3.5.4')).toEqual(['modp2', 'modp14', 'modp16']);
  });
});
