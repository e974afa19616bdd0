import { describe, expect, it } from 'vitest';
import { dialects, fileOf, physicalEnd, sinkOf, volume } from './spanning-tape.test-support.ts';
import { failureOf } from '../stream.test-support.ts';

describe('a tape that cannot be written', () => {
  it.each([
    [
      'solaris',
      13,
      'TAPE_WRITE_PROTECTED',
      'the tape cannot be written: /dev/rmt/0n: open: Permission denied (errno 13)',
    ],
    [
      'linux',
      30,
      'TAPE_WRITE_PROTECTED',
      'the tape cannot be written: /dev/nst0: open: Read-only file system (errno 30)',
    ],
    [
      'linux',
      16,
      'TAPE_BUSY',
      'the tape drive is in use by another program: /dev/nst0: open: Device busy (errno 16)',
    ],
    [
      'solaris',
      5,
      'TAPE_NOT_LOADED',
      'no cartridge is ready in the tape drive: /dev/rmt/0n: open: I/O error (errno 5)',
    ],
    [
      'linux',
      123,
      'TAPE_NOT_LOADED',
      'no cartridge is ready in the tape drive: /dev/nst0: open: No medium found (errno 123)',
    ],
    [
      'solaris',
      123,
      'TAPE_WRITE_FAILED',
      'writing to the tape failed: /dev/rmt/0n: open: No medium found (errno 123)',
    ],
  ] as const)('is named when it is opened (%s, errno %i)', async (dialect, openErrno, code, sentence) => {
    const { write, sink } = sinkOf(dialect, [{ openErrno }]);
    const error = await failureOf(() => write(volume(3)));
    expect(error.code).toBe(code);
    expect(error.message).toBe(sentence);
    expect(error.evidence.host).toBe('node3');
    expect((await sink.ended).status).toBeUndefined();
  });

  it('fails at an error halfway, and counts what was acknowledged before', async () => {
    const { write, sink, orders } = sinkOf('linux', [{ faults: new Map([[7, 5]]) }, {}]);
    const error = await failureOf(() => write(volume(20)));
    expect(error.message).toBe(
      'writing to the tape failed: /dev/nst0: write record 7 (512 bytes): I/O error (errno 5)',
    );
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 7, bytes: 7 * 512 }]);
    expect(orders).toHaveLength(1);
  });

  it.each(dialects)('fails at an error where the tape would have ended (%s)', async (dialect) => {
    const { write, orders } = sinkOf(dialect, [
      { capacityRecords: 5, ...physicalEnd, faults: new Map([[5, 5]]) },
      {},
    ]);
    expect((await failureOf(() => write(volume(20)))).code).toBe('TAPE_WRITE_FAILED');
    expect(orders).toHaveLength(1);
  });

  it.each([8, 20])(
    'is not trusted if it accepts a record after an error past its end (%i records)',
    async (records) => {
      const { write, orders } = sinkOf('solaris', [
        { capacityRecords: 5, ...physicalEnd, faults: new Map([[6, 5]]) },
        {},
      ]);
      const error = await failureOf(() => write(volume(records)));
      expect(error.message).toBe(
        'writing to the tape failed: /dev/rmt/0n: the drive accepted a record after an error at the end of the tape',
      );
      expect(orders).toHaveLength(1);
    },
  );

  it('is followed by the next one if it accepts nothing after an error past its end', async () => {
    const faults = new Map([
      [5, 28],
      [6, 5],
    ]);
    const { write, sink, tapes } = sinkOf('solaris', [{ capacityRecords: 5, ...physicalEnd, faults }, {}]);
    const bytes = volume(8);
    await write(bytes);
    expect(sink.segments().map(({ records }) => records)).toEqual([5, 3]);
    expect(tapes.map(({ content }) => content)).toEqual([fileOf(bytes, 0, 5), fileOf(bytes, 5, 3)]);
  });

  it.each([
    [
      'back over the strays',
      { brokenOperations: [4] },
      'space back over 1 records after the end: I/O error (errno 5)',
    ],
    ['to its file mark', { brokenOperations: [5] }, 'write a file mark: I/O error (errno 5)'],
    ['to be closed', { closeErrno: 5 }, 'close: I/O error (errno 5)'],
  ])('fails when it refuses %s', async (_case, broken, words) => {
    const { write, orders } = sinkOf('linux', [{ capacityRecords: 5, ...physicalEnd, ...broken }, {}]);
    const error = await failureOf(() => write(volume(8)));
    expect(error.message).toBe(`writing to the tape failed: /dev/nst0: ${words}`);
    expect(orders).toHaveLength(1);
  });

  it('fails when the last tape cannot be closed: its end may not be on it', async () => {
    const { write, sink } = sinkOf('linux', [{ closeErrno: 28 }]);
    const error = await failureOf(() => write(volume(8)));
    expect(error.message).toBe(
      'writing to the tape failed: /dev/nst0: close: No space left on device (errno 28)',
    );
    expect((await sink.ended).status).toBeUndefined();
  });

  it('counts only what was acknowledged when the connection is lost', async () => {
    const { write, sink } = sinkOf('linux', [{ lostAtWrite: 11 }]);
    const error = await failureOf(() => write(volume(20)));
    expect(error.code).toBe('TAPE_SERVER_ENDED');
    expect(error.evidence.host).toBe('node3');
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 11, bytes: 11 * 512 }]);
  });
});
