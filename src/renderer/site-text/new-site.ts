/** The initial text of a first site, and what is added once the cluster was queried. */
import type { FoundPair } from '../../contract/site-views.ts';
import type { ValueMap } from './yaml-text.ts';

export const newSiteText = `# A site file of Shadowtape: every key and its values are in docs/site-file.md.
site: my-cluster
platform: solaris              # solaris | linux: names of devices and commands
hosts:                         # what ~/.ssh/config knows (address, port, user, key) need not be repeated
  node1: { role: primary, user: root }
  node2: { role: primary, user: root }
  node3: { role: backup, user: root }
tape: { host: node3, device: /dev/rmt/0 }
jobs: {}
`;

/** A key that identifies a pair. */
export const pairKey = (pair: FoundPair): string => `${pair.class}/${pair.master}/${pair.proxy}`;

/**
 * A job that backs up the pairs, which belong to one class. The file leaves the rest to safe defaults: the operator
 * handles services and approves the shadow, and a tape that is not blank is refused.
 * @param devices GDS disk -> its device on the backup server, as the operator has them
 */
export function jobOfPairs(
  pairs: readonly FoundPair[],
  shadowClass: string,
  devices: Readonly<Record<string, string>>,
): ValueMap {
  const disks = [...new Set(pairs.flatMap((pair) => pair.disks))];
  return {
    class: pairs[0]?.class ?? '',
    volumes: pairs.map(({ master, proxy }) => ({ master, proxy })),
    shadow: {
      class: shadowClass,
      disks: Object.fromEntries(disks.map((disk) => [disk, devices[disk] ?? ''])),
    },
    method: '6a',
    services: 'ask',
    // Several files need a label to be found on tape.
    media: { layout: pairs.length > 1 ? 'labelled' : 'plain', overwrite: false },
    verify: { fingerprint: 64, readback: true },
    approve: 'operator',
    onFailure: 'halt',
  };
}

/** The first name that is free: `nightly`, `nightly-2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
