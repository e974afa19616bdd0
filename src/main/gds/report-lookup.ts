/**
 * Finding objects in a report.
 */

import type { SdxDisk, SdxExtent, SdxGroup, SdxinfoReport, SdxSlice, SdxVolume } from './sdxinfo-objects.ts';

/** The volume of a class with that name. */
export function findVolume(report: SdxinfoReport, className: string, name: string): SdxVolume | undefined {
  return report.volumes.find((volume) => volume.class === className && volume.name === name);
}

/** The group of a class with that name. */
export function findGroup(report: SdxinfoReport, className: string, name: string): SdxGroup | undefined {
  return report.groups.find((group) => group.class === className && group.name === name);
}

/** The disk of a class with that name. */
export function findDisk(report: SdxinfoReport, className: string, name: string): SdxDisk | undefined {
  return report.disks.find((disk) => disk.class === className && disk.name === name);
}

/** The disks whose GROUP is that group. */
export function disksOfGroup(report: SdxinfoReport, className: string, group: string): SdxDisk[] {
  return report.disks.filter((disk) => disk.class === className && disk.group === group);
}

/** Where a volume is: in a group, or on a disk that is used singly. */
export type VolumePlace = { readonly group: string } | { readonly disk: string };

/** Undefined if neither a group nor a disk is shown; the default form of sdxinfo shows no disk. */
export function placeOf(volume: SdxVolume | undefined): VolumePlace | undefined {
  if (volume?.group !== undefined) return { group: volume.group };
  return volume?.disk === undefined ? undefined : { disk: volume.disk };
}

/** The name of the group, or of the single disk. */
export function nameOfPlace(place: VolumePlace): string {
  return 'group' in place ? place.group : place.disk;
}

/** True if both are the same group, or the same single disk. */
export function isSamePlace(one: VolumePlace | undefined, other: VolumePlace | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return 'group' in one === 'group' in other && nameOfPlace(one) === nameOfPlace(other);
}

/** The slices of a volume. */
export function slicesOfVolume(report: SdxinfoReport, className: string, volume: string): SdxSlice[] {
  return report.slices.filter((slice) => slice.class === className && slice.volume === volume);
}

/** The blocks of a group, or of a single disk, that belong to no volume. */
export function extentsOfPlace(report: SdxinfoReport, className: string, place: VolumePlace): SdxExtent[] {
  const ofClass = report.extents.filter((extent) => extent.class === className);
  if ('group' in place) return ofClass.filter(({ group }) => group === place.group);
  const outside = ofClass.filter(({ group }) => group === undefined);
  const own = outside.filter(({ disk }) => disk === place.disk);
  // The default form does not tell whose blocks these are. What is reserved is so on each disk of a class alike.
  return own.length > 0
    ? own
    : outside.filter(({ disk, status }) => disk === undefined && status?.word !== 'FREE');
}
