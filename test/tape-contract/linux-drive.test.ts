/**
 * What the program relies on of a Linux tape drive (kernel 6.1, driver st, variable block mode). Each fact is one test, tried on the lab's
 * virtual drive and, where the environment names one, on a genuine drive.
 */
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDdCounts } from '../../src/streams/tape/dd-counts.ts';
import { createCksum } from '../../src/streams/digests/posix-cksum.ts';
import { createSpanningTapeSink } from '../../src/streams/tape/spanning-tape-sink.ts';
import { judgeTapeWrite, tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import { parseDriveStatus } from '../../src/main/tape/drive-status.ts';
import {
  namedDrive,
  openNamedDrive,
  openVirtualDrive,
  type ContractDrive,
  type NamedDrive,
} from './contract-drive.ts';
import { realHostsMissing } from '../real/real-hosts.ts';
import { playsAll } from '../support/sampled.ts';
import { describeRestores } from './restores-on-drive.ts';
import { describeRuns } from './runs-on-drive.ts';

const recordBytes = 32_768;
/** Of the cartridge on which the end of the medium is met; the early warning comes after its last whole record. */
const smallMebibytes = 20;
const smallRecords = (smallMebibytes * 1_048_576) / recordBytes;

const genuine = namedDrive();
const genuineName = genuine
  ? 'the drive of SHADOWTAPE_TEST_TAPE'
  : 'a genuine drive (not tested: set SHADOWTAPE_TEST_TAPE=ssh://USER@HOST:PORT/dev/nst0, see CONTRIBUTING.md, Run one part)';

/** Numbered records, the last of them short. */
const records = (count: number, lastBytes = recordBytes): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, number) =>
      Buffer.alloc(number === count - 1 ? lastBytes : recordBytes, `record ${number}, `),
    ),
  );

function cksumOf(bytes: Buffer): string {
  const sum = createCksum();
  sum.add(bytes);
  return `${sum.end().checksum} ${bytes.length}`;
}

/** Registers a test for each fact. */
function testFacts(open: () => Promise<ContractDrive>): void {
  let drive: ContractDrive;
  beforeAll(async () => void (drive = await open()));
  afterAll(() => drive.close());

  const mt = (words: string) => `mt -f ${drive.quiet} ${words}`;
  const readOne = (bytes = 262_144) => `dd if=${drive.quiet} of=/dev/null bs=${bytes} count=1`;
  const readFile = (bytes = recordBytes) => `dd if=${drive.quiet} of=/dev/null bs=${bytes}`;
  const zeros = (count: number, bytes = recordBytes, device = drive.quiet) =>
    `dd if=/dev/zero of=${device} bs=${bytes} count=${count}`;

  /** What the program makes of `mt status`. */
  const place = (text: string | undefined) => {
    const { state, file, record, endOfData, writeProtected } = parseDriveStatus(text ?? '', '');
    return { state, file, record, endOfData, writeProtected };
  };
  const at = (file: number, record: number | undefined, endOfData = false) => ({
    state: 'ready',
    file,
    record,
    endOfData,
    writeProtected: false,
  });
  const taken = (text: string | undefined) => {
    const counts = parseDdCounts(text ?? '');
    return counts && [counts.in.full + counts.in.partial, counts.out.full + counts.out.partial];
  };

  /** Runs the lines, each of which must succeed. */
  async function succeed(...lines: string[]): Promise<string[]> {
    const printed = await drive.run(...lines);
    printed.forEach(({ status, text }, index) => expect(status, `${lines[index]}: ${text}`).toBe(0));
    return printed.map(({ text }) => text);
  }

  /** Writes a file as a dump does. */
  async function write(bytes: Buffer) {
    const argv = tapeWriterArguments({ device: drive.quiet, recordBytes });
    const { status, signal, stderr } = await drive.session.exec(argv, { stdin: bytes });
    return { status, signal: signal ?? undefined, stderr, bytes: bytes.length };
  }

  it('a blank cartridge is at file 0, record 0; a read of it fails; the end of its data is in file 0', async () => {
    await drive.fresh(smallMebibytes);
    const [status, read, eod, atEnd] = await drive.run(mt('status'), readOne(), mt('eod'), mt('status'));
    expect(place(status?.text)).toEqual(at(0, 0));
    expect(read).toMatchObject({ status: 1, text: expect.stringMatching(/Input\/output error/) as string });
    expect(eod?.status).toBe(0);
    expect(place(atEnd?.text)).toEqual(at(0, undefined, true));
  });

  it('a file is written in whole records but for the last, and is closed with a file mark', async () => {
    const bytes = records(4, 1696);
    const end = await write(bytes);
    const expected = { records: 4, lastRecordBytes: 1696, recordBytes, bytes: bytes.length };
    expect(judgeTapeWrite(end, expected)).toEqual({ records: 4, fullRecords: 3, partialRecords: 1 });
    const [status, , all, behind] = await succeed(
      mt('status'),
      mt('rewind'),
      `dd if=${drive.quiet} bs=${recordBytes} 2>/dev/null | cksum`,
      mt('status'),
    );
    expect(place(status)).toEqual(at(1, 0));
    expect(all?.trim().replace('\t', ' ')).toBe(cksumOf(bytes));
    expect(place(behind)).toEqual(at(1, 0));
  });

  it('after the last file mark one read gives nothing, the next ones fail; after eod all of them do', async () => {
    const [first, status, second, , third] = await drive.run(
      readOne(),
      mt('status'),
      readOne(),
      mt('eod'),
      readOne(),
    );
    expect(first?.status).toBe(0);
    expect(taken(first?.text)).toEqual([0, 0]);
    expect(place(status?.text)).toEqual(at(1, undefined, true));
    const failed = { status: 1, text: expect.stringMatching(/Input\/output error/) as string };
    expect([second, third]).toEqual([failed, failed]);
  });

  it('a record is read with a buffer that is larger, as the record that it is', async () => {
    const [, one] = await succeed(mt('rewind'), readOne());
    expect(one).toContain('0+1 records in');
    expect(parseDdCounts(one ?? '')?.bytes).toBe(recordBytes);
  });

  it('a buffer that is too small fails, and the record counts as read', async () => {
    const [, small, status] = await drive.run(mt('rewind'), readOne(512), mt('status'));
    expect(small?.status).toBe(1);
    expect(small?.text).toMatch(/Cannot allocate memory/);
    expect(place(status?.text)).toEqual(at(0, 1));
  });

  it('the head stays where a read has ended when the device is closed', async () => {
    const [, , status] = await succeed(
      mt('rewind'),
      `dd if=${drive.quiet} of=/dev/null bs=32768 count=2`,
      mt('status'),
    );
    expect(place(status)).toEqual(at(0, 2));
  });

  it('the other device rewinds when it is closed, not when it is opened', async () => {
    const [, , status, , , second] = await succeed(
      `${mt('rewind')}; ${mt('fsf 1')}`,
      zeros(2, 512, drive.rewinding),
      mt('status'),
      mt('fsf 1'),
      readOne(),
      mt('status'),
    );
    expect(place(status)).toEqual(at(0, 0));
    expect(place(second)).toEqual(at(1, 1));
  });

  it('fsf beyond the last file fails, and leaves the head at the end of the data', async () => {
    const [, to, past, status] = await drive.run(mt('rewind'), mt('fsf 2'), mt('fsf 3'), mt('status'));
    expect(to?.status).toBe(0);
    expect(past?.status).not.toBe(0);
    expect(place(status?.text)).toMatchObject({ state: 'ready', file: 2, endOfData: true });
  });

  it('fsr beyond the last record of a file fails, and leaves the head in the next file', async () => {
    const [, past, status] = await drive.run(mt('rewind'), mt('fsr 5'), mt('status'));
    expect(past?.status).not.toBe(0);
    expect(place(status?.text)).toEqual(at(1, 0));
  });

  it('after bsf the number of the file is known, and that of the record is not', async () => {
    const [, , status, , next] = await succeed(
      mt('rewind'),
      `${mt('fsf 2')}; ${mt('bsf 2')}`,
      mt('status'),
      mt('fsf 1'),
      mt('status'),
    );
    expect(place(status)).toEqual(at(0, undefined));
    expect(place(next)).toEqual(at(1, 0));
  });

  it('what is written in the middle is the end of the tape: nothing after it is left', async () => {
    const [, , , status] = await succeed(mt('rewind'), zeros(1), mt('eod'), mt('status'));
    expect(place(status)).toEqual(at(1, undefined, true));
  });

  it('a second program does not get the drive: dd and mt say that it is busy', async () => {
    const first = await drive.session.openWrite(['dd', `of=${drive.quiet}`, 'bs=32768']);
    first.stream.write(records(1));
    const busy = async () => {
      const [status, dd] = await drive.run(mt('status'), readOne());
      return { state: parseDriveStatus(status?.text ?? '', '').state, dd };
    };
    await expect.poll(busy).toMatchObject({
      state: 'busy',
      dd: { status: 1, text: expect.stringMatching(/Device or resource busy/) as string },
    });
    first.stream.end();
    await first.ended;
    const [free] = await succeed(mt('status'));
    expect(place(free)).toMatchObject({ state: 'ready' });
  });

  it('a write-protected cartridge shows in mt status; a write fails at its open, a read does not', async () => {
    await drive.protect();
    try {
      const [status, write1, , read] = await drive.run(mt('status'), zeros(1), mt('rewind'), readOne());
      expect(place(status?.text)).toMatchObject({ state: 'ready', writeProtected: true });
      expect(write1).toMatchObject({
        status: 1,
        text: expect.stringMatching(/Read-only file system/) as string,
      });
      expect(read?.status).toBe(0);
      expect(() =>
        judgeTapeWrite(
          { status: 1, signal: undefined, stderr: write1?.text ?? '', bytes: 0 },
          {
            records: 1,
            lastRecordBytes: recordBytes,
            recordBytes,
            bytes: recordBytes,
          },
        ),
      ).toThrow(expect.objectContaining({ code: 'TAPE_WRITE_PROTECTED' }));
    } finally {
      await drive.unprotect();
    }
  });

  it('a drive without a cartridge reports it at once, with exit status 0', async () => {
    await drive.eject();
    try {
      const [status] = await succeed(mt('status'));
      expect(parseDriveStatus(status ?? '', '')).toMatchObject({ state: 'no-cartridge', file: undefined });
    } finally {
      await drive.insert();
    }
    const [back] = await succeed(mt('status'));
    expect(place(back)).toEqual(at(0, 0));
  });

  it('at the early warning dd stops with all records before it on the tape, and a file mark', async () => {
    await drive.fresh(smallMebibytes);
    const [full, status, , all] = await drive.run(
      `dd if=/dev/zero of=${drive.quiet} bs=${recordBytes}`,
      mt('status'),
      mt('rewind'),
      readFile(),
    );
    expect(full).toMatchObject({
      status: 1,
      text: expect.stringMatching(/No space left on device/) as string,
    });
    expect(taken(full?.text)?.[1]).toBe(smallRecords);
    expect(place(status?.text)).toEqual(at(1, 0));
    expect(all?.status, all?.text).toBe(0);
    expect(taken(all?.text)).toEqual([smallRecords, smallRecords]);
  });

  it('by rmt, records that were sent ahead land after one that was refused: they are gone back over', async () => {
    const before = smallRecords - 4;
    await succeed(mt('rewind'), mt(`fsr ${before}`));
    const channel = await drive.session.openTalk(['/usr/sbin/rmt']);
    const sink = createSpanningTapeSink({
      recordBytes,
      nextTape: ({ tape }) =>
        tape === 0
          ? Promise.resolve({ channel, device: drive.quiet, dialect: 'linux' })
          : Promise.reject(new Error('there is no other tape')),
    });
    const source = Readable.from([records(12)], { objectMode: false });
    await expect(pipeline(source, sink.stream)).rejects.toThrow('there is no other tape');
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 4, bytes: 4 * recordBytes }]);
    await channel.ended;
    const [, all, status] = await succeed(mt('rewind'), readFile(), mt('status'));
    expect(taken(all)).toEqual([smallRecords, smallRecords]);
    expect(place(status)).toMatchObject({ state: 'ready', file: 1 });
  });
}

describe('the virtual drive of the lab', () => testFacts(openVirtualDrive));
describe.runIf(genuine)(genuineName, () => testFacts(() => openNamedDrive(genuine as NamedDrive)));

// In this file, since two files run at once, and there is one drive.
if (genuine) describeRuns(genuine);
// Minutes on an emulated drive.
if (genuine && playsAll && realHostsMissing() === undefined && existsSync('/usr/sbin/dump'))
  describeRestores(genuine);
