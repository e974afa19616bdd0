/** How to log in to the hosts of a site: what the site file says, laid over the ssh configuration. */
import { buildProfile } from '../ssh/config/build-profile.ts';
import type { SshConfiguration } from '../ssh/config/config-files.ts';
import type { HostProfile } from '../ssh/host-profile.ts';
import type { Host, Site } from './site-schema.ts';

function profile(
  name: string,
  host: Host,
  { tries, everySeconds, keepAliveSeconds, runMatchExec }: Site['connections'],
  configuration: SshConfiguration | undefined,
): HostProfile {
  const logsIn = buildProfile(
    name,
    {
      address: host.address,
      port: host.port,
      user: host.user,
      key: host.key,
      algorithms: host.ssh,
      keepaliveSeconds: keepAliveSeconds,
      retry: { tries, everySeconds },
      runsMatchExec: runMatchExec,
    },
    configuration,
  );
  const built = host.become === 'none' ? logsIn : { ...logsIn, become: host.become };
  if (host.login === undefined) return built;
  const { keyFiles, certificateFiles, agentSocket } = built.login;
  const login = {
    keyFiles: host.login === 'key' ? keyFiles : [],
    ...(certificateFiles && host.login !== 'password' ? { certificateFiles } : {}),
    agentSocket: host.login === 'agent' ? agentSocket : undefined,
    password: host.login === 'password',
  };
  return { ...built, login };
}

/** @param configuration undefined if no file of this machine counts */
export function hostProfiles(
  site: Pick<Site, 'hosts' | 'connections'>,
  configuration: SshConfiguration | undefined,
): Map<string, HostProfile> {
  const { hosts, connections } = site;
  return new Map(
    Object.entries(hosts).map(([name, host]) => [name, profile(name, host, connections, configuration)]),
  );
}
