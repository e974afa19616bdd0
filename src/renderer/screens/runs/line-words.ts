/** The state of a line of the history, and what came of it. */
import { omissionWords } from '../../../contract/run-outcome.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { lossChip, lossSentence } from '../../../contract/tape-loss.ts';
import { endStateOf, stateWords, type RunState, type StateWords } from '../../../folds/run/run-state.ts';

const short: Readonly<Partial<Record<RunState, string>>> = {
  unwound: 'failed',
  halted: 'action required',
  'tape-bad': 'tape mismatch',
};

function stateOf({ verdict, exitStatus, live, elsewhere = false }: RunLine): RunState {
  if (verdict === 'unfinished') return live ? 'running' : elsewhere ? 'elsewhere' : 'dead';
  return endStateOf({ verdict, exitStatus: exitStatus ?? 3 });
}

export function lineWords(line: RunLine): StateWords & { readonly said: string } {
  if (line.trouble !== undefined)
    return { state: 'bad', word: 'unreadable', said: `${line.run}: ${line.trouble}` };
  const state = stateOf(line);
  const { state: colour, word } = stateWords[state];
  const said = line.sentence ?? (line.currentStep === undefined ? '' : `at step ${line.currentStep}`);
  if (line.lost) return { ...lossChip(line.lost), said: [...line.lost.map(lossSentence), said].join('; ') };
  const omitted = omissionWords(line);
  return {
    state: omitted !== '' && colour === 'ok' ? 'warn' : colour,
    word: `${short[state] ?? word}${omitted}`,
    said,
  };
}
