/** How a status word of GDS is shown: its state, and one text for several nodes. */
import type { ByNode, Status } from '../../contract/topology.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../../folds/states.ts';

const states: Readonly<Record<string, State>> = {
  ACTIVE: 'ok',
  ENABLE: 'ok',
  Join: 'ok',
  STOP: 'idle',
  Part: 'idle',
  COPY: 'busy',
  INVALID: 'bad',
  DISABLE: 'bad',
  NOUSE: 'warn',
};

const weight: Readonly<Record<State, number>> = { ok: 0, idle: 1, busy: 2, warn: 3, bad: 4 };

/** An unknown word, or one that is neither clearly good nor bad, is a warning. */
export function stateOfStatus({ word, known }: Status): State {
  const state = Object.hasOwn(states, word) ? states[word] : undefined;
  return known ? (state ?? 'warn') : 'warn';
}

export interface Shown {
  /** `STOP`, or `STOP on node1; ACTIVE on node2` if nodes differ. */
  readonly text: string;
  readonly state: State;
}

/** @returns undefined if no node shows it */
export function shownStatus(on: ByNode<Status>): Shown | undefined {
  const told = Object.entries(on);
  const words = [...new Set(told.map(([, { word }]) => word))];
  const [first] = words;
  if (first === undefined) return undefined;
  const text = words
    .map((word) => {
      const nodes = told.filter(([, status]) => status.word === word).map(([node]) => node);
      return say('{word} on {nodes}', { word, nodes: nodes.join(', ') });
    })
    .join('; ');
  const worst = told
    .map(([, status]) => stateOfStatus(status))
    .reduce((one, other) => (weight[other] > weight[one] ? other : one));
  return { text: words.length === 1 ? first : text, state: worst };
}
