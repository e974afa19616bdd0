/** The result of detached work: exit statuses, the messages of ufsdump, dd's counts and the digests must agree. Pure. */
import { failure, type Evidence, type ShadowtapeError } from '../../../contract/errors.ts';
import { shortened } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import {
  ddCountText,
  parseDdCounts,
  withSummedCounts,
  type DdCounts,
} from '../../../streams/tape/dd-counts.ts';
import { DumpOutput } from '../../../streams/dump-output.ts';
import { ReaderOutput, type OnSkippedFiles } from '../../../streams/reader-output.ts';
import type { PosixCksum } from '../../../streams/digests/posix-cksum.ts';
import { countRecords } from '../../../streams/record-cutter.ts';
import { judgeSource, sourceFailure } from '../../../streams/source-gate.ts';
import type { ProcessEnd } from '../../../streams/stage.ts';
import {
  endEvidence,
  endReason,
  tapeReadFailure,
  tapeWriteFailure,
} from '../../../streams/tape/tape-trouble.ts';
import { judgeTapeRead } from '../../../streams/tape/tape-reader.ts';
import {
  expectedCount,
  judgeTapeWrite,
  type ExpectedRecords,
  type RecordsOnTape,
} from '../../../streams/tape/tape-writer.ts';
import { commandLine } from '../../ssh/quoting.ts';
import type { ProcessLook } from './detached-look.ts';
import { notKeptStatus } from './keeping-script.ts';
import { lastWords, type WorkLook } from './detached-watch.ts';
import type { DetachedProcess, DetachedWork } from '../model/detached-work.ts';

export interface WorkOutcome {
  /** Bytes that passed; undefined if neither a digest nor dd counts them. */
  readonly bytes: number | undefined;
  /** Records on tape; undefined if the command does not count them (tar, ufsdump alone). */
  readonly records: RecordsOnTape | undefined;
  readonly cksum: PosixCksum | undefined;
  /** Sixty-four hexadecimal digits. */
  readonly sha256: string | undefined;
  /** Warnings of a dump tool. */
  readonly warnings: readonly string[];
  /** Messages of another reader that exited 0: tar, dd. */
  readonly said?: ReaderOutput | undefined;
}

export interface DumpExpectation {
  /** 512 to 1,048,576, a multiple of 512. */
  readonly recordBytes: number;
  /** The size of the volume, if all of it is read. */
  readonly expectedBytes?: number | undefined;
  /** `ufsdump` or `sfxdump`, if it is the reader: its messages are judged, too. */
  readonly dumpTool?: string | undefined;
  /** The job's rule for skipped files; `warn` by default. */
  readonly onSkippedFiles?: OnSkippedFiles | undefined;
}

/** Numbers that are the same on Solaris and on Linux (signal.h(3HEAD), signal(7)). */
const signals = new Map([
  [1, 'HUP'],
  [2, 'INT'],
  [9, 'KILL'],
  [13, 'PIPE'],
  [15, 'TERM'],
]);

/** One process with what is known of it, in the form that the data path judges. */
class EndedProcess {
  readonly process: DetachedProcess;
  readonly look: ProcessLook;
  readonly end: ProcessEnd;
  readonly evidence: Evidence;

  /** @param bytes that went through it, if known */
  constructor(host: string, process: DetachedProcess, look: ProcessLook, bytes = 0) {
    const { status = 0, errors } = look;
    const signal = signals.get(status - 128);
    const stderr = process.keeping?.from === 'tape' ? withSummedCounts(errors) : errors;
    this.process = process;
    this.look = look;
    this.end = { status: signal === undefined ? status : undefined, signal, stderr, bytes };
    this.evidence = { host, command: commandLine(process.argv) };
  }

  get failed(): boolean {
    return this.end.status !== 0;
  }

  /** True if it ended only because its output was closed. */
  get lackedTaker(): boolean {
    return this.end.signal === 'PIPE' || /EPIPE|broken pipe/i.test(this.end.stderr);
  }

  get counts(): DdCounts | undefined {
    return this.process.argv[0] === 'dd' ? parseDdCounts(this.end.stderr) : undefined;
  }
}

/** Which process caused the failure if several failed. */
const blamedFirst = ['writer', 'dump', 'cksum', 'sha256', 'tee', 'keeper', 'reader'];

class EndedWork {
  readonly #host: string;
  readonly #work: DetachedWork;
  readonly #look: WorkLook;

  constructor(host: string, work: DetachedWork, look: WorkLook) {
    this.#host = host;
    this.#work = work;
    this.#look = look;
  }

  /** @throws if it stopped early */
  requireEnded(): void {
    const { state } = this.#look;
    const host = this.#host;
    const { folder } = this.#work;
    const said = lastWords(this.#look);
    const evidence = { host, ...(said === '' ? {} : { stderr: said }) };
    if (state === 'absent') throw failure('DETACHED_GONE', { host, folder }, evidence);
    if (state === 'unbegun')
      throw failure(
        'DETACHED_NOT_STARTED',
        { host, folder, reason: said || phrase('it does not begin') },
        evidence,
      );
    if (state === 'died')
      throw failure('DETACHED_DIED', { host, folder, said: said === '' ? '' : `: ${said}` }, evidence);
    if (state === 'running') throw new Error('work is judged when it has ended');
  }

  /** @param bytes that passed, if known */
  process(name: string, bytes?: number): EndedProcess | undefined {
    const process = this.#work.processes.find((one) => one.name === name);
    const look = this.#look.processes.find((one) => one.name === name);
    return process && look && new EndedProcess(this.#host, process, look, bytes);
  }

  /** The process whose failure caused the others'; undefined if all exited 0. */
  blamed(): EndedProcess | undefined {
    const failed = blamedFirst.flatMap((name) => {
      const one = this.process(name);
      return one?.failed ? [one] : [];
    });
    return failed.find((one) => !one.lackedTaker) ?? failed[0];
  }

  cksum(): PosixCksum | undefined {
    const one = this.process('cksum');
    if (!one) return undefined;
    const [, checksum, bytes] = /^(\d{1,10})\s+(\d{1,16})\s*$/.exec(one.look.output) ?? [];
    if (checksum === undefined || bytes === undefined) throw this.#noDigest(one);
    return { checksum: Number(checksum), bytes: Number(bytes) };
  }

  /** sha256sum prints ` -` after the digest, Solaris' digest nothing. */
  sha256(): string | undefined {
    const one = this.process('sha256');
    if (!one) return undefined;
    const digest = /^([0-9a-f]{64})(?:\s+-)?\s*$/.exec(one.look.output)?.[1];
    if (digest === undefined) throw this.#noDigest(one);
    return digest;
  }

  #noDigest(one: EndedProcess): ShadowtapeError {
    const values = {
      host: this.#host,
      command: one.evidence.command ?? '',
      said: shortened(one.look.output.trim(), 80),
    };
    return failure('DETACHED_DIGEST_UNREADABLE', values, one.evidence);
  }

  processFailed(one: EndedProcess): ShadowtapeError {
    const values = { host: this.#host, process: one.process.argv[0] ?? '', how: howItEnded(one.end) };
    return failure('DETACHED_PROCESS_FAILED', values, endEvidence(one.end, one.evidence));
  }
}

function howItEnded(end: ProcessEnd): string {
  const how =
    end.signal === undefined
      ? phrase('exit status {status}', { status: end.status ?? phrase('unknown') })
      : phrase('signal {signal}', { signal: end.signal });
  const reason = endReason(end);
  return reason === how ? how : `${how}: ${reason}`;
}

/** True if sampled records could not be kept: that says nothing about the tape. */
const failedToKeep = ({ end, process }: EndedProcess): boolean =>
  process.keeping !== undefined &&
  (end.status === notKeptStatus || /^(dd: error writing|write:)/m.test(end.stderr));

/** True if a dd that reads and writes complains about its input: GNU names the file, illumos prints `read:` (illumos dd.c). */
function complainsOfInput({ end, process }: EndedProcess): boolean {
  const input = process.argv.find((word) => word.startsWith('if='))?.slice('if='.length);
  if (input === undefined) return false;
  return /^(dd: )?read:|error reading/m.test(end.stderr) || end.stderr.includes(input);
}

/** The error of a command that reads and writes the tape itself: its messages decide which of the two failed. */
function dumpFailure(work: EndedWork, one: EndedProcess): ShadowtapeError {
  if (complainsOfInput(one)) return sourceFailure(one.end, writtenBy(one.counts) ?? 0, one.evidence);
  const trouble = tapeWriteFailure(one.end, one.evidence);
  const isDd = one.process.argv[0] === 'dd';
  return isDd || trouble.code !== 'TAPE_WRITE_FAILED' ? trouble : work.processFailed(one);
}

/** Bytes that a dd wrote, if it prints them. */
function writtenBy(counts: DdCounts | undefined, recordBytes = 0): number | undefined {
  if (counts?.bytes !== undefined || !counts) return counts?.bytes;
  return counts.out.partial === 0 && recordBytes > 0 ? counts.out.full * recordBytes : undefined;
}

function saidBy({ process, end }: EndedProcess): ReaderOutput {
  const said = new ReaderOutput(process.argv[0] ?? '');
  said.add(end.stderr);
  return said;
}

/** @throws DUMP_NOT_CLOSED, FILES_SKIPPED */
function judgeReaderWords(one: EndedProcess, onSkippedFiles: OnSkippedFiles): Words {
  const said = saidBy(one);
  const evidence = endEvidence(one.end, one.evidence);
  if (one.look.errorsCut && onSkippedFiles === 'fail')
    throw failure(
      'DUMP_NOT_CLOSED',
      { tool: said.tool, reason: phrase('printed more than can be read') },
      evidence,
    );
  said.judge(onSkippedFiles, evidence);
  const cut = phrase('{tool} printed more than can be read: more files may be missing than are listed', {
    tool: said.tool,
  });
  return { warnings: one.look.errorsCut ? [cut] : [], said };
}

type Words = Pick<WorkOutcome, 'warnings' | 'said'>;

/** @throws DUMP_NOT_CLOSED if the dump tool did not report success, or data could not be read; FILES_SKIPPED */
function judgeWords(
  one: EndedProcess,
  { dumpTool, onSkippedFiles = 'warn' }: Pick<DumpExpectation, 'dumpTool' | 'onSkippedFiles'>,
): Words {
  if (dumpTool === undefined) return judgeReaderWords(one, onSkippedFiles);
  const evidence = endEvidence(one.end, one.evidence);
  if (one.look.errorsCut)
    throw failure(
      'DUMP_NOT_CLOSED',
      { tool: dumpTool, reason: phrase('printed more than can be read') },
      evidence,
    );
  const output = new DumpOutput();
  output.add(one.end.stderr);
  output.judge(dumpTool, evidence);
  return { warnings: output.warnings };
}

/** A dd that reads a whole device counts as many records as the bytes amount to. */
function requireReaderCount(host: string, reader: EndedProcess, expected: ExpectedRecords): void {
  const { counts } = reader;
  if (!counts) return;
  const wanted = ddCountText(expectedCount(expected));
  const actual = ddCountText(counts.out);
  if (actual === wanted) return;
  const told = {
    expected: phrase('{wanted} records', { wanted }),
    actual: phrase('{actual} records', { actual }),
  };
  throw failure('DETACHED_COUNTS_DIFFER', { host, ...told }, { ...reader.evidence, ...told });
}

function judgeGuideCommand(work: EndedWork, one: EndedProcess, expectation: DumpExpectation): WorkOutcome {
  const { recordBytes, expectedBytes } = expectation;
  if (one.failed) throw dumpFailure(work, one);
  const words = judgeWords(one, expectation);
  const none = { cksum: undefined, sha256: undefined, ...words };
  if (one.process.argv[0] !== 'dd') return { bytes: undefined, records: undefined, ...none };
  const bytes = expectedBytes ?? writtenBy(one.counts, recordBytes);
  if (bytes === undefined) throw failure('TAPE_COUNT_MISSING', {}, endEvidence(one.end, one.evidence));
  judgeSource(one.end, bytes, expectedBytes, one.evidence);
  const records = judgeTapeWrite(one.end, countRecords(bytes, recordBytes, 'short'), one.evidence);
  return { bytes, records, ...none };
}

/**
 * Judges a dump that has ended.
 * @param look the last query, from `awaitWork`
 * @throws DETACHED_GONE, DETACHED_NOT_STARTED, DETACHED_DIED if it stopped early; TAPE_*, DUMP_SOURCE_FAILED,
 *   DETACHED_PROCESS_FAILED for the process that failed; DUMP_NOT_CLOSED, FILES_SKIPPED; DETACHED_DIGEST_UNREADABLE;
 *   DUMP_SOURCE_EMPTY, DUMP_SOURCE_SIZE_DIFFERS, DETACHED_COUNTS_DIFFER, TAPE_COUNT_MISSING, TAPE_RECORDS_MISCOUNTED if
 *   the numbers do not agree
 */
export function judgeDumpWork(
  host: string,
  work: DetachedWork,
  look: WorkLook,
  expectation: DumpExpectation,
): WorkOutcome {
  const ended = new EndedWork(host, work, look);
  ended.requireEnded();
  const alone = ended.process('dump');
  if (alone) return judgeGuideCommand(ended, alone, expectation);
  const blamed = ended.blamed();
  if (blamed?.process.name === 'writer') throw tapeWriteFailure(blamed.end, blamed.evidence);
  if (blamed?.process.name === 'reader')
    throw sourceFailure(blamed.end, writtenBy(blamed.counts) ?? 0, blamed.evidence);
  if (blamed) throw ended.processFailed(blamed);

  const cksum = ended.cksum();
  const bytes = cksum?.bytes ?? 0;
  const reader = ended.process('reader', bytes);
  const writer = ended.process('writer', bytes);
  if (!reader || !writer) throw new Error('a dump has a reader and a writer');
  const words = judgeWords(reader, expectation);
  judgeSource(reader.end, bytes, expectation.expectedBytes, reader.evidence);
  const expected = countRecords(bytes, expectation.recordBytes, 'short');
  requireReaderCount(host, reader, expected);
  const records = judgeTapeWrite(writer.end, expected, writer.evidence);
  return { bytes, records, cksum, sha256: ended.sha256(), ...words };
}

/**
 * Judges the hash of a whole volume that has ended.
 * @param bytes of the volume
 * @throws DETACHED_GONE, DETACHED_NOT_STARTED, DETACHED_DIED, DETACHED_PROCESS_FAILED, DETACHED_DIGEST_UNREADABLE,
 *   DUMP_SOURCE_EMPTY, DUMP_SOURCE_SIZE_DIFFERS if not all of it was read
 */
export function judgeHashWork(
  host: string,
  work: DetachedWork,
  look: WorkLook,
  bytes: number,
): { readonly cksum: PosixCksum; readonly sha256: string | undefined } {
  const ended = new EndedWork(host, work, look);
  ended.requireEnded();
  const blamed = ended.blamed();
  if (blamed) throw ended.processFailed(blamed);
  const cksum = ended.cksum();
  const reader = ended.process('reader', cksum?.bytes ?? 0);
  if (!reader || !cksum) throw new Error('a hash has a reader and a cksum');
  judgeSource(reader.end, cksum.bytes, bytes, reader.evidence);
  return { cksum, sha256: ended.sha256() };
}

/**
 * Judges a read-back that has ended. The caller compares it with what was written, by the digests.
 * @param expected what was written; omit it if that is not known
 * @throws DETACHED_GONE, DETACHED_NOT_STARTED, DETACHED_DIED, DETACHED_PROCESS_FAILED, DETACHED_DIGEST_UNREADABLE;
 *   TAPE_* of `judgeTapeRead`
 */
export function judgeReadBackWork(
  host: string,
  work: DetachedWork,
  look: WorkLook,
  expected?: ExpectedRecords,
): WorkOutcome {
  const ended = new EndedWork(host, work, look);
  ended.requireEnded();
  const blamed = ended.blamed();
  if (blamed?.process.name === 'reader' && !failedToKeep(blamed))
    throw tapeReadFailure(blamed.end, blamed.evidence);
  if (blamed) throw ended.processFailed(blamed);
  const cksum = ended.cksum();
  const reader = ended.process('reader', cksum?.bytes ?? 0);
  if (!reader) throw new Error('a read-back has a reader');
  const records = judgeTapeRead(reader.end, expected, reader.evidence);
  return { bytes: cksum?.bytes, records, cksum, sha256: ended.sha256(), warnings: [], said: saidBy(reader) };
}
