/** Where the bytes of a restored volume were read, in words for report and screens. */
import type { RestorePlace } from '../../contract/restore-events.ts';
import { say } from '../../contract/text/say.ts';

export const restorePlaceWords: Readonly<Record<RestorePlace, string>> = {
  tape: say('Read from tape'),
  sent: say('Written to the proxy'),
  shadow: say('Read back through the shadow'),
  proxy: say('Proxy read on the cluster'),
  master: say('Master read on the cluster'),
};
