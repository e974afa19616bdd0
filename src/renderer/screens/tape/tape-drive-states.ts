/** The states of a tape drive in words. */
import type { TapeView } from '../../../contract/screens.ts';
import type { State } from '../../../folds/states.ts';

export const driveStates: Record<TapeView['state'], { readonly state: State; readonly word: string }> = {
  ready: { state: 'ok', word: 'ready' },
  'no-cartridge': { state: 'warn', word: 'no cartridge' },
  busy: { state: 'busy', word: 'in use' },
  unknown: { state: 'warn', word: 'not shown' },
  unreached: { state: 'bad', word: 'not reached' },
};
