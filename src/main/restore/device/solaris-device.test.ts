/** What forbids overwriting a slice of Solaris. */
import { describe, expect, it } from 'vitest';
import { headBytes } from './device-head.ts';
import {
  headOf,
  notFree,
  ofPool,
  refusal,
  slice,
  table,
  unknown,
  type Replies,
} from './device-replies.test-support.ts';

describe('a slice of Solaris that something else uses', () => {
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
      'replica of a metadevice database',
      {
        'node3 command -v metadb': {},
        'node3 metadb': {
          out: '     a m  p  luo        16              8192            /dev/dsk/c2t0d0s0\n',
        },
      },
      '/dev/dsk/c2t0d0s0 is named by metadb',
    ],
    [
      'pool of this host, which has the whole disk',
      {
        'node3 command -v zpool': {},
        'node3 zpool status': { out: '  pool: tank\n        tank      ONLINE\n          c2t0d0  ONLINE\n' },
      },
      'c2t0d0 is named by zpool status',
    ],
    [
      'label of the disk',
      { 'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: table.replace('32767\n', '32767   /all\n') } },
      'c2t0d0s2 is mounted on /all',
    ],
    [
      'volume manager that is not running on this host, in a slice with other blocks',
      { 'node3 prtvtoc /dev/rdsk/c2t0d0s0': { out: table.replace('3      2 ', '3     15 ') } },
      'c2t0d0 belongs to Veritas Volume Manager: c2t0d0s3 has the tag 15',
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
  ])('is not free: %s', async (_what, replies, why) => {
    expect(await refusal('solaris', replies)).toBe(notFree(slice, why));
  });

  it('may be next to slices that are used, but must have room', async () => {
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
