/**
 * Sessions of the program with genuine OpenSSH servers, as the user who runs the tests, with the keys that the servers
 * accept.
 */
import { join } from 'node:path';
import type { HostProfile } from '../../src/main/ssh/host-profile.ts';
import { SshHosts, type SshHostsOptions } from '../../src/main/ssh/ssh-hosts.ts';
import type { OpensshServer } from './openssh-server.ts';

/**
 * The profile of a server, `node3` unless it is given another name.
 * @param more overrides the usual values
 */
export function opensshProfile(server: OpensshServer, more: Partial<HostProfile> = {}): HostProfile {
  return {
    name: 'node3',
    address: '127.0.0.1',
    port: server.port,
    user: server.user,
    login: { keyFiles: [{ path: server.identityFile, required: true }], password: false },
    algorithms: 'modern',
    keepaliveSeconds: 15,
    // A group exchange tests its prime for half a minute of CPU time.
    connectSeconds: 240,
    ...more,
  };
}

/**
 * Hosts that accept only the keys of these servers. Close them before the servers.
 * @param servers those that are connected to, jump hosts included
 * @param more overrides the usual options
 */
export function opensshHosts(
  servers: readonly OpensshServer[],
  profiles: readonly HostProfile[],
  more: Partial<SshHostsOptions> = {},
): SshHosts {
  return new SshHosts({
    profiles: new Map(profiles.map((profile) => [profile.name, profile])),
    knownHostsFile: join(servers[0]?.folder ?? '', 'own', 'known_hosts'),
    userKnownHostsFiles: servers.map(({ folder }) => join(folder, 'known_hosts')),
    confirmHostKey: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
    ...more,
  });
}

/** How many key exchanges sshd has finished on all connections, the first of each included. Needs `LogLevel DEBUG1`. */
export function keyExchanges(server: OpensshServer): number {
  return server.log().match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0;
}
