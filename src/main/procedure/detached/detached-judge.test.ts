import { describe, expect, it } from 'vitest';
import { failure, isFailure } from '../../../contract/errors.ts';
import { dumpWork, guideWork, readBackWork } from '../model/detached-dump.ts';
import { judgeDumpWork, judgeReadBackWork } from './detached-judge.ts';
import type { ProcessLook } from './detached-look.ts';
import type { WorkLook } from './detached-watch.ts';
import type { DetachedWork } from '../model/detached-work.ts';

const folder = '/var/tmp/shadowtape-run.Volume2.dump.work';
const recordBytes = 32_768;
const tape = { tapeDevice: '/dev/rmt/0', recordBytes, platform: 'solaris' } as const;
const rawReader = { argv: ['dd', 'if=/dev/sfdsk/Class2/rdsk/Volume2', 'bs=32768'] };
const raw = dumpWork({ folder, reader: rawReader, digest: 'sha256', ...tape });
const files = dumpWork({
  folder,
  reader: { argv: ['ufsdump', '0uf', '-', '/dev/sfdsk/Class2/rdsk/Volume2'] },
  digest: 'cksum',
  ...tape,
});

type Said = Partial<Pick<ProcessLook, 'status' | 'errors' | 'errorsCut' | 'output'>>;

const counts = (text: string) => `${text} records in\n${text} records out\n`;
const sum = 'a'.repeat(64);
/** Three and a half records, and the counts of each process. */
const bytes = 3 * recordBytes + 16_384;
const well: Record<string, Said> = {
  reader: { errors: counts('3+1') },
  cksum: { output: `3735928559\t${bytes}\n` },
  sha256: { output: `${sum}\n` },
  writer: { errors: `0+29 records in\n3+1 records out\n` },
};

function ended(work: DetachedWork, said: Record<string, Said> = {}): WorkLook {
  const processes = work.processes.map(({ name }): ProcessLook => ({
    name,
    pid: 1,
    guard: 2,
    status: 0,
    errors: '',
    errorsCut: false,
    output: '',
    ...well[name],
    ...said[name],
  }));
  const state = processes.every(({ status }) => status === 0) ? 'ended' : 'failed';
  return { state, processes, words: '', living: [], bytes: undefined };
}

function thrownBy(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (isFailure(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw failure('UNEXPECTED', { sentence: 'nothing was thrown' });
}

const dumped = (work: DetachedWork, said?: Record<string, Said>, more = {}) =>
  judgeDumpWork('node3', work, ended(work, said), { recordBytes, ...more });

describe('a dump that has ended', () => {
  it('is complete where the numbers agree', () => {
    expect(dumped(raw, {}, { expectedBytes: bytes })).toEqual({
      bytes,
      records: { records: 4, fullRecords: 3, partialRecords: 1 },
      cksum: { checksum: 3_735_928_559, bytes },
      sha256: sum,
      warnings: [],
      said: expect.objectContaining({ remarks: [] }) as unknown,
    });
    expect(dumped(raw, { sha256: { output: `${sum}  -\n` } }).sha256).toBe(sum);
  });

  it('is not complete where the volume has another size', () => {
    expect(thrownBy(() => dumped(raw, {}, { expectedBytes: bytes + 512 }))).toEqual({
      code: 'DUMP_SOURCE_SIZE_DIFFERS',
      message: `${bytes} bytes came from the volume, which has ${bytes + 512} bytes`,
    });
  });

  it('is not complete where the tape has another number of records', () => {
    expect(thrownBy(() => dumped(raw, { writer: { errors: counts('3+0') } }))).toEqual({
      code: 'TAPE_RECORDS_MISCOUNTED',
      message: `dd wrote 3+0 records to the tape instead of 3+1 records, ${bytes} bytes`,
    });
    expect(thrownBy(() => dumped(raw, { writer: { errors: '' } })).code).toBe('TAPE_COUNT_MISSING');
  });

  it('is not complete where dd reports a read error, although it exited 0', () => {
    const reader = { errors: `dd: error reading '/dev/sfdsk': Input/output error\n${counts('3+1')}` };
    expect(thrownBy(() => dumped(raw, { reader }))).toEqual({
      code: 'DUMP_NOT_CLOSED',
      message: "dd ended with exit status 0, but said: error reading '/dev/sfdsk': Input/output error",
    });
  });

  it('reports what tar skipped, or fails where the job says so', () => {
    const tar = dumpWork({ folder, reader: { argv: ['tar', 'cf', '-', '.'] }, digest: 'cksum', ...tape });
    const reader = { errors: 'tar: ./s is not a file. Not dumped\n' };
    expect(dumped(tar, { reader }).said?.remarks).toMatchObject([{ kind: 'skipped', file: './s' }]);
    const fail = { onSkippedFiles: 'fail' } as const;
    expect(thrownBy(() => dumped(tar, { reader }, fail)).code).toBe('FILES_SKIPPED');
    // Beyond the readable part of the messages there may be a skipped file, too.
    const cut = { reader: { errors: '', errorsCut: true } };
    expect(dumped(tar, cut).warnings).toEqual([
      'tar printed more than can be read: more files may be missing than are listed',
    ]);
    expect(thrownBy(() => dumped(tar, cut, fail))).toEqual({
      code: 'DUMP_NOT_CLOSED',
      message: 'tar ended with exit status 0, but printed more than can be read',
    });
  });

  it('is not complete where the reading dd counted another number of records', () => {
    expect(thrownBy(() => dumped(raw, { reader: { errors: counts('4+1') } }))).toEqual({
      code: 'DETACHED_COUNTS_DIFFER',
      message: 'node3: the reading dd counted 4+1 records, but 3+1 records arrived from it',
    });
  });

  it('is not complete without its digests', () => {
    expect(thrownBy(() => dumped(raw, { cksum: { output: 'cksum: what?\n' } }))).toEqual({
      code: 'DETACHED_DIGEST_UNREADABLE',
      message: 'node3: cksum printed "cksum: what?", which is not a digest',
    });
    expect(thrownBy(() => dumped(raw, { sha256: { output: '' } }))).toEqual({
      code: 'DETACHED_DIGEST_UNREADABLE',
      message: 'node3: digest -a sha256 printed "", which is not a digest',
    });
  });

  it('is not complete where no data came', () => {
    const nothing = { cksum: { output: '4294967295 0\n' }, reader: { errors: counts('0+0') } };
    expect(thrownBy(() => dumped(raw, nothing)).code).toBe('DUMP_SOURCE_EMPTY');
  });

  it('fails with the process whose failure ended the others', () => {
    const pipe = { status: 141 };
    const writer = { status: 2, errors: `write: No space left on device\n${counts('2+0')}` };
    expect(thrownBy(() => dumped(raw, { reader: pipe, tee: pipe, writer }))).toEqual({
      code: 'TAPE_END_OF_MEDIUM',
      message: 'the tape ended before everything was written (dd counted 2+0 records)',
    });
    const digest = { status: 127, errors: 'sh: digest: not found\n' };
    expect(thrownBy(() => dumped(raw, { reader: pipe, tee: pipe, sha256: digest }))).toEqual({
      code: 'DETACHED_PROCESS_FAILED',
      message: 'node3: digest ended with exit status 127: sh: digest: not found',
    });
    const reader = { status: 2, errors: `read: I/O error\n${counts('1+0')}` };
    expect(thrownBy(() => dumped(raw, { reader }))).toEqual({
      code: 'DUMP_SOURCE_FAILED',
      message: 'reading stopped after 0 bytes: read: I/O error',
    });
    expect(thrownBy(() => dumped(raw, { tee: { status: 137 } }))).toEqual({
      code: 'DETACHED_PROCESS_FAILED',
      message: 'node3: tee ended with signal KILL',
    });
  });

  it('is judged by the messages of ufsdump', () => {
    const said = (errors: string, errorsCut = false) => ({
      reader: { errors, errorsCut },
    });
    const words = { dumpTool: 'ufsdump' };
    const good = '  DUMP: Warning - not mounted\n  DUMP: DUMP IS DONE\n';
    expect(dumped(files, said(good), words).warnings).toEqual(['Warning - not mounted']);
    expect(thrownBy(() => dumped(files, said('  DUMP: 35% done\n'), words)).code).toBe('DUMP_NOT_CLOSED');
    expect(thrownBy(() => dumped(files, said(good, true), words))).toEqual({
      code: 'DUMP_NOT_CLOSED',
      message: 'ufsdump ended with exit status 0, but printed more than can be read',
    });
  });
});

describe('the guide’s own command that has ended', () => {
  const dd = guideWork(folder, {
    argv: ['dd', 'if=/dev/sfdsk/Class2/rdsk/Volume2', 'of=/dev/rmt/0', 'bs=32768'],
  });
  const tar = guideWork(folder, { argv: ['tar', 'cvf', '/dev/rmt/0', '.'], directory: '/mnt1' });

  it('is counted where it is dd', () => {
    expect(dumped(dd, { dump: { errors: counts('4+0') } })).toMatchObject({ bytes: 4 * recordBytes });
    expect(dumped(dd, { dump: { errors: counts('3+1') } }, { expectedBytes: bytes })).toMatchObject({
      bytes,
      records: { records: 4 },
    });
    expect(thrownBy(() => dumped(dd, { dump: { errors: counts('3+1') } })).code).toBe('TAPE_COUNT_MISSING');
  });

  it('fails at the volume or at the tape, according to its messages', () => {
    const failing = (errors: string, work = dd) =>
      thrownBy(() => dumped(work, { dump: { status: 2, errors } }));
    expect(failing(`read: I/O error\n${counts('1+0')}`).code).toBe('DUMP_SOURCE_FAILED');
    expect(failing('dd: /dev/sfdsk/Class2/rdsk/Volume2: open: No such device\n').code).toBe(
      'DUMP_SOURCE_FAILED',
    );
    expect(failing('dd: /dev/rmt/0: open: Device busy\n').code).toBe('TAPE_BUSY');
    expect(failing('write: I/O error\n').code).toBe('TAPE_WRITE_FAILED');
    expect(failing('tar: /dev/rmt/0: Device busy\n', tar).code).toBe('TAPE_BUSY');
    expect(failing('tar: ./x: Permission refused\n', tar)).toEqual({
      code: 'DETACHED_PROCESS_FAILED',
      message: 'node3: tar ended with exit status 2: tar: ./x: Permission refused',
    });
  });

  it('has no byte count where it is tar', () => {
    expect(dumped(tar)).toMatchObject({ bytes: undefined, records: undefined });
  });
});

describe('a read-back that has ended', () => {
  const work = readBackWork({ folder, digest: 'cksum', ...tape });
  const judged = (said: Record<string, Said>, expected?: Parameters<typeof judgeReadBackWork>[3]) =>
    judgeReadBackWork('node3', work, ended(work, said), expected);
  const written = { records: 4, lastRecordBytes: 16_384, recordBytes, bytes };

  it('has the records that were written', () => {
    expect(judged({}, written)).toMatchObject({ bytes, cksum: { bytes }, records: { records: 4 } });
    expect(thrownBy(() => judged({ reader: { errors: counts('3+0') } }, written)).code).toBe(
      'TAPE_READBACK_MISCOUNTED',
    );
  });

  it('never mistakes an error for the end of the tape', () => {
    expect(thrownBy(() => judged({ reader: { status: 2, errors: 'read: I/O error\n' } }))).toEqual({
      code: 'TAPE_READ_FAILED',
      message: 'reading the tape back failed: read: I/O error',
    });
  });
});

describe('work that stopped early', () => {
  const at = (state: WorkLook['state'], words = '') =>
    thrownBy(() =>
      judgeDumpWork(
        'node3',
        raw,
        { state, words, processes: [], living: [], bytes: undefined },
        { recordBytes },
      ),
    );

  it('is reported by its kind', () => {
    expect(at('absent').code).toBe('DETACHED_GONE');
    expect(at('unbegun', 'nohup: not found\n')).toEqual({
      code: 'DETACHED_NOT_STARTED',
      message: `node3 could not start the work in ${folder}: nohup: not found`,
    });
    expect(at('died', 'Killed\n')).toEqual({
      code: 'DETACHED_DIED',
      message: `node3: the work in ${folder} died, and its exit status was not recorded: Killed`,
    });
  });
});
