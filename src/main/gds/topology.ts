/**
 * Builds the picture of both domains from what each node's sdxinfo showed.
 */

import { linkShadows } from './shadow-links.ts';
import type { NodeReport, SdxinfoReport } from './sdxinfo-objects.ts';
import type {
  ByNode,
  Disagreement,
  Domain,
  ShadowLink,
  Topology,
  TopologyClass,
  TopologyExtent,
  TopologyGroup,
  TopologyVolume,
} from '../../contract/topology.ts';
import { phrase } from '../../contract/text/say.ts';

export interface TopologySources {
  /** Reports of the primary nodes, default and long form merged. */
  readonly primaries: readonly NodeReport[];
  readonly backup?: NodeReport | undefined;
  /** Links that are known from a plan; they go before those that are found by comparing. */
  readonly shadowOf?: readonly ShadowLink[] | undefined;
}

/** One object as several nodes show it. */
interface Seen<T> {
  readonly first: T;
  readonly on: readonly { readonly node: string; readonly object: T }[];
}

/** Groups what several nodes show by the object that is meant, in the order of first sight. */
function seenBy<T>(
  reports: readonly NodeReport[],
  pick: (report: SdxinfoReport) => readonly T[],
  key: (object: T) => string,
): Seen<T>[] {
  const seen = new Map<string, { first: T; on: { node: string; object: T }[] }>();
  for (const { node, report } of reports) {
    for (const object of pick(report)) {
      const entry = seen.get(key(object)) ?? { first: object, on: [] };
      entry.on.push({ node, object });
      seen.set(key(object), entry);
    }
  }
  return [...seen.values()];
}

function byNode<T, Value>(seen: Seen<T>, tell: (object: T) => Value | undefined): ByNode<Value> {
  const told = seen.on.flatMap(({ node, object }): [string, Value][] => {
    const value = tell(object);
    return value === undefined ? [] : [[node, value]];
  });
  return Object.fromEntries(told);
}

/** The first value that any node reports, or null. */
function firstTold<T, Value>(seen: Seen<T>, tell: (object: T) => Value | undefined): Value | null {
  return seen.on.map(({ object }) => tell(object)).find((value) => value !== undefined) ?? null;
}

const keyOf = (...parts: readonly (string | number | undefined)[]): string => parts.join(' ');
const named = (object: { class: string; name: string }) => keyOf(object.class, object.name);

/** Compares the fields that belong to the configuration, not to the moment. */
function disagreementsOf<T extends object>(
  title: string,
  seen: Seen<T>,
  fields: readonly (keyof T & string)[],
): Disagreement[] {
  return fields.flatMap((field) => {
    const on = byNode(seen, (object) => (object[field] === undefined ? undefined : String(object[field])));
    return new Set(Object.values(on)).size > 1 ? [{ object: title, field, on }] : [];
  });
}

type DomainPart = Omit<Topology, 'nodes' | 'shadows'>;

function classesOf(domain: Domain, reports: readonly NodeReport[]): TopologyClass[] {
  const namesOf = (report: SdxinfoReport) => [
    ...report.classes.map(({ name }) => name),
    ...[...report.disks, ...report.groups, ...report.volumes, ...report.slices].map((object) => object.class),
  ];
  const seen = seenBy(
    reports,
    (report) => [...new Set(namesOf(report))],
    (name) => name,
  );
  return seen.map(({ first, on }) => ({ domain, name: first, nodes: on.map(({ node }) => node) }));
}

function volumesOf(
  domain: Domain,
  volumes: readonly Seen<SdxinfoReport['volumes'][number]>[],
): TopologyVolume[] {
  return volumes.map((seen) => {
    const { first } = seen;
    const proxyOn = byNode(seen, ({ proxy }) => proxy);
    const states = Object.values(proxyOn);
    const proxies = volumes
      .filter((other) => other.first.class === first.class && other.first.master === first.name)
      .map((other) => other.first.name);
    return {
      domain,
      class: first.class,
      name: first.name,
      type: firstTold(seen, ({ type }) => type),
      group: firstTold(seen, ({ group }) => group),
      disk: firstTold(seen, ({ disk }) => disk),
      firstBlock: firstTold(seen, ({ firstBlock }) => firstBlock),
      blocks: firstTold(seen, ({ blocks }) => blocks),
      mode: firstTold(seen, ({ mode }) => mode),
      master: firstTold(seen, ({ master }) => master),
      proxyOn,
      joined: states.length > 0 && states.every(({ word }) => word === 'Join'),
      proxies,
      statusOn: byNode(seen, ({ status }) => status),
    };
  });
}

function extentsOf(domain: Domain, reports: readonly NodeReport[]): TopologyExtent[] {
  const extents = seenBy(
    reports,
    (report) => report.extents,
    ({ class: name, group, disk, firstBlock, blocks, status }) =>
      keyOf(name, group, disk, firstBlock, blocks, status?.word),
  );
  return extents.flatMap(({ first: { class: name, group, disk, firstBlock, blocks, status } }) => {
    if (firstBlock === undefined || blocks === undefined) return [];
    const place = { group: group ?? null, disk: disk ?? null };
    return [{ domain, class: name, ...place, firstBlock, blocks, status: status ?? null }];
  });
}

/** Everything that has a type is listed by class and group. */
interface TypeTellers {
  readonly disks: readonly Seen<SdxinfoReport['disks'][number]>[];
  readonly volumes: readonly Seen<SdxinfoReport['volumes'][number]>[];
}

function groupsOf(
  domain: Domain,
  groups: readonly Seen<SdxinfoReport['groups'][number]>[],
  { disks, volumes }: TypeTellers,
): TopologyGroup[] {
  return groups.map((seen) => {
    const { first } = seen;
    const isHere = (entry: Seen<{ class: string; group: string | undefined }>) =>
      entry.first.class === first.class && entry.first.group === first.name;
    const others = groups.filter((other) => other.first.class === first.class && other !== seen);
    const ofVolumes = volumes.filter(isHere).map((volume) => firstTold(volume, ({ type }) => type));
    const told = [
      firstTold(seen, ({ type }) => type),
      disks.find(isHere)?.first.type ?? null,
      ...ofVolumes,
    ].find((type) => type !== null);
    return {
      domain,
      class: first.class,
      name: first.name,
      type: told ?? null,
      disks: first.disks,
      lowerGroups: first.disks.filter((name) => others.some((other) => other.first.name === name)),
      upperGroup: others.find((other) => other.first.disks.includes(first.name))?.first.name ?? null,
      width: firstTold(seen, ({ width }) => width),
      blocks: firstTold(seen, ({ blocks }) => blocks),
      freeBlocks: firstTold(seen, ({ freeBlocks }) => freeBlocks),
    };
  });
}

function partOf(domain: Domain, reports: readonly NodeReport[]): DomainPart {
  const disks = seenBy(reports, (report) => report.disks, named);
  const groups = seenBy(reports, (report) => report.groups, named);
  const volumes = seenBy(reports, (report) => report.volumes, named);
  const slices = seenBy(
    reports,
    (report) => report.slices,
    (slice) => keyOf(slice.class, slice.disk, slice.volume),
  );
  return {
    classes: classesOf(domain, reports),
    disks: disks.map((seen) => ({
      domain,
      class: seen.first.class,
      name: seen.first.name,
      type: seen.first.type,
      group: seen.first.group ?? null,
      blocks: firstTold(seen, ({ blocks }) => blocks),
      deviceOn: byNode(seen, ({ device }) => device),
      statusOn: byNode(seen, ({ status }) => status),
    })),
    groups: groupsOf(domain, groups, { disks, volumes }),
    volumes: volumesOf(domain, volumes),
    extents: extentsOf(domain, reports),
    slices: slices.map((seen) => ({
      domain,
      class: seen.first.class,
      disk: seen.first.disk,
      volume: seen.first.volume,
      group: seen.first.group ?? null,
      statusOn: byNode(seen, ({ status }) => status),
    })),
    disagreements: [
      ...disks.flatMap((seen) =>
        disagreementsOf(phrase('disk {name}', { name: seen.first.name }), seen, ['type', 'group', 'blocks']),
      ),
      ...groups.flatMap((seen) =>
        disagreementsOf(phrase('group {name}', { name: seen.first.name }), seen, [
          'disks',
          'blocks',
          'width',
        ]),
      ),
      ...volumes.flatMap((seen) =>
        disagreementsOf(phrase('volume {name}', { name: seen.first.name }), seen, [
          'group',
          'disk',
          'firstBlock',
          'blocks',
          'master',
        ]),
      ),
    ],
  };
}

/** Builds the picture of both domains from what each node's sdxinfo showed. Never fails: it draws what is there. */
export function buildTopology({ primaries, backup, shadowOf = [] }: TopologySources): Topology {
  const primary = partOf('primary', primaries);
  const shadow = partOf('backup', backup === undefined ? [] : [backup]);
  return {
    nodes: [
      ...primaries.map(({ node }) => ({ name: node, domain: 'primary' as const })),
      ...(backup === undefined ? [] : [{ name: backup.node, domain: 'backup' as const }]),
    ],
    classes: [...primary.classes, ...shadow.classes],
    disks: [...primary.disks, ...shadow.disks],
    groups: [...primary.groups, ...shadow.groups],
    volumes: [...primary.volumes, ...shadow.volumes],
    extents: [...primary.extents, ...shadow.extents],
    slices: [...primary.slices, ...shadow.slices],
    shadows: linkShadows(primary, shadow, shadowOf),
    disagreements: [...primary.disagreements, ...shadow.disagreements],
  };
}
