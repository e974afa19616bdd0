/** The tapes on which a dump continues: the first is in the drive; each further one is requested, labeled and journaled. */
import type { TapeOrder, TapeSegment } from '../../../../streams/tape/spanning-tape-sink.ts';
import type { DataWay, OpenedTape, TapesEnd } from '../../../data-path/data-way.ts';
import { withoutRewind } from '../../../tape/tape-device.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import { changeTape } from '../../drive/change-tape.ts';
import type { DumpStart } from './continued-dump.ts';
import { labelNextTape, refusalOfNextTape } from '../tape/perform-label.ts';
import { close, evidenceOf, open } from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { currentTape, namesOfTapes, nextFile } from '../../model/tape/run-tapes.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { phrase } from '../../../../contract/text/say.ts';

/** The tape server: one process per tape. */
function tapeServerCommand({ assignment }: Pick<RunContext, 'assignment'>): StepCommand {
  const { tapeHost: host, tapeChange } = assignment;
  return { host, argv: [tapeChange.rmt], guide: false, changes: true };
}

/** What a run needs to change its tapes. */
export function changingOf(context: RunContext, step: string) {
  const { assignment, runner, options } = context;
  const { tapeHost, tapeDevice, platform, tapeChange } = assignment;
  return {
    runner,
    step,
    drive: { tapeHost, tapeDevice, platform },
    change: tapeChange,
    ask: options.canAsk ? context.ask.bind(context) : undefined,
    clock: options.retryClock,
    onWait: (text: string) => void context.journal.append({ type: 'warning', step, text }),
  };
}

/**
 * Requests the next tape, and labels it.
 * @param continued the volume whose dump continues on it; undefined if only the manifest is left
 */
export async function goToNextTape(
  context: RunContext,
  step: Step,
  continued?: VolumeAssignment,
): Promise<void> {
  const number = (currentTape(context.journal.events)?.number ?? 1) + 1;
  const { assignment, options, journal } = context;
  const name = options.furtherTape?.(assignment.job, namesOfTapes(journal.events));
  const any = phrase('tape {number} of run {run}: a blank tape, or one that the job may overwrite', {
    number,
    run: journal.run,
  });
  const inserted = await changeTape(changingOf(context, step.id), {
    words: name === undefined ? any : phrase('the tape "{name}"', { name }),
    name,
    use: 'write',
    slot: undefined,
    refusal: (found) => refusalOfNextTape(context, found, name),
  });
  await labelNextTape(context, step, inserted, number, name, continued);
}

export class SpanningDump {
  readonly sink: TapesEnd;
  readonly #context: RunContext;
  readonly #step: Step;
  readonly #way: DataWay;
  readonly #volume: VolumeAssignment;
  readonly #start: DumpStart;
  /** Segments whose parts are in the journal. */
  #told = 0;

  constructor(context: RunContext, step: Step, way: DataWay, volume: VolumeAssignment, start: DumpStart) {
    this.#context = context;
    this.#step = step;
    this.#way = way;
    this.#volume = volume;
    this.#start = start;
    this.sink = way.openTapes({
      nextTape: (order) => this.#nextTape(order),
      recordBytes: context.assignment.job.media.recordBytes,
      abort: context.abort,
    });
  }

  /** Journals the contents of the tapes that are closed by now. */
  recordParts(segments = this.sink.segments()): void {
    const { journal } = this.#context;
    for (const { firstRecord, records, bytes } of segments.slice(this.#told).map(this.#ofVolume)) {
      const tape = currentTape(journal.events);
      if (!tape) throw new Error('a tape is labelled before it is written to');
      const { number, name, uuid } = tape;
      const file = nextFile(journal.events, uuid);
      const place = { step: this.#step.id, volume: this.#volume.proxy, number, name, uuid, file };
      journal.append({ type: 'tape-part', ...place, firstRecord, records, bytes });
      this.#told += 1;
    }
  }

  /** The first tape also holds the records that were on it before. */
  readonly #ofVolume = ({ tape, firstRecord, records, bytes }: TapeSegment) =>
    tape === 0
      ? { firstRecord, records: records + this.#start.records, bytes: bytes + this.#start.bytes }
      : { firstRecord: firstRecord + this.#start.records, records, bytes };

  async #nextTape({ tape, segments }: Pick<TapeOrder, 'tape' | 'segments'>): Promise<OpenedTape> {
    this.recordParts(segments);
    if (tape > 0) {
      await goToNextTape(this.#context, this.#step, this.#volume);
      // A changer takes minutes, an operator hours.
      await this.#context.judgeAgain?.();
    }
    return this.#connect();
  }

  async #connect(): Promise<OpenedTape> {
    const context = this.#context;
    const command = tapeServerCommand(context);
    const opened = await open(context, this.#step.id, command, ({ argv }) =>
      this.#way.openTalk(argv, {
        abort: context.abort,
        ...context.runner.dataOptions(this.#step.id, command),
      }),
    );
    // Reported at the end; a journal that cannot be written fails the run with its next event.
    void close(context, this.#step.id, opened).catch(() => undefined);
    const { tapeDevice, tapeChange } = context.assignment;
    return {
      talk: opened.end,
      device: withoutRewind(tapeDevice),
      dialect: tapeChange.dialect,
      evidence: evidenceOf(command),
    };
  }
}
