import { describe, expect, it } from 'vitest';
import type { SshConfiguration } from './config-files.ts';
import type { LocalUser } from './config-tokens.ts';
import { namedHosts } from './named-hosts.ts';

const local: LocalUser = {
  name: 'operator',
  homeFolder: '/home/operator',
  environment: {},
  userId: 1000,
  hostName: 'console.example.com',
};

const userFile = '/home/operator/.ssh/config';

/** Files in memory. A pattern finds the files below its folder. */
function configurationOf(texts: Readonly<Record<string, string>>): SshConfiguration {
  return {
    files: {
      read: (path) => {
        const text = texts[path];
        return text === undefined ? undefined : { text, isWritableByOthers: false };
      },
      find: (pattern) => Object.keys(texts).filter((path) => path.startsWith(pattern.replace(/\*$/, ''))),
    },
    userFile,
    systemFile: '/etc/ssh/ssh_config',
  };
}

const hostsOf = (text: string, more: Readonly<Record<string, string>> = {}) =>
  namedHosts(configurationOf({ [userFile]: text, ...more }), local);

describe('the hosts that the ssh configuration names', () => {
  it('are listed in the order of the file, each as it is reached', () => {
    const text = [
      'Host payroll-a payroll-b',
      '  User root',
      'Host payroll-a',
      '  HostName 192.0.2.1',
      '  Port 2222',
      'Host vault',
      '  HostName vault.example.com',
      '  ProxyJump gate',
    ].join('\n');
    expect(hostsOf(text)).toEqual([
      { name: 'payroll-a', address: '192.0.2.1', port: 2222, user: 'root', through: undefined },
      { name: 'payroll-b', address: 'payroll-b', port: 22, user: 'root', through: undefined },
      { name: 'vault', address: 'vault.example.com', port: 22, user: undefined, through: 'gate' },
    ]);
  });

  it('are no patterns, no exclusions, and no names that a site file could not have', () => {
    const names = hostsOf('Host * node? !node3 node3 "two words" -oProxy node3\n  User root').map(
      ({ name }) => name,
    );
    expect(names).toEqual(['node3']);
  });

  it('come from included files and from the system-wide file, too; files that include each other are read once', () => {
    const hosts = hostsOf('Include conf.d/*\nHost last', {
      '/home/operator/.ssh/conf.d/10': 'Host first\nInclude conf.d/*',
      '/etc/ssh/ssh_config': 'Host everywhere',
    });
    expect(hosts.map(({ name }) => name)).toEqual(['first', 'last', 'everywhere']);
  });

  it('are none without any file', () => {
    expect(namedHosts(configurationOf({}), local)).toEqual([]);
  });

  it('are at most 200: a longer list is of no use', () => {
    const text = Array.from({ length: 300 }, (_, at) => `Host node${at}`).join('\n');
    expect(hostsOf(text)).toHaveLength(200);
  });
});
