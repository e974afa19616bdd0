/**
 * A root of its own for trying packages: files of a few Debian packages of this machine, no Node, no npm, and no network but loopback.
 * Needs root and a Debian machine.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What a small Debian has, and what `man` needs; the libraries of these programs. */
const packages = [
  'base-files bash bsdextrautils coreutils dash diffutils dpkg findutils grep groff-base gzip libc-bin man-db sed tar',
  'libacl1 libattr1 libbz2-1.0 libc6 libgcc-s1 libgdbm6 liblzma5 libmd0 libpcre2-8-0 libpipeline1 libseccomp2',
  'libselinux1 libstdc++6 libtinfo6 libuchardet0 libzstd1 zlib1g',
].flatMap((line) => line.split(' '));

/** Programs of this machine that make the root, and the packages that have them. */
const programs: Readonly<Record<string, string>> = {
  chroot: 'coreutils',
  dpkg: 'dpkg',
  ip: 'iproute2',
  man: 'man-db',
  unshare: 'util-linux',
};

const apart = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', '--'];

/** What this machine lacks; undefined if a clean root can be made. */
export function cleanRootMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'a clean root needs root: chroot and namespaces';
  const isThere = (name: string) =>
    ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(join(folder, name)));
  const lacking = Object.entries(programs).flatMap(([name, from]) => (isThere(name) ? [] : [from]));
  if (lacking.length > 0) return `a clean root lacks programs: apt install ${lacking.join(' ')}`;
  return spawnSync('unshare', [...apart, 'true']).status === 0
    ? undefined
    : 'a clean root needs a root that may make namespaces';
}

export interface Ended {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Files of the packages, as this machine has them; folders are made on the way. Texts that are not read are omitted. */
function copyPackages(root: string): void {
  const listed = execFileSync('dpkg', ['--listfiles', ...packages], { encoding: 'utf8' }).split('\n');
  const files = listed.filter(
    (path) => path.startsWith('/') && path !== '/.' && !/^\/usr\/share\/(?:doc|locale|man|info)\//.test(path),
  );
  const input = [...new Set(files)].filter((path) => existsSync(path)).join('\n');
  const archive = execFileSync('tar', ['--create', '--no-recursion', '--files-from=-', '--file=-'], {
    ...{ input, cwd: '/', maxBuffer: 1024 ** 3 },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  execFileSync('tar', ['--extract', '--keep-directory-symlink', '--file=-', `--directory=${root}`], {
    input: archive,
  });
}

/** What dpkg needs to know: which packages are there. */
function writeDpkgState(root: string): void {
  const state = join(root, 'var', 'lib', 'dpkg');
  for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(state, 'status'), execFileSync('dpkg-query', ['--status', ...packages]));
}

export class CleanRoot {
  readonly path: string;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'shadowtape-root-'));
    for (const folder of ['bin', 'lib', 'lib64', 'sbin']) {
      mkdirSync(join(this.path, 'usr', folder), { recursive: true });
      symlinkSync(`usr/${folder}`, join(this.path, folder));
    }
    for (const folder of ['dev', 'etc', 'proc', 'root', 'tmp', 'var/log'])
      mkdirSync(join(this.path, folder), { recursive: true });
    copyPackages(this.path);
    writeDpkgState(this.path);
    writeFileSync(join(this.path, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
    writeFileSync(join(this.path, 'etc', 'group'), 'root:x:0:\n');
    writeFileSync(join(this.path, 'etc', 'hosts'), '127.0.0.1 localhost\n');
  }

  /** Puts a file of this machine into /tmp of the root. @returns its path there */
  take(file: string): string {
    cpSync(file, join(this.path, 'tmp', basename(file)));
    return `/tmp/${basename(file)}`;
  }

  /** Runs a shell script in the root, with loopback as its only network. */
  run(script: string): Promise<Ended> {
    const enter =
      'ip link set lo up && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" /bin/bash -c "$1"';
    const environment = {
      HOME: '/root',
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      TERM: 'dumb',
      USER: 'root',
    };
    return new Promise((resolve) => {
      execFile(
        '/usr/bin/unshare',
        [...apart, '/bin/sh', '-c', enter, this.path, script],
        { env: environment, maxBuffer: 64 * 1024 ** 2 },
        (error, stdout, stderr) => {
          const code = error?.code;
          resolve({ exitStatus: error === null ? 0 : typeof code === 'number' ? code : 255, stdout, stderr });
        },
      );
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
