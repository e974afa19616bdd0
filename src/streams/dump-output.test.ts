import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DumpOutput } from './dump-output.ts';

const lines = (...texts: string[]): string => texts.map((text) => `  DUMP: ${text}\n`).join('');

const begin = [
  'Date of this level 0 dump: Tue Aug 25 08:49:31 2009',
  'Date of last level 0 dump: the epoch',
  'Dumping /dev/sfdsk/Class2/rdsk/Volume2 to standard output.',
  'Mapping (Pass I) [regular files]',
  'Mapping (Pass II) [directories]',
];
const middle = [
  'Writing 10 Kilobyte records',
  'Estimated 21955062 blocks (10720.25MB).',
  'Dumping (Pass III) [directories]',
  'Dumping (Pass IV) [regular files]',
  '44.74% done, finished in 0:12',
];
const end = [
  '21955006 blocks (10720.22MB) on 1 volume at 8638 KB/sec',
  'DUMP IS DONE',
  'Level 0 dump on Tue Aug 25 08:49:31 2009',
];
const whole = lines(...begin, ...middle, ...end);

const reasonOf = (stderr: string): unknown => {
  try {
    const output = new DumpOutput();
    output.add(stderr);
    output.judge('ufsdump', {});
  } catch (error) {
    return error;
  }
  return undefined;
};

/** dump 0.4b47 of an ext3 file system, as it was printed. */
const ofLinux = lines(
  "WARNING: no file `/var/lib/dumpdates', making an empty one",
  'Date of this level 0 dump: Sun Nov 29 03:08:29 2026',
  'Dumping /dev/loop0 (an unlisted file system) to standard output',
  'Label: none',
  'Writing 10 Kilobyte records',
  'mapping (Pass I) [regular files]',
  'mapping (Pass II) [directories]',
  'estimated 26 blocks.',
  'Volume 1 started with block 1 at: Sun Nov 29 03:08:29 2026',
  'dumping (Pass III) [directories]',
  'dumping (Pass IV) [regular files]',
  'Volume 1 completed at: Sun Nov 29 03:08:29 2026',
  'Volume 1 20 blocks (0.02MB)',
  '20 blocks (0.02MB)',
  'finished in less than a second',
  'Average transfer rate: 0 kB/s',
  'DUMP IS DONE',
);

describe('the lines of dump(8) of Linux', () => {
  it('show that the dump is complete, and estimate it in blocks of 1,024 bytes', () => {
    const output = new DumpOutput();
    output.add(ofLinux);
    output.judge('dump');
    expect(output.totalBytes(0)).toBe(26 * 1024);
    expect(output.phase).toBeUndefined();
    expect(output.warnings).toEqual(["WARNING: no file `/var/lib/dumpdates', making an empty one"]);
  });

  it('report a sector that could not be read, although the dump is done', () => {
    const complaint = 'read error from /dev/loop0: Input/output error: [sector 8, ext2blk 2]: count=512';
    const output = new DumpOutput();
    output.add(
      ofLinux.replace('  DUMP: Volume 1 completed', `  DUMP: ${complaint}\n  DUMP: Volume 1 completed`),
    );
    expect(() => output.judge('dump')).toThrow(complaint);
  });
});

describe('the lines of a dump', () => {
  it('show what it does before any data flows', () => {
    const output = new DumpOutput();
    output.add(lines(...begin.slice(0, 4)));
    expect(output.phase).toBe('Mapping (Pass I) [regular files]');
    output.add(lines(begin[4] ?? ''));
    expect(output.phase).toBe('Mapping (Pass II) [directories]');
    output.add(lines(...middle));
    expect(output.phase).toBeUndefined();
  });

  it('show how long it will be, in blocks of 512 bytes', () => {
    const output = new DumpOutput();
    expect(output.totalBytes(5)).toBeUndefined();
    output.add(lines(...begin, ...middle));
    expect(output.totalBytes(5)).toBe(21_955_062 * 512);
    expect(output.percent).toBe(44.74);
  });

  it('are an estimate: there may be more data', () => {
    const output = new DumpOutput();
    output.add(lines('Estimated 10 blocks (0.00MB).'));
    expect(output.totalBytes(9000)).toBe(9000);
  });

  it('show by percent how long it will be, without an estimate', () => {
    const output = new DumpOutput();
    output.add(lines('25.00% done, finished in 0:12'));
    expect(output.totalBytes(1000)).toBe(4000);
  });

  it('may be cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (places) => {
        const output = new DumpOutput();
        const cuts = [0, ...places.sort((a, b) => a - b), whole.length];
        cuts.slice(1).forEach((to, index) => output.add(Buffer.from(whole.slice(cuts[index], to))));
        expect(output.percent).toBe(44.74);
        expect(output.totalBytes(0)).toBe(21_955_062 * 512);
        output.judge('ufsdump');
      }),
    );
  });
});

describe('a dump that ended with exit status 0', () => {
  it('is complete if it said that it is done, whatever it says afterwards', () => {
    expect(reasonOf(whole)).toBeUndefined();
    expect(reasonOf(whole.trimEnd())).toBeUndefined();
  });

  it('is not complete without its closing line', () => {
    expect(reasonOf(lines(...begin, ...middle))).toMatchObject({
      code: 'DUMP_NOT_CLOSED',
      message:
        'ufsdump ended with exit status 0, but did not say DUMP IS DONE: its last line was "44.74% done, finished in 0:12"',
    });
    expect(reasonOf('')).toMatchObject({
      message: 'ufsdump ended with exit status 0, but did not say DUMP IS DONE: it printed nothing',
    });
  });

  it.each([
    'NEEDS ATTENTION: Do you want to restart?: ("yes" or "no")',
    'The ENTIRE dump is aborted.',
    'DUMP IS ABORTED',
    "Warning - cannot read sector 4711 of `/dev/sfdsk/Class2/rdsk/Volume2'",
    "More than 32 block read errors from dump device `/dev/sfdsk/Class2/rdsk/Volume2'",
  ])('is not complete if it said "%s"', (complaint) => {
    expect(reasonOf(lines(...begin, ...middle, complaint, ...end))).toMatchObject({
      code: 'DUMP_NOT_CLOSED',
      message: `ufsdump ended with exit status 0, but said: ${complaint}`,
    });
  });

  it('is complete if it only warned; the warnings are kept', () => {
    const output = new DumpOutput();
    output.add(lines(...begin, 'Warning - super-block on device is corrupt - run fsck', ...middle, ...end));
    output.judge('ufsdump');
    expect(output.warnings).toEqual(['Warning - super-block on device is corrupt - run fsck']);
  });

  it('does not fill the memory with its messages', () => {
    const output = new DumpOutput();
    for (let index = 0; index < 100; index += 1) output.add(lines(`Warning - number ${index}`));
    output.add('x'.repeat(100_000));
    expect(output.warnings).toHaveLength(20);
    expect(() => output.judge('sfxdump')).toThrow(
      /^sfxdump ended with exit status 0, but did not say DUMP IS DONE: its last line was "x{1000}…"$/,
    );
  });
});
