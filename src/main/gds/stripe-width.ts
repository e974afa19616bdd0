/**
 * The width of stripes on both sides of a shadow comparison. sdxinfo may not show it: then only the fingerprint proves it.
 */

import { lowerGroups } from './group-tree.ts';
import type { GroupTree } from './group-tree.ts';
import { blocksText, commaText, none } from './rule-verdict.ts';
import type { Finding } from './rule-verdict.ts';
import { bothSides, layoutVolumeOf, proxySide, shadowSide } from './shadow-sides.ts';
import type { ShadowFacts, Side } from './shadow-sides.ts';
import { phrase } from '../../contract/text/say.ts';

const notShown = phrase('not shown');

function stripesOf({ tree }: Side): GroupTree[] {
  return tree === undefined ? [] : lowerGroups(tree).filter(({ types }) => types.includes('stripe'));
}

function widthsOf(side: Side): string | undefined {
  return commaText(stripesOf(side).map(({ width }) => (width === undefined ? notShown : blocksText(width))));
}

/** The widths that the layout was built with, where no node of the cluster shows them. */
function plannedWidths({ plan }: ShadowFacts): string | undefined {
  const on = layoutVolumeOf(plan)?.on;
  if (on === undefined || 'disk' in on) return undefined;
  const { groups } = plan.layout;
  const upper = groups.find(({ name }) => name === on.group);
  const stripes = groups.filter(({ name, type }) => type === 'stripe' && upper?.members.includes(name));
  return commaText(stripes.map(({ stripeWidth }) => blocksText(stripeWidth ?? 0)));
}

/** Compares the stripe widths of lower groups, as far as they are shown; what the hosts do not tell blocks nothing. */
export function compareWidths(facts: ShadowFacts): Finding {
  const { expected: ofCluster, actual } = bothSides(facts, widthsOf);
  const isShown = (text: string) => !text.includes(notShown);
  const expected = isShown(ofCluster) ? ofCluster : (plannedWidths(facts) ?? ofCluster);
  if (!isShown(expected) || !isShown(actual)) return { expected, actual, verdict: 'not-shown' };
  return { expected, actual, verdict: expected === actual && actual !== none ? 'equal' : 'differs' };
}

/** True if either side has stripes, of whose width something is to be said. */
export function isStriped(facts: ShadowFacts): boolean {
  const sides = [...facts.primaries.map(({ report }) => proxySide(report, facts.plan)), shadowSide(facts)];
  return sides.some((side) => stripesOf(side).length > 0);
}
