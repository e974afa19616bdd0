/** Packages as files: .tar.gz, .deb and .rpm of one folder. The same folder gives the same bytes. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { everythingIn, packageFile } from './lay-out.ts';

export interface ArchiveOptions {
  /** What `layOut` has made. */
  readonly folder: string;
  /** Where the package is written. */
  readonly file: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** False for a test: packing the Node takes most of the time. */
  readonly isCompressed: boolean;
}

/** Node's names of processors, and the names that packages have for them. */
const processors: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
  x64: { deb: 'amd64', rpm: 'x86_64' },
  arm64: { deb: 'arm64', rpm: 'aarch64' },
};

/** @throws where there is no package for this machine */
export function processor(): { readonly deb: string; readonly rpm: string } {
  const names = processors[process.arch];
  if (!names || process.platform !== 'linux')
    throw new Error(`no package is made for ${process.platform} on ${process.arch}`);
  return names;
}

/** @throws with what the program has printed, where it fails */
function run(words: readonly [string, ...string[]], epoch: number): void {
  const [program, ...args] = words;
  const environment = { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C', TZ: 'UTC' };
  const { status, error, stderr } = spawnSync(program, args, { env: environment, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} exited ${String(status)}: ${stderr}`);
}

/** True if a program of this machine can be started. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Packs the folder under its own name. */
export function makeTar({ folder, file, epoch, isCompressed }: ArchiveOptions): void {
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const packer = isCompressed ? ['--use-compress-program=gzip --no-name'] : [];
  run(
    [
      'tar',
      ...['--create', `--file=${file}`, '--format=gnu', '--sort=name', `--mtime=@${epoch}`],
      ...owner,
      ...packer,
      `--directory=${dirname(folder)}`,
      basename(folder),
    ],
    epoch,
  );
}

/** What dpkg counts a folder as, in KiB: its size depends on the file system that the package is made on. */
const folderKibibytes = 1;

/** Space that a tree needs, in KiB. */
function kibibytesOf(tree: string, paths: readonly string[]): number {
  const each = paths.map((path) => {
    const found = lstatSync(join(tree, path));
    return found.isFile() ? Math.ceil(found.size / 1024) : folderKibibytes;
  });
  return each.reduce((sum, kibibytes) => sum + kibibytes, 0);
}

const summary = packageFile.description.replace(/\.$/, '');

/** Named as Debian's own tools name whoever makes a package. */
const maintainer = (): string =>
  `${process.env['DEBFULLNAME'] ?? 'Shadowtape'} <${process.env['DEBEMAIL'] ?? 'root@localhost'}>`;

function controlFile(kibibytes: number): string {
  return [
    'Package: shadowtape',
    `Version: ${packageFile.version}`,
    'Section: admin',
    'Priority: optional',
    `Architecture: ${processor().deb}`,
    `Maintainer: ${maintainer()}`,
    `Installed-Size: ${kibibytes}`,
    'Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6',
    'Suggests: bash-completion, man-db, openssh-client',
    `Description: ${summary.split(': ')[0] ?? ''}`,
    ` ${summary}.`,
    ' The console without a desktop: command line and browser, with its own Node.',
    '',
  ].join('\n');
}

/** As `dpkg --verify` reads it. */
function digests(tree: string, paths: readonly string[]): string {
  const files = paths.filter((path) => lstatSync(join(tree, path)).isFile());
  const md5 = (path: string) =>
    createHash('md5')
      .update(readFileSync(join(tree, path)))
      .digest('hex');
  return files.map((path) => `${md5(path)}  ${path}\n`).join('');
}

/** The folder below /usr. Its files are links to those of the folder: the tree costs no space. */
function systemTree(folder: string, tree: string): void {
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  run(['cp', '--archive', '--link', folder, join(tree, 'usr')], 0);
}

export function makeDeb({ folder, file, epoch, isCompressed }: ArchiveOptions): void {
  const tree = `${file}.tree`;
  systemTree(folder, tree);
  const paths = everythingIn(tree);
  mkdirSync(join(tree, 'DEBIAN'), { mode: 0o755 });
  writeFileSync(join(tree, 'DEBIAN', 'control'), controlFile(kibibytesOf(tree, paths)), { mode: 0o644 });
  writeFileSync(join(tree, 'DEBIAN', 'md5sums'), digests(tree, paths), { mode: 0o644 });
  // dpkg-deb lowers times that are after SOURCE_DATE_EPOCH, and leaves those before it.
  for (const path of ['DEBIAN/control', 'DEBIAN/md5sums', 'DEBIAN', '.'])
    utimesSync(join(tree, path), epoch, epoch);
  // Level 9, dpkg-deb's own, takes three times the processor time of level 6, and saves less than a hundredth.
  const packer = isCompressed ? ['-Zgzip', '-z6'] : ['-Znone'];
  run(['dpkg-deb', '--root-owner-group', ...packer, '--build', tree, file], epoch);
  rmSync(tree, { recursive: true });
}

/** rpm's names of how the files are packed: gzip, or as they are. */
const payload = (isCompressed: boolean) => (isCompressed ? 'w6.gzdio' : 'w.ufdio');

const spec = ({ folder, isCompressed }: ArchiveOptions): string => `Name: shadowtape
Version: ${packageFile.version}
Release: 1
Summary: ${summary.split(': ')[0] ?? ''}
License: ${packageFile.license}
AutoReqProv: no
Requires: glibc >= 2.28, libgcc, libstdc++
%define debug_package %{nil}
%define __os_install_post %{nil}
%define _build_id_links none
%define _buildhost localhost
%define _binary_payload ${payload(isCompressed)}
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%description
${summary}.
The console without a desktop: command line and browser, with its own Node.
%install
mkdir -p %{buildroot}/usr
cp -al ${folder}/. %{buildroot}/usr/
%files
%defattr(-,root,root,-)
/usr/bin/shadowtape
/usr/lib/shadowtape
/usr/lib/systemd/system/*
/usr/share/bash-completion/completions/shadowtape
/usr/share/doc/shadowtape
/usr/share/fish/vendor_completions.d/shadowtape.fish
/usr/share/man/man1/*
/usr/share/zsh/*/_shadowtape
`;

/** rpm takes the time of the package, and of its files, from SOURCE_DATE_EPOCH. */
export function makeRpm(options: ArchiveOptions): void {
  const { file, epoch } = options;
  const top = `${file}.tree`;
  mkdirSync(top, { recursive: true });
  writeFileSync(join(top, 'shadowtape.spec'), spec(options));
  run(
    [
      'rpmbuild',
      '-bb',
      '--define',
      `_topdir ${top}`,
      '--target',
      processor().rpm,
      join(top, 'shadowtape.spec'),
    ],
    epoch,
  );
  const name = `shadowtape-${packageFile.version}-1.${processor().rpm}.rpm`;
  renameSync(join(top, 'RPMS', processor().rpm, name), file);
  rmSync(top, { recursive: true });
}
