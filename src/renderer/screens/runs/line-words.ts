/** The state of a line of the history, and its result. */
import type { RunLine } from '../../../contract/screens.ts';
import { lossChip, lossSentence } from '../../../contract/tape/tape-loss.ts';
import { say } from '../../../contract/text/say.ts';
import {
  endStateOf,
  stateWords,
  withOmissions,
  type RunState,
  type StateWords,
} from '../../../folds/run/run-state.ts';

function stateOf({ verdict, exitStatus, live, elsewhere = false }: RunLine): RunState {
  if (verdict === 'unfinished') return live ? 'running' : elsewhere ? 'elsewhere' : 'dead';
  return endStateOf({ verdict, exitStatus: exitStatus ?? 3 });
}

export function lineWords(line: RunLine): StateWords & { readonly said: string } {
  if (line.trouble !== undefined)
    return { state: 'bad', word: say('unreadable'), said: `${line.run}: ${line.trouble}` };
  const said =
    line.sentence ??
    (line.currentStep === undefined ? '' : say('at step {step}', { step: line.currentStep }));
  if (line.lost) return { ...lossChip(line.lost), said: [...line.lost.map(lossSentence), said].join('; ') };
  return { ...withOmissions(stateWords[stateOf(line)], line), said };
}
