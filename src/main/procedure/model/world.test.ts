import { describe, expect, it } from 'vitest';
import { mountsOfClass, parseMountTable } from './world.ts';

describe('a mount table', () => {
  it('is read in the form of Solaris', () => {
    const table =
      '/dev/dsk/c0t0d0s0\t/\tufs\trw,intr\t1101\n/dev/sfdsk/Class2/dsk/Volume2\t/mnt1\tufs\tro\t1102\n';
    expect(mountsOfClass(parseMountTable(table), 'Class2')).toEqual([
      { device: '/dev/sfdsk/Class2/dsk/Volume2', mountPoint: '/mnt1', type: 'ufs', options: 'ro' },
    ]);
  });

  it('is read in the form of Linux, with its escaped blanks', () => {
    expect(parseMountTable('/dev/sda1 /a\\040b ext4 rw,relatime 0 0\n')).toEqual([
      { device: '/dev/sda1', mountPoint: '/a b', type: 'ext4', options: 'rw,relatime' },
    ]);
  });

  it('matches a class only by its whole name', () => {
    const table = '/dev/sfdsk/Class22/dsk/Volume2\t/mnt1\tufs\tro\t1\n';
    expect(mountsOfClass(parseMountTable(table), 'Class2')).toEqual([]);
  });
});
