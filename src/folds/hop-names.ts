import type { Hop } from '../contract/data-events.ts';

/** In the order in which the bytes pass them. */
export const hopNames: readonly Hop[] = ['device', 'handed', 'counted', 'readback'];

export const hopWords: Readonly<Record<Hop, string>> = {
  device: 'Read',
  handed: 'Sent to tape',
  counted: 'Counted',
  readback: 'Read back',
};

/** The same at greater length. */
export const hopSentences: Readonly<Record<Hop, string>> = {
  device: 'read from the device of the shadow volume',
  handed: 'sent to tape',
  counted: 'counted by the tape host',
  readback: 'read back from tape',
};
