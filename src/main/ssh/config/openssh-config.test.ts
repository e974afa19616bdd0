import { describe, expect, it } from 'vitest';
import { buildProfile } from './build-profile.ts';
import type { HostSettings } from './build-profile.ts';
import type { ConfigFiles, SshConfiguration } from './config-files.ts';
import type { LocalUser } from './config-tokens.ts';
import { parseJump } from './config-values.ts';
import { resolveHost } from './openssh-config.ts';
import type { ResolvedHost } from './openssh-config.ts';

const local: LocalUser = {
  name: 'operator',
  homeFolder: '/home/operator',
  environment: { SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys' },
  userId: 1000,
  hostName: 'console.example.com',
};

/** Files in memory. A pattern finds the files below its folder. */
function filesOf(texts: Readonly<Record<string, string>>, writable: readonly string[] = []): ConfigFiles {
  return {
    read: (path) => {
      const text = texts[path];
      return text === undefined ? undefined : { text, isWritableByOthers: writable.includes(path) };
    },
    find: (pattern) =>
      Object.keys(texts).filter((path) => path === pattern || path.startsWith(pattern.replace(/\*$/, ''))),
  };
}

const userFile = '/home/operator/.ssh/config';
const systemFile = '/etc/ssh/ssh_config';
const configurationOf = (text: string, more: Readonly<Record<string, string>> = {}): SshConfiguration => ({
  files: filesOf({ [userFile]: text, ...more }),
  userFile,
  systemFile,
});
const resolve = (text: string, alias: string, more?: Readonly<Record<string, string>>): ResolvedHost =>
  resolveHost({ configuration: configurationOf(text, more), local, runsExec: false }, { alias });
const profile = (text: string, settings: HostSettings = {}) =>
  buildProfile('node1', settings, configurationOf(text), local);
const refusalOf = (text: string, alias = 'node1') =>
  buildProfile(alias, {}, configurationOf(text), local).refusal?.sentence;

const broken = 'the ssh configuration of node1 cannot be read: ~/.ssh/config';
const unsupported = 'node1 cannot be reached with this ssh configuration: ~/.ssh/config';

describe('~/.ssh/config', () => {
  it('leaves an unknown host as it is', () => {
    expect(resolve('', 'node1')).toMatchObject({
      address: 'node1',
      port: undefined,
      user: undefined,
      identityFiles: undefined,
      identityAgent: undefined,
      jump: undefined,
      proxyCommand: undefined,
      unfollowed: [],
    });
  });

  it('takes the first value of each keyword, and all key files', () => {
    const text = [
      'host node3',
      '  hostname Backup.example.com',
      '  PORT 2222',
      '  IdentityFile ~/.ssh/backup_%h',
      'Host node*',
      '  User root',
      '  Port 22',
      '  IdentityFile %d/.ssh/%u-%r-%n-%p%%',
      '  IdentityFile "${KEYS}/my key" # the old one',
      '  IdentityFile ~/.ssh/backup_%h',
    ].join('\n');
    expect(resolve(text, 'node3')).toMatchObject({
      address: 'backup.example.com',
      port: 2222,
      user: 'root',
      identityFiles: [
        '/home/operator/.ssh/backup_backup.example.com',
        '/home/operator/.ssh/operator-root-node3-2222%',
        '/keys/my key',
      ],
    });
  });

  it('reads the system-wide file last, with its own Includes', () => {
    const more = {
      '/etc/ssh/ssh_config': 'Include ssh_config.d/*\nHost *\n User system\n Port 24',
      '/etc/ssh/ssh_config.d/10.conf': 'Port 23',
      '/home/operator/.ssh/parts/node': 'HostName 192.0.2.9',
    };
    expect(resolve('Include parts/*\nUser mine', 'node1', more)).toMatchObject({
      address: '192.0.2.9',
      user: 'mine',
      port: 23,
    });
  });

  it('continues after an Include with the section around it', () => {
    const more = { '/a': 'Host other\n User wrong\nHost *\n Port 23', '/b': 'Port 24\nHost *\n Port 25' };
    expect(
      resolve('Host node1\n Include /a\n User right\nHost other\n Include /b', 'node1', more),
    ).toMatchObject({
      user: 'right',
      port: 23,
    });
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

  it('gives a ProxyCommand to the first host of a chain only', () => {
    const text = 'Host node1\n ProxyJump first,second\nHost first second\n ProxyCommand nc %h %p\n';
    const { proxyCommand, jump } = resolve(text, 'node1');
    expect([proxyCommand, jump?.proxyCommand, jump?.jump?.proxyCommand]).toEqual([
      undefined,
      undefined,
      'nc first 22',
    ]);
  });

  it('does not send the jump host through itself', () => {
    const text = 'Host *\n ProxyJump gate';
    expect(resolve(text, 'node1').jump).toMatchObject({ alias: 'gate', jump: undefined });
    expect(resolve(text, 'gate').jump).toBeUndefined();
    expect(resolve('Host gate\n ProxyJump none\nHost *\n ProxyJump gate', 'gate').jump).toBeUndefined();
  });

  it('refuses ProxyJumps in a circle', () => {
    const text = 'Host a\n ProxyJump b\nHost b\n ProxyJump c\nHost c\n ProxyJump a\n';
    expect(refusalOf(text, 'a')).toMatch(/ProxyJump of "\w" leads in a circle$/);
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
    expect(resolve('IdentityAgent none', 'a').identityAgent).toBe('none');
    expect(resolve('IdentityAgent SSH_AUTH_SOCK', 'a').identityAgent).toBe('/run/agent');
    expect(resolve('IdentityAgent ~/agent', 'a').identityAgent).toBe('/home/operator/agent');
    expect(resolve('IdentityAgent $NOT_SET', 'a').identityAgent).toBe('none');
  });
});

describe('what cannot be followed', () => {
  it('refuses the host whose section is wrong, and no other', () => {
    const text = 'Host node1\n IdentityFile %q\nHost node2\n Port 99999\nHost node4\n User "open\n';
    expect(refusalOf(text)).toBe(`${broken} line 2: "%q" in "%q" has no meaning here`);
    expect(refusalOf(text, 'node2')).toBe(
      'the ssh configuration of node2 cannot be read: ~/.ssh/config line 4: "99999" is not a port',
    );
    expect(refusalOf(text, 'node4')).toBe(
      'the ssh configuration of node4 cannot be read: ~/.ssh/config line 6: unclosed quote',
    );
    expect(refusalOf(text, 'node3')).toBeUndefined();
  });

  it.each([
    ['Match exec "true"\n User x', 'line 1: Match exec is not supported'],
    ['Match originalhost node1 command ls\n User x', 'line 1: Match command is not supported'],
    [
      'CanonicalizeHostname yes\nCanonicalDomains example.com',
      'line 1: CanonicalizeHostname with CanonicalDomains is not supported',
    ],
    ['User a\nRevokedHostKeys /etc/revoked', 'line 2: RevokedHostKeys is not supported'],
    ['ProxyUseFdpass yes\nProxyCommand pass %h', 'line 2: ProxyUseFdpass is not supported'],
    ['IdentityFile ~other/key', 'line 1: "~other/key" names the home folder of another user'],
  ])('refuses %j', (text, reason) => {
    expect(refusalOf(text)).toBe(`${unsupported} ${reason}`);
  });

  it('says how the command of Match exec is allowed', () => {
    expect(profile('Match exec "true"').refusal?.hint).toBe(
      'set connections.runMatchExec to true in the site file, or name the host by its own Host section',
    );
    const runs = (runsMatchExec: boolean, command: string) =>
      profile(`Match exec "${command}"\n User met\nMatch all\n User other`, { runsMatchExec }).user;
    expect(runs(true, 'test %n-%r = node1-operator')).toBe('met');
    expect(runs(true, 'false')).toBe('other');
  });

  it('needs no command where the rest of the line does not match', () => {
    expect(refusalOf('Match originalhost node2 exec "true"\n User x')).toBeUndefined();
    expect(refusalOf('Match host node2 command ls\n User x')).toBeUndefined();
  });

  it('needs no lookup of names for an address, through a proxy, or without domains', () => {
    const always = 'CanonicalizeHostname yes\n';
    expect(refusalOf(`${always}CanonicalDomains example.com`, '192.0.2.1')).toBeUndefined();
    expect(refusalOf(`${always}CanonicalDomains example.com\nProxyJump gate`, 'a.b.c')).toBeUndefined();
    expect(resolve(`${always}Match canonical\n User second`, 'node1')).toMatchObject({
      user: 'second',
    });
  });

  it('refuses names that would mean something to the shell of a ProxyCommand', () => {
    expect(refusalOf('HostName "a;b"\nProxyCommand nc %h %p')).toBe(
      `${broken} line 2: "a;b" cannot be part of a ProxyCommand`,
    );
    expect(refusalOf('HostName "a;b"\nProxyCommand nc gate %p')).toBeUndefined();
  });

  it('refuses a file that others may write to', () => {
    const files = filesOf({ [userFile]: 'Host *' }, [userFile]);
    const lookup = { configuration: { files, userFile }, local, runsExec: false };
    expect(resolveHost(lookup, { alias: 'node1' }).problem?.message).toBe(
      '/home/operator/.ssh/config may be written to by other users',
    );
  });

  it('names the options that are set but not followed, for jump hosts too', () => {
    const text =
      'IgnoreUnknown House*\nHost node1\n ProxyJump gate\n CIPHERS aes128-ctr\n HouseRule x\n ForwardAgent yes\n Compression no\nHost gate\n Colour red';
    expect(profile(text).warnings).toEqual([
      'not followed for node1: CIPHERS (~/.ssh/config line 4)',
      'not followed for gate: Colour (~/.ssh/config line 9)',
    ]);
  });
});

describe('the profile of a host', () => {
  it('takes the site file before ~/.ssh/config, and that before what is customary', () => {
    const text = 'Host node1\n HostName 192.0.2.7\n Port 2222\n User admin\n IdentityFile ~/.ssh/admin\n';
    expect(profile(text, { user: 'root', key: '~/.ssh/backup' })).toMatchObject({
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
    expect(profile(text).login.keyFiles).toEqual([{ path: '/home/operator/.ssh/admin', required: false }]);
    const { address, port, user, login } = profile('');
    expect({ address, port, user }).toEqual({ address: 'node1', port: 22, user: 'operator' });
    expect(login.keyFiles.map((file) => file.path)).toEqual([
      '/home/operator/.ssh/id_ed25519',
      '/home/operator/.ssh/id_ecdsa',
      '/home/operator/.ssh/id_rsa',
      '/home/operator/.ssh/id_ed25519_sk',
      '/home/operator/.ssh/id_ecdsa_sk',
    ]);
  });

  it('has every CertificateFile, and none where keys are switched off', () => {
    const text = 'CertificateFile ~/.ssh/night-cert.pub\nCertificateFile /etc/%r-cert.pub\n';
    const { login, warnings } = profile(text);
    expect(login.certificateFiles).toEqual(['/home/operator/.ssh/night-cert.pub', '/etc/operator-cert.pub']);
    expect(warnings).toEqual([]);
    expect(profile('').login).not.toHaveProperty('certificateFiles');
    expect(profile(`${text}PubkeyAuthentication no`).login).not.toHaveProperty('certificateFiles');
  });

  it('takes user and port of the site file for Match and for tokens', () => {
    const text = [
      'Match user root',
      '  IdentityFile /keys/%r-%p',
      'Match user operator',
      '  HostName wrong',
    ].join('\n');
    expect(profile(text, { user: 'root', port: 2022 })).toMatchObject({
      address: 'node1',
      login: { keyFiles: [{ path: '/keys/root-2022' }] },
    });
  });

  it('tries no key file for IdentityFile none, and no method that is switched off', () => {
    expect(profile('IdentityFile none').login.keyFiles).toEqual([]);
    const { keyFiles, agentSocket, password } = profile('PubkeyAuthentication no').login;
    expect({ keyFiles, agentSocket, password }).toEqual({
      keyFiles: [],
      agentSocket: undefined,
      password: true,
    });
    expect(profile('PreferredAuthentications publickey').login.password).toBe(false);
    expect(profile('PasswordAuthentication no').login.password).toBe(true);
    expect(profile('PasswordAuthentication no\nKbdInteractiveAuthentication no').login.password).toBe(false);
  });

  it('connects with the times and from the address that are set', () => {
    const text =
      'ConnectTimeout 1m\nServerAliveInterval 30\nServerAliveCountMax 5\nAddressFamily inet6\nBindAddress ::1';
    expect(profile(text)).toMatchObject({
      connectSeconds: 60,
      keepaliveSeconds: 30,
      keepaliveCount: 5,
      addressFamily: 6,
      bindAddress: '::1',
    });
    expect(profile(text, { keepaliveSeconds: 7 }).keepaliveSeconds).toBe(7);
  });

  it('reads the known_hosts files that are named, under the alias of the host key', () => {
    expect(profile('').knownHostsFiles).toBeUndefined();
    expect(profile('HostKeyAlias Cluster\nUserKnownHostsFile ~/a /b/%k')).toMatchObject({
      hostKeyAlias: 'cluster',
      knownHostsFiles: [
        '/home/operator/a',
        '/b/cluster',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
    });
    expect(profile('UserKnownHostsFile none\nGlobalKnownHostsFile /g').knownHostsFiles).toEqual(['/g']);
  });

  it('goes through the jump host with that host’s own login', () => {
    const text = 'Host node1\n ProxyJump gate\nHost gate\n User door\n IdentityAgent none\n';
    const { algorithms, jump } = profile(text, { algorithms: 'legacy', connectSeconds: 5 });
    expect(algorithms).toBe('legacy');
    expect(jump).toMatchObject({ name: 'gate', user: 'door', algorithms: 'modern', connectSeconds: 5 });
    expect(jump?.login.agentSocket).toBeUndefined();
  });
});
