/**
 * Real hosts on loopback: each one a genuine sshd with its own root, processes and name, and the programs of this machine. They share
 * disks, which are files, and commands of GDS, which are stand-ins (gds/) that know nothing of the embedded lab.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missingLocales } from '../support/locales.ts';
import { findSshd, startOpensshServer, type OpensshServer } from '../support/openssh-server.ts';
import { startRelay, type Relay } from '../support/relay.ts';
import { newCluster, privateBytes } from './real-cluster.ts';

const realHostNames = ['node1', 'node2', 'node3', 'tape1'] as const;
export type RealHostName = (typeof realHostNames)[number];

export interface RealHost {
  readonly server: OpensshServer;
  readonly relay: Relay;
}

export interface RealHosts {
  readonly folder: string;
  readonly hosts: Readonly<Record<RealHostName, RealHost>>;
  /** Types a line on a host with the ssh of this machine. @throws where it fails; the message has what it printed */
  type(host: RealHostName, line: string): Promise<string>;
  /** SHA-256 of a volume's blocks as they are on the first disk of its group, or on its stripes. */
  digestOf(volume: 'Volume1' | 'Volume2'): Promise<string>;
  /** What the drive of a host wrote onto its first cartridge when it was closed last, in SIMH's .tap format. */
  tapeFile(host: RealHostName): string;
  close(): Promise<void>;
}

export interface RealHostsOptions {
  /** Blocks of 512 bytes of both volumes. */
  readonly blocks: number;
  /** Blocks of each disk. */
  readonly diskBlocks?: number;
  /** The proxy lies on stripes of so many blocks on two disks. */
  readonly stripeBlocks?: number;
  /** Starts these hosts alone; all of them where absent. */
  readonly only?: readonly RealHostName[];
  /** Further lines of each sshd_config. */
  readonly sshd?: Partial<Readonly<Record<RealHostName, readonly string[]>>>;
  /** A further login of each host, which has the home of root but none of its rights. It logs in with the key of root. */
  readonly login?: string;
  /** Hosts whose sshd has only legacy algorithms: key exchanges, host keys, ciphers and MACs that OpenSSH no longer offers by default. */
  readonly old?: readonly RealHostName[];
}

const oldAlgorithms = {
  KexAlgorithms: 'diffie-hellman-group14-sha1,diffie-hellman-group1-sha1',
  HostKeyAlgorithms: 'ssh-rsa',
  Ciphers: 'aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc',
  MACs: 'hmac-sha1,hmac-md5',
} as const;

const sshdOfOld = Object.entries(oldAlgorithms).map((words) => words.join(' '));
/** The ssh of this machine logs in to old hosts, too. */
const sshOfOld = Object.entries(oldAlgorithms).flatMap(([name, list]) => ['-o', `${name}=+${list}`]);

/** What makes a host differ from the machine that it runs on. */
interface Traits {
  readonly shell: string;
  /** Files of root's home. */
  readonly home: Readonly<Record<string, string>>;
  readonly fstab?: string;
  /** Size of the cartridge in its drive, in MB. */
  readonly tape?: number;
}

const traits: Readonly<Record<RealHostName, Traits>> = {
  node1: {
    shell: '/bin/bash',
    home: { '.bashrc': 'alias ls="ls --color=always"\nexport LANG=de_DE.UTF-8 LANGUAGE=de\n' },
    fstab: '/dev/sfdsk/Class1/dsk/Volume1 /app ext3 defaults 0 0\n',
  },
  node2: { shell: '/bin/sh', home: {} },
  node3: {
    shell: '/bin/bsd-csh',
    home: { '.cshrc': 'set noclobber\nset filec\nalias rm "rm -i"\nsetenv LANG de_DE.UTF-8\n' },
    tape: 64,
  },
  tape1: { shell: '/bin/dash', home: {}, tape: 64 },
};

const run = promisify(execFile);
const here = import.meta.dirname;

/** The programs that hosts are made of, and the packages that have them. */
const programs: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  losetup: 'util-linux',
  pivot_root: 'util-linux',
  'mkfs.ext3': 'e2fsprogs',
  python3: 'python3',
  ps: 'procps',
  mt: 'mt-st',
  'bsd-csh': 'csh',
  ssh: 'openssh-client',
};

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What this machine lacks, and what to install; undefined if real hosts can be started. */
export function realHostsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'real hosts need root: namespaces, mounts and loop devices';
  const devices = ['/dev/loop-control', '/dev/fuse'].filter((device) => !existsSync(device));
  if (devices.length > 0) return `real hosts need ${devices.join(' and ')} of the kernel`;
  const packages = Object.entries(programs)
    .filter(([name]) => !folders.some((folder) => existsSync(join(folder, name))))
    .map(([, name]) => name);
  if (findSshd() === undefined) packages.push('openssh-server');
  const lacking = [...new Set(packages)];
  if (lacking.length > 0) return `real hosts lack programs: apt install ${lacking.join(' ')}`;
  return mayMount()
    ? missingLocales
    : 'real hosts need a root that may mount: not a container without privileges';
}

/** Whether tests on real hosts are to run. On a build machine nothing may be missing: there they run, and fail. */
export const realHostsDue = (missing: string | undefined): boolean =>
  missing === undefined || Boolean(process.env['CI']);

function mayMount(): boolean {
  const apart = ['--mount', '--uts', '--pid', '--fork', '--propagation', 'private', '--'];
  return spawnSync('unshare', [...apart, 'mount', '-t', 'tmpfs', 'trial', '/mnt']).status === 0;
}

/** Which command is which module of gds/. */
const commands: Readonly<Record<string, string>> = {
  sdxinfo: 'sdxinfo',
  sdxproxy: 'sdxproxy',
  sdxvolume: 'sdxvolume',
  sdxshadowdisk: 'sdxshadow',
  sdxshadowgroup: 'sdxshadow',
  sdxshadowvolume: 'sdxshadow',
};

/** Programs as they are found on a host's PATH. They are hardly more than a name: python keeps what it has compiled of modules alone. */
async function layOutCommands(folder: string): Promise<void> {
  for (const module of new Set(['gds', 'devices', ...Object.values(commands)]))
    await copyFile(join(here, 'gds', `${module}.py`), join(folder, `${module}.py`));
  for (const [name, module] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/usr/bin/python3 -ES\nimport ${module}\n`);
    await chmod(join(folder, name), 0o755);
  }
}

async function layOutHost(
  folder: string,
  { shell, home, fstab = '', tape }: Traits,
  login: string | undefined,
): Promise<void> {
  await mkdir(join(folder, 'home'), { recursive: true });
  await writeFile(join(folder, 'shell'), shell);
  await writeFile(join(folder, 'fstab'), fstab);
  if (tape !== undefined) await writeFile(join(folder, 'tape'), String(tape));
  if (login !== undefined) await writeFile(join(folder, 'login'), login);
  for (const [name, text] of Object.entries(home)) await writeFile(join(folder, 'home', name), text);
}

async function layOut(folder: string, options: RealHostsOptions): Promise<void> {
  for (const name of ['hosts', 'shared', 'commands']) await mkdir(join(folder, name));
  await layOutCommands(join(folder, 'commands'));
  for (const file of ['room.sh', 'host.sh', 'tape.py'])
    await copyFile(join(here, 'hosts', file), join(folder, file));
  await chmod(join(folder, 'tape.py'), 0o755);
  for (const name of realHostNames)
    await layOutHost(join(folder, 'hosts', name), traits[name], options.login);
  const cluster = newCluster(options);
  for (const { file, blocks } of Object.values(cluster.devices)) {
    const disk = await open(join(folder, 'shared', file), 'w');
    await disk.truncate(blocks * 512);
    await disk.close();
  }
  await writeFile(join(folder, 'shared', 'state.json'), JSON.stringify(cluster));
}

/** The processes and mounts of all hosts end with this process. */
interface Room {
  readonly process: ChildProcess;
  /** The number of its first process, as this machine counts. */
  readonly pid: number;
}

async function openRoom(folder: string): Promise<Room> {
  const words = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const room = spawn('unshare', [...words, 'sh', join(folder, 'room.sh'), folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  room.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [first] = (await Promise.race([once(room.stdout, 'data'), once(room, 'exit')])) as [unknown];
  if (!String(first).startsWith('ready')) throw new Error(`the real hosts have no room: ${said}`);
  const children = readFileSync(`/proc/${room.pid}/task/${room.pid}/children`, 'utf8');
  return { process: room, pid: Number(children.trim().split(' ')[0]) };
}

async function startHost(
  folder: string,
  room: Room,
  name: RealHostName,
  { sshd, old = [], login }: RealHostsOptions,
): Promise<RealHost> {
  const enter = ['nsenter', '--target', String(room.pid), '--mount', '--pid', '--'];
  const apart = ['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--'];
  const isOld = old.includes(name);
  const server = await startOpensshServer({
    config: [...(isOld ? sshdOfOld : []), ...(sshd?.[name] ?? [])],
    ...(isOld ? { keyType: 'rsa' } : {}),
    startedBy: [...enter, ...apart, 'sh', join(folder, 'host.sh'), folder, name],
  });
  // sshd reads the keys of a login as that login.
  if (login !== undefined) await chmod(server.folder, 0o755);
  return { server, relay: await startRelay(server.port) };
}

/** The room releases the loop devices, and takes all processes and mounts along. */
async function closeRoom({ process: room }: Room): Promise<void> {
  if (room.exitCode !== null || room.signalCode !== null) return;
  const over = once(room, 'exit');
  room.stdin?.end();
  await over;
}

/**
 * Starts the hosts: node1 and node2 share Class1 with master Volume1, which is started, and its joined proxy Volume2; node3 sees the proxy's
 * disk as sdd, and an empty one of its size as sde. node3 and tape1 have a tape drive with a blank cartridge.
 * @throws where a part is missing: see `realHostsMissing`
 */
export async function startRealHosts(options: RealHostsOptions): Promise<RealHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-real-'));
  const started = new Map<RealHostName, RealHost>();
  let room: Room | undefined;
  const close = async () => {
    for (const { relay } of started.values()) await relay.close();
    if (room) await closeRoom(room);
    for (const { server } of started.values()) await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await layOut(folder, options);
    const opened = (room = await openRoom(folder));
    const names = options.only ?? realHostNames;
    const all = await Promise.allSettled(
      names.map(async (name) => started.set(name, await startHost(folder, opened, name, options))),
    );
    const failed = all.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason as Error;
    const hosts = Object.fromEntries(started) as Record<RealHostName, RealHost>;
    const real = realHosts(folder, hosts, options, close);
    await real.type('node1', 'sdxvolume -N -c Class1 -v Volume1 -e allnodes');
    return real;
  } catch (error) {
    await close();
    throw error;
  }
}

function realHosts(
  folder: string,
  hosts: Readonly<Record<RealHostName, RealHost>>,
  { blocks, stripeBlocks = blocks }: RealHostsOptions,
  close: () => Promise<void>,
): RealHosts {
  const isStriped = stripeBlocks < blocks;
  return {
    folder,
    hosts,
    async type(host, line) {
      const { port, user, identityFile } = hosts[host].server;
      const known = join(hosts[host].server.folder, 'known_hosts');
      const login = ['-F', '/dev/null', ...sshOfOld, '-o', `UserKnownHostsFile=${known}`, '-i', identityFile];
      const { stdout } = await run('ssh', [...login, '-p', String(port), `${user}@127.0.0.1`, line]);
      return stdout;
    },
    async digestOf(volume) {
      const names = volume === 'Volume1' ? ['disk1'] : isStriped ? ['disk3', 'disk4'] : ['disk3'];
      const disks = await Promise.all(names.map((name) => open(join(folder, 'shared', name))));
      const hash = createHash('sha256');
      const unit = Buffer.alloc((names.length === 1 ? blocks : stripeBlocks) * 512);
      for (let number = 0; number * unit.length < blocks * 512; number += 1) {
        const turn = Math.floor(number / disks.length);
        await disks[number % disks.length]?.read(unit, 0, unit.length, privateBytes + turn * unit.length);
        hash.update(unit);
      }
      await Promise.all(disks.map((disk) => disk.close()));
      return hash.digest('hex');
    },
    tapeFile: (host) => join(folder, 'shared', `${host}.tap`),
    close,
  };
}
