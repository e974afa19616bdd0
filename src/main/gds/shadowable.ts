/**
 * Of which proxies a shadow can be built: the rules, as data, over what one primary node shows.
 */

import { blocksUpTo, stretchText } from './blocks-up-to.ts';
import { distinct, groupTree } from './group-tree.ts';
import type { GroupTree, TreeMember } from './group-tree.ts';
import { findVolume, nameOfPlace, placeOf } from './report-lookup.ts';
import type { VolumePlace } from './report-lookup.ts';
import { commaText, judge, none, oneSided } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import type { SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import { phrase, phrases } from '../../contract/text/say.ts';

export interface ProxyVolumeName {
  readonly class: string;
  readonly proxyVolume: string;
}

interface ProxySight {
  readonly report: SdxinfoReport;
  readonly volume: SdxVolume | undefined;
  readonly place: VolumePlace | undefined;
  readonly tree: GroupTree | undefined;
}

function isLowerGroup({ types, members, strays }: GroupTree): boolean {
  const [type] = types;
  const isOfType = types.length === 1 && (type === 'stripe' || type === 'concat');
  return isOfType && strays.length === 0 && members.every(({ kind }) => kind === 'disk');
}

function memberText(member: TreeMember): string {
  if (member.kind === 'disk') return member.name;
  if (member.kind === 'unknown') return phrase('{name} is neither a disk nor a group', { name: member.name });
  const { types, members, strays } = member.group;
  const inside = [...members, ...strays].map(({ name }) => name).join(', ');
  return phrase('{name} ({types} of {inside})', {
    name: member.name,
    types: types.join(', ') || phrase('no type'),
    inside: inside || none,
  });
}

function judgeType({ volume, place, tree }: ProxySight): Finding {
  if (volume === undefined) return oneSided(phrase('mirror or single'), none, false);
  if (place === undefined)
    return oneSided(phrase('mirror or single'), phrase('neither a group nor a disk'), false);
  const expected = 'group' in place ? 'mirror' : 'single';
  if (tree === undefined)
    return oneSided(
      expected,
      phrase('{nameOfPlace} is not shown', { nameOfPlace: nameOfPlace(place) }),
      false,
    );
  const types = distinct([...tree.types, volume.type]);
  return oneSided(expected, commaText(types) ?? none, types.length === 1 && types[0] === expected);
}

function judgeMembers({ tree }: ProxySight): Finding {
  const expected = phrase('disks, or stripe or concat groups of disks');
  if (tree === undefined) return oneSided(expected, none, false);
  const { members, strays } = tree;
  const allDisks = members.every(({ kind }) => kind === 'disk');
  const allLower = members.every((member) => member.kind === 'group' && isLowerGroup(member.group));
  const texts = [
    ...members.map(memberText),
    ...strays.map(({ name }) => phrase('{name} is in the group, but the group does not name it', { name })),
  ];
  // A tree without members has strays: there is no tree where nothing is shown of a group.
  const good = strays.length === 0 && (allDisks || allLower);
  return oneSided(expected, phrases(texts, ', '), good);
}

function judgeBlocksBefore({ report, volume, place }: ProxySight): Finding {
  const expected = phrase('volumes, free or reserved blocks before it, each of known place and size');
  if (volume === undefined || place === undefined) return oneSided(expected, none, false);
  const { stretches, obstacles } = blocksUpTo(report, volume, place);
  const before = phrases(stretches.slice(0, -1).map(stretchText), ', ');
  const actual =
    obstacles.length === 0 ? before || phrase('only reserved blocks before it') : phrases(obstacles, ', ');
  return oneSided(expected, actual, obstacles.length === 0);
}

const rules: readonly Rule<ProxySight>[] = [
  {
    id: 'shadowable-type',
    title: phrase('Proxy is a mirror or a single disk'),
    why: phrase(
      'a proxy is synchronized with its master in a mirror group or on a single disk; stripes and concatenations are below a mirror',
    ),
    source: 'GDS guide (Linux) 4.3, 2.3.12',
    compare: judgeType,
  },
  {
    id: 'shadowable-members',
    title: phrase('The group can be rebuilt'),
    why: phrase(
      'a group holds disks, or stripe or concat groups of disks; the shadow is built from the same in the same order',
    ),
    source: 'GDS guide 4.5, D.15 and D.16',
    compare: judgeMembers,
  },
  {
    id: 'shadowable-blocks-before',
    title: phrase('Blocks before the proxy are known'),
    why: phrase(
      'the shadow gets the right blocks only if stand-ins of the same size are created for everything before it',
    ),
    source: 'GDS guide (Linux) 4.2, 2.7.2.4',
    compare: judgeBlocksBefore,
  },
];

/**
 * Whether a shadow of the proxy can be built: on a single disk, or in a mirror group of disks or of stripe or concat groups.
 * @param report of the whole class on one primary node: volumes that are not in it cannot be seen to be in the way
 */
export function shadowable(report: SdxinfoReport, names: ProxyVolumeName): RuleVerdict[] {
  const volume = findVolume(report, names.class, names.proxyVolume);
  const place = placeOf(volume);
  const tree = groupTree(report, names.class, place);
  return rules.map((rule) => judge(rule, { report, volume, place, tree }));
}
