/**
 * Where an interrupted dump may be continued on its tape: the last records on the tape are read back and compared with
 * the shadow. What cannot be proven is written again from the beginning of the tape.
 */
import { failure, isFailure } from '../../../../contract/errors.ts';
import { countText } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { parseDdCounts } from '../../../../streams/tape/dd-counts.ts';
import { rawDeviceArguments } from '../../../../streams/raw-device.ts';
import type { ReadBackResult } from '../../../../streams/tape/read-back.ts';
import { tapeReaderArguments } from '../../../../streams/tape/tape-reader.ts';
import { withoutRewind } from '../../../tape/tape-device.ts';
import { driveStatus } from '../../drive/drive-ready.ts';
import { requireLabelOf } from '../../drive/read-labelled-tape.ts';
import { rewindCommand } from '../../model/tape/tape-commands.ts';
import { goToRecord } from '../../drive/tape-position.ts';
import { close, evidenceOf, open, openWay, wayReader } from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, shadowRawDevice, type VolumeAssignment } from '../../model/assignment.ts';
import { checkpointBytesOf, knownRecords, sectionOf, type KnownRecords } from '../../model/dump-sections.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { judgeTapeEnd, type TapeEndFound, type TapeEndVerdict } from '../../model/tape/tape-end.ts';
import { seekOperand } from '../../plan/step-6-commands.ts';
import { requireSnapshot } from '../shadow/shadow-baseline.ts';
import { anyAnswer } from '../../hosts/command-runner.ts';

/**
 * The search is given up after this many places beyond the end of the tape: each takes a rewind, and much less is ever
 * read ahead.
 */
const mostPlaces = 10;

/** Why the dump starts over. */
class StartsOver extends Error {}

/** Input of the search. */
class TapeSearch {
  readonly #context: RunContext;
  readonly #step: string;
  readonly #volume: VolumeAssignment;

  constructor(context: RunContext, step: string, volume: VolumeAssignment) {
    this.#context = context;
    this.#step = step;
    this.#volume = volume;
  }

  get #recordBytes(): number {
    return this.#context.assignment.job.media.recordBytes;
  }

  get total(): number {
    return Math.ceil((this.#volume.blocks * blockBytes) / this.#recordBytes);
  }

  known(dumpStep: string): KnownRecords[] {
    const { events } = this.#context.journal;
    return knownRecords(events, this.#volume.proxy, dumpStep, this.#recordBytes);
  }

  /** The most records that a dump can have read if its last checkpoint was at `records`. */
  mostRead(records: number): number {
    const { checkpointBytes } = this.#context.options;
    return Math.min(
      this.total,
      records + checkpointBytesOf(this.#recordBytes, checkpointBytes) / this.#recordBytes,
    );
  }

  /** @returns undefined if the file ends before the place */
  async endAfter(from: number, mostRead: number): Promise<TapeEndFound | undefined> {
    const { runner, assignment } = this.#context;
    // One more than there can be, so that a longer file is noticed.
    const count = mostRead - from + 1;
    const command = this.#tapeCommand(count, 'of=/dev/null');
    return runner.persist(this.#step, rewindCommand(assignment), async () => {
      if (!(await this.#goTo(from))) return undefined;
      const { status, stderr } = await runner.send(this.#step, command, anyAnswer);
      const counts = parseDdCounts(stderr)?.in;
      if (!counts) throw new StartsOver('dd did not count the records on the tape');
      const ended = status === 0 ? 'file-mark' : await this.#endedBadly();
      return { from, whole: counts.full, short: counts.partial, ended };
    });
  }

  async #goTo(record: number): Promise<boolean> {
    const { runner, assignment } = this.#context;
    try {
      await goToRecord(runner, this.#step, assignment, this.#volume.tapeFile, record);
      return true;
    } catch (error) {
      if (isFailure(error, 'TAPE_RECORD_NOT_REACHED')) throw new StartsOver(error.message);
      if (isFailure(error, 'COMMAND_FAILED')) return false;
      throw error;
    }
  }

  /** If nothing more is recorded, Linux says so, and Solaris shows it by the sense key. */
  async #endedBadly(): Promise<'end-of-data' | 'error'> {
    const { runner, assignment } = this.#context;
    const { endOfData, blankCheck } = await driveStatus(runner, this.#step, assignment);
    return endOfData || blankCheck ? 'end-of-data' : 'error';
  }

  #tapeCommand(count: number, ...more: string[]): StepCommand {
    const { tapeHost: host, tapeDevice } = this.#context.assignment;
    const device = withoutRewind(tapeDevice);
    const [dd = '', ...operands] = tapeReaderArguments({ device, recordBytes: this.#recordBytes });
    return { host, argv: [dd, ...operands, ...more, `count=${count}`], guide: false, changes: false };
  }

  async #read(command: StepCommand, count: number, reads: 'tape' | 'device'): Promise<ReadBackResult> {
    const context = this.#context;
    const bytes = count * this.#recordBytes;
    const way = await openWay(context, this.#step, {
      reads: command.host,
      bytes,
      recordBytes: this.#recordBytes,
    });
    try {
      const source = await open(context, this.#step, command, wayReader(context, this.#step, way));
      try {
        return await way.readBack({
          source: source.end,
          recordBytes: this.#recordBytes,
          total: bytes,
          reads,
          abort: context.abort,
          evidence: evidenceOf(command),
        });
      } finally {
        await close(context, this.#step, source);
      }
    } finally {
      await way.close();
    }
  }

  /**
   * Reads records from tape and through the shadow.
   * @returns their digest
   * @throws StartsOver if they differ
   */
  async compare(from: number, to: number) {
    const { runner, assignment } = this.#context;
    const count = to - from;
    const onTape = await runner.persist(this.#step, rewindCommand(assignment), async () => {
      if (!(await this.#goTo(from))) throw new StartsOver(phrase('the tape has moved'));
      return this.#read(this.#tapeCommand(count), count, 'tape');
    });
    const { recordBytes } = this.#context.assignment.job.media;
    const device = rawDeviceArguments(shadowRawDevice(this.#volume), { recordBytes });
    const argv = [...device, seekOperand(assignment, from), `count=${count}`];
    const command = { host: assignment.backupServer, argv, guide: false, changes: false };
    const inShadow = await this.#read(command, count, 'device');
    if (inShadow.bytes !== count * recordBytes)
      throw failure(
        'DUMP_SOURCE_SIZE_DIFFERS',
        { expected: String(count * recordBytes), actual: String(inShadow.bytes) },
        evidenceOf(command),
      );
    if (onTape.bytes !== inShadow.bytes || onTape.sha256 !== inShadow.sha256)
      throw new StartsOver(
        phrase('records {from} to {to} on tape are not those of {proxy}', {
          from: countText(from + 1),
          to: countText(to),
          proxy: this.#volume.proxy,
        }),
      );
    return sectionOf(from, inShadow, recordBytes);
  }
}

/** Errors of the tape, not of the connection to it: before the label is written again, the tape is checked in any case. */
const tapeTroubles = [
  'TAPE_IS_ANOTHER',
  'TAPE_DIFFERS',
  'TAPE_NOT_LOADED',
  'TAPE_BUSY',
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
  'RUN_HAS_NO_TAPE',
] as const;

async function search(context: RunContext, step: Step, volume: VolumeAssignment): Promise<KnownRecords> {
  const { runner, assignment, journal, options } = context;
  const dump = options.steps.find(({ performance: kind }) => kind === 'dump');
  const tape = new TapeSearch(context, step.id, volume);
  const known = tape.known(dump?.id ?? '');
  const mostRead = tape.mostRead(known[0]?.records ?? 0);
  await requireLabelOf(runner, step.id, assignment, journal);
  for (const { records: from, sections } of known
    .filter((place) => place.records < tape.total)
    .slice(0, mostPlaces)) {
    const found = await tape.endAfter(from, mostRead);
    const verdict: TapeEndVerdict = found
      ? judgeTapeEnd(found, { total: tape.total, mostRead })
      : { kind: 'nothing' };
    if (verdict.kind === 'starts-over') throw new StartsOver(verdict.reason);
    if (verdict.kind === 'nothing') continue;
    const section = await tape.compare(from, verdict.after);
    return { records: verdict.after, sections: [...sections, section] };
  }
  throw new StartsOver(phrase('the tape has no record after the last hashed position'));
}

/**
 * Reads the tape, and compares its last records with the shadow. Writes nothing.
 * @returns the records that may stay on the tape; or why the dump starts over
 * @throws SNAPSHOT_CHANGED if the shadow no longer shows what was hashed on the cluster; errors of the connections and
 *   of reading the shadow
 */
export async function findContinuation(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
): Promise<KnownRecords | string> {
  try {
    const found = await search(context, step, volume);
    await requireSnapshot(context, step, volume);
    return found;
  } catch (error) {
    if (error instanceof StartsOver || isFailure(error, ...tapeTroubles)) return error.message;
    throw error;
  }
}
