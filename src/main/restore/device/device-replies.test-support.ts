/** A free device of a Solaris host and one of a Linux host: what each query about them is answered. */
import { expect } from 'vitest';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { Command, CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { joined } from '../../procedure/model/guide-cluster.test-support.ts';
import { headBytes } from './device-head.ts';
import { requireFreeDevice } from './device-place.ts';

export interface Reply {
  readonly status?: number;
  readonly out?: string;
  /** In place of `out`. */
  readonly bytes?: Buffer;
  readonly err?: string;
}
export type Replies = Readonly<Record<string, Reply | undefined>>;

/** As sdxinfo(1M) prints it on a host without any object. */
export const titles = joined.split('\n').slice(0, 2).join('\n');

export const iostat = (serials: Readonly<Record<string, string>>): Reply => ({
  out: Object.entries(serials)
    .map(
      ([device, serial]) =>
        `${device}           Soft Errors: 0 Hard Errors: 0 Transport Errors: 0\nVendor: FUJITSU  Product: ETERNUS Revision: 0000 Serial No: ${serial}\nSize: 1GB <1 bytes>\n`,
    )
    .join(''),
});
const ofCluster = iostat({ c1t1d1: 'one', c1t1d2: 'two', c1t1d3: 'three' });
export const table = `*     512 bytes/sector
       0      2    00          0      8192      8191
       2      5    00          0     32768     32767
       3      2    00       8192     24576     32767
`;

export const headOf = (name: string) => `node3 dd if=/dev/rdsk/${name} bs=${headBytes} count=1`;
/** The beginning of a device of a ZFS pool: an uberblock. */
export const ofPool = Buffer.alloc(headBytes);
ofPool.writeBigUInt64BE(0xbab10cn, 131_072);
const zeros: Reply = { out: '\0'.repeat(headBytes) };

/** A free slice of a Solaris backup server, and a cluster of two nodes. */
export const onSolaris: Replies = {
  'node3 test -c /dev/rdsk/c2t0d0s0': {},
  'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: table },
  'node3 cat /etc/mnttab': { out: '/dev/dsk/c0t0d0s0\t/\tufs\trw\t1\n' },
  'node3 cat /etc/vfstab': {},
  'node3 swap -l': {},
  'node3 command -v metastat': { status: 1 },
  'node3 command -v metadb': { status: 1 },
  'node3 command -v zpool': { status: 1 },
  [headOf('c2t0d0s0')]: zeros,
  [headOf('c2t0d0s2')]: zeros,
  'node1 iostat -En': ofCluster,
  'node2 iostat -En': ofCluster,
  'node3 iostat -En': iostat({ c0t0d0: 'zero', c2t0d0: 'target' }),
  'node1 sdxinfo -D': { out: joined },
  'node2 sdxinfo -D': { out: joined },
  'node3 sdxinfo -D': { out: titles },
  'node3 fuser /dev/rdsk/c2t0d0s0 /dev/dsk/c2t0d0s0 /dev/rdsk/c2t0d0s2 /dev/dsk/c2t0d0s2': {},
};

export const lsblk = (name: string, more: string) =>
  `NAME="${name}" ${more} SIZE="4194304" RO="0" MOUNTPOINT=""\n`;
export const identities = (disks: Readonly<Record<string, string>>): Reply => ({
  out: Object.entries(disks)
    .map(([name, wwn]) => `NAME="${name}" WWN="${wwn}" SERIAL=""\n`)
    .join(''),
});
const gdsOfLinux = { out: joined.replaceAll('c1t1d', 'sd') };
const clusterOfLinux = identities({ sd1: '0x1', sd2: '0x2', sd3: '0x3' });
/** A free partition of a Linux backup server. */
export const onLinux: Replies = {
  'node3 test -b /dev/sdb1': {},
  'node3 lsblk -bP -o NAME,PKNAME,TYPE,SIZE,RO,MOUNTPOINT': {
    out: lsblk('sdb', 'PKNAME="" TYPE="disk"') + lsblk('sdb1', 'PKNAME="sdb" TYPE="part"'),
  },
  'node3 blkid -p -o export /dev/sdb1': { status: 2 },
  'node3 ls /sys/class/block/sdb1/holders': {},
  'node3 ls /sys/class/block/sdb/holders': {},
  'node3 cat /proc/mounts': {},
  'node3 cat /proc/swaps': {},
  'node3 test -e /proc/mdstat': { status: 1 },
  'node3 command -v pvs': { status: 1 },
  'node3 command -v zpool': { status: 1 },
  'node3 cat /etc/fstab': {},
  'node1 lsblk -dnP -o NAME,WWN,SERIAL': clusterOfLinux,
  'node2 lsblk -dnP -o NAME,WWN,SERIAL': clusterOfLinux,
  'node3 lsblk -dnP -o NAME,WWN,SERIAL': identities({ sda: '0xa', sdb: '0xb' }),
  'node1 sdxinfo -D': gdsOfLinux,
  'node2 sdxinfo -D': gdsOfLinux,
  'node3 sdxinfo -D': { out: titles },
  'node3 fuser /dev/sdb1': { status: 1 },
};

function runnerOf(replies: Replies): CommandRunner {
  const send = (_step: string, { host, argv }: Command, options: { anyStatus?: boolean } = {}) => {
    const line = `${host} ${argv.join(' ')}`;
    const {
      status = 0,
      out = '',
      bytes = Buffer.from(out),
      err = '',
    }: Reply = replies[line] ?? { status: 127, err: 'not found' };
    if (status !== 0 && !options.anyStatus)
      return Promise.reject(
        failure('COMMAND_FAILED', { host, command: argv.join(' '), how: `ended with ${status}` }),
      );
    return Promise.resolve({ status, stdout: bytes, stderr: err });
  };
  return { send } as unknown as CommandRunner;
}

/** @returns why the device may not be overwritten; undefined if nothing forbids it */
export async function refusal(
  platform: 'solaris' | 'linux',
  differing: Replies = {},
): Promise<string | undefined> {
  const [path, usual] = platform === 'solaris' ? ['/dev/rdsk/c2t0d0s0', onSolaris] : ['/dev/sdb1', onLinux];
  const runner = runnerOf({ ...usual, ...differing });
  const gds = { platform, primaries: ['node1', 'node2'], all: ['node1', 'node2', 'node3'] };
  try {
    await requireFreeDevice(runner, { host: 'node3', path }, 4_194_304, gds);
    return undefined;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
export const notFree = (path: string, why: string) =>
  `RESTORE_DEVICE_NOT_FREE: node3:${path} is not free: ${why}`;
export const unknown = (path: string, why: string) =>
  expect.stringMatching(new RegExp(`^RESTORE_DEVICE_UNKNOWN: .*${path}.*${why}`)) as string;
export const slice = '/dev/rdsk/c2t0d0s0';
export const partition = '/dev/sdb1';
