/**
 * The two sides of a shadow comparison: the proxy as each primary node shows it, and the shadow as the backup server
 * shows it.
 */

import { disksOfGroup, findVolume } from './report-lookup.ts';
import { none, onNodes } from './rule-verdict.ts';
import type { Finding } from './rule-verdict.ts';
import type { NodeReport, SdxDisk, SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';

/** What the shadow of one proxy volume is meant to be. */
export interface ShadowPlan {
  readonly primaryClass: string;
  readonly proxyVolume: string;
  readonly masterVolume: string;
  readonly shadowClass: string;
  readonly shadowGroup: string;
  readonly shadowVolume: string;
  /** Disk name -> the device as the backup server names it. */
  readonly deviceOfDisk: Readonly<Record<string, string>>;
  readonly mode: 'ro' | 'rw';
}

export interface ShadowFacts {
  /** One report of every primary node, default and long form merged. */
  readonly primaries: readonly NodeReport[];
  readonly backup: NodeReport;
  readonly plan: ShadowPlan;
  /** Other shadows of the same run, which may stand in the same class. */
  readonly alsoPlanned?: readonly ShadowPlan[] | undefined;
}

/** One domain's side of the comparison: the volume and the group that it stands in. */
export interface Side {
  readonly report: SdxinfoReport;
  readonly class: string;
  readonly group: string | undefined;
  readonly volume: SdxVolume | undefined;
}

/** The proxy's side, as one primary node shows it. */
export function proxySide(report: SdxinfoReport, plan: ShadowPlan): Side {
  const volume = findVolume(report, plan.primaryClass, plan.proxyVolume);
  return { report, class: plan.primaryClass, group: volume?.group, volume };
}

/** The shadow's side. */
export function shadowSide({ backup: { report }, plan }: ShadowFacts): Side {
  const found = findVolume(report, plan.shadowClass, plan.shadowVolume);
  // A shadow volume of that name in another group is another volume.
  const volume = found?.group === plan.shadowGroup ? found : undefined;
  return { report, class: plan.shadowClass, group: plan.shadowGroup, volume };
}

/** The disks of a side's group, by name. */
export function disksOf(side: Side): SdxDisk[] {
  const byName = (one: SdxDisk, other: SdxDisk) => (one.name < other.name ? -1 : 1);
  return disksOfGroup(side.report, side.class, side.group).sort(byName);
}

/** Compares what every primary node tells with what the backup server tells; undefined: not there. */
export function bothSides(facts: ShadowFacts, tell: (side: Side) => string | undefined): Finding {
  const expected = facts.primaries.map(({ node, report }) => ({
    node,
    text: tell(proxySide(report, facts.plan)),
  }));
  const actual = tell(shadowSide(facts));
  const [first] = expected;
  const agreed = first !== undefined && expected.every(({ text }) => text === first.text);
  const texts = expected.map(({ node, text }) => ({ node, text: text ?? none }));
  return {
    expected: agreed ? (first.text ?? none) : onNodes(texts),
    actual: actual ?? none,
    verdict: agreed && actual !== undefined && first.text === actual ? 'equal' : 'differs',
  };
}
