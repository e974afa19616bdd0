import type { Hop } from '../contract/data-events.ts';
import { say } from '../contract/text/say.ts';

/** In the order in which the bytes pass them. */
export const hopNames: readonly Hop[] = ['device', 'handed', 'counted', 'readback'];

export const hopWords: Readonly<Record<Hop, string>> = {
  device: say('Read'),
  handed: say('Sent to tape'),
  counted: say('Counted'),
  readback: say('Read back'),
};

/** The same at greater length. */
export const hopSentences: Readonly<Record<Hop, string>> = {
  device: say('read from the device of the shadow volume'),
  handed: say('sent to tape'),
  counted: say('counted by the tape host'),
  readback: say('read back from tape'),
};
