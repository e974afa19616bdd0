/** A dump that continues after records that are already on the tape: how it differs from one that begins at the first record. */
import type { NewEvent } from '../../../../contract/events.ts';
import { countText } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { DumpResult } from '../../../../streams/copy-path.ts';
import type { Digest } from '../../../../streams/digests/digest.ts';
import type { CopyProgress } from '../../../../streams/progress.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, type VolumeAssignment } from '../../model/assignment.ts';
import {
  areConsecutive,
  checkpointBytesOf,
  type KnownRecords,
  mayBeContinued,
  sectionOf,
  wholeOf,
} from '../../model/dump-sections.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { seekOperand } from '../../plan/step-6-commands.ts';
import { findContinuation } from './find-continuation.ts';

type DigestFields = Omit<Extract<NewEvent, { type: 'digest' }>, 'type' | 'step' | 'volume' | 'hop'>;

/**
 * Finds out whether the dump may be continued on the tape in the drive, and journals the result. The tape is searched
 * once in a resume.
 * @returns true if the label and the records after it stay
 * @throws what findContinuation throws
 */
export async function keepsTape(context: RunContext, step: Step): Promise<boolean> {
  const { assignment, journal } = context;
  const [volume] = assignment.volumes;
  context.continued.clear();
  if (!context.mayContinue || !volume) return false;
  const { proxy } = volume;
  const found = await findContinuation(context, step, volume);
  context.mayContinue = false;
  if (typeof found === 'string') {
    const text = phrase('The dump of {proxy} starts over from the beginning of the tape: {found}', {
      proxy,
      found,
    });
    journal.append({ type: 'warning', step: step.id, text });
    return false;
  }
  const { records, sections } = found;
  const { recordBytes } = assignment.job.media;
  const of = Math.ceil((volume.blocks * blockBytes) / recordBytes);
  const uuid = journal.events.findLast((event) => event.type === 'label')?.uuid ?? '';
  journal.append({
    type: 'dump-continued',
    step: step.id,
    volume: proxy,
    uuid,
    records,
    of,
    sections: [...sections],
  });
  const text = phrase('The dump of {proxy} continues after record {records} of {of}', {
    proxy,
    records: countText(records),
    of: countText(of),
  });
  journal.append({ type: 'warning', step: step.id, text });
  context.continued.set(proxy, found);
  return true;
}

/** How a volume is dumped: from its first record on, or after the records that stay on the tape. */
export class DumpStart {
  readonly #context: RunContext;
  readonly #volume: VolumeAssignment;
  readonly #known: KnownRecords | undefined;

  constructor(context: RunContext, volume: VolumeAssignment) {
    this.#context = context;
    this.#volume = volume;
    this.#known = context.continued.get(volume.proxy);
  }

  /** Records that stay on the tape. */
  get records(): number {
    return this.#known?.records ?? 0;
  }

  get #recordBytes(): number {
    return this.#context.assignment.job.media.recordBytes;
  }

  /** Bytes that stay on the tape. */
  get bytes(): number {
    return this.records * this.#recordBytes;
  }

  /** The command that reads, from the first record to be written. */
  reader(command: StepCommand): StepCommand {
    if (!this.#known) return command;
    return { ...command, argv: [...command.argv, seekOperand(this.#context.assignment, this.records)] };
  }

  /** Progress of the whole volume. */
  progress(progress: CopyProgress): CopyProgress {
    if (!this.#known) return progress;
    const { bytes, total, records, readBytes } = progress;
    return {
      ...progress,
      bytes: bytes + this.bytes,
      ...(total === undefined ? {} : { total: total + this.bytes }),
      records: records + this.records,
      readBytes: readBytes + this.bytes,
    };
  }

  /** What the dump uses to report its digest so far, if it could be continued after an interruption. */
  checkpoints(step: Step) {
    const { assignment, options, journal } = this.#context;
    if (!mayBeContinued(assignment)) return {};
    return {
      checkpointBytes: checkpointBytesOf(this.#recordBytes, options.checkpointBytes),
      onCheckpoint: (soFar: Digest) => {
        const section = sectionOf(this.records, soFar, this.#recordBytes);
        journal.append({ type: 'dump-checkpoint', step: step.id, volume: this.#volume.proxy, ...section });
      },
    };
  }

  /**
   * What is journaled of the whole volume's digests.
   * @param counted records that the tape host has counted
   */
  digests(
    { device, handed, onTape }: DumpResult,
    counted: number,
  ): Record<'device' | 'handed' | 'counted', DigestFields> {
    const { paddingBytes } = handed;
    if (!this.#known)
      return {
        device: { bytes: device.bytes, crc32: device.crc32, sha256: device.sha256 },
        handed: {
          bytes: handed.bytes,
          records: handed.records,
          crc32: handed.crc32,
          paddingBytes,
          onTapeSha256: onTape.sha256,
        },
        counted: { records: counted },
      };
    const sections = [...this.#known.sections, sectionOf(this.records, device, this.#recordBytes)];
    const whole = wholeOf(sections);
    if (!areConsecutive(sections, this.#recordBytes) || whole.bytes !== this.#volume.blocks * blockBytes)
      throw new Error(`the sections of ${this.#volume.proxy} are not the whole volume`);
    return {
      device: whole,
      handed: { ...whole, records: this.records + handed.records, paddingBytes, sections },
      counted: { records: this.records + counted },
    };
  }
}
