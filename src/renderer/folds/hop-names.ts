import type { Hop } from '../../contract/events.ts';

/** In the order in which the bytes pass them. */
export const hopNames: readonly Hop[] = ['device', 'handed', 'counted', 'readback'];

export const hopWords: Readonly<Record<Hop, string>> = {
  device: 'Read from the device',
  handed: 'Handed to the tape',
  counted: 'Counted by the tape host',
  readback: 'Read back from the tape',
};
