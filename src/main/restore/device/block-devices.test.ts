/** What forbids writing to a block device of a Linux host. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockDeviceName,
  diskOf,
  lineNaming,
  names,
  parseBlockDevices,
  parseSignature,
  whyInUse,
  whyOfOthers,
} from './block-devices.ts';

const line = (fields: Record<string, string>) =>
  Object.entries({ PKNAME: '', TYPE: 'disk', SIZE: '4194304', RO: '0', MOUNTPOINT: '', ...fields })
    .sort(([one], [other]) => Number(other === 'NAME') - Number(one === 'NAME'))
    .map(([key, value]) => `${key}="${value}"`)
    .join(' ');

const devices = parseBlockDevices(
  [
    { NAME: 'sda' },
    { NAME: 'sda1', PKNAME: 'sda', TYPE: 'part', MOUNTPOINT: '/' },
    { NAME: 'sda2', PKNAME: 'sda', TYPE: 'part', MOUNTPOINT: '[SWAP]' },
    { NAME: 'sda3', PKNAME: 'sda', TYPE: 'part' },
    { NAME: 'sdb' },
    { NAME: 'sdc', RO: '1' },
    { NAME: 'sdd' },
    { NAME: 'sdd1', PKNAME: 'sdd', TYPE: 'part' },
    { NAME: 'vg-data', PKNAME: 'sdd1', TYPE: 'lvm', MOUNTPOINT: '/a folder' },
    { NAME: 'sde' },
    { NAME: 'sde1', PKNAME: 'sde', TYPE: 'part' },
    { NAME: 'mpatha', PKNAME: 'sde', TYPE: 'mpath' },
    { NAME: 'nvme0n1' },
    { NAME: 'nvme0n1p1', PKNAME: 'nvme0n1', TYPE: 'part' },
  ]
    .map(line)
    .join('\n'),
);

describe('lsblk', () => {
  it.each([
    ['sda', 'sda1 (part) is on sda'],
    ['sda1', 'sda1 is mounted on /'],
    ['sda2', 'sda2 is used as swap'],
    ['sda3', undefined],
    ['sdb', undefined],
    ['sdc', 'sdc is read-only'],
    ['sdd1', 'vg-data (lvm) is on sdd1'],
    ['sde1', 'mpatha (mpath) is on sde'],
    ['nvme0n1p1', undefined],
  ])('shows of %s: %s', (name, why) => {
    expect(whyInUse(devices, name)).toBe(why);
  });

  it('shows on which disk a partition is', () => {
    expect(['sdb', 'sda3', 'nvme0n1p1'].map((name) => diskOf(devices, name))).toEqual([
      'sdb',
      'sda',
      'nvme0n1',
    ]);
    // A volume of LVM is no partition, and early releases of lsblk do not say where a partition is.
    const alone = parseBlockDevices(line({ NAME: 'sdf1', TYPE: 'part' }));
    expect([diskOf(devices, 'vg-data'), diskOf(alone, 'sdf1')]).toEqual(['vg-data', 'sdf1']);
  });

  it('is rejected if a line lacks name, size or mode', () => {
    expect(parseBlockDevices('lsblk: failed\nNAME="sda" SIZE="" RO="0"\nNAME="sdb" SIZE="1"\n')).toEqual([]);
    for (const SIZE of ['4G', 'x4']) expect(parseBlockDevices(line({ NAME: 'sda', SIZE }))).toEqual([]);
    fc.assert(fc.property(fc.string(), (text) => parseBlockDevices(text).length <= text.split('\n').length));
  });
});

describe('a path', () => {
  it.each([
    ['/dev/sdb', 'sdb'],
    ['/dev/nvme0n1p1', 'nvme0n1p1'],
    ['/dev/mapper/vg-data', undefined],
    ['/dev/sfdsk/Class1/rdsk/Volume1', undefined],
    ['/dev/../etc/passwd', undefined],
    ['/dev/', undefined],
    ['/tmp/dev/sdb', undefined],
  ])('%s names the device %s', (path, name) => {
    expect(blockDeviceName(path)).toBe(name);
  });
});

describe('a signature', () => {
  it.each([
    ['LVM2_member', 'it holds LVM2_member'],
    ['linux_raid_member', 'it holds linux_raid_member'],
    ['crypto_LUKS', 'it holds crypto_LUKS'],
    ['swap', 'it holds swap'],
    ['btrfs', 'it holds btrfs'],
    ['oracleasm', 'it holds oracleasm'],
    ['ceph_bluestore', 'it holds ceph_bluestore'],
    ['ocfs2', 'it holds ocfs2'],
    ['zfs_member', 'it holds zfs_member'],
    ['a type of tomorrow', 'it holds a type of tomorrow'],
    ['ext3', undefined],
    ['ufs', undefined],
  ])('of %s: %s', (type, why) => {
    expect(whyOfOthers(parseSignature(`DEVNAME=/dev/sdb\nTYPE=${type}\n`))).toBe(why);
  });

  it('of a partition table in front of the file system that was there before', () => {
    const signature = parseSignature('DEVNAME=/dev/sdb\nTYPE=ext2\nUSAGE=filesystem\nPTTYPE=dos\n');
    expect(whyOfOthers(signature)).toBe('it has a partition table (dos)');
  });

  const signature = parseSignature(
    'UUID=0a1b-2c\nLABEL=data\nPART_ENTRY_UUID=77-01\nPART_ENTRY_NAME=ledger\nTYPE=ext4\n',
  );

  it.each([
    '/dev/sdb /data ext4 defaults 0 0',
    'UUID=0a1b-2c /data ext4 defaults 0 0',
    'UUID="0a1b-2c" /data ext4 defaults 0 0',
    'LABEL=data\t/data ext4 defaults 0 0',
    '/dev/disk/by-partuuid/77-01 /data ext4 defaults 0 0',
    'PARTLABEL=ledger /data ext4 defaults 0 0',
  ])('is found in /etc/fstab: %s', (entry) => {
    expect(lineNaming(`# nothing\n${entry}\n`, '/dev/sdb', signature)).toBe(entry);
    expect(lineNaming(`# nothing\n${entry}\n`, '/dev/sdc', parseSignature(''))).toBeUndefined();
  });
});

describe('a list', () => {
  it.each([
    ['/dev/sdb1 partition 1000 0 -2', true],
    ['md0 : active raid1 sdc1[1] sdb1[0](F)', true],
    ['md127 : active raid10 sdc1[1] sdb1[12](W)(F) sdd1[0]', true],
    ['  /dev/sdb1', true],
    ['/mnt/dev/sdb1 file', false],
    ['/dev/sdb10 partition 1000 0 -2', false],
    ['', false],
  ])('%s names sdb1: %s', (text, isNamed) => {
    expect(names(text, 'sdb1')).toBe(isNamed);
  });
});
