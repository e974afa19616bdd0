/** Runs in lines: result, size and contents of each. */
import { omissionWords } from '../../../contract/run-outcome.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { said, say } from '../../../contract/text/say.ts';
import { drillText } from '../../../contract/drill-level.ts';
import { endWord } from '../run/run-text.ts';
import { lossText, momentText } from '../terminal/display.ts';
import { stateTone } from '../terminal/state-tone.ts';
import { listingLines, type Column } from '../terminal/table.ts';
import type { Line } from '../terminal/lines.ts';
import { bytesText } from '../terminal/text.ts';

/** What `runs --json` calls a run: its verdict, or whether the process of a run without an end still exists. */
export function stateWord({ verdict, run, exitStatus }: RunLine, running: ReadonlySet<string>): string {
  if (verdict === 'failed' && exitStatus === 3) return 'action required';
  if (verdict !== 'unfinished') return verdict;
  return running.has(run) ? 'running' : 'interrupted';
}

/** As shown to people: with the state of the cluster, and of the tape. */
function shownState(line: RunLine, running: ReadonlySet<string>): string {
  const { verdict, exitStatus = 3 } = line;
  if (line.trouble !== undefined) return say('unreadable');
  if (verdict === 'unfinished') return said(stateWord(line, running));
  const [word = ''] = endWord({ verdict, exitStatus }).split(';');
  return `${word}${omissionWords(line)}`;
}

const provenText = ({ at, volumes }: NonNullable<RunLine['drilled']>): string =>
  `${volumes ? `${volumes.join(', ')} ` : ''}${say('proven restorable {at}', { at: momentText(at) })}`;

const restoredText = (restored: NonNullable<RunLine['restored']>): string =>
  say('{restored} by run {run}', { restored: provenText(restored), run: restored.run });

/** As in a line of `runs` and of `show`. */
export const drilledText = (drilled: NonNullable<RunLine['drilled']>): string =>
  say('{drilled} by {drill}', { drilled: provenText(drilled), drill: drillText(drilled.level) });

const columns: readonly Column[] = [
  { heading: say('RUN'), least: 28 },
  { heading: say('STATE'), least: 20 },
  { heading: say('JOB'), least: 12, label: say('job') },
  { heading: say('METHOD'), least: 6, label: say('method') },
  { heading: say('SIZE'), least: 9, align: 'right' },
  { heading: say('VOLUMES'), least: 7 },
  { heading: say('RESULT'), least: 0 },
];

function resultText(line: RunLine): string {
  return [
    ...(line.lost ?? []).map(lossText),
    ...(line.restored ? [restoredText(line.restored)] : []),
    ...(line.drilled ? [drilledText(line.drilled)] : []),
    line.trouble ?? line.sentence ?? say('at step {currentStep}', { currentStep: line.currentStep ?? '?' }),
  ].join('; ');
}

/** @param width columns of the terminal; undefined if none is */
export function runLines(
  lines: readonly RunLine[],
  running: ReadonlySet<string>,
  width: number | undefined,
): Line[] {
  const rows = lines.map((line) => {
    const state = shownState(line, running);
    return [
      line.run,
      stateTone(state),
      line.job,
      line.method,
      line.bytes === undefined ? '-' : bytesText(line.bytes),
      line.volumes.join(', '),
      resultText(line),
    ];
  });
  return listingLines({ columns, rows }, width);
}
