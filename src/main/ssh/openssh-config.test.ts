import { describe, expect, it } from 'vitest';
import { buildProfile } from './build-profile.ts';
import { parseJump, resolveHost } from './openssh-config.ts';
import type { LocalUser } from './openssh-config.ts';

const local: LocalUser = {
  name: 'operator',
  homeFolder: '/home/operator',
  environment: { SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys' },
};
const resolve = (text: string, alias: string) => resolveHost(text, alias, local);

describe('~/.ssh/config', () => {
  it('leaves an unknown host as it is', () => {
    expect(resolve('', 'node1')).toEqual({
      alias: 'node1',
      address: 'node1',
      port: undefined,
      user: undefined,
      identityFiles: [],
      identityAgent: undefined,
      jump: undefined,
    });
  });

  it('takes the first value of each keyword, and all key files', () => {
    const text = [
      'host node3',
      '  hostname backup.example.com',
      '  PORT 2222',
      '  IdentityFile ~/.ssh/backup_%h',
      'Host node*',
      '  User root',
      '  Port 22',
      '  IdentityFile %d/.ssh/%u-%r-%n-%p%%',
      '  IdentityFile "${KEYS}/my key"',
      '  IdentityFile relative',
    ].join('\n');
    expect(resolve(text, 'node3')).toMatchObject({
      address: 'backup.example.com',
      port: 2222,
      user: 'root',
      identityFiles: [
        '/home/operator/.ssh/backup_backup.example.com',
        '/home/operator/.ssh/operator-root-node3-2222%',
        '/keys/my key',
        '/home/operator/.ssh/relative',
      ],
    });
  });

  it('puts the alias into HostName', () => {
    expect(resolve('Host *\n HostName %h.example.com', 'node1').address).toBe('node1.example.com');
  });

  it('follows a chain of ProxyJump, the last one nearest', () => {
    const text =
      'Host node1\n ProxyJump first,admin@second:2200\nHost first\n HostName 192.0.2.1\n User gate\n';
    expect(resolve(text, 'node1').jump).toMatchObject({
      alias: 'second',
      user: 'admin',
      port: 2200,
      jump: { alias: 'first', address: '192.0.2.1', user: 'gate', jump: undefined },
    });
  });

  it('does not send the jump host through itself', () => {
    const text = 'Host *\n ProxyJump gate';
    expect(resolve(text, 'node1').jump).toMatchObject({ alias: 'gate', jump: undefined });
    expect(resolve(text, 'gate').jump).toBeUndefined();
    expect(resolve('Host gate\n ProxyJump none\nHost *\n ProxyJump gate', 'gate').jump).toBeUndefined();
  });

  it('refuses ProxyJumps in a circle', () => {
    const text = 'Host a\n ProxyJump b\nHost b\n ProxyJump c\nHost c\n ProxyJump a\n';
    expect(() => resolve(text, 'a')).toThrow('ProxyJump of "a" leads in a circle');
  });

  it('reads the host of a jump in all its forms', () => {
    expect(parseJump('gate')).toEqual({ alias: 'gate', user: undefined, port: undefined });
    expect(parseJump(' me@gate:2222 ')).toEqual({ alias: 'gate', user: 'me', port: 2222 });
    expect(parseJump('ssh://me@gate:2222')).toEqual({ alias: 'gate', user: 'me', port: 2222 });
    expect(parseJump('me@[2001:db8::1]:2222')).toEqual({ alias: '2001:db8::1', user: 'me', port: 2222 });
    expect(parseJump('2001:db8::1')).toEqual({ alias: '2001:db8::1', user: undefined, port: undefined });
    expect(parseJump('me@example.com@gate')).toMatchObject({ alias: 'gate', user: 'me@example.com' });
    expect(() => parseJump('gate:99999')).toThrow('"99999" is not a port');
    expect(() => parseJump('')).toThrow('"" is not a host of ProxyJump');
  });

  it('finds the agent', () => {
    expect(resolve('Host *\n IdentityAgent none', 'a').identityAgent).toBe('none');
    expect(resolve('Host *\n IdentityAgent SSH_AUTH_SOCK', 'a').identityAgent).toBe('/run/agent');
    expect(resolve('Host *\n IdentityAgent ~/agent', 'a').identityAgent).toBe('/home/operator/agent');
  });

  it('starts no program, whatever the file asks for', () => {
    const text = [
      'Match exec "true"',
      '  User wrong',
      'Host *',
      '  CanonicalizeHostname yes',
      '  CanonicalDomains invalid',
      '  User right',
    ].join('\n');
    expect(resolve(text, 'node1')).toMatchObject({ address: 'node1', user: 'right' });
  });

  it('says what is wrong with a file that OpenSSH would refuse too', () => {
    const wrong = (text: string) => {
      try {
        return resolve(text, 'node1');
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(wrong('Host *\n Port ssh')).toBe('the ssh configuration cannot be read: "ssh" is not a port');
    expect(wrong('Host *\n IdentityFile %q')).toBe(
      'the ssh configuration cannot be read: "%q" in "%q" has no meaning here',
    );
    expect(wrong('Host *\n IdentityFile "open')).toMatch(
      /^the ssh configuration cannot be read: Unexpected line break/,
    );
  });
});

describe('the profile of a host', () => {
  it('takes the site file before ~/.ssh/config, and that before what is customary', () => {
    const text = 'Host node1\n HostName 192.0.2.7\n Port 2222\n User admin\n IdentityFile ~/.ssh/admin\n';
    expect(buildProfile('node1', { user: 'root', key: '~/.ssh/backup' }, text, local)).toEqual({
      name: 'node1',
      address: '192.0.2.7',
      port: 2222,
      user: 'root',
      login: {
        keyFiles: [{ path: '/home/operator/.ssh/backup', required: true }],
        agentSocket: '/run/agent',
        password: true,
      },
      algorithms: 'modern',
      jump: undefined,
      keepaliveSeconds: 15,
      connectSeconds: 20,
    });
    expect(buildProfile('node1', {}, text, local).login.keyFiles).toEqual([
      { path: '/home/operator/.ssh/admin', required: false },
    ]);
    expect(buildProfile('node9', {}, '', local)).toMatchObject({
      address: 'node9',
      port: 22,
      user: 'operator',
    });
    expect(buildProfile('node9', {}, '', local).login.keyFiles.map((file) => file.path)).toEqual([
      '/home/operator/.ssh/id_ed25519',
      '/home/operator/.ssh/id_ecdsa',
      '/home/operator/.ssh/id_rsa',
    ]);
  });

  it('goes through the jump host with that host’s own login', () => {
    const text = 'Host backup\n ProxyJump gate\nHost gate\n User door\n IdentityAgent none\n';
    const profile = buildProfile(
      'node3',
      { address: 'backup', algorithms: 'legacy', connectSeconds: 5 },
      text,
      local,
    );
    expect(profile).toMatchObject({ name: 'node3', address: 'backup', algorithms: 'legacy' });
    expect(profile.jump).toMatchObject({
      name: 'gate',
      user: 'door',
      algorithms: 'modern',
      connectSeconds: 5,
    });
    expect(profile.jump?.login.agentSocket).toBeUndefined();
  });
});
