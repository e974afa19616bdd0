/** Finds the runs of the index that have changed since the last answer. A run that has grown is sent again; the others are not. */
import { createHash } from 'node:crypto';
import type { RunLine } from '../../../contract/screens.ts';
import type { KnownMarks } from '../index-refresh.ts';
import { linesOf, pointsOf } from '../run-table.ts';
import type { Sqlite } from '../sqlite.ts';
import type { HistoryChanges } from './known-runs.ts';

/** Where more have changed, all of them are read at once. */
const mostApart = 200;

interface Told {
  readonly version: string;
  /** What is said of runs, and is not of their journals. */
  readonly around: string;
  readonly marks: KnownMarks['marks'];
}

/** A process that restores a run says something of another one. */
const isOfOthers = ({ restores }: RunLine): boolean => restores !== undefined;

export class ChangesTeller {
  #told: Told | undefined;

  /**
   * @param since what the caller has; undefined: nothing
   * @param around a text that is another one wherever something else than a journal has changed what lines say
   */
  since(
    since: string | undefined,
    sqlite: Sqlite,
    { version: ofRuns, marks }: KnownMarks,
    around: string,
  ): HistoryChanges {
    const version = createHash('sha256').update(`${ofRuns} ${around}`).digest('hex');
    const before = this.#told;
    this.#told = { version, around, marks };
    const whole = () => ({
      ...{ version, isWhole: true },
      ...{ lines: linesOf(sqlite, undefined), points: pointsOf(sqlite, undefined) },
    });
    if (since === undefined || since !== before?.version || around !== before.around) return whole();
    const hasGone = [...before.marks.keys()].some((run) => !marks.has(run));
    const changed = [...marks].flatMap(([run, mark]) => (before.marks.get(run) === mark ? [] : [run]));
    if (hasGone || changed.length > mostApart) return whole();
    const lines = linesOf(sqlite, changed);
    if (lines.some(isOfOthers)) return whole();
    return { version, isWhole: false, lines, points: pointsOf(sqlite, changed) };
  }
}
