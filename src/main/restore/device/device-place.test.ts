/** What forbids overwriting a device of a host: a disk of GDS, an open file, and every query without an answer. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { headBytes } from './device-head.ts';
import { requireDeviceNamed, requireFreeDevice } from './device-place.ts';
import { joined } from '../../procedure/model/guide-cluster.test-support.ts';
import {
  headOf,
  identities,
  iostat,
  notFree,
  onLinux,
  onSolaris,
  partition,
  refusal,
  slice,
  titles,
  unknown,
  type Reply,
} from './device-replies.test-support.ts';

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

it('a device is refused if its beginning is read with an error, however much of it arrives', async () => {
  const read = { [headOf('c2t0d0s0')]: { status: 1, out: '\0'.repeat(headBytes) } };
  expect(await refusal('solaris', read)).toEqual(unknown(slice, 'the beginning of c2t0d0s0 cannot be read'));
});

it.each([
  ['linux', '/dev/mapper/data', 'it is not named as /dev/sdb or /dev/sdb1'],
  ['linux', '/dev/disk/by-label/data', 'it is not named as /dev/sdb or /dev/sdb1'],
  ['linux', '/dev', 'it is not named as /dev/sdb or /dev/sdb1'],
  ['solaris', '/dev/md/rdsk/d10', 'it is not named as /dev/rdsk/cNtNdNsN'],
] as const)(
  'on %s, nothing is asked about %s, which is no device by its own name',
  async (platform, path, reason) => {
    const runner = { send: () => Promise.reject(new Error('nothing is asked')) } as unknown as CommandRunner;
    const gds = { platform, primaries: [], all: [] };
    await expect(requireFreeDevice(runner, { host: 'node3', path }, 1, gds)).rejects.toMatchObject({
      code: 'RESTORE_DEVICE_REFUSED',
      message: `Shadowtape does not write to the device node3:${path}: ${reason}`,
    });
  },
);

it('a cancel is no answer, and ends the checks as what it is', async () => {
  const canceled = failure('COMMAND_CANCELLED', { host: 'node3', command: 'prtvtoc' });
  const send = (_step: string, { argv }: { readonly argv: readonly string[] }) =>
    argv[0] === 'test' ? Promise.resolve({ status: 0 }) : Promise.reject(canceled);
  const gds = { platform: 'solaris', primaries: [], all: [] } as const;
  const place = { host: 'node3', path: slice };
  await expect(requireFreeDevice({ send } as unknown as CommandRunner, place, 1, gds)).rejects.toBe(canceled);
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
