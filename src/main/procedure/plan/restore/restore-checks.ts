/**
 * Checks that a restore needs in addition to those of a backup: the master, the other proxies, the physical disks.
 * Pure.
 */
import type { RuleVerdict } from '../../../../contract/checks.ts';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { phrase, phrases } from '../../../../contract/text/say.ts';
import { findVolume, slicesOfVolume } from '../../../gds/report-lookup.ts';
import { oneSided, onNodes } from '../../../gds/rule-verdict.ts';
import type { NodeReport, SdxinfoReport } from '../../../gds/sdxinfo-objects.ts';
import type { Assignment, VolumeAssignment } from '../../model/assignment.ts';
import type { World } from '../../model/world.ts';
import {
  isProxyStopped,
  judgeJoined,
  judgeParted,
  judgeProxySlices,
  judgeShadowable,
  judgeStatusesKnown,
  judgeStopped,
} from '../cluster-checks.ts';
import {
  isFreeOfShadows,
  isShadowUnmounted,
  judgeDisks,
  judgeNoMount,
  judgeNoShadow,
} from '../shadow-checks.ts';
import { basedOn } from './based-on.ts';
import { holds, onEachVolume } from '../verdicts.ts';

/** What one node shows of a volume: a text, and whether it is good. */
type Told = (
  report: SdxinfoReport,
  volume: VolumeAssignment,
) => { readonly text: string; readonly good: boolean };

interface NodeRule {
  readonly rule: string;
  readonly title: string;
  readonly expected: string;
  readonly why: string;
  readonly source: string;
  readonly tell: Told;
}

/** One verdict per volume; each primary node must confirm it. Without any node nothing is proven. */
function onNodesOf(
  assignment: Assignment,
  world: World,
  { rule, title, expected, why, source, tell }: NodeRule,
): RuleVerdict[] {
  return onEachVolume(assignment, assignment.volumes, (volume) => {
    const sights = world.primaries.map(({ node, report }) => ({ node, ...tell(report, volume) }));
    const good = sights.length > 0 && sights.every((sight) => sight.good);
    return [{ rule, title, ...oneSided(expected, onNodes(sights), good), why, source }];
  });
}

/** The statuses of the slices, in words: `Disk1 STOP, Disk2 COPY`. */
function masterSlices({ class: className }: Assignment, report: SdxinfoReport, master: string) {
  return slicesOfVolume(report, className, master).map(({ disk, status }) => ({ disk, word: status.word }));
}

const sliceText = (slices: readonly { readonly disk: string; readonly word: string }[]): string =>
  slices.map(({ disk, word }) => `${disk} ${word}`).join(', ') || phrase('no slice is shown');

/** Each slice of the master has one of these words. */
const slicesAre =
  (assignment: Assignment, words: readonly string[]): Told =>
  (report, { master }) => {
    const slices = masterSlices(assignment, report, master);
    const good = slices.length > 0 && slices.every(({ word }) => words.includes(word));
    return { text: sliceText(slices), good };
  };

/**
 * The master is not INVALID, and nothing copies to it. If it is INVALID, a joined proxy may be the newest copy, and is
 * not overwritten.
 */
function judgeMasterValid(assignment: Assignment, world: World): RuleVerdict[] {
  return onNodesOf(assignment, world, {
    rule: 'master-valid',
    title: phrase('Master slices are valid'),
    expected: phrase('each slice ACTIVE or STOP'),
    why: phrase(
      'a joined proxy of a failed master may hold the newest data; a spare disk may be being filled',
    ),
    source: basedOn('GDS guide 4.5, F.1.1 and F.1.3'),
    tell: slicesAre(assignment, ['ACTIVE', 'STOP']),
  });
}

/** The master is stopped on every node, and each of its slices is STOP. */
export function judgeMasterStopped(assignment: Assignment, world: World): RuleVerdict[] {
  const { class: className } = assignment;
  const areStopped = slicesAre(assignment, ['STOP']);
  return onNodesOf(assignment, world, {
    rule: 'master-stopped',
    title: phrase('Master is stopped'),
    expected: phrase('STOP, each slice STOP'),
    why: phrase(
      'RejoinRestore needs master and proxy stopped, and nothing may open the master before it is proven',
    ),
    source: basedOn('GDS guide (Linux) 4.2, 1.5'),
    tell(report, volume) {
      const word = findVolume(report, className, volume.master)?.status?.word ?? phrase('none');
      const slices = areStopped(report, volume);
      return { text: phrases([word, slices.text], ', '), good: word === 'STOP' && slices.good };
    },
  });
}

/** Other proxies of the master would be overwritten with it. */
function judgeOtherProxies(assignment: Assignment, world: World): RuleVerdict[] {
  const { class: className } = assignment;
  return onNodesOf(assignment, world, {
    rule: 'other-proxies-parted',
    title: phrase('Other proxies of the master are parted'),
    expected: phrase('none joined'),
    why: phrase('a joined proxy follows its master: the copy would overwrite it, too'),
    source: 'Shadowtape',
    tell(report, { master, proxy }) {
      const joined = report.volumes.filter(
        (volume) =>
          volume.class === className &&
          volume.master === master &&
          volume.name !== proxy &&
          volume.proxy?.word !== 'Part',
      );
      return {
        text: joined.map(({ name }) => name).join(', ') || phrase('none joined'),
        good: joined.length === 0,
      };
    },
  });
}

/**
 * Other proxies of the masters that hold the data of some instant: parted on every node, with slices that are valid.
 * @returns their names
 */
export function otherSources(
  { class: className, volumes }: Pick<Assignment, 'class' | 'volumes'>,
  { primaries }: Pick<World, 'primaries'>,
): string[] {
  const masters: readonly (string | undefined)[] = volumes.map(({ master }) => master);
  const own = volumes.map(({ proxy }) => proxy);
  const holdsData = ({ report }: NodeReport, name: string): boolean => {
    const slices = slicesOfVolume(report, className, name).map(({ status }) => status.word);
    const isParted = findVolume(report, className, name)?.proxy?.word === 'Part';
    return isParted && slices.length > 0 && slices.every((word) => ['ACTIVE', 'STOP'].includes(word));
  };
  const names = primaries.flatMap(({ report }) =>
    report.volumes
      .filter((volume) => volume.class === className && masters.includes(volume.master))
      .map(({ name }) => name),
  );
  return [...new Set(names)].filter(
    (name) => !own.includes(name) && primaries.every((node) => holdsData(node, name)),
  );
}

/** What identifies each disk that the shadow is built on, and whether any other disk of the class has the same identity. */
function disksReported({ class: className, shadow }: Assignment, { primaries, disks }: World) {
  const ofClass = primaries[0]?.report.disks.filter((disk) => disk.class === className) ?? [];
  return Object.entries(shadow.devices).map(([name, device]) => {
    const own = ofClass.find((disk) => disk.name === name)?.device ?? '';
    const expected = disks?.primary.get(own);
    const actual = disks?.backup.get(device);
    const others = ofClass.filter(
      (disk) =>
        disk.name !== name && actual !== undefined && disks?.primary.get(disk.device ?? '') === actual,
    );
    return { name, expected, actual, others: others.map((disk) => disk.name) };
  });
}

/**
 * The disks of the shadow are proven to be those of the proxy, and no others. At the part, proxy and master hold the
 * same bytes, so only serial numbers tell their disks apart.
 */
export function judgeDisksProven(assignment: Assignment, world: World): RuleVerdict[] {
  const reported = disksReported(assignment, world);
  const isProven = reported.every(
    ({ expected, actual, others }) => expected !== undefined && expected === actual && others.length === 0,
  );
  const serial = (name: string, number: string | undefined) =>
    number === undefined ? phrase('{name} without serial number', { name }) : `${name} ${number}`;
  const expected = reported.map((disk) => serial(disk.name, disk.expected));
  const actual = reported.flatMap((disk) => [
    serial(disk.name, disk.actual),
    ...disk.others.map((other) => phrase('also {disk}', { disk: other })),
  ]);
  return [
    {
      rule: 'disks-proven',
      title: phrase('The disks of the shadow are those of the proxy'),
      expected: phrases(expected, ', '),
      actual: phrases(actual, ', '),
      verdict: reported.length > 0 && isProven ? 'equal' : 'differs',
      why: phrase(
        'what is written through the shadow of another disk destroys other data, and the content does not tell the disks apart',
      ),
      source: 'Shadowtape',
    },
  ];
}

/** A read of the volume may be answered by its other slices: the comparison of its bytes does not show a damaged one. */
function judgeSource(assignment: Assignment, world: World): RuleVerdict[] {
  const why = phrase('a slice that is being filled or damaged does not hold what was compared');
  return [...judgeStopped(assignment, world), ...judgeProxySlices(assignment, world, why)];
}

/** Everything that must hold before anything is changed. */
export function judgeRestorable(assignment: Assignment, order: RestoreOrder, world: World): RuleVerdict[] {
  return [
    ...(order.begins === 'joined' ? judgeJoined(assignment, world) : judgeSource(assignment, world)),
    ...judgeStatusesKnown(assignment, world),
    ...judgeShadowable(assignment, world),
    ...judgeMasterValid(assignment, world),
    ...judgeOtherProxies(assignment, world),
    ...judgeDisks(assignment, world),
    ...(order.from === 'tape' ? judgeDisksProven(assignment, world) : []),
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
  ];
}

/** Before the master is stopped: the proxy is parted, stopped and valid, nothing else is in the way. */
export function judgeReplaceable(assignment: Assignment, world: World): RuleVerdict[] {
  return [
    ...judgeSource(assignment, world),
    ...judgeMasterValid(assignment, world),
    ...judgeOtherProxies(assignment, world),
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
  ];
}

/** Right before the master is overwritten. */
export function judgeRebuildable(assignment: Assignment, world: World): RuleVerdict[] {
  return [...judgeReplaceable(assignment, world), ...judgeMasterStopped(assignment, world)];
}

/** After RejoinRestore: the proxy is joined, on every node. */
export function judgeRejoined(assignment: Assignment, world: World): RuleVerdict[] {
  const { class: className } = assignment;
  return onNodesOf(assignment, world, {
    rule: 'proxy-rejoined',
    title: phrase('Proxy is joined again'),
    expected: 'Join',
    why: phrase('RejoinRestore joins the proxy and copies it to its master'),
    source: basedOn('GDS guide 4.5, 2.2.1'),
    tell(report, { proxy }) {
      const word = findVolume(report, className, proxy)?.proxy?.word ?? phrase('none');
      return { text: word, good: word === 'Join' };
    },
  });
}

/** After the copy: joined, and each slice of master and proxy STOP. */
export function judgeRebuilt(assignment: Assignment, world: World): RuleVerdict[] {
  return [...judgeJoined(assignment, world), ...judgeMasterStopped(assignment, world)];
}

/** The master is ACTIVE on the nodes on which it was when the restore began. */
export function judgeMasterActive(
  assignment: Assignment,
  { activeOn }: RestoreOrder,
  world: World,
): RuleVerdict[] {
  const { class: className } = assignment;
  return onEachVolume(assignment, assignment.volumes, ({ master }) => {
    const sights = world.primaries
      .filter(({ node }) => activeOn.includes(node))
      .map(({ node, report }) => ({
        node,
        text: findVolume(report, className, master)?.status?.word ?? phrase('none'),
      }));
    const good = sights.length === activeOn.length && sights.every(({ text }) => text === 'ACTIVE');
    return [
      {
        rule: 'master-active',
        title: phrase('Master is started'),
        ...oneSided(phrase('ACTIVE on {activeOn}', { activeOn: activeOn.join(', ') }), onNodes(sights), good),
        why: phrase('it is started where it was active before the restore'),
        source: basedOn('GDS guide 4.5, D.4'),
      },
    ];
  });
}

export const isMasterActive = (assignment: Assignment, order: RestoreOrder, world: World): boolean =>
  order.activeOn.length === 0
    ? world.primaries.length > 0
    : holds(judgeMasterActive(assignment, order, world));

/**
 * Nothing of the restore remains except a parted proxy, stopped as it was found; the master runs where it did before.
 */
export function isAsFound(assignment: Assignment, order: RestoreOrder, world: World): boolean {
  if (!world.backup) return false;
  const isProxyAsFound =
    order.begins === 'joined'
      ? holds(judgeJoined(assignment, world))
      : holds(judgeParted(assignment, world)) && isProxyStopped(assignment, world);
  return (
    isProxyAsFound &&
    isFreeOfShadows(assignment, world) &&
    isShadowUnmounted(assignment, world) &&
    isMasterActive(assignment, order, world)
  );
}
