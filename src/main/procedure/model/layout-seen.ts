/**
 * Where the volumes of a run lie, taken from the output of sdxinfo: for the journal, so that a report can draw what was
 * verified.
 */
import type { NewEvent } from '../../../contract/events.ts';
import type { Domain, Topology, TopologyVolume } from '../../../contract/topology.ts';
import { buildTopology } from '../../gds/topology.ts';
import type { Assignment } from './assignment.ts';
import type { World } from './world.ts';

type Spaces = Extract<NewEvent, { type: 'layout' }>['spaces'];
type Space = Spaces[number];

/** What lies on the same blocks: the volumes of a group, or of a single disk. */
interface Place {
  readonly domain: Domain;
  readonly class: string;
  readonly group: string | null;
  readonly disk: string | null;
}

const keyOf = ({ domain, class: name, group, disk }: Place) => JSON.stringify([domain, name, group, disk]);

/** Members of lower groups are included: a mirror of a stripe lies on the stripe's disks. */
function disksBelow(topology: Topology, place: Place, group: string): string[] {
  const found = topology.groups.find(
    (each) => each.domain === place.domain && each.class === place.class && each.name === group,
  );
  return (found?.disks ?? []).flatMap((member) =>
    found?.lowerGroups.includes(member) ? disksBelow(topology, place, member) : [member],
  );
}

function disksOf(topology: Topology, place: Place): Space['disks'] {
  const names =
    place.group === null
      ? place.disk === null
        ? []
        : [place.disk]
      : disksBelow(topology, place, place.group);
  return names.map((name) => {
    const disk = topology.disks.find(
      (each) => each.domain === place.domain && each.class === place.class && each.name === name,
    );
    const device = Object.values(disk?.deviceOn ?? {})[0];
    return { name, ...(device === undefined ? {} : { device }) };
  });
}

function sizeOf({ groups, disks }: Topology, { domain, class: name, group, disk }: Place): number | null {
  const isHere = (each: { domain: Domain; class: string }) => each.domain === domain && each.class === name;
  const holder =
    group === null
      ? disks.find((each) => isHere(each) && each.name === disk)
      : groups.find((each) => isHere(each) && each.name === group);
  return holder?.blocks ?? null;
}

function volumeFields({ name, firstBlock, blocks, statusOn, master }: TopologyVolume): Space['volumes'] {
  if (firstBlock === null || blocks === null) return [];
  const words = [...new Set(Object.values(statusOn).map(({ word }) => word))];
  return [
    {
      name,
      first: firstBlock,
      blocks,
      ...(words.length === 0 ? {} : { status: words.join(', ') }),
      ...(master === null ? {} : { master }),
    },
  ];
}

function spaceOf(topology: Topology, place: Place): Space {
  const { domain, class: name, group } = place;
  const held = topology.volumes.filter((volume) => keyOf(volume) === keyOf(place));
  const kind = held.find(({ type }) => type !== null)?.type ?? null;
  const blocks = sizeOf(topology, place);
  return {
    side: domain,
    class: name,
    ...(group === null ? {} : { group }),
    ...(kind === null ? {} : { kind }),
    disks: disksOf(topology, place),
    ...(blocks === null ? {} : { blocks }),
    volumes: held.flatMap(volumeFields),
  };
}

/** @returns a space for each group or single disk that a master, proxy or shadow of the run lies in, in the order of the run's volumes */
export function layoutSeen(
  { primaries, backup }: World,
  { class: primaryClass, volumes }: Pick<Assignment, 'class' | 'volumes'>,
): Spaces {
  const topology = buildTopology({ primaries, backup });
  const find = (domain: Domain, className: string, name: string) =>
    topology.volumes.filter(
      (each) => each.domain === domain && each.class === className && each.name === name,
    );
  const meant = volumes.flatMap(({ master, proxy, shadow }) => [
    ...find('primary', primaryClass, master),
    ...find('primary', primaryClass, proxy),
    ...find('backup', shadow.class, shadow.volume),
  ]);
  const places = new Map(meant.map((volume) => [keyOf(volume), volume] as const));
  return [...places.values()].map((place) => spaceOf(topology, place));
}
