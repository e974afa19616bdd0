/** The rows of the history: runs, and among them the restores of files and the drills, newest first. Pure. */
import { millisecondsBetween } from '../../../contract/time/run-clock.ts';
import type { RestoreLine } from '../../../contract/restore-views.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { bytesText, durationText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { restoreOutcome, restoreSentence } from '../../../folds/restore/restore-outcome.ts';
import type { StateWords } from '../../../folds/run/run-state.ts';
import { lineWords } from './line-words.ts';

/** What a row shows, in the order of the columns. */
export interface HistoryRow extends StateWords {
  /** The name of the run, or of the record. */
  readonly name: string;
  readonly kind: 'run' | 'restore';
  readonly startedAt: string;
  readonly volumes: string;
  readonly job: string;
  readonly method: string;
  readonly size: string;
  readonly took: string;
  readonly tape: string;
  readonly tapeTitle: string;
  readonly said: string;
}

const tookText = (seconds: number | undefined): string =>
  seconds === undefined ? '' : durationText(seconds);

function runRow(line: RunLine): HistoryRow {
  const { run, startedAt, finishedAt, volumes, job, method, bytes, tapeNames, tape, restores } = line;
  const seconds =
    finishedAt === undefined || startedAt === ''
      ? undefined
      : (line.seconds ?? millisecondsBetween({ at: startedAt }, { at: finishedAt }) / 1000);
  const tapeText = tapeNames.length > 0 ? tapeNames.join(', ') : tape.device;
  return {
    ...lineWords(line),
    ...{ name: run, kind: 'run', startedAt, method },
    volumes: volumes.join(', '),
    job: restores === undefined ? job : say('restore, {job}', { job }),
    size: bytes === undefined ? '' : bytesText(bytes),
    took: tookText(seconds),
    tape: tapeText,
    tapeTitle: say('{device} on {host}', { device: tapeText, host: tape.host }),
  };
}

const kindWords: Readonly<Record<RestoreLine['kind'], string>> = {
  files: say('file restore'),
  image: say('image restore'),
  drill: say('drill'),
  copy: say('second copy'),
};

function restoreRow(line: RestoreLine): HistoryRow {
  const { name, kind, startedAt, finishedAt, volumes, to, runs } = line;
  const seconds =
    finishedAt === undefined ? undefined : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const where = to === undefined ? '' : ` ${say('to {to}', { to })}`;
  const of = runs.length === 0 ? '' : say('; backup of run {runs}', { runs: runs.join(', ') });
  return {
    ...restoreOutcome(line),
    ...{ name, kind: 'restore', startedAt },
    volumes: volumes.join(', '),
    job: kindWords[kind],
    ...{ method: '', size: '', took: tookText(seconds), tape: '', tapeTitle: '' },
    said: `${restoreSentence(line)}${where}${of}`,
  };
}

/**
 * @param lines newest first
 * @param restores newest first
 * @param more true if older runs are not loaded yet: older restores wait for them
 */
export function historyRows(
  lines: readonly RunLine[],
  restores: readonly RestoreLine[],
  more: boolean,
): HistoryRow[] {
  const oldest = more ? (lines.at(-1)?.startedAt ?? '') : '';
  const shown = restores.filter(({ startedAt }) => startedAt >= oldest);
  if (shown.length === 0) return lines.map(runRow);
  const rows: HistoryRow[] = [];
  let next = 0;
  for (const line of lines) {
    for (; line.startedAt !== '' && (shown[next]?.startedAt ?? '') > line.startedAt; next += 1)
      rows.push(...shown.slice(next, next + 1).map(restoreRow));
    rows.push(runRow(line));
  }
  return [...rows, ...shown.slice(next).map(restoreRow)];
}
