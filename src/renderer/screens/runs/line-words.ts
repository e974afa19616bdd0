/** The state of a line of the history, and what came of it. */
import type { RunLine } from '../../../contract/screens.ts';
import { stateWords, type RunState, type StateWords } from '../../../folds/run-state.ts';

const short: Readonly<Partial<Record<RunState, string>>> = {
  unwound: 'failed',
  halted: 'you must act',
  'tape-bad': 'tape is bad',
};

function stateOf({ verdict, exitStatus, live, elsewhere = false }: RunLine): RunState {
  if (verdict === 'unfinished') return live || elsewhere ? 'running' : 'dead';
  if (verdict !== 'failed') return verdict;
  const failed: Readonly<Record<number, RunState>> = { 1: 'refused', 2: 'unwound', 4: 'tape-bad' };
  return failed[exitStatus ?? 3] ?? 'halted';
}

export function lineWords(line: RunLine): StateWords & { readonly said: string } {
  if (line.trouble !== undefined)
    return { state: 'bad', word: 'unreadable', said: `${line.run}: ${line.trouble}` };
  const state = stateOf(line);
  const { state: colour, word } = stateWords[state];
  const said = line.sentence ?? (line.currentStep === undefined ? '' : `at step ${line.currentStep}`);
  return { state: colour, word: short[state] ?? word, said };
}
