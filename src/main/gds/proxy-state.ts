/**
 * What a proxy volume, and the backup server, must look like before and after the steps. Facts in, verdicts out.
 */

import {
  disksOfGroup,
  extentsOfGroup,
  findDisk,
  findGroup,
  findVolume,
  slicesOfVolume,
} from './report-lookup.ts';
import { judge, none, oneSided, onNodes } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import type { NodeReport, SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';

export interface ProxyNames {
  readonly class: string;
  readonly proxyVolume: string;
  readonly masterVolume: string;
}

interface ProxyFacts {
  readonly report: SdxinfoReport;
  readonly names: ProxyNames;
  readonly volume: SdxVolume | undefined;
}

/** What every primary node shows of one proxy. */
export interface EveryNodeFacts {
  readonly primaries: readonly NodeReport[];
  readonly names: ProxyNames;
}

/** How far a copy between master and proxy has come. `unexpected`: a slice is neither COPY nor STOP, or none is shown. */
export type CopyState = 'copying' | 'in-sync' | 'unexpected';

function proxyFacts(report: SdxinfoReport, names: ProxyNames): ProxyFacts {
  return { report, names, volume: findVolume(report, names.class, names.proxyVolume) };
}

function proxyText(volume: SdxVolume | undefined): string {
  if (volume === undefined) return none;
  const word = volume.proxy?.word ?? none;
  return volume.master === undefined ? word : `${word} of ${volume.master}`;
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? none : texts.join(', ');
}

function judgeSlices({ report, names }: ProxyFacts): { text: string; good: boolean } {
  const slices = slicesOfVolume(report, names.class, names.proxyVolume);
  return {
    text: listed(slices.map(({ disk, status }) => `slice of ${disk} ${status.word}`)),
    good: slices.length > 0 && slices.every(({ status }) => status.word === 'STOP'),
  };
}

const joinedRules: readonly Rule<ProxyFacts>[] = [
  {
    id: 'proxy-joined',
    title: 'Proxy is joined',
    why: 'only a joined proxy holds what its master holds',
    source: 'GDS guide 6.6.3.7, step 3-1',
    compare: ({ volume, names }) => {
      const good = volume?.proxy?.word === 'Join' && volume.master === names.masterVolume;
      return oneSided(`Join of ${names.masterVolume}`, proxyText(volume), good);
    },
  },
  {
    id: 'proxy-slices-in-sync',
    title: 'Proxy slices are valid',
    why: 'a slice that is not STOP is still being copied, or is damaged',
    source: 'GDS guide 6.6.3.7, step 3-1',
    compare: (facts) => {
      const { text, good } = judgeSlices(facts);
      return oneSided('each slice STOP', text, good);
    },
  },
  {
    id: 'proxy-disks-enabled',
    title: 'Proxy disks are enabled',
    why: 'a disk that was found to be changed or failed cannot be backed up',
    source: 'GDS guide 4.5, F.1.3',
    compare: ({ report, names, volume }) => {
      const disks = disksOfGroup(report, names.class, volume?.group);
      const texts = disks.map(({ name, status }) => `${name} ${status.word}`);
      const good = disks.length > 0 && disks.every(({ status }) => status.word === 'ENABLE');
      return oneSided('each disk ENABLE', listed(texts), good);
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
  title: 'Proxy is parted',
  why: 'while the proxy is joined, the cluster keeps writing into it',
  source: 'GDS guide 6.6.3.7, step 3-3',
  compare: (facts) =>
    everyNode(facts, `Part of ${facts.names.masterVolume}`, ({ volume }) => {
      // Whether MASTER stays filled while parted is not told; another master is wrong in any case.
      const otherMaster = volume?.master !== undefined && volume.master !== facts.names.masterVolume;
      return { text: proxyText(volume), good: volume?.proxy?.word === 'Part' && !otherMaster };
    }),
};

/** After `sdxvolume -F -e allnodes`. */
export const stoppedRule: Rule<EveryNodeFacts> = {
  id: 'proxy-stopped',
  title: 'Proxy is stopped',
  why: 'nobody on the cluster may open the proxy while the backup server uses its blocks',
  source: 'GDS guide 6.6.3.7, step 3-5; a stopped volume starts again when its node reboots (4.5, D.4)',
  compare: (facts) =>
    everyNode(facts, 'STOP', ({ volume }) => ({
      text: volume?.status?.word ?? none,
      good: volume?.status?.word === 'STOP',
    })),
};

/** While a shadow stands on the proxy. */
export const validSlicesRule: Rule<EveryNodeFacts> = {
  id: 'proxy-slices',
  title: 'Proxy slices are valid',
  why: 'the shadow copies nothing: a slice that is out of step stays out of step in the backup',
  source: 'GDS guide 6.6.3.7, step 3-1; (Linux) 4.1, 2.7.2.4',
  compare: (facts) => everyNode(facts, 'each slice STOP', judgeSlices),
};

const noShadowRule: Rule<{ readonly report: SdxinfoReport; readonly shadowClass: string }> = {
  id: 'no-shadow-objects',
  title: 'No shadow is left',
  why: 'a shadow that lives while the proxy is rejoined can damage the data of the master',
  source: 'GDS guide 6.6.3.7, step 7',
  compare: ({ report, shadowClass }) => {
    const inClass = (object: { class: string }) => object.class === shadowClass;
    const left = [
      ...report.classes.filter(({ name }) => name === shadowClass).map(({ name }) => `class ${name}`),
      ...report.disks.filter(inClass).map(({ name }) => `disk ${name}`),
      ...report.groups.filter(inClass).map(({ name }) => `group ${name}`),
      ...report.volumes.filter(inClass).map(({ name }) => `volume ${name}`),
      ...report.slices.filter(inClass).map(({ disk, volume }) => `slice ${disk}.${volume}`),
      ...report.extents.filter(inClass).map(({ group }) => `blocks of group ${group ?? none}`),
    ];
    return oneSided(none, listed([...new Set(left)]), left.length === 0);
  },
};

const shadowableRules: readonly Rule<ProxyFacts>[] = [
  {
    id: 'shadowable-type',
    title: 'Proxy lies in a mirror group',
    why: 'only the layout of a mirror can be rebuilt from what sdxinfo shows; stripes have a width, and concatenations an order, which it does not',
    source: 'inferred from GDS guide 6.6.3.7, step 5',
    compare: ({ report, names, volume }) => {
      const disks = disksOfGroup(report, names.class, volume?.group);
      const shown = [volume?.type, findGroup(report, names.class, volume?.group)?.type];
      const types = [...disks.map(({ type }) => type), ...shown].filter((type) => type !== undefined);
      const text = volume !== undefined && volume.group === undefined ? 'no group' : undefined;
      const good = disks.length > 0 && types.every((type) => type === 'mirror');
      return oneSided('mirror', text ?? listed([...new Set(types)].sort()), good);
    },
  },
  {
    id: 'shadowable-plain-disks',
    title: 'The group consists of plain disks',
    why: 'a group inside a group would have to be rebuilt with all its own rules',
    source: 'inferred from GDS guide 4.5, D.16',
    compare: ({ report, names, volume }) => {
      const members = findGroup(report, names.class, volume?.group)?.disks ?? [];
      const isDisk = (name: string) => findDisk(report, names.class, name) !== undefined;
      const texts = members.map((name) => (isDisk(name) ? name : `${name} is no disk`));
      return oneSided('disks only', listed(texts), members.length > 0 && members.every(isDisk));
    },
  },
  {
    id: 'shadowable-first-of-group',
    title: 'Proxy is the first volume of its group',
    why: 'a shadow of a volume that is not the first of its group needs stand-ins for the volumes before it',
    source: 'GDS guide (Linux) 4.2, 2.7.2.4',
    compare: ({ report, volume }) => {
      const expected = 'only reserved blocks before it';
      const first = volume?.firstBlock;
      if (first === undefined || volume?.group === undefined) return oneSided(expected, none, false);
      const before = volumesBefore(report, volume, first);
      return oneSided(expected, before.length === 0 ? expected : before.join(', '), before.length === 0);
    },
  },
];

/** What lies before the proxy and would have to be rebuilt, or left free, on the shadow side as well. */
function volumesBefore(report: SdxinfoReport, proxy: SdxVolume, first: number): string[] {
  const isBefore = ({ firstBlock }: { firstBlock: number | undefined }) =>
    firstBlock === undefined || firstBlock < first;
  const others = report.volumes.filter(
    (volume) => volume.class === proxy.class && volume.group === proxy.group && volume.name !== proxy.name,
  );
  const extents = extentsOfGroup(report, proxy.class, proxy.group);
  return [
    ...others.filter(isBefore).map(({ name }) => `volume ${name}`),
    ...extents
      .filter((extent) => isBefore(extent) && extent.status?.word !== 'PRIVATE')
      .map(({ status }) => `blocks that are ${status?.word ?? 'of unknown state'}`),
  ];
}

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

/**
 * Before the shadow is built and before the proxy is rejoined: the backup server shows nothing of the shadow class.
 * @param backupReport of the whole backup server, or of the whole shadow class
 */
export function noShadowObjects(backupReport: SdxinfoReport, shadowClass: string): RuleVerdict[] {
  return [judge(noShadowRule, { report: backupReport, shadowClass })];
}

/**
 * Whether this program can build a shadow of the proxy: a mirror group of plain disks, the proxy its first volume.
 * @param report of the whole class on one primary node: volumes that are not in it cannot be seen to be in the way
 */
export function shadowable(report: SdxinfoReport, names: ProxyNames): RuleVerdict[] {
  return shadowableRules.map((rule) => judge(rule, proxyFacts(report, names)));
}

/** How far the copy into the proxy has come after a rejoin (GDS guide 6.6.3.7, step 8-2). */
export function copyState(report: SdxinfoReport, names: ProxyNames): CopyState {
  const words = slicesOfVolume(report, names.class, names.proxyVolume).map(({ status }) => status.word);
  if (words.length === 0 || words.some((word) => word !== 'COPY' && word !== 'STOP')) return 'unexpected';
  return words.includes('COPY') ? 'copying' : 'in-sync';
}
