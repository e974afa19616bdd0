/**
 * What each method of step 6 backs up, with which programs, and what a job may say of the file system on its volumes.
 * Pure.
 *
 * GDS guide 6.6.3.7 (Solaris) has 6a to 6e. The step 6 of the Linux edition is not known: 6a reads the raw device there
 * as well, 6b and 6c are those two steps with ext3, tar and dump(8) instead of ufs, tar and ufsdump. Linux has no
 * sfxfs.
 */
import { phrase } from '../../contract/text/say.ts';

export const platforms = ['solaris', 'linux'] as const;
type Platform = (typeof platforms)[number];

export const methods = ['6a', '6b', '6c', '6d', '6e'] as const;
type Method = (typeof methods)[number];

export const fileSystems = ['gfs-shared', 'gfs-local', 'ufs', 'ext3', 'raw'] as const;
type FileSystem = (typeof fileSystems)[number];

const names: Readonly<Record<FileSystem, string>> = {
  'gfs-shared': phrase('a GFS Shared File System'),
  'gfs-local': phrase('a GFS Local File System'),
  ufs: phrase('a ufs file system'),
  ext3: phrase('an ext3 file system'),
  raw: phrase('data of a raw device'),
};

/**
 * The guide's step 6: "In a GFS Shared File System: back up through the method as described in step 6a)". It has no method for ext3: on
 * Linux 6b and 6c are its steps for ufs with the programs of ext3.
 */
const fittingMethods: Readonly<Record<FileSystem, readonly Method[]>> = {
  'gfs-shared': ['6a'],
  'gfs-local': ['6a', '6d', '6e'],
  ufs: ['6a', '6b', '6c'],
  ext3: ['6a', '6b', '6c'],
  raw: ['6a'],
};

const onlyOn: Readonly<Partial<Record<FileSystem, Platform>>> = { ufs: 'solaris', ext3: 'linux' };
const platformNames: Readonly<Record<Platform, string>> = { solaris: 'Solaris', linux: 'Linux' };

/** What a job says of its file system: its method, which a volume may have of its own, and what is on the volumes. */
interface FileSystemOfJob {
  readonly fileSystem?: FileSystem | undefined;
  readonly method: Method;
  readonly volumes: readonly { readonly method?: Method | undefined }[];
}

/** Why the methods of a job do not back up the file system that it names; undefined if they do, or where it names none. */
export function whyMethodDoesNotFit(
  { fileSystem, method, volumes }: FileSystemOfJob,
  platform: Platform,
): string | undefined {
  if (fileSystem === undefined) return undefined;
  const needed = onlyOn[fileSystem];
  if (needed !== undefined && needed !== platform)
    return phrase('{platformName} has no {fileSystem} file system', {
      platformName: platformNames[platform],
      fileSystem,
    });
  const fitting = fittingMethods[fileSystem];
  const wrong = volumes.map((volume) => volume.method ?? method).find((used) => !fitting.includes(used));
  if (wrong === undefined) return undefined;
  const words =
    fitting.length === 1
      ? phrase('method {fitting} only', { fitting: fitting.join('') })
      : phrase('methods {fitting}', { fitting: fitting.join(', ') });
  return phrase('method {method} does not back up {fileSystem}: use {methods}', {
    method: wrong,
    fileSystem: names[fileSystem],
    methods: words,
  });
}

/** The file system that a method backs up; undefined for the raw device. On Linux `sfxfs` says that there is no such method. */
export function fileSystemOf(method: Method, platform: Platform): 'ufs' | 'sfxfs' | 'ext3' | undefined {
  if (method === '6a') return undefined;
  if (method === '6d' || method === '6e') return 'sfxfs';
  return platform === 'linux' ? 'ext3' : 'ufs';
}

/** The program that dumps a whole file system by itself; undefined for methods that have dd or tar read. */
export function dumpToolOf(method: Method, platform: Platform): 'ufsdump' | 'sfxdump' | 'dump' | undefined {
  if (method === '6e') return 'sfxdump';
  if (method !== '6c') return undefined;
  return platform === 'linux' ? 'dump' : 'ufsdump';
}

/** True if the method exists on the platform. */
export const existsOn = (method: Method, platform: Platform): boolean =>
  platform === 'solaris' || fileSystemOf(method, platform) !== 'sfxfs';
