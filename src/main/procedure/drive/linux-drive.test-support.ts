/**
 * A drive as Linux's st driver shows it through mt and dd (variable block mode, no rewind). After a partial read of a
 * file the head stays in that file. After the last file mark, the first read returns no byte, and only then is the end
 * of data reported.
 */
import { CommandRunner } from '../hosts/command-runner.ts';
import type { CommandResult, HostSession } from '../hosts/hosts.ts';
import { noJournal } from '../../journal/journal.ts';
import type { KnownDrive } from './tape-look.ts';

export const linuxDrive: KnownDrive = { tapeHost: 'tape', tapeDevice: '/dev/st0', platform: 'linux' };

export class LinuxDrive {
  /** Records, by the number of the tape file. */
  readonly files: readonly (readonly Buffer[])[];
  readonly lines: string[] = [];
  /** True: mt moves the head one file too far. */
  overshoots = false;
  /** False: mt status shows no block number. */
  countsRecords = true;
  #file = 0;
  /** Undefined if the driver no longer counts. */
  #record: number | undefined = 0;
  #endOfData = false;

  constructor(files: readonly (readonly Buffer[])[]) {
    this.files = files;
  }

  get runner(): CommandRunner {
    const never = new AbortController().signal;
    const session = { exec: (argv: readonly string[]) => Promise.resolve(this.#exec(argv)) };
    const hosts = { session: () => session as unknown as HostSession };
    return new CommandRunner(noJournal(), hosts, () => ({ cancel: never, halt: never }));
  }

  #exec(argv: readonly string[]): CommandResult {
    this.lines.push(argv.join(' '));
    if (argv[0] === 'dd') return this.#read(argv.includes('count=1'));
    const [, , , operation, count = '1'] = argv;
    if (operation === 'status') return result(0, this.#status());
    if (operation === 'rewind') return this.#stand(0, 0);
    if (operation === 'eod') return this.#stand(this.files.length, undefined, true);
    if (operation === 'fsr') return this.#passRecords(Number(count));
    const wanted = this.#file + Number(count) + (this.overshoots ? 1 : 0);
    if (wanted <= this.files.length) return this.#stand(wanted, 0);
    this.#stand(this.files.length, undefined, true);
    return result(2, '', 'mt: /dev/nst0: rmtops: Input/output error\n');
  }

  #passRecords(count: number): CommandResult {
    const wanted = (this.#record ?? 0) + count;
    if (wanted <= (this.files[this.#file]?.length ?? 0)) return this.#stand(this.#file, wanted);
    this.#stand(this.#file + 1, 0);
    return result(2, '', 'mt: /dev/nst0: rmtops: Input/output error\n');
  }

  #stand(file: number, record: number | undefined, endOfData = false): CommandResult {
    this.#file = file;
    this.#record = record;
    this.#endOfData = endOfData;
    return result(0, '');
  }

  #read(once: boolean): CommandResult {
    const records = this.files[this.#file];
    if (!records && this.#file === 0) {
      this.#record = undefined;
      return result(1, '', "dd: error reading '/dev/nst0': Input/output error\n");
    }
    if (!records) {
      this.#stand(this.#file, undefined, true);
      return result(0, '');
    }
    const read = records.slice(this.#record, once ? (this.#record ?? 0) + 1 : undefined);
    if (once && read.length > 0) this.#record = (this.#record ?? 0) + 1;
    else this.#stand(this.#file + 1, 0);
    return result(0, Buffer.concat(read));
  }

  #status(): string {
    const word = this.#endOfData ? ' EOD' : this.#record === 0 && this.#file === 0 ? ' BOT' : '';
    return `SCSI 2 tape drive:
File number=${this.#file}, block number=${this.countsRecords ? (this.#record ?? -1) : -1}, partition=0.
Tape block size 0 bytes. Density code 0x5a (LTO-6).
Soft error count since last status=0
General status bits on (1010000):
${word} ONLINE IM_REP_EN
`;
  }
}

function result(status: number, stdout: string | Buffer, stderr = ''): CommandResult {
  return { status, signal: undefined, stdout: Buffer.from(stdout), stderr, milliseconds: 0 };
}
