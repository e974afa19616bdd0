/** What forbids overwriting a disk or partition of Linux. */
import { describe, expect, it } from 'vitest';
import {
  identities,
  lsblk,
  notFree,
  partition,
  refusal,
  unknown,
  type Replies,
} from './device-replies.test-support.ts';

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

describe('a device of Linux that something else uses', () => {
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
    ...[
      ['sun', '0xe'],
      ['sun', '0xf'],
      ['gpt', '6a9630d1-1dd2-11b2-99a6-080020736631'],
      ['gpt', '6a980767-1dd2-11b2-99a6-080020736631'],
    ].map(([scheme, type]): [string, Replies, string] => [
      `volume manager, by the type ${type} in a table ${scheme}`,
      {
        'node3 blkid -p -o export /dev/sdb1': {
          out: `PART_ENTRY_SCHEME=${scheme}\nPART_ENTRY_TYPE=${type}\nPART_ENTRY_NUMBER=1\n`,
        },
      },
      `it is a partition of Veritas Volume Manager (${type})`,
    ]),
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
  ])('is not free: %s', async (_what, replies, why) => {
    expect(await refusal('linux', replies)).toBe(notFree(partition, why));
  });

  it('is refused where it is no disk, no partition, unknown or too small', async () => {
    const refused = (out: string) => refusal('linux', { [shown]: { out } });
    expect(await refused(disk + part.replace('"part"', '"lvm"'))).toMatch(
      /^RESTORE_DEVICE_REFUSED: .*it is neither a disk nor a partition: lvm/,
    );
    expect(await refused(disk)).toEqual(unknown(partition, 'lsblk does not show it'));
    expect(await refused(disk + part.replace('4194304', '4194303'))).toMatch(/^RESTORE_DEVICE_SMALL: /);
    const odd = { 'node3 blkid -p -o export /dev/sdb1': { status: 2, out: 'TYPE=ext3\n' } };
    expect(await refusal('linux', odd)).toEqual(unknown(partition, 'blkid does not show what is on it'));
  });
});
