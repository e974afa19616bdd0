/**
 * The two sides of a shadow comparison: the proxy as each primary node shows it, and the shadow as the backup server
 * shows it.
 */

import { disksBelow, groupTree } from './group-tree.ts';
import type { GroupTree } from './group-tree.ts';
import { findVolume, isSamePlace, placeOf } from './report-lookup.ts';
import { none, onNodes } from './rule-verdict.ts';
import type { Finding } from './rule-verdict.ts';
import type { NodeReport, SdxDisk, SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import type { LayoutVolume, ShadowLayout } from './shadow-layout.ts';

/** What the shadow of one proxy volume is meant to be. */
export interface ShadowPlan {
  readonly primaryClass: string;
  readonly proxyVolume: string;
  readonly masterVolume: string;
  readonly shadowClass: string;
  readonly shadowVolume: string;
  /** Disk name -> the device as the backup server names it. */
  readonly deviceOfDisk: Readonly<Record<string, string>>;
  readonly mode: 'ro' | 'rw';
  /** Everything that is built for this run. */
  readonly layout: ShadowLayout;
}

export interface ShadowFacts {
  /** One report of every primary node, default and long form merged. */
  readonly primaries: readonly NodeReport[];
  readonly backup: NodeReport;
  readonly plan: ShadowPlan;
}

/** One domain's side of the comparison: the volume, and what it is on. */
export interface Side {
  readonly report: SdxinfoReport;
  readonly class: string;
  readonly volume: SdxVolume | undefined;
  readonly tree: GroupTree | undefined;
}

/** The layout's volume that shows the proxy. */
export function layoutVolumeOf({ layout, proxyVolume }: ShadowPlan): LayoutVolume | undefined {
  return layout.volumes.find(({ proxy }) => proxy === proxyVolume);
}

/** The proxy's side, as one primary node shows it. */
export function proxySide(report: SdxinfoReport, plan: ShadowPlan): Side {
  const volume = findVolume(report, plan.primaryClass, plan.proxyVolume);
  const tree = groupTree(report, plan.primaryClass, placeOf(volume));
  return { report, class: plan.primaryClass, volume, tree };
}

/** The shadow's side. */
export function shadowSide({ backup: { report }, plan }: ShadowFacts): Side {
  const found = findVolume(report, plan.shadowClass, plan.shadowVolume);
  const place = layoutVolumeOf(plan)?.on;
  // A shadow volume of that name in another group, or on another disk, is another volume.
  const volume = isSamePlace(placeOf(found), place) ? found : undefined;
  return { report, class: plan.shadowClass, volume, tree: groupTree(report, plan.shadowClass, place) };
}

/** The disks of a side, those of lower groups included, by name. */
export function disksOf(side: Side): SdxDisk[] {
  const byName = (one: SdxDisk, other: SdxDisk) => (one.name < other.name ? -1 : 1);
  return disksBelow(side.tree).sort(byName);
}

/** Compares what every primary node reports with what the backup server reports; undefined: not there. */
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
