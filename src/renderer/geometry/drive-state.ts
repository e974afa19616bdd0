import type { TapeView } from '../../contract/screens.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../../folds/states.ts';

const states: Readonly<Record<TapeView['state'], { readonly state: State; readonly word: string }>> = {
  ready: { state: 'ok', word: say('ready') },
  'no-cartridge': { state: 'warn', word: say('no cartridge') },
  busy: { state: 'busy', word: say('busy') },
  unknown: { state: 'idle', word: say('not known') },
  unreached: { state: 'bad', word: say('not reached') },
};

/** The state of a drive, and its word. */
export const driveState = ({ state }: Pick<TapeView, 'state'>): { state: State; word: string } =>
  states[state];
