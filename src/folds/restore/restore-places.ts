/** Where the bytes of a restored volume were read, in words for report and screens. */
import type { RestorePlace } from '../../contract/restore-events.ts';

export const restorePlaceWords: Readonly<Record<RestorePlace, string>> = {
  tape: 'Read from tape',
  sent: 'Written to the proxy',
  shadow: 'Read back through the shadow',
  proxy: 'Proxy read on the cluster',
  master: 'Master read on the cluster',
};
