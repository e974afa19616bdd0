/** Tests a drive with a scratch tape: records of several sizes, file marks, spacing, speed. The contents of the tape are lost. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { CheckLine } from '../../../contract/plan.ts';
import { phrase } from '../../../contract/text/say.ts';
import { runDump } from '../../../streams/copy-path.ts';
import { readBack } from '../../../streams/tape/read-back.ts';
import { tapeReaderArguments } from '../../../streams/tape/tape-reader.ts';
import { judgeTapeWrite } from '../../../streams/tape/tape-writer.ts';
import { driveCommand, withoutRewind } from '../../tape/tape-device.ts';
import { requireSame } from './compare-read-back.ts';
import { driveStatus } from './drive-ready.ts';
import { requireScratch, type ScratchOrder } from './label-tape.ts';
import { writeRecordsCommand } from '../model/tape/tape-commands.ts';
import { close, evidenceOf, open, reader, writer, type DataRoom } from '../hosts/remote-data.ts';
import type { StepCommand } from '../model/step.ts';
import { goToFile } from './tape-position.ts';

const step = 'drive-check';
/** Record sizes to test, in bytes: a block, tar's, the guide's, and the largest that most drivers accept in one piece. */
const recordSizes = [512, 10_240, 32_768, 262_144] as const;
const recordsOfASize = 8;
const speedBytes = 64 * 1024 * 1024;
const speedRecordBytes = 32_768;

/** The command lines of a drive check; numbers of files and marks are those of one of them. */
export function driveCheckCommands(drive: DriveCheckOrder['drive']): Pick<StepCommand, 'host' | 'argv'>[] {
  const { tapeHost: host, tapeDevice } = drive;
  const moves = (['status', 'rewind', 'fsf', 'bsf', 'weof'] as const).map((command) => ({
    host,
    argv: driveCommand(tapeDevice, command, command === 'status' || command === 'rewind' ? undefined : 1),
  }));
  return [
    ...moves,
    ...recordSizes.flatMap((recordBytes) => [
      writeRecordsCommand(drive, recordBytes),
      { host, argv: tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes }) },
    ]),
  ];
}

export interface DriveCheckOrder extends ScratchOrder {
  readonly listener: (line: CheckLine) => void;
}

/** What was written into one tape file. */
interface WrittenFile {
  readonly recordBytes: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes that no drive compresses, the same piece repeated: LTO has a window of only 1 KiB. */
async function* noise(bytes: number): AsyncGenerator<Buffer> {
  const piece = randomBytes(Math.min(bytes, 1024 * 1024));
  await Promise.resolve();
  for (let left = bytes; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length));
}

class DriveCheck {
  readonly #room: DataRoom;
  readonly #order: DriveCheckOrder;
  readonly lines: CheckLine[] = [];
  readonly #files: WrittenFile[] = [];

  constructor(room: DataRoom, order: DriveCheckOrder) {
    this.#room = room;
    this.#order = order;
  }

  tell(what: string, good: boolean, said: string, hint?: string): void {
    const line = { host: this.#order.drive.tapeHost, what, good, said, hint };
    this.lines.push(line);
    this.#order.listener(line);
  }

  /** Runs one check; an error of the table becomes its line. A cancel ends all checks. */
  async check(what: string, work: () => Promise<string>): Promise<void> {
    try {
      this.tell(what, true, await work());
    } catch (error) {
      if (isFailure(error, 'DRIVE_LOCK_LOST') || this.#room.abort.aborted) throw error;
      if (!isFailure(error)) throw error;
      this.tell(what, false, error.message, error.hint);
    }
  }

  async protection(): Promise<string> {
    const { writeProtected } = await driveStatus(this.#room.runner, step, this.#order.drive);
    return writeProtected === undefined
      ? phrase('mt does not show it; writing will')
      : phrase('not protected');
  }

  /** Writes a file after the existing ones. @returns how long it took, in milliseconds */
  async write(recordBytes: number, bytes: number): Promise<number> {
    const { drive } = this.#order;
    await goToFile(this.#room.runner, step, drive, this.#files.length);
    const command = writeRecordsCommand(drive, recordBytes);
    const startedAt = performance.now();
    const sink = await open(this.#room, step, command, writer(this.#room, step));
    try {
      const ended = Promise.resolve({ status: 0, signal: undefined, stderr: '', bytes });
      const source = { stream: Readable.from(noise(bytes), { objectMode: false }), ended };
      const { abort } = this.#room;
      const { handed, onTape, sinkEnd } = await runDump({ source, sink: sink.end, recordBytes, abort });
      judgeTapeWrite(sinkEnd, handed, evidenceOf(command));
      this.#files.push({ recordBytes, bytes, sha256: onTape.sha256 });
    } finally {
      await close(this.#room, step, sink);
    }
    return performance.now() - startedAt;
  }

  /** Reads the file under the head up to its mark. @returns how long it took, in milliseconds */
  async readHere({ recordBytes, bytes, sha256 }: WrittenFile): Promise<number> {
    const { tapeHost: host, tapeDevice } = this.#order.drive;
    const argv = tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes });
    const command: StepCommand = { host, argv, guide: false, changes: false };
    const startedAt = performance.now();
    const source = await open(this.#room, step, command, reader(this.#room, step));
    try {
      const { abort } = this.#room;
      const evidence = evidenceOf(command);
      const result = await readBack({ source: source.end, recordBytes, abort, evidence });
      requireSame('bytes', String(bytes), String(result.bytes));
      requireSame('SHA-256', sha256, result.sha256);
    } finally {
      await close(this.#room, step, source);
    }
    return performance.now() - startedAt;
  }

  async #read(file: number): Promise<number> {
    const written = this.#files[file];
    if (!written) throw new Error('the file was written earlier');
    await goToFile(this.#room.runner, step, this.#order.drive, file);
    return this.readHere(written);
  }

  async records(recordBytes: number): Promise<string> {
    await this.write(recordBytes, recordBytes * recordsOfASize);
    await this.#read(this.#files.length - 1);
    return phrase('{recordsOfASize} records written, read back and compared', { recordsOfASize });
  }

  async #mt(command: 'fsf' | 'bsf' | 'weof' | 'rewind', count?: number): Promise<void> {
    const { tapeHost: host, tapeDevice } = this.#order.drive;
    const argv = driveCommand(tapeDevice, command, count);
    await this.#room.runner.send(step, { host, argv, changes: command === 'weof' });
  }

  async #requireFile(file: number, what: string): Promise<void> {
    const status = await driveStatus(this.#room.runner, step, this.#order.drive);
    requireSame(
      what,
      phrase('file {file}', { file }),
      status.file === undefined ? 'unknown' : phrase('file {file}', { file: status.file }),
    );
  }

  /** Forwards over all files but the last, which is then read. */
  async spaceForwards(): Promise<string> {
    const last = this.#files.length - 1;
    const file = this.#files[last];
    if (last < 1 || !file)
      throw failure('TAPE_STATE_UNKNOWN', this.#place(phrase('fewer than two files were written')));
    await this.#mt('rewind');
    await this.#mt('fsf', last);
    await this.#requireFile(last, phrase('place after fsf'));
    await this.readHere(file);
    return phrase('spaced over {last} file marks to the last file and read it', { last });
  }

  /** Back from the end, before the mark of the file before the last; then over that mark, to the last file. */
  async spaceBack(): Promise<string> {
    const last = this.#files.length - 1;
    const file = this.#files[last];
    if (last < 1 || !file)
      throw failure('TAPE_STATE_UNKNOWN', this.#place(phrase('fewer than two files were written')));
    await goToFile(this.#room.runner, step, this.#order.drive, last + 1);
    await this.#mt('bsf', 2);
    await this.#requireFile(last - 1, phrase('place after bsf'));
    await this.#mt('fsf', 1);
    await this.#requireFile(last, phrase('place after fsf'));
    await this.readHere(file);
    return phrase('spaced back over 2 file marks and forward over 1 to the last file, and read it');
  }

  #place(said: string) {
    const { tapeHost: host, tapeDevice: device } = this.#order.drive;
    return { host, device, said };
  }

  async speed(): Promise<string> {
    const wrote = await this.write(speedRecordBytes, speedBytes);
    const read = await this.#read(this.#files.length - 1);
    const rate = (milliseconds: number) => `${(speedBytes / 1000 / milliseconds).toFixed(1)} MB/s`;
    return phrase(
      '64 MiB written at {written}, read at {read} (through the console, records of 32,768 bytes)',
      { written: rate(wrote), read: rate(read) },
    );
  }

  async leave(): Promise<string> {
    await this.#mt('rewind');
    await this.#mt('weof', 1);
    await this.#mt('rewind');
    return phrase(
      'only a file mark at the beginning; label the tape: shadowtape label NAME --overwrite data',
    );
  }
}

/**
 * @returns all lines, each already passed to the listener
 * @throws what requireScratch throws: nothing was written then; COPY_CANCELLED and the like if it was canceled
 */
export async function checkDrive(room: DataRoom, order: DriveCheckOrder): Promise<readonly CheckLine[]> {
  const { found } = await requireScratch(room, step, order);
  const check = new DriveCheck(room, order);
  check.tell(phrase('tape'), true, found);
  await check.check(phrase('write protection'), () => check.protection());
  for (const size of recordSizes)
    await check.check(phrase('records of {size} bytes', { size: size.toLocaleString('en-US') }), () =>
      check.records(size),
    );
  await check.check(phrase('spacing forwards'), () => check.spaceForwards());
  await check.check(phrase('spacing back'), () => check.spaceBack());
  await check.check(phrase('speed'), () => check.speed());
  await check.check(phrase('left on the tape'), () => check.leave());
  return check.lines;
}
