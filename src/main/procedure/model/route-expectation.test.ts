import { describe, expect, it } from 'vitest';
import { expectRoutes, type RouteFacts } from './route-expectation.ts';

const facts: RouteFacts = {
  bytes: 12_000_000_000,
  backupServer: 'node3',
  tapeHost: 'node3',
  drive: 'LTO-4',
  digest: 'sha256',
  rates: {
    node3: {
      read: 100_000_000,
      write: 80_000_000,
      digests: { cksum: 400_000_000, sha256: 250_000_000 },
    },
  },
};

describe('the expected rate of a route', () => {
  it('is limited by the slower ssh connection, and by the drive', () => {
    expect(expectRoutes(facts)).toEqual([
      {
        route: 'console',
        bytesPerSecond: 80_000_000,
        seconds: 150,
        notes: ['ssh reads 100 MB/s from node3 and writes 80 MB/s to node3'],
      },
      {
        route: 'server',
        bytesPerSecond: 120_000_000,
        seconds: 100,
        notes: [
          'at most, if the disk keeps up: the data never leaves the backup server',
          'the dump waits for its digests: SHA-256 takes 250 MB/s on node3',
        ],
      },
    ]);
    const fast = { ...facts, rates: { node3: { read: 500_000_000, write: 400_000_000 } } };
    expect(expectRoutes(fast)[0]).toMatchObject({ bytesPerSecond: 120_000_000, seconds: 100 });
  });

  it('has a warning where the network would starve the drive', () => {
    const slow = { ...facts, rates: { node3: { read: 11_000_000, write: 90_000_000 } } };
    expect(expectRoutes(slow)[0]?.notes[1]).toBe(
      'too slow for the LTO-4: its minimum streaming rate is 40 MB/s, so it will be shoe-shining; route server does not use the network',
    );
  });

  it('is limited by the slowest digest that the backup server computes in the same pass', () => {
    const slowHost = (digests: object, digest: RouteFacts['digest'] = 'sha256') =>
      expectRoutes({ ...facts, digest, rates: { node3: { read: 1e8, write: 1e8, digests } } })[1];
    expect(slowHost({ cksum: 60_000_000, sha256: 30_000_000 })).toEqual({
      route: 'server',
      bytesPerSecond: 30_000_000,
      seconds: 400,
      notes: [
        'at most, if the disk keeps up: the data never leaves the backup server',
        'the dump waits for its digests: SHA-256 takes 30 MB/s on node3',
        'too slow for the LTO-4: its minimum streaming rate is 40 MB/s, so it will be shoe-shining',
      ],
    });
    expect(slowHost({ cksum: 60_000_000, sha256: 30_000_000 }, 'cksum')).toMatchObject({
      seconds: 200,
      notes: [expect.any(String), 'the dump waits for its digests: cksum takes 60 MB/s on node3'],
    });
    expect(slowHost({ cksum: 60_000_000 }, 'none')).toMatchObject({
      seconds: 100,
      notes: [expect.any(String)],
    });
    expect(slowHost({ cksum: 60_000_000 })).toMatchObject({
      seconds: 100,
      notes: [expect.any(String), 'the digest in the same pass may slow the dump'],
      unmeasured: true,
    });
  });

  it('is not estimated where nothing was measured, or the drive is not known', () => {
    const [viaConsole, viaServer] = expectRoutes({ ...facts, rates: {}, drive: undefined });
    expect(viaConsole).toMatchObject({
      seconds: undefined,
      notes: ['not measured'],
      unmeasured: true,
    });
    expect(viaServer).toMatchObject({ seconds: undefined });
  });

  it('exists for the console alone when the drive is on another host', () => {
    expect(expectRoutes({ ...facts, tapeHost: 'tapehost' })[1]?.notes).toEqual([
      'not possible: the drive is on tapehost, not on node3',
    ]);
  });
});
