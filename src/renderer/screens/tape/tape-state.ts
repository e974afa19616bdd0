/** The work at the drive outlives the screen: an operator may look at another one while a tape is read. */
import { bridge } from '../../bridge.ts';
import { TapeManager } from '../../managers/tape.svelte.ts';

export const tape = new TapeManager(bridge);
