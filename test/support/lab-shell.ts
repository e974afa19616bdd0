/** What a scenario does to the lab without the program, and how it checks what the program sent. */
import { join } from 'node:path';
import { labSite } from '../../src/lab/lab-site.ts';
import { siteOf } from '../../src/main/site/site-file.ts';
import { hostProfiles } from '../../src/main/site/host-profiles.ts';
import { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';
import type { Scene } from './lab-run.ts';

/** The sessions of an administrator who sits at the hosts of the lab. */
function administrator(scene: Scene): SshHosts {
  return new SshHosts({
    profiles: hostProfiles(siteOf('the lab', labSite(scene.lab)), undefined),
    knownHostsFile: join(scene.folder, 'known_hosts_of_the_administrator'),
    userKnownHostsFiles: [scene.lab.knownHostsFile],
    confirmHostKey: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
  });
}

/** Sends commands to a host of the lab, one after the other. @throws where one of them fails */
export async function onHost(scene: Scene, host: string, ...commands: readonly string[][]): Promise<string> {
  const hosts = administrator(scene);
  const printed: string[] = [];
  try {
    for (const argv of commands) {
      const { status, stdout, stderr } = await hosts.session(host).exec(argv);
      if (status !== 0) throw new Error(`${host}: ${argv.join(' ')} ended with ${status}: ${stderr}`);
      printed.push(stdout.toString('utf8'));
    }
  } finally {
    await hosts.close();
  }
  return printed.join('');
}

/** Opens the tape drive for another program, which writes nothing. @returns ends that program */
export async function busyDrive(scene: Scene): Promise<() => Promise<void>> {
  const hosts = administrator(scene);
  const { stream, ended } = await hosts.session('node3').openWrite(['dd', 'of=/dev/rmt/0', 'bs=10240']);
  return async () => {
    stream.end();
    await ended;
    await hosts.close();
  };
}

const lockCommand = /^((mkdir|rmdir|ls) \/var\/tmp\/shadowtape-|ls \/var\/tmp$)/;
const looking =
  /^(sdxinfo|sh -c ': shadowtape-(holder |login-shell;)|cat \/etc\/mnttab|cat \/proc\/|cat \/etc\/machine-id$|lsblk |kstat -p|who -b|hostid$|uname -n$|iostat -En$|ls -[dlR]|readlink -f |command -v|echo|mt -f \S+ (status|rewind|eod)|mtx -f \S+ status$|sg_logs |sg_inq |stenc -f \S+$|mkfs -F ufs -m |dumpe2fs -h |dd if=\S+( bs=\d+)?( (iseek|skip)=\d+)?( bs=\d+)?( count=1)?$)/;

/**
 * The command lines since the `from`th that change something on a host, by what they are, not by what the program
 * thinks of them: everything except known queries and the lock.
 */
export function changingCommands(scene: Scene, from = 0): string[] {
  return scene.lab.commands
    .slice(from)
    .filter(({ line }) => !lockCommand.test(line) && !looking.test(line))
    .map(({ host, line }) => `${host} ${line}`);
}

/** The contents of the lock folders of the backup server, except those of its drive. */
export function locksLeft(scene: Scene, host: 'node1' | 'node2' | 'node3' = 'node3'): string[] {
  return locksOn(scene, host).filter((path) => !path.startsWith(driveLock));
}

const driveLock = '/var/tmp/shadowtape-dev.';

function locksOn(scene: Scene, host: 'node1' | 'node2' | 'node3'): string[] {
  return scene.lab
    .world()
    .directories[host].filter((directory) => directory.startsWith('/var/tmp/shadowtape-'));
}

/** The report of a run on its remaining locks: of the class, then of the drive. */
export const lockStands = (...hosts: readonly string[]): string[] => [
  ...hosts.map((host) => `${host}: the lock /var/tmp/shadowtape-Class1.lock still exists`),
  'node3: the lock /var/tmp/shadowtape-dev.rmt.0.lock still exists',
];

/** The report of a run on the locks that it keeps with action required: only those of its class. */
export const classLockStands = ['node3', 'node1', 'node2'].map(
  (host) => `${host}: the lock /var/tmp/shadowtape-Class1.lock still exists`,
);

/** Somebody removes every lock of Class1 and of the drive, on all hosts, at once. */
export function removeLocksByHand(scene: Scene): void {
  for (const host of ['node1', 'node2', 'node3'] as const)
    scene.lab.editFolders(host, (folders) =>
      folders.filter((path) => !/^\/var\/tmp\/shadowtape-[^/]*\.lock/.test(path)),
    );
}

/** What is in the lock folders of all hosts, with the host before it. */
export function allLocks(scene: Scene): string[] {
  return (['node1', 'node2', 'node3'] as const).flatMap((host) =>
    locksOn(scene, host).map((path) => `${host} ${path}`),
  );
}

/** What somebody else fills the root file system of a host with. */
export const fillers = ['/var/tmp/others', '/var/tmp/more'];

/** Writes zeros until no kilobyte is free there. */
export async function fillUp({ type }: Pick<Scene['lab'], 'type'>, host: 'node1' | 'node3'): Promise<void> {
  const [large = '', small = ''] = fillers;
  await type(host, `dd if=/dev/zero of=${large} bs=1048576 count=2600`);
  await type(host, `dd if=/dev/zero of=${small} bs=1024 count=1024`);
}
