import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddComplaint, isCountLine, parseDdCounts, withSummedCounts } from './dd-counts.ts';

describe('the counts of several dd that read one file', () => {
  it('are added up; other messages stay', () => {
    const stderr = [
      '17+0 records in',
      '17+0 records out',
      '557056 bytes (557 kB, 544 KiB) copied, 0.01 s, 56 MB/s',
      'read: I/O error',
      '0+1 records in',
      '0+1 records out',
      '',
    ].join('\n');
    expect(withSummedCounts(stderr)).toBe('read: I/O error\n17+1 records in\n17+1 records out\n');
  });

  it.each(['3+0 records in\nread: I/O error\n', '3+0 records out\n'])(
    'a text with counts of one direction stays as it is: %j',
    (stderr) => {
      expect(withSummedCounts(stderr)).toBe(stderr);
    },
  );

  it('a text without counts stays as it is', () => {
    expect(withSummedCounts('dd: /dev/rmt/0n: open: Device busy\n')).toBe(
      'dd: /dev/rmt/0n: open: Device busy\n',
    );
  });
});

describe("dd's counts", () => {
  it('reads what GNU dd prints', () => {
    const stderr =
      '0+3 records in\n3+1 records out\n100000 bytes (100 kB, 98 KiB) copied, 0.204361 s, 489 kB/s\n';
    expect(parseDdCounts(stderr)).toEqual({
      in: { full: 0, partial: 3 },
      out: { full: 3, partial: 1 },
      bytes: 100_000,
    });
  });

  it('reads what an old Solaris or busybox dd prints', () => {
    expect(parseDdCounts('16384+0 records in\n16384+0 records out\n')).toEqual({
      in: { full: 16_384, partial: 0 },
      out: { full: 16_384, partial: 0 },
    });
  });

  it('reads what illumos dd prints', () => {
    const stderr =
      '4+0 records in\n2+0 records out\n65536 bytes transferred in 0.010000 secs (6553600 bytes/sec)\n';
    expect(parseDdCounts(stderr)).toMatchObject({ out: { full: 2, partial: 0 }, bytes: 65_536 });
  });

  it('takes the last counts: a signal makes dd print some in between', () => {
    const stderr =
      '5+0 records in\n5+0 records out\n163840 bytes copied, 1 s\n9+1 records in\n9+1 records out\n';
    expect(parseDdCounts(stderr)).toMatchObject({
      in: { full: 9, partial: 1 },
      out: { full: 9, partial: 1 },
    });
  });

  it('reads the dd of this machine', () => {
    const ran = spawnSync('dd', ['ibs=262144', 'obs=512'], {
      input: Buffer.alloc(1300),
      env: { ...process.env, LC_ALL: 'C' },
    });
    expect(parseDdCounts(ran.stderr.toString())).toMatchObject({ out: { full: 2, partial: 1 } });
  });

  it('finds its lines among any others', () => {
    const words = fc.array(fc.stringMatching(/^[a-z :.'/-]{0,30}$/), { maxLength: 4 });
    fc.assert(
      fc.property(words, words, fc.nat(), fc.nat(9), (before, after, full, partial) => {
        const counts = [`${full}+${partial} records in`, `${full}+${partial} records out`];
        const stderr = [...before, ...counts, ...after].join('\n');
        expect(parseDdCounts(stderr)).toMatchObject({ in: { full, partial }, out: { full, partial } });
      }),
    );
  });

  it.each(['', 'dd: /dev/rmt/0: open: Device busy\n', '3+0 records in\n', '3+0 records out\n'])(
    'assumes nothing where a count is missing: %j',
    (stderr) => {
      expect(parseDdCounts(stderr)).toBeUndefined();
    },
  );

  it('reads bytes only from a separate line, and also "1 byte"', () => {
    const counts = '0+1 records in\n0+1 records out\n';
    expect(parseDdCounts(`${counts}1 byte copied, 0.1 s, 0.0 kB/s\n`)?.bytes).toBe(1);
    expect(parseDdCounts(`${counts}dd: 7 bytes copied before\n`)).toEqual({
      in: { full: 0, partial: 1 },
      out: { full: 0, partial: 1 },
    });
  });

  it('are separate lines: a line with other words is an error message', () => {
    for (const line of [
      '3+12 records in',
      '0+1 records out',
      '1 byte copied, 1 s',
      '65536 bytes transferred in 1 secs',
    ])
      expect(isCountLine(line)).toBe(true);
    for (const line of ['dd: 3+0 records in', '3+0 records in part', 'dd: 5 bytes copied', 'read: I/O error'])
      expect(isCountLine(line)).toBe(false);
  });

  it('joins error messages to one line, however their lines end', () => {
    expect(ddComplaint('\r\n  dd: one \r\n\n3+0 records in\r\n dd: two\r\n')).toBe('dd: one; dd: two');
  });

  it("reports dd's error messages, without its counts", () => {
    const stderr =
      "dd: error writing '/dev/nst0': Input/output error\n1+0 records in\n0+0 records out\n0 bytes copied, 1 s\n";
    expect(ddComplaint(stderr)).toBe("dd: error writing '/dev/nst0': Input/output error");
  });
});
