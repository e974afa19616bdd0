/**
 * What a proxy volume, and the backup server, must look like before and after the steps. Facts in, verdicts out.
 */

import { disksBelow, groupTree, sliceHolders } from './group-tree.ts';
import type { GroupTree } from './group-tree.ts';
import { findVolume, placeOf, slicesOfVolume } from './report-lookup.ts';
import { commaText, judge, none, oneSided, onNodes } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import type { NodeReport, SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import { phrase } from '../../contract/text/say.ts';

export interface ProxyNames {
  readonly class: string;
  readonly proxyVolume: string;
  readonly masterVolume: string;
}

interface ProxyFacts {
  readonly report: SdxinfoReport;
  readonly names: ProxyNames;
  readonly volume: SdxVolume | undefined;
  /** What the proxy is on. */
  readonly tree: GroupTree | undefined;
}

/** What every primary node shows of one proxy. */
export interface EveryNodeFacts {
  readonly primaries: readonly NodeReport[];
  readonly names: ProxyNames;
}

/** How far a copy between master and proxy has come. `unexpected`: a slice is neither COPY nor STOP, or none is shown. */
export type CopyState = 'copying' | 'in-sync' | 'unexpected';

function proxyFacts(report: SdxinfoReport, names: ProxyNames): ProxyFacts {
  const volume = findVolume(report, names.class, names.proxyVolume);
  return { report, names, volume, tree: groupTree(report, names.class, placeOf(volume)) };
}

function proxyText(volume: SdxVolume | undefined): string {
  if (volume === undefined) return none;
  const word = volume.proxy?.word ?? none;
  return volume.master === undefined ? word : phrase('{word} of {master}', { word, master: volume.master });
}

/** A disk or lower group without a slice of the proxy holds none of its data, though a shadow would read it there. */
function judgeSlices({ report, names, tree }: ProxyFacts): { text: string; good: boolean } {
  const slices = slicesOfVolume(report, names.class, names.proxyVolume);
  const without = sliceHolders(tree).filter((name) => slices.every(({ disk }) => disk !== name));
  const texts = [
    ...slices.map(({ disk, status }) => phrase('slice of {disk} {word}', { disk, word: status.word })),
    ...without.map((name) => phrase('slice of {name} {none}', { name, none })),
  ];
  const good = slices.length > 0 && slices.every(({ status }) => status.word === 'STOP');
  return {
    text: slices.length === 0 ? none : (commaText(texts) ?? none),
    good: good && without.length === 0,
  };
}

const joinedRules: readonly Rule<ProxyFacts>[] = [
  {
    id: 'proxy-joined',
    title: phrase('Proxy is joined'),
    why: phrase('only a joined proxy holds the data of its master'),
    source: 'GDS guide 6.6.3.7, step 3-1',
    compare: ({ volume, names }) => {
      const good = volume?.proxy?.word === 'Join' && volume.master === names.masterVolume;
      return oneSided(
        phrase('Join of {masterVolume}', { masterVolume: names.masterVolume }),
        proxyText(volume),
        good,
      );
    },
  },
  {
    id: 'proxy-slices-in-sync',
    title: phrase('Proxy slices are valid'),
    why: phrase('a slice that is not STOP is still being copied, or is damaged'),
    source: 'GDS guide 6.6.3.7, step 3-1',
    compare: (facts) => {
      const { text, good } = judgeSlices(facts);
      return oneSided(phrase('each slice STOP'), text, good);
    },
  },
  {
    id: 'proxy-disks-enabled',
    title: phrase('Proxy disks are enabled'),
    why: phrase('a changed or failed disk cannot be backed up'),
    source: 'GDS guide 4.5, F.1.3',
    compare: ({ tree }) => {
      const disks = disksBelow(tree);
      const texts = disks.map(({ name, status }) => `${name} ${status.word}`);
      const good = disks.length > 0 && disks.every(({ status }) => status.word === 'ENABLE');
      return oneSided(phrase('each disk ENABLE'), commaText(texts) ?? none, good);
    },
  },
];

function everyNode(
  { primaries, names }: EveryNodeFacts,
  expected: string,
  tell: (facts: ProxyFacts) => { text: string; good: boolean },
): Finding {
  const sights = primaries.map(({ node, report }) => ({ node, ...tell(proxyFacts(report, names)) }));
  // No node at all proves nothing.
  return oneSided(expected, onNodes(sights), sights.length > 0 && sights.every(({ good }) => good));
}

/** After `sdxproxy Part`. */
export const partedRule: Rule<EveryNodeFacts> = {
  id: 'proxy-parted',
  title: phrase('Proxy is parted'),
  why: phrase('while the proxy is joined, the cluster keeps writing to it'),
  source: 'GDS guide 6.6.3.7, step 3-3',
  compare: (facts) =>
    everyNode(
      facts,
      phrase('Part of {masterVolume}', { masterVolume: facts.names.masterVolume }),
      ({ volume }) => {
        // Whether MASTER stays filled while parted is not documented; another master is wrong in any case.
        const otherMaster = volume?.master !== undefined && volume.master !== facts.names.masterVolume;
        return { text: proxyText(volume), good: volume?.proxy?.word === 'Part' && !otherMaster };
      },
    ),
};

/** After `sdxvolume -F -e allnodes`. */
export const stoppedRule: Rule<EveryNodeFacts> = {
  id: 'proxy-stopped',
  title: phrase('Proxy is stopped'),
  why: phrase('nothing on the cluster may open the proxy while the backup server uses its blocks'),
  source: phrase('{source}; a stopped volume starts again when its node reboots ({also})', {
    source: 'GDS guide 6.6.3.7, step 3-5',
    also: '4.5, D.4',
  }),
  compare: (facts) =>
    everyNode(facts, 'STOP', ({ volume }) => ({
      text: volume?.status?.word ?? none,
      good: volume?.status?.word === 'STOP',
    })),
};

/** While a shadow is on the proxy, and before a parted proxy is copied. */
export const validSlicesRule: Rule<EveryNodeFacts> = {
  id: 'proxy-slices',
  title: phrase('Proxy slices are valid'),
  why: phrase('a shadow copies nothing: a slice that is out of sync stays out of sync in the backup'),
  source: 'GDS guide 6.6.3.7, step 3-1; (Linux) 4.1, 2.7.2.4',
  compare: (facts) => everyNode(facts, phrase('each slice STOP'), judgeSlices),
};

/**
 * Before the proxy is parted: joined to its master, each slice STOP, each disk of its group ENABLE.
 * @param report of one primary node, default and long form merged
 */
export function joinedAndInSync(report: SdxinfoReport, names: ProxyNames): RuleVerdict[] {
  return joinedRules.map((rule) => judge(rule, proxyFacts(report, names)));
}

/** After `sdxproxy Part`: parted, as every primary node sees it. */
export function parted(primaries: readonly NodeReport[], names: ProxyNames): RuleVerdict[] {
  return [judge(partedRule, { primaries, names })];
}

/** After `sdxvolume -F -e allnodes`, and again whenever a primary node may have rebooted. */
export function stoppedEverywhere(primaries: readonly NodeReport[], names: ProxyNames): RuleVerdict[] {
  return [judge(stoppedRule, { primaries, names })];
}

/** While the proxy is parted and stopped: each of its slices is STOP, as every primary node sees it. */
export function slicesValid(primaries: readonly NodeReport[], names: ProxyNames): RuleVerdict[] {
  return [judge(validSlicesRule, { primaries, names })];
}

/**
 * How far the copy into a volume has come: into the proxy after a rejoin (GDS guide 6.6.3.7, step 8-2), into the master when it is rebuilt.
 * @param names the volume that is copied to
 */
export function copyState(
  report: SdxinfoReport,
  names: Pick<ProxyNames, 'class' | 'proxyVolume'>,
): CopyState {
  const words = slicesOfVolume(report, names.class, names.proxyVolume).map(({ status }) => status.word);
  if (words.length === 0 || words.some((word) => word !== 'COPY' && word !== 'STOP')) return 'unexpected';
  return words.includes('COPY') ? 'copying' : 'in-sync';
}
