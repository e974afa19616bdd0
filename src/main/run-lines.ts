/** The history as screens show it: a line a run. Journals that have not grown since are not read again. */
import { stat } from 'node:fs/promises';
import { isFailure } from '../contract/errors.ts';
import type { RunEvent } from '../contract/events.ts';
import type { RunLine } from '../contract/screens.ts';
import { summarise } from './procedure/run-summary.ts';
import { readRun } from './run-history.ts';
import type { StateFolder } from './state-folder.ts';

/** Journals read at the same time. */
const readAtOnce = 8;

interface KeptLine {
  readonly line: RunLine;
  /** Size and time of the journal that it was made of. */
  readonly mark: string;
}

const unreadable = (run: string, trouble: string): RunLine => ({
  run,
  trouble,
  job: '',
  site: '',
  method: '',
  class: '',
  volumes: [],
  tape: { host: '', device: '' },
  tapeNames: [],
  operator: '',
  startedAt: '',
  finishedAt: undefined,
  verdict: 'unfinished',
  exitStatus: undefined,
  sentence: undefined,
  currentStep: undefined,
  live: false,
  bytes: undefined,
  digests: {},
});

/** What was handed to the tape of all volumes together, in bytes; of each volume the last time counts. */
function bytesOf(events: readonly RunEvent[]): number | undefined {
  const handed = new Map<string, number>();
  for (const event of events)
    if (event.type === 'digest' && event.hop === 'handed') handed.set(event.volume, event.bytes ?? 0);
  return handed.size === 0 ? undefined : [...handed.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** The line of a run, folded from its events. */
export function runLineOf(run: string, events: readonly RunEvent[], live: boolean): RunLine {
  const summary = summarise(events);
  if (!summary) return unreadable(run, 'the journal has no beginning');
  const tapeNames = events.flatMap((event) => (event.type === 'label' ? [event.name] : []));
  return {
    ...summary,
    trouble: undefined,
    tapeNames: [...new Set(tapeNames)],
    live,
    bytes: bytesOf(events),
  };
}

export class RunLines {
  readonly #state: StateFolder;
  readonly #kept = new Map<string, KeptLine>();

  constructor(state: StateFolder) {
    this.#state = state;
  }

  /**
   * All runs, newest first.
   * @param liveEvents the events of a run that goes on in this process; undefined for any other
   */
  async list(liveEvents: (run: string) => readonly RunEvent[] | undefined): Promise<RunLine[]> {
    const names = (await this.#state.runs()).reverse();
    const lines: RunLine[] = new Array<RunLine>(names.length);
    const left = names.entries();
    const read = async () => {
      for (const [index, run] of left) {
        const live = liveEvents(run);
        lines[index] = live ? runLineOf(run, live, true) : await this.#line(run);
      }
    };
    await Promise.all(Array.from({ length: readAtOnce }, read));
    this.#forgetAllBut(new Set(names));
    return lines;
  }

  async #line(run: string): Promise<RunLine> {
    const mark = await stat(this.#state.journalFile(run)).then(
      ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
      () => undefined,
    );
    const kept = this.#kept.get(run);
    if (kept !== undefined && kept.mark === mark) return kept.line;
    const line = await this.#read(run);
    if (mark !== undefined) this.#kept.set(run, { line, mark });
    return line;
  }

  async #read(run: string): Promise<RunLine> {
    try {
      return runLineOf(run, (await readRun(this.#state, run)).events, false);
    } catch (error) {
      return unreadable(run, isFailure(error) ? error.message : String(error));
    }
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const run of this.#kept.keys()) if (!names.has(run)) this.#kept.delete(run);
  }
}
