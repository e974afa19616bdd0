/** What forbids overwriting a device of a host: a disk of GDS, an open file, and every query without an answer. */
import { describe, expect, it } from 'vitest';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { Command, CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { joined } from '../../procedure/model/guide-cluster.test-support.ts';
import { headBytes } from './device-head.ts';
import { requireDeviceNamed, requireFreeDevice } from './device-place.ts';

interface Reply {
  readonly status?: number;
  readonly out?: string;
  /** In place of `out`. */
  readonly bytes?: Buffer;
  readonly err?: string;
}
type Replies = Readonly<Record<string, Reply | undefined>>;

/** As sdxinfo(1M) prints it on a host without any object. */
const titles = joined.split('\n').slice(0, 2).join('\n');

const iostat = (serials: Readonly<Record<string, string>>): Reply => ({
  out: Object.entries(serials)
    .map(
      ([device, serial]) =>
        `${device}           Soft Errors: 0 Hard Errors: 0 Transport Errors: 0\nVendor: FUJITSU  Product: ETERNUS Revision: 0000 Serial No: ${serial}\nSize: 1GB <1 bytes>\n`,
    )
    .join(''),
});
const ofCluster = iostat({ c1t1d1: 'one', c1t1d2: 'two', c1t1d3: 'three' });
const table = `*     512 bytes/sector
       0      2    00          0      8192      8191
       2      5    00          0     32768     32767
       3      2    00       8192     24576     32767
`;

const headOf = (name: string) => `node3 dd if=/dev/rdsk/${name} bs=${headBytes} count=1`;
/** The beginning of a device of a ZFS pool: an uberblock. */
const ofPool = Buffer.alloc(headBytes);
ofPool.writeBigUInt64BE(0xbab10cn, 131_072);
const zeros: Reply = { out: '\0'.repeat(headBytes) };

/** A free slice of a Solaris backup server, and a cluster of two nodes. */
const onSolaris: Replies = {
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

const lsblk = (name: string, more: string) => `NAME="${name}" ${more} SIZE="4194304" RO="0" MOUNTPOINT=""\n`;
const identities = (disks: Readonly<Record<string, string>>): Reply => ({
  out: Object.entries(disks)
    .map(([name, wwn]) => `NAME="${name}" WWN="${wwn}" SERIAL=""\n`)
    .join(''),
});
const gdsOfLinux = { out: joined.replaceAll('c1t1d', 'sd') };
const clusterOfLinux = identities({ sd1: '0x1', sd2: '0x2', sd3: '0x3' });
/** A free partition of a Linux backup server. */
const onLinux: Replies = {
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
async function refusal(platform: 'solaris' | 'linux', differing: Replies = {}): Promise<string | undefined> {
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
const notFree = (path: string, why: string) => `RESTORE_DEVICE_NOT_FREE: node3:${path} is not free: ${why}`;
const unknown = (path: string, why: string) =>
  expect.stringMatching(new RegExp(`^RESTORE_DEVICE_UNKNOWN: .*${path}.*${why}`)) as string;
const slice = '/dev/rdsk/c2t0d0s0';
const partition = '/dev/sdb1';

describe('a device of a host', () => {
  it.each(['solaris', 'linux'] as const)(
    'is free where every query shows that nothing uses it: %s',
    async (platform) => {
      expect(await refusal(platform)).toBeUndefined();
    },
  );

  it('is refused where any query has no answer', async () => {
    for (const [platform, replies] of [
      ['solaris', onSolaris],
      ['linux', onLinux],
    ] as const)
      for (const line of Object.keys(replies)) {
        // `command -v` shows that a program is missing, and `test` that a table is missing.
        if (/ command -v | test -e /.test(line)) continue;
        expect(await refusal(platform, { [line]: { status: 3, err: 'failed' } }), line).toMatch(
          /^RESTORE_DEVICE_(UNKNOWN|REFUSED): /,
        );
      }
  });
});

describe('a disk of GDS', () => {
  it('is recognized by its serial number, whatever it is called on the host', async () => {
    const own = { 'node3 iostat -En': iostat({ c2t0d0: 'two' }) };
    expect(await refusal('solaris', own)).toBe(notFree(slice, 'it is Disk2 of Class1, as node1 shows it'));
    const ofLinux = { 'node3 lsblk -dnP -o NAME,WWN,SERIAL': identities({ sdb: '0x3' }) };
    expect(await refusal('linux', ofLinux)).toBe(
      notFree(partition, 'it is Disk3 of Class1, as node1 shows it'),
    );
    // Only the second node shows it.
    const second = { 'node1 sdxinfo -D': { out: joined.replace(/^disk +Disk2.*\n/m, '') } };
    expect(await refusal('solaris', { ...own, ...second })).toBe(
      notFree(slice, 'it is Disk2 of Class1, as node2 shows it'),
    );
  });

  it('is recognized by its name on the host itself', async () => {
    const shadow = { 'node3 sdxinfo -D': { out: joined.replaceAll('c1t1d3', 'c2t0d0') } };
    expect(await refusal('solaris', shadow)).toBe(notFree(slice, 'it is Disk3 of Class1, as node3 shows it'));
    // The name says nothing on another host.
    const elsewhere = {
      'node1 sdxinfo -D': { out: joined.replaceAll('c1t1d3', 'c2t0d0') },
      'node1 iostat -En': iostat({ c1t1d1: 'one', c1t1d2: 'two', c2t0d0: 'three' }),
    };
    expect(await refusal('solaris', elsewhere)).toBeUndefined();
  });

  it('may be the device where a serial number is missing', async () => {
    expect(await refusal('solaris', { 'node3 iostat -En': iostat({ c0t0d0: 'zero' }) })).toEqual(
      unknown(slice, 'node3 shows no serial number of c2t0d0'),
    );
    expect(
      await refusal('solaris', { 'node2 iostat -En': iostat({ c1t1d1: 'one', c1t1d3: 'three' }) }),
    ).toEqual(unknown(slice, 'node2 shows no serial number of Disk2 of Class1'));
    // On the host itself the names tell.
    expect(await refusal('solaris', { 'node3 sdxinfo -D': { out: joined } })).toBeUndefined();
  });

  it('may be the device where a node of the cluster shows no disk, or the host itself says nothing', async () => {
    for (const node of ['node1', 'node2'])
      for (const out of ['', titles])
        expect(await refusal('solaris', { [`${node} sdxinfo -D`]: { out } })).toEqual(
          unknown(slice, `sdxinfo on ${node} shows no disk`),
        );
    expect(await refusal('solaris', { 'node3 sdxinfo -D': { out: ' \n' } })).toEqual(
      unknown(slice, 'sdxinfo on node3 shows no disk'),
    );
  });
});

describe('a disk that the host has two names for', () => {
  const lines = (other: string) => ({
    'node3 lsblk -dnP -o NAME,WWN,SERIAL': identities({ sda: '0xa', sdb: '0xb', sdq: '0xb' }),
    'node3 lsblk -bP -o NAME,PKNAME,TYPE,SIZE,RO,MOUNTPOINT': {
      out: `${lsblk('sdb', 'PKNAME="" TYPE="disk"')}${lsblk('sdb1', 'PKNAME="sdb" TYPE="part"')}${lsblk('sdq', 'PKNAME="" TYPE="disk"')}${other}`,
    },
    'node3 ls /sys/class/block/sdq1/holders': {},
    'node3 ls /sys/class/block/sdq/holders': {},
    'node3 fuser /dev/sdb1 /dev/sdq1': { status: 1 },
  });
  const part = lsblk('sdq1', 'PKNAME="sdq" TYPE="part"');

  it('is free if nothing uses it by either name', async () => {
    expect(await refusal('linux', lines(part))).toBeUndefined();
  });

  it.each<[string, Replies, string]>([
    [
      'a file system that is mounted',
      lines(part.replace('MOUNTPOINT=""', 'MOUNTPOINT="/data"')),
      'sdq1 is mounted on /data',
    ],
    [
      'a logical volume',
      lines(`${part}${lsblk('vg-data', 'PKNAME="sdq1" TYPE="lvm"')}`),
      'vg-data (lvm) is on sdq1',
    ],
    [
      'a holder of the disk',
      { ...lines(part), 'node3 ls /sys/class/block/sdq/holders': { out: 'md0\n' } },
      'sdq is held by md0, as the kernel shows it',
    ],
    [
      'a swap area',
      { ...lines(part), 'node3 cat /proc/swaps': { out: '/dev/sdq1 partition 1 0 -2\n' } },
      'sdq1 is used as swap',
    ],
    [
      'a line of /etc/fstab',
      { ...lines(part), 'node3 cat /etc/fstab': { out: '/dev/sdq1 /data ext3 noauto 0 0\n' } },
      'it is in /etc/fstab: /dev/sdq1 /data ext3 noauto 0 0',
    ],
    [
      'a process',
      { ...lines(part), 'node3 fuser /dev/sdb1 /dev/sdq1': { out: ' 4711' } },
      'it is open in process 4711',
    ],
  ])('is not free if %s has its other name', async (_what, replies, why) => {
    expect(await refusal('linux', replies)).toBe(notFree(partition, why));
  });

  it('is not known to be free if the partition is not shown by its other name', async () => {
    expect(await refusal('linux', lines(''))).toEqual(
      unknown(partition, 'lsblk does not show sdq1, another name of it'),
    );
  });
});

describe('a device that a process has open', () => {
  const fuserOf = (platform: 'solaris' | 'linux') =>
    Object.keys(platform === 'solaris' ? onSolaris : onLinux).find((line) => line.includes(' fuser ')) ?? '';
  const opened = (platform: 'solaris' | 'linux', reply: Reply) =>
    refusal(platform, { [fuserOf(platform)]: reply });

  it('is not free: the processes are named', async () => {
    expect(await opened('solaris', { out: ' 4711' })).toBe(notFree(slice, 'it is open in process 4711'));
    expect(await opened('linux', { out: ' 4711 4712' })).toBe(
      notFree(partition, 'it is open in processes 4711 and 4712'),
    );
    expect(await opened('solaris', { status: 1, out: ' 4711' })).toBe(
      notFree(slice, 'it is open in process 4711'),
    );
  });

  it('is not known where fuser fails', async () => {
    const silent = 'fuser does not show which processes have it open';
    expect(await opened('solaris', { status: 1 })).toEqual(unknown(slice, silent));
    expect(await opened('linux', { status: 1, err: 'Cannot open /proc' })).toEqual(
      unknown(partition, silent),
    );
    expect(await opened('linux', { status: 2 })).toEqual(unknown(partition, silent));
    expect(await opened('linux', {})).toBeUndefined();
  });
});

describe('the device that may be lost', () => {
  const place = { host: 'node3', path: partition };
  it.each([
    [[partition], true],
    [[], false],
    [['/dev/sdb'], false],
    [[partition, partition], false],
  ] as const)('named as %j is confirmed: %s', (replace, isConfirmed) => {
    const named = () => requireDeviceNamed(place, replace);
    if (isConfirmed) expect(named).not.toThrow();
    else expect(named).toThrow(expect.objectContaining({ code: 'RESTORE_DEVICE_NOT_CONFIRMED' }));
  });
});

describe('a device that something else uses', () => {
  const shown = 'node3 lsblk -bP -o NAME,PKNAME,TYPE,SIZE,RO,MOUNTPOINT';
  const disk = lsblk('sdb', 'PKNAME="" TYPE="disk"');
  const part = lsblk('sdb1', 'PKNAME="sdb" TYPE="part"');

  it.each<[string, Replies, string]>([
    [
      'holder',
      { 'node3 ls /sys/class/block/sdb1/holders': { out: 'dm-0\ndm-1\n' } },
      'sdb1 is held by dm-0, dm-1, as the kernel shows it',
    ],
    [
      'holder of the disk',
      { 'node3 ls /sys/class/block/sdb/holders': { out: 'md0\n' } },
      'sdb is held by md0, as the kernel shows it',
    ],
    ['mount', { 'node3 cat /proc/mounts': { out: '/dev/sdb1 /data ext3 rw 0 0\n' } }, 'sdb1 is mounted'],
    [
      'mount of the disk',
      { 'node3 cat /proc/mounts': { out: '/dev/sdb /data ext3 rw 0 0\n' } },
      'sdb is mounted',
    ],
    ['swap', { 'node3 cat /proc/swaps': { out: '/dev/sdb1 partition 1 0 -2\n' } }, 'sdb1 is used as swap'],
    [
      'array',
      { 'node3 test -e /proc/mdstat': {}, 'node3 cat /proc/mdstat': { out: 'md0 : active raid1 sdb1[0]\n' } },
      'sdb1 is named by /proc/mdstat',
    ],
    [
      'volume group',
      { 'node3 command -v pvs': {}, 'node3 pvs --noheadings -o pv_name': { out: '  /dev/sdb1\n' } },
      'sdb1 is named by pvs',
    ],
    [
      'pool',
      { 'node3 command -v zpool': {}, 'node3 zpool status': { out: '  sdb ONLINE 0 0 0\n' } },
      'sdb is named by zpool',
    ],
    [
      'signature',
      { 'node3 blkid -p -o export /dev/sdb1': { out: 'TYPE=crypto_LUKS\n' } },
      'it holds crypto_LUKS',
    ],
    [
      'database',
      { 'node3 blkid -p -o export /dev/sdb1': { out: 'TYPE=oracleasm\nUSAGE=filesystem\n' } },
      'it holds oracleasm',
    ],
    [
      'table of partitions that the kernel does not show',
      { 'node3 blkid -p -o export /dev/sdb1': { out: 'PTTYPE=gpt\n' } },
      'it has a partition table (gpt)',
    ],
    [
      'table',
      {
        'node3 blkid -p -o export /dev/sdb1': { out: 'TYPE=ext3\nLABEL=data\n' },
        'node3 cat /etc/fstab': { out: '# old\nLABEL=data /data ext3 defaults 0 0\n' },
      },
      'it is in /etc/fstab: LABEL=data /data ext3 defaults 0 0',
    ],
    ['mode', { [shown]: { out: disk + part.replace('RO="0"', 'RO="1"') } }, 'sdb1 is read-only'],
  ])('of Linux is not free: %s', async (_what, replies, why) => {
    expect(await refusal('linux', replies)).toBe(notFree(partition, why));
  });

  it('of Linux is refused where it is no disk, no partition, unknown or too small', async () => {
    const refused = (out: string) => refusal('linux', { [shown]: { out } });
    expect(await refused(disk + part.replace('"part"', '"lvm"'))).toMatch(
      /^RESTORE_DEVICE_REFUSED: .*it is neither a disk nor a partition: lvm/,
    );
    expect(await refused(disk)).toEqual(unknown(partition, 'lsblk does not show it'));
    expect(await refused(disk + part.replace('4194304', '4194303'))).toMatch(/^RESTORE_DEVICE_SMALL: /);
    const odd = { 'node3 blkid -p -o export /dev/sdb1': { status: 2, out: 'TYPE=ext3\n' } };
    expect(await refusal('linux', odd)).toEqual(unknown(partition, 'blkid does not show what is on it'));
  });

  it.each<[string, Replies, string]>([
    [
      'mount',
      { 'node3 cat /etc/mnttab': { out: '/dev/dsk/c2t0d0s2\t/data\tufs\trw\t1\n' } },
      '/dev/dsk/c2t0d0s2 is mounted',
    ],
    [
      'table',
      { 'node3 cat /etc/vfstab': { out: '#/dev/dsk/c2t0d0s0 - /data ufs 2 no -\n' } },
      '#/dev/dsk/c2t0d0s0 is in /etc/vfstab',
    ],
    [
      'swap',
      { 'node3 swap -l': { out: '/dev/dsk/c2t0d0s0 32,1 8 8184 8184\n' } },
      '/dev/dsk/c2t0d0s0 is used as swap',
    ],
    [
      'volume manager',
      { 'node3 command -v metastat': {}, 'node3 metastat -p': { out: 'd1 1 1 c2t0d0s0\n' } },
      'c2t0d0s0 is named by metastat -p',
    ],
    [
      'label of the disk',
      { 'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: table.replace('32767\n', '32767   /all\n') } },
      'c2t0d0s2 is mounted on /all',
    ],
    [
      'database',
      { [headOf('c2t0d0s0')]: { out: `${'\0'.repeat(32)}ORCLDISK`.padEnd(headBytes, '\0') } },
      'c2t0d0s0 holds data of Oracle ASM',
    ],
    [
      'pool of another host, in a slice with the same blocks',
      { [headOf('c2t0d0s2')]: { bytes: ofPool } },
      'c2t0d0s2 holds data of ZFS',
    ],
  ])('of Solaris is not free: %s', async (_what, replies, why) => {
    expect(await refusal('solaris', replies)).toBe(notFree(slice, why));
  });

  it('of Solaris may be next to slices that are used, but must have room', async () => {
    const beside = { 'node3 cat /etc/mnttab': { out: '/dev/dsk/c2t0d0s3\t/data\tufs\trw\t1\n' } };
    expect(await refusal('solaris', beside)).toBeUndefined();
    const small = table.replace('8192      8191', '8191      8190');
    expect(await refusal('solaris', { 'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: small } })).toMatch(
      /^RESTORE_DEVICE_SMALL: /,
    );
    const others = table.replace(/^ {7}0 .*\n/m, '');
    expect(await refusal('solaris', { 'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: others } })).toEqual(
      unknown(slice, 'prtvtoc does not show its size'),
    );
  });
});
