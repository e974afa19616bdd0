/** What a job may say of the file system on its volumes, and which methods of step 6 back it up (GDS guide 6.6.3.7). Pure. */
import type { Job, Site } from './site-schema.ts';

export const fileSystems = ['gfs-shared', 'gfs-local', 'ufs', 'ext3', 'raw'] as const;
export type FileSystem = (typeof fileSystems)[number];

type Method = Job['method'];

const names: Readonly<Record<FileSystem, string>> = {
  'gfs-shared': 'a GFS Shared File System',
  'gfs-local': 'a GFS Local File System',
  ufs: 'a ufs file system',
  ext3: 'an ext3 file system',
  raw: 'data of a raw device',
};

/**
 * The guide's step 6: "In a GFS Shared File System: back up through the method as described in step 6a)". It has no method for ext3: on
 * Linux 6b and 6c are its steps for ufs with the programs of ext3.
 */
const methods: Readonly<Record<FileSystem, readonly Method[]>> = {
  'gfs-shared': ['6a'],
  'gfs-local': ['6a', '6d', '6e'],
  ufs: ['6a', '6b', '6c'],
  ext3: ['6a', '6b', '6c'],
  raw: ['6a'],
};

const platforms: Readonly<Partial<Record<FileSystem, Site['platform']>>> = { ufs: 'solaris', ext3: 'linux' };
const platformNames: Readonly<Record<Site['platform'], string>> = { solaris: 'Solaris', linux: 'Linux' };

/** Why the methods of a job do not back up the file system that it names; undefined where they do, or where it names none. */
export function whyMethodDoesNotFit(
  { fileSystem, method, volumes }: Pick<Job, 'fileSystem' | 'method' | 'volumes'>,
  platform: Site['platform'],
): string | undefined {
  if (fileSystem === undefined) return undefined;
  const needed = platforms[fileSystem];
  if (needed !== undefined && needed !== platform)
    return `${platformNames[platform]} has no ${fileSystem} file system`;
  const fitting = methods[fileSystem];
  const wrong = volumes.map((volume) => volume.method ?? method).find((used) => !fitting.includes(used));
  if (wrong === undefined) return undefined;
  const words = fitting.length === 1 ? `method ${fitting.join('')} only` : `methods ${fitting.join(', ')}`;
  return `method ${wrong} does not back up ${names[fileSystem]}: use ${words}`;
}
