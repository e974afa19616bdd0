/**
 * Is a stand-in where it must be? It is never read: it only keeps its place, so that what is made after it is placed on
 * the right blocks.
 */

import { findVolume, isSamePlace, placeOf } from './report-lookup.ts';
import { blocksText, judge, none } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import type { SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import type { LayoutVolume, ShadowLayout } from './shadow-layout.ts';
import { phrase } from '../../contract/text/say.ts';

interface StandInFacts {
  readonly standIn: LayoutVolume;
  /** As the backup server shows it; undefined if it is not shown, or elsewhere. */
  readonly shown: SdxVolume | undefined;
}

function compared(expected: string, actual: string | undefined): Finding {
  return { expected, actual: actual ?? none, verdict: expected === actual ? 'equal' : 'differs' };
}

function rulesOf({ name }: LayoutVolume): Rule<StandInFacts>[] {
  return [
    {
      id: 'stand-in-first-block',
      title: phrase('First block of the stand-in {name}', { name }),
      why: phrase('a stand-in elsewhere shifts the volumes after it'),
      source: 'GDS guide (Linux) 4.2, 2.7.2.4',
      compare: ({ standIn, shown }) =>
        compared(standIn.firstBlock.toLocaleString('en-US'), shown?.firstBlock?.toLocaleString('en-US')),
    },
    {
      id: 'stand-in-size',
      title: phrase('Size of the stand-in {name}', { name }),
      why: phrase('a stand-in of a different size shifts the volumes after it'),
      source: 'GDS guide (Linux) 4.2, 2.7.2.4',
      compare: ({ standIn, shown }) =>
        compared(
          blocksText(standIn.blocks),
          shown?.blocks === undefined ? undefined : blocksText(shown.blocks),
        ),
    },
  ];
}

/**
 * Judges one stand-in: first block and size, in the group or on the disk of the layout.
 * @param report of the backup server
 * @param shadowClass the layout's class
 */
function compareStandIn(report: SdxinfoReport, shadowClass: string, standIn: LayoutVolume): RuleVerdict[] {
  const found = findVolume(report, shadowClass, standIn.name);
  const shown = isSamePlace(placeOf(found), standIn.on) ? found : undefined;
  return rulesOf(standIn).map((rule) => judge(rule, { standIn, shown }));
}

/** Judges every stand-in of a layout; none where the layout has none. */
export function compareStandIns(report: SdxinfoReport, layout: ShadowLayout): RuleVerdict[] {
  const standIns = layout.volumes.filter(({ proxy }) => proxy === undefined);
  return standIns.flatMap((standIn) => compareStandIn(report, layout.class, standIn));
}
