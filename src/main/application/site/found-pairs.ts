/** Which pairs of master and proxy the cluster has, and whether a shadow of each proxy could be built. Pure. */
import { isBlocking } from '../../../contract/checks.ts';
import type { FoundPair } from '../../../contract/site-views.ts';
import { phrase } from '../../../contract/text/say.ts';
import { disksBelow, groupTree } from '../../gds/group-tree.ts';
import { findVolume, placeOf } from '../../gds/report-lookup.ts';
import type { NodeReport } from '../../gds/sdxinfo-objects.ts';
import { shadowable } from '../../gds/shadowable.ts';
import { buildTopology } from '../../gds/topology.ts';

export interface Found {
  /** What the primary nodes show. */
  readonly primaries: readonly NodeReport[];
  /** The names of disk devices that the backup server has, such as c1t1d3. */
  readonly devices: ReadonlySet<string>;
}

/** A device may have another name on another host: a proposal must be checked. */
function pairOf(
  { report }: NodeReport,
  { primaries, devices }: Found,
  { class: className, name: proxy, master }: { class: string; name: string; master: string },
): FoundPair {
  const { volumes } = buildTopology({ primaries });
  const seen = volumes.find((volume) => volume.class === className && volume.name === proxy);
  const tree = groupTree(report, className, placeOf(findVolume(report, className, proxy)));
  const disks = disksBelow(tree);
  const broken = shadowable(report, { class: className, proxyVolume: proxy }).find(isBlocking);
  const proposed = disks.flatMap(({ name, device }): [string, string][] =>
    device !== undefined && devices.has(device) ? [[name, device]] : [],
  );
  return {
    class: className,
    master,
    proxy,
    group: seen?.group ?? undefined,
    disks: disks.map(({ name }) => name),
    blocks: seen?.blocks ?? undefined,
    joined: seen?.joined ?? false,
    proposedDevices: Object.fromEntries(proposed),
    refusal:
      broken &&
      phrase('{title}: expected {expected}, seen {actual} ({why})', {
        title: broken.title,
        expected: broken.expected,
        actual: broken.actual,
        why: broken.why,
      }),
  };
}

/** Every proxy volume that the first node shows. */
export function foundPairs(found: Found): FoundPair[] {
  const [first] = found.primaries;
  if (!first) return [];
  return first.report.volumes.flatMap(({ class: className, name, master }) =>
    master === undefined ? [] : [pairOf(first, found, { class: className, name, master })],
  );
}

/**
 * A name for the shadow class that neither side has yet: the number at the end is incremented, as in the guide from
 * Class1 to Class2.
 */
export function shadowClassName(primaryClass: string | undefined, taken: ReadonlySet<string>): string {
  const base = primaryClass ?? 'Class1';
  // A GDS name has 32 letters at most; only the end of a long number is incremented.
  const digits = /\d{0,6}$/.exec(base)?.[0] ?? '';
  const stem = base.slice(0, base.length - digits.length).slice(0, 24);
  for (let next = Number(digits || 1) + 1; ; next += 1) {
    const name = `${stem}${next}`;
    if (!taken.has(name)) return name;
  }
}
