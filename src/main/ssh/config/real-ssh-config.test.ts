import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshConfigs } from '../../../../test/support/ssh-configs.ts';
import type { GeneratedConfig } from '../../../../test/support/ssh-configs.ts';
import { realFiles } from './config-files.ts';
import type { LocalUser } from './config-tokens.ts';
import { resolveHost } from './openssh-config.ts';
import type { ResolvedHost } from './openssh-config.ts';

const isInstalled = spawnSync('ssh', ['-V']).status === 0;
const sshMissing = 'ssh is not installed: apt install openssh-client';

/** How many sets of files are compared; SHADOWTAPE_SSH_CONFIGS=5000 for a campaign. */
const count = Number(process.env['SHADOWTAPE_SSH_CONFIGS'] ?? 40);
const seed = Number(process.env['SHADOWTAPE_SSH_SEED'] ?? 20_261_129);

const { username, homedir, uid } = userInfo();
const environment = {
  ...process.env,
  // For an Include, ssh takes the home folder from HOME; otherwise it takes that of the user.
  HOME: homedir,
  ...{ KEYS: '/keys', AGENT: '/run/agent', SSH_AUTH_SOCK: '/run/usual-agent' },
};
const local: LocalUser = {
  name: username,
  homeFolder: homedir,
  environment,
  userId: uid,
  hostName: hostname(),
};

/** What `ssh -G` prints: keyword -> values. */
function asSshReads(file: string, { alias, user, port }: GeneratedConfig): Map<string, string[]> {
  const login = user === undefined ? [] : ['-l', user];
  const at = port === undefined ? [] : ['-p', String(port)];
  const text = execFileSync('ssh', ['-G', '-F', file, ...login, ...at, alias], {
    env: environment,
    stdio: 'pipe',
  });
  const found = new Map<string, string[]>();
  for (const line of text.toString().split('\n')) {
    const [keyword = '', ...words] = line.split(' ');
    found.set(keyword, [...(found.get(keyword) ?? []), words.join(' ')]);
  }
  return found;
}

/** The same facts as `asWeRead` gives, out of what ssh has printed. */
function factsOf(printed: Map<string, string[]>) {
  const one = (keyword: string) => printed.get(keyword)?.[0];
  const home = (path: string) => path.replace(/^~(?=\/)/, homedir);
  const keys = printed.get('identityfile') ?? [];
  const agent = one('identityagent');
  const variables: Record<string, string> = { SSH_AUTH_SOCK: '/run/usual-agent', $AGENT: '/run/agent' };
  const files = (keyword: string) => (one(keyword) === 'none' ? '' : one(keyword));
  return {
    hostname: one('hostname'),
    user: one('user'),
    port: one('port'),
    identityFiles: keys[0] === '~/.ssh/id_rsa' ? undefined : keys.filter((key) => key !== 'none').map(home),
    identitiesOnly: one('identitiesonly') === 'yes',
    identityAgent: agent && (variables[agent] ?? agent),
    hostKeyAlias: one('hostkeyalias'),
    proxyJump: one('proxyjump')?.replace(/ssh:\/\/|\/$/g, ''),
    proxyCommand: one('proxycommand'),
    userKnownHosts: files('userknownhostsfile'),
    globalKnownHosts: files('globalknownhostsfile'),
    connectSeconds: one('connecttimeout'),
    keepaliveSeconds: one('serveraliveinterval'),
    keepaliveCount: one('serveralivecountmax'),
    addressFamily: one('addressfamily'),
    bindAddress: one('bindaddress'),
  };
}

/** The hosts of ProxyJump as they are written: those that are asked for by the host itself, without what is before them. */
function jumpWords(host: ResolvedHost, written: string | undefined): string | undefined {
  if (host.jump === undefined) return undefined;
  const hops: string[] = [];
  for (let hop: ResolvedHost | undefined = host.jump; hop; hop = hop.jump) hops.unshift(hop.alias);
  const names = (written ?? '').split(',').map((each) => each.replace(/^.*@|:\d+$/g, ''));
  const own = hops.slice(-names.length);
  return own.join() === names.join() ? written : own.join();
}

function asWeRead(host: ResolvedHost, expected: ReturnType<typeof factsOf>): ReturnType<typeof factsOf> {
  const usual = {
    user: [join(homedir, '.ssh/known_hosts'), join(homedir, '.ssh/known_hosts2')],
    global: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  };
  const family = host.addressFamily === undefined ? 'any' : host.addressFamily === 4 ? 'inet' : 'inet6';
  return {
    hostname: host.address,
    user: host.user ?? username,
    port: String(host.port ?? 22),
    identityFiles: host.identityFiles && [...host.identityFiles],
    identitiesOnly: host.identitiesOnly ?? false,
    identityAgent: host.identityAgent,
    hostKeyAlias: host.hostKeyAlias,
    proxyJump: jumpWords(host, expected.proxyJump),
    proxyCommand: host.proxyCommand,
    userKnownHosts: (host.userKnownHosts ?? usual.user).join(' '),
    globalKnownHosts: (host.globalKnownHosts ?? usual.global).join(' '),
    connectSeconds: String(host.connectSeconds ?? 'none'),
    keepaliveSeconds: String(host.keepaliveSeconds ?? 0),
    keepaliveCount: String(host.keepaliveCount ?? 3),
    addressFamily: family,
    bindAddress: host.bindAddress,
  };
}

it('has a genuine ssh to compare with', (context) => {
  // On a build machine this must not pass silently.
  if (!isInstalled && !process.env['CI']) context.skip(sshMissing);
  expect(isInstalled, sshMissing).toBe(true);
});

describe.skipIf(!isInstalled)('ssh_config', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shadowtape-ssh-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (files: GeneratedConfig['files']) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o600 });
    }
    return join(folder, 'config');
  };

  it(`means what ssh -G prints, in ${count} generated sets of files`, { timeout: 600_000 }, () => {
    const agrees = (config: GeneratedConfig) => {
      const userFile = write(config.files);
      const lookup = { configuration: { files: realFiles, userFile }, local, runsExec: true };
      const host = resolveHost(lookup, config);
      expect(host.problem).toBeUndefined();
      const printed = factsOf(asSshReads(userFile, config));
      // ssh expands a ProxyCommand only when it starts it.
      const { address: h, port: p = 22 } = host;
      const proxyCommand = printed.proxyCommand?.replaceAll('%h', h).replaceAll('%p', String(p));
      const expected = { ...printed, proxyCommand };
      expect(asWeRead(host, expected)).toEqual(expected);
    };
    const configs = sshConfigs(folder, relative(homedir, folder));
    fc.assert(fc.property(configs, agrees), { seed, numRuns: count });
  });
});
