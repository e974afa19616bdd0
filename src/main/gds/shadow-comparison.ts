/**
 * Is the shadow the same blocks as the proxy? The rules, as data, over what both sides' sdxinfo shows.
 *
 * A write through a shadow of another configuration damages the master's data (GDS guide 6.6.3.7, step 5), and so every
 * rule must hold before anything reads or mounts the shadow. What is not there counts as a difference.
 */

import { statusesShown, unknownStatuses } from './involved-statuses.ts';
import { partedRule, stoppedRule, validSlicesRule } from './proxy-state.ts';
import type { EveryNodeFacts } from './proxy-state.ts';
import { diskNames, disksBelow, orderText, sliceHolders, typesText } from './group-tree.ts';
import { findDisk, slicesOfVolume } from './report-lookup.ts';
import { blocksText, judge, commaText, none, oneSided } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import { bothSides, disksOf, proxySide, shadowSide } from './shadow-sides.ts';
import type { ShadowFacts, ShadowPlan, Side } from './shadow-sides.ts';
import { compareWidths, isStriped } from './stripe-width.ts';
import { phrase, phrases } from '../../contract/text/say.ts';

interface ShadowRule extends Rule<ShadowFacts> {
  /** Where the rule has something to judge; absent: always. */
  readonly applies?: (facts: ShadowFacts) => boolean;
}

function sizesOf(side: Side): string | undefined {
  const disks = disksOf(side);
  if (disks.some(({ blocks }) => blocks === undefined)) return undefined;
  return commaText(disks.map(({ name, blocks }) => `${name}: ${blocksText(blocks ?? 0)}`));
}

/** Every type that is reported, on each level: by disks, by groups and by the volume. They must be one and the same. */
function typesOf({ tree, volume }: Side): string | undefined {
  return tree === undefined || disksBelow(tree).length === 0 ? undefined : typesText(tree, volume?.type);
}

/** What a proxy may be on (GDS guide (Linux) 4.3, 2.3.12; 4.5, D.16). */
const soundTypes = /^(single|mirror|mirror of (stripe|concat)(, (stripe|concat))*)$/;

function compareTypes(facts: ShadowFacts): Finding {
  const finding = bothSides(facts, typesOf);
  if (finding.verdict !== 'equal' || soundTypes.test(finding.expected)) return finding;
  return {
    expected: phrase('mirror or single'),
    actual: phrase('{actual} on both sides', { actual: finding.actual }),
    verdict: 'fails',
  };
}

function compareDevices(facts: ShadowFacts): Finding {
  const { plan, primaries, backup } = facts;
  const ofProxy = primaries.flatMap(({ report }) => diskNames(proxySide(report, plan).tree));
  const names = [...new Set([...ofProxy, ...Object.keys(plan.deviceOfDisk)])].sort();
  const planned = (name: string) =>
    Object.hasOwn(plan.deviceOfDisk, name) ? plan.deviceOfDisk[name] : undefined;
  const registered = (name: string) => findDisk(backup.report, plan.shadowClass, name)?.device;
  const same = names.every((name) => planned(name) !== undefined && planned(name) === registered(name));
  return {
    expected: commaText(names.map((name) => `${name}=${planned(name) ?? none}`)) ?? none,
    actual: commaText(names.map((name) => `${name}=${registered(name) ?? none}`)) ?? none,
    verdict: same && ofProxy.length > 0 ? 'equal' : 'differs',
  };
}

function shadowActive(facts: ShadowFacts): Finding {
  const side = shadowSide(facts);
  const expected = phrase('volume ACTIVE, each slice ACTIVE, each disk ENABLE');
  if (side.volume === undefined) return oneSided(expected, none, false);
  const disks = disksOf(side);
  const slices = slicesOfVolume(side.report, side.class, facts.plan.shadowVolume);
  const holders = sliceHolders(side.tree);
  const withoutSlice = holders.filter((name) => slices.every(({ disk }) => disk !== name));
  const word = side.volume.status?.word ?? none;
  const texts = [
    phrase('volume {word}', { word }),
    ...slices.map(({ disk, status }) => phrase('slice of {disk} {word}', { disk, word: status.word })),
    ...withoutSlice.map((name) => phrase('slice of {name} {none}', { name, none })),
    ...disks.map(({ name, status }) => phrase('disk {name} {word}', { name, word: status.word })),
  ];
  const good =
    word === 'ACTIVE' &&
    disks.length > 0 &&
    withoutSlice.length === 0 &&
    slices.every(({ status }) => status.word === 'ACTIVE') &&
    disks.every(({ status }) => status.word === 'ENABLE');
  return oneSided(expected, phrases(texts, ', '), good);
}

function accessMode(facts: ShadowFacts): Finding {
  const { volume } = shadowSide(facts);
  const expected = facts.plan.mode;
  if (volume === undefined) return { expected, actual: none, verdict: 'differs' };
  if (!volume.columns.includes('MODE'))
    return { expected, actual: phrase('not shown'), verdict: 'not-shown' };
  const actual = volume.mode ?? none;
  return { expected, actual, verdict: actual === expected ? 'equal' : 'differs' };
}

/** A rule about the proxy on every primary node, over the facts of a shadow. */
function onCluster({ compare, ...rule }: Rule<EveryNodeFacts>): ShadowRule {
  const clusterFacts = ({ primaries, plan }: ShadowFacts): EveryNodeFacts => ({
    primaries,
    names: { class: plan.primaryClass, proxyVolume: plan.proxyVolume, masterVolume: plan.masterVolume },
  });
  return { ...rule, compare: (facts) => compare(clusterFacts(facts)) };
}

/** What a plan puts into the shadow class: disks, groups and volumes, by name. */
function plannedObjects({ layout: { disks, groups, volumes } }: ShadowPlan) {
  const nameOf = ({ name }: { readonly name: string }) => name;
  return { disks: disks.map(nameOf), groups: groups.map(nameOf), volumes: volumes.map(nameOf) };
}

function nothingElse({ backup: { report }, plan }: ShadowFacts): Finding {
  const inClass = (object: { class: string }) => object.class === plan.shadowClass;
  const { disks, groups, volumes } = plannedObjects(plan);
  const others = [
    ...report.disks
      .filter(inClass)
      .flatMap(({ name }) => (disks.includes(name) ? [] : [phrase('disk {name}', { name })])),
    ...report.groups
      .filter(inClass)
      .flatMap(({ name }) => (groups.includes(name) ? [] : [phrase('group {name}', { name })])),
    ...report.volumes
      .filter(inClass)
      .flatMap(({ name }) => (volumes.includes(name) ? [] : [phrase('volume {name}', { name })])),
    ...report.slices
      .filter(inClass)
      .flatMap(({ disk, volume }) =>
        volumes.includes(volume) ? [] : [phrase('slice {disk}.{volume}', { disk, volume })],
      ),
  ];
  const names = [...new Set([...disks, ...groups, ...volumes])].join(', ');
  const actual =
    others.length === 0 ? phrase('nothing else') : phrase('also {others}', { others: phrases(others, ', ') });
  return oneSided(phrase('only {names}', { names }), actual, others.length === 0);
}

function statusesKnown({ primaries, backup, plan }: ShadowFacts): Finding {
  const shown = [
    ...primaries.flatMap((sight) => statusesShown(sight, plan.primaryClass, plan.proxyVolume)),
    ...statusesShown(backup, plan.shadowClass, plan.shadowVolume),
  ];
  const unknown = unknownStatuses(shown);
  const actual = shown.length === 0 ? none : phrase('every status known');
  return oneSided(
    phrase('every status known'),
    commaText(unknown) ?? actual,
    shown.length > 0 && unknown.length === 0,
  );
}

/** In the order in which they are shown. */
export const shadowRules: readonly ShadowRule[] = [
  {
    id: 'disk-names',
    title: phrase('Disk names'),
    why: phrase('a shadow disk must have the same name as the disk on the cluster'),
    source: 'GDS guide (Linux) 4.1, 2.7.2.2',
    compare: (facts) => bothSides(facts, (side) => commaText(disksOf(side).map(({ name }) => name))),
  },
  {
    id: 'disk-devices',
    title: phrase('Disk devices'),
    why: phrase('the name alone proves nothing: the same name can belong to another disk'),
    source: phrase('{source}; the devices are those of the site file', {
      source: 'GDS guide 6.6.3.7, step 5',
    }),
    compare: compareDevices,
  },
  {
    id: 'device-sizes',
    title: phrase('Device sizes'),
    why: phrase('a device of a different size is a different disk'),
    source: phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 5' }),
    compare: (facts) => bothSides(facts, sizesOf),
  },
  {
    id: 'group-type',
    title: phrase('Group type'),
    why: phrase('the type decides how blocks are distributed over the disks'),
    source: phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 5' }),
    compare: compareTypes,
  },
  {
    id: 'disk-order',
    title: phrase('Disk order'),
    why: phrase('the order of the disks decides where each block is'),
    source: phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 5' }),
    compare: (facts) => bothSides(facts, ({ tree }) => (tree === undefined ? undefined : orderText(tree))),
  },
  {
    id: 'stripe-width',
    title: phrase('Stripe width'),
    why: phrase('a different stripe width puts the same blocks elsewhere'),
    source: phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 5' }),
    applies: isStriped,
    compare: compareWidths,
  },
  {
    id: 'first-block',
    title: phrase('First block'),
    why: phrase('a shadow that starts elsewhere reads and writes another volume'),
    source: 'GDS guide (Linux) 4.2, 2.7.2.4',
    compare: (facts) => bothSides(facts, ({ volume }) => volume?.firstBlock?.toLocaleString('en-US')),
  },
  {
    id: 'size',
    title: 'Size',
    why: phrase('a shadow has exactly the BLOCKS that sdxinfo -V shows for the proxy'),
    source: 'GDS guide 4.5, D.17',
    compare: (facts) =>
      bothSides(facts, ({ volume }) =>
        volume?.blocks === undefined ? undefined : blocksText(volume.blocks),
      ),
  },
  {
    id: 'shadow-active',
    title: phrase('Shadow is active'),
    why: phrase('a volume that is not ACTIVE on all slices cannot be read completely'),
    source: 'GDS guide (Linux) 4.1, 2.7.2.2 and 2.7.2.5',
    compare: shadowActive,
  },
  {
    id: 'access-mode',
    title: phrase('Access mode'),
    why: phrase('only the file system check needs to write to a shadow'),
    source: 'GDS guide 4.5, D.17',
    compare: accessMode,
  },
  onCluster(partedRule),
  onCluster(stoppedRule),
  onCluster(validSlicesRule),
  {
    id: 'nothing-else',
    title: phrase('Nothing else in the shadow class'),
    why: phrase('a shadow that this run did not create belongs to somebody else, or to an interrupted run'),
    source: phrase('inferred from {source}', { source: 'GDS guide 6.6.3.7, step 7' }),
    compare: nothingElse,
  },
  {
    id: 'statuses-known',
    title: phrase('Every status is known'),
    why: phrase('an unknown status never counts as a good one'),
    source: phrase('{source} (its list of words is not completely legible)', {
      source: 'GDS guide 4.5, D.6',
    }),
    compare: statusesKnown,
  },
];

/**
 * Judges a shadow by every rule that applies to it, in order. Missing objects are differences, never errors.
 * Which of the verdicts forbid the dump: `blocks(verdicts)`.
 */
export function compareShadow(facts: ShadowFacts): RuleVerdict[] {
  const rules = shadowRules.filter(({ applies }) => applies?.(facts) !== false);
  return rules.map((rule) => judge(rule, facts));
}
