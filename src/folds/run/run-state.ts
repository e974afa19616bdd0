/** What a run is, in one word: running, asking, ended so or so, or left by its console. Pure. */
import { omissionWords, outcomeOf, type Omissions, type RunOutcome } from '../../contract/run-outcome.ts';
import type { QuestionView } from '../../contract/screens.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../states.ts';
import type { RunModel } from './run-model.ts';

/**
 * `unread`: nothing can be shown of it. `elsewhere`: another process performs it. `dead`: it has no end, and no process
 * performs it. `tape-bad`: the cluster is normal, the tape is not a backup. `halted`: an operator must act; the two in
 * `-act`: too, but the tape holds the backup.
 */
export type RunState =
  | 'loading'
  | 'unread'
  | 'running'
  | 'unwinding'
  | 'asking'
  | 'second-person'
  | 'elsewhere'
  | 'verified'
  | 'unverified'
  | 'verified-act'
  | 'unverified-act'
  | 'refused'
  | 'unwound'
  | 'halted'
  | 'tape-bad'
  | 'dead';

export interface RunFacts {
  readonly model: RunModel;
  readonly question: QuestionView | undefined;
  /** True while this console performs it; undefined if that is not known yet. */
  readonly live: boolean | undefined;
  /** True while another process performs it. */
  readonly elsewhere?: boolean;
  /** True if asking for it, or following it, failed. */
  readonly failed: boolean;
}

const endStates: Readonly<Record<RunOutcome, RunState>> = {
  verified: 'verified',
  unverified: 'unverified',
  'verified-act': 'verified-act',
  'unverified-act': 'unverified-act',
  refused: 'refused',
  'rolled-back': 'unwound',
  act: 'halted',
  'tape-mismatch': 'tape-bad',
};

/** The state of a run that has ended. */
export const endStateOf = (end: Parameters<typeof outcomeOf>[0]): RunState => endStates[outcomeOf(end)];

export function runStateOf({ model, question, live, elsewhere = false, failed }: RunFacts): RunState {
  const { end } = model;
  if (end) return endStateOf(end);
  if (model.start === undefined && failed) return 'unread';
  if (model.start === undefined || live === undefined) return 'loading';
  if (!live) return elsewhere ? 'elsewhere' : 'dead';
  if (question) return question.bySignature === true ? 'second-person' : 'asking';
  return model.current?.unwinding === true ? 'unwinding' : 'running';
}

export interface StateWords {
  readonly state: State;
  readonly word: string;
}

export const stateWords: Readonly<Record<RunState, StateWords>> = {
  loading: { state: 'idle', word: say('reading the journal') },
  unread: { state: 'bad', word: say('cannot be shown') },
  running: { state: 'busy', word: say('running') },
  unwinding: { state: 'warn', word: say('rolling back') },
  asking: { state: 'warn', word: say('waiting for your answer') },
  'second-person': { state: 'warn', word: say('waiting for a second person') },
  elsewhere: { state: 'busy', word: say('running') },
  verified: { state: 'ok', word: say('verified') },
  unverified: { state: 'warn', word: say('unverified') },
  'verified-act': { state: 'warn', word: say('verified, action required') },
  'unverified-act': { state: 'warn', word: say('unverified, action required') },
  refused: { state: 'bad', word: say('refused') },
  unwound: { state: 'bad', word: say('failed, rolled back') },
  halted: { state: 'bad', word: say('action required') },
  'tape-bad': { state: 'bad', word: say('tape mismatch') },
  dead: { state: 'bad', word: 'interrupted' },
};

/** A good end with omissions is shown with them, and is not green. */
export function withOmissions({ state, word }: StateWords, omissions: Omissions): StateWords {
  const omitted = omissionWords(omissions);
  return { state: omitted !== '' && state === 'ok' ? 'warn' : state, word: `${word}${omitted}` };
}

const overStates: readonly RunState[] = [
  'verified',
  'unverified',
  'verified-act',
  'unverified-act',
  'refused',
  'unwound',
  'halted',
  'tape-bad',
  'dead',
];

/** True if something of it is there to be shown. */
export const isShown = (state: RunState): boolean => state !== 'loading' && state !== 'unread';

/** True if nothing continues. */
export const isOver = (state: RunState): boolean => overStates.includes(state);

const resumable: readonly RunState[] = ['dead', 'halted', 'verified-act', 'unverified-act'];

/** True if the run may be continued, or unwound. */
export const isRecoverable = (state: RunState): boolean => resumable.includes(state);
