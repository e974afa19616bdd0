/**
 * Which volume of the cluster a shadow volume shows. GDS does not show it: a shadow class has no record of the other
 * domain. Found by comparing, for the picture only; whether a shadow is right is for the shadow comparison to say.
 */

import type { ShadowLink, TopologyGroup, TopologyVolume } from '../../contract/topology.ts';

interface DomainVolumes {
  readonly volumes: readonly TopologyVolume[];
  readonly groups: readonly TopologyGroup[];
}

/** The disks of a group, those of lower groups included. */
function disksOfGroup(groups: readonly TopologyGroup[], className: string, name: string): string[] {
  const group = groups.find((entry) => entry.class === className && entry.name === name);
  if (group === undefined) return [];
  const others = groups.filter((entry) => entry !== group);
  return group.disks.flatMap((member) =>
    group.lowerGroups.includes(member) ? disksOfGroup(others, className, member) : [member],
  );
}

function diskNames({ groups }: DomainVolumes, volume: TopologyVolume): string | undefined {
  if (volume.group === null) return volume.disk ?? undefined;
  const names = disksOfGroup(groups, volume.class, volume.group);
  return names.length === 0 ? undefined : names.sort().join(' ');
}

function sameExtent(one: TopologyVolume, other: TopologyVolume): boolean {
  const isKnown = one.firstBlock !== null && one.blocks !== null;
  return isKnown && one.firstBlock === other.firstBlock && one.blocks === other.blocks;
}

/**
 * Links each shadow volume to at most one volume of the primary domain: as declared, else by blocks, else by name.
 * @param declared links of a plan; those of shadows that do not exist are omitted
 */
export function linkShadows(
  primary: DomainVolumes,
  shadow: DomainVolumes,
  declared: readonly ShadowLink[],
): ShadowLink[] {
  return shadow.volumes.flatMap((volume): ShadowLink[] => {
    const planned = declared.find(
      (link) => link.shadow.class === volume.class && link.shadow.volume === volume.name,
    );
    if (planned !== undefined) return [planned];
    const names = diskNames(shadow, volume);
    if (names === undefined) return [];
    const onSameDisks = primary.volumes.filter((candidate) => diskNames(primary, candidate) === names);
    const byExtent = onSameDisks.find((candidate) => sameExtent(candidate, volume));
    const found = byExtent ?? onSameDisks.find(({ name }) => name === volume.name);
    if (found === undefined) return [];
    return [
      {
        shadow: { class: volume.class, volume: volume.name },
        of: { class: found.class, volume: found.name },
        by: byExtent === undefined ? 'name' : 'extent',
      },
    ];
  });
}
