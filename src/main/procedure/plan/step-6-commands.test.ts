import { describe, expect, it } from 'vitest';
import type { Assignment, VolumeAssignment } from '../model/assignment.ts';
import { existsOn } from '../../site/file-system.ts';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import { dumpArguments, dumpLines, fsckEnd, fsckLine, mountLine, seekOperand } from './step-6-commands.ts';
import { sourceOn } from './step-sources.ts';

const volume = (method: VolumeAssignment['method']) =>
  ({ method, shadow: { class: 'Class2', group: 'Group2', volume: 'Volume2' } }) as VolumeAssignment;
const assignment = (platform: 'solaris' | 'linux', answerYes = false) =>
  ({ platform, job: { mountPoint: '/mnt1', fsck: { answerYes } } }) as Assignment;

const line = ({ argv, guide }: { argv: readonly string[]; guide: boolean }) =>
  `${guide ? 'guide' : 'own'}: ${argv.join(' ')}`;

const raw = '/dev/sfdsk/Class2/rdsk/Volume2';
const block = '/dev/sfdsk/Class2/dsk/Volume2';

describe('the commands of step 6', () => {
  it('are the guide’s on Solaris', () => {
    expect(line(fsckLine(assignment('solaris'), volume('6b')))).toBe(`guide: fsck -F ufs ${raw}`);
    expect(line(fsckLine(assignment('solaris', true), volume('6b')))).toBe(`own: fsck -F ufs -y ${raw}`);
    expect(line(fsckLine(assignment('solaris'), volume('6d')))).toBe(`guide: fsck -F sfxfs -y ${raw}`);
    expect(line(mountLine(assignment('solaris'), volume('6b')))).toBe(
      `guide: mount -F ufs -o ro ${block} /mnt1`,
    );
    const dump = dumpArguments(assignment('solaris'), volume('6c'), '/dev/rmt/0', true);
    expect(dump.join(' ')).toBe(`ufsdump 0ucf /dev/rmt/0 ${raw}`);
  });

  it('are those of ext3 on Linux, on the block device, and no lines of the guide', () => {
    expect(line(fsckLine(assignment('linux'), volume('6b')))).toBe(`own: fsck.ext3 -p ${block}`);
    expect(line(fsckLine(assignment('linux', true), volume('6b')))).toBe(`own: fsck.ext3 -y ${block}`);
    expect(line(fsckLine(assignment('linux'), volume('6c')))).toBe(`own: fsck.ext3 -y ${block}`);
    expect(line(mountLine(assignment('linux'), volume('6b')))).toBe(
      `own: mount -t ext3 -o ro ${block} /mnt1`,
    );
    for (const onTape of [true, false])
      expect(dumpArguments(assignment('linux'), volume('6c'), '-', onTape).join(' ')).toBe(
        `dump 0uf - ${block}`,
      );
  });

  it('exist on Linux, except those of sfxfs', () => {
    const methods = ['6a', '6b', '6c', '6d', '6e'] as const;
    expect(methods.filter((method) => existsOn(method, 'linux'))).toEqual(['6a', '6b', '6c']);
    expect(methods.filter((method) => existsOn(method, 'solaris'))).toEqual(methods);
  });
});

describe('the dump of a volume', () => {
  const linesOf = (job: object, several = false) => {
    const of = guideAssignment(job);
    const [first] = of.volumes;
    if (!first) throw new Error('the job has a volume');
    const { server, reader } = dumpLines(several ? { ...of, volumes: [first, first] } : of, first);
    return [...server.map((argv) => argv.join(' ')), `reader: ${reader.join(' ')}`];
  };

  it('is the guide’s own line by route server, and one that writes to its output by route console', () => {
    expect(linesOf({})).toEqual([`dd if=${raw} of=/dev/rmt/0 bs=32768`, `reader: dd if=${raw} bs=32768`]);
    expect(linesOf({ media: { recordBytes: 65_536 } })[1]).toBe(`reader: dd if=${raw} bs=65536`);
    const tar = ['cd /mnt1', 'tar cvf /dev/rmt/0 .', 'reader: tar cf - -C /mnt1 .'];
    expect([linesOf({ method: '6b' }), linesOf({ method: '6d' })]).toEqual([tar, tar]);
    expect(linesOf({ method: '6c' })).toEqual([
      `ufsdump 0ucf /dev/rmt/0 ${raw}`,
      `reader: ufsdump 0uf - ${raw}`,
    ]);
    expect(linesOf({ method: '6e' })).toEqual([
      `sfxdump 0ucf /dev/rmt/0 ${raw}`,
      `reader: sfxdump 0uf - ${raw}`,
    ]);
  });

  it('does not rewind a tape that has, or gets, other files', () => {
    for (const method of ['6a', '6b', '6c', '6d', '6e']) {
      const written = [linesOf({ method }, true), linesOf({ method, media: { layout: 'labelled' } })];
      for (const lines of written) {
        expect(lines.filter((text) => text.includes('/dev/rmt/0n'))).toHaveLength(1);
        expect(lines.filter((text) => /\/dev\/rmt\/0( |$)/.test(text))).toEqual([]);
      }
    }
  });

  it('begins to read at a record without reading its way there', () => {
    expect(seekOperand({ platform: 'solaris' }, 7)).toBe('iseek=7');
    expect(seekOperand({ platform: 'linux' }, 7)).toBe('skip=7');
  });
});

describe('the end of a check of the file system', () => {
  it.each([
    ['fsck -F ufs', 0, 'clean'],
    ['fsck -F ufs', 31, 'failed'],
    ['fsck -F ufs', 32, 'not-clean'],
    ['fsck -F ufs', 39, 'not-clean'],
    ['fsck -F ufs', 40, 'failed'],
    ['fsck -F ufs -y', 36, 'failed'],
    ['fsck -F ufs', 1, 'failed'],
    ['fsck.ext3 -p', 0, 'clean'],
    ['fsck.ext3 -p', 1, 'clean'],
    ['fsck.ext3 -p', 2, 'failed'],
    ['fsck.ext3 -p', 4, 'not-clean'],
    ['fsck.ext3 -p', 5, 'not-clean'],
    ['fsck.ext3 -p', 12, 'failed'],
    ['fsck.ext3 -y', 4, 'failed'],
    ['fsck.ext3 -y', 8, 'failed'],
    ['fsck.ext3 -y', undefined, 'failed'],
  ] as const)('%s with exit status %s is %s', (words, status, end) => {
    expect(fsckEnd([...words.split(' '), raw], status)).toBe(end);
  });
});

describe('the source of a step', () => {
  const step = (id: string, argv: string[], source = `GDS guide 6.6.3.7, step ${id}`) => ({
    id,
    source,
    commands: [{ host: 'node3', argv, guide: true, changes: true }],
  });

  it('is left as it is on Solaris, and where Shadowtape is the source', () => {
    expect(sourceOn('solaris', step('6b-2', ['fsck']))).toBe('GDS guide 6.6.3.7, step 6b-2');
    expect(sourceOn('linux', step('lock', ['mkdir'], 'Shadowtape'))).toBe('Shadowtape');
  });

  it('separates on Linux what is documented from what is inferred', () => {
    expect(sourceOn('linux', step('6b-2', ['fsck.ext3']))).toBe(
      'inferred from GDS guide 6.6.3.7, step 6b-2 (Solaris edition)',
    );
    const documented = ' (Solaris edition); GDS guide (Linux) 4.1 and 4.2, 2.7.2';
    expect(sourceOn('linux', step('6b-1', ['sdxshadowvolume']))).toBe(
      `GDS guide 6.6.3.7, step 6b-1${documented}`,
    );
    expect(sourceOn('linux', step('3-3', ['sdxproxy']))).toBe(`GDS guide 6.6.3.7, step 3-3${documented}`);
  });
});
