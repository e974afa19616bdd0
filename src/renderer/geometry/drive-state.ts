import type { TapeView } from '../../contract/screens.ts';
import type { State } from '../../folds/states.ts';

const states: Readonly<Record<TapeView['state'], { readonly state: State; readonly word: string }>> = {
  ready: { state: 'ok', word: 'ready' },
  'no-cartridge': { state: 'warn', word: 'no cartridge' },
  busy: { state: 'busy', word: 'busy' },
  unknown: { state: 'idle', word: 'not known' },
  unreached: { state: 'bad', word: 'not reached' },
};

/** The state of a drive, and its word. */
export const driveState = ({ state }: Pick<TapeView, 'state'>): { state: State; word: string } =>
  states[state];
