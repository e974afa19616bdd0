/**
 * Finding objects in a report.
 */

import type { SdxDisk, SdxExtent, SdxGroup, SdxinfoReport, SdxSlice, SdxVolume } from './sdxinfo-objects.ts';

/** The volume of a class with that name. */
export function findVolume(report: SdxinfoReport, className: string, name: string): SdxVolume | undefined {
  return report.volumes.find((volume) => volume.class === className && volume.name === name);
}

/** The group of a class with that name. */
export function findGroup(
  report: SdxinfoReport,
  className: string,
  name: string | undefined,
): SdxGroup | undefined {
  return report.groups.find((group) => group.class === className && group.name === name);
}

/** The disk of a class with that name. */
export function findDisk(report: SdxinfoReport, className: string, name: string): SdxDisk | undefined {
  return report.disks.find((disk) => disk.class === className && disk.name === name);
}

/** The disks whose GROUP is that group; none for a volume outside any group. */
export function disksOfGroup(report: SdxinfoReport, className: string, group: string | undefined): SdxDisk[] {
  if (group === undefined) return [];
  return report.disks.filter((disk) => disk.class === className && disk.group === group);
}

/** The slices of a volume. */
export function slicesOfVolume(report: SdxinfoReport, className: string, volume: string): SdxSlice[] {
  return report.slices.filter((slice) => slice.class === className && slice.volume === volume);
}

/** The blocks of a group that belong to no volume. */
export function extentsOfGroup(
  report: SdxinfoReport,
  className: string,
  group: string | undefined,
): SdxExtent[] {
  if (group === undefined) return [];
  return report.extents.filter((extent) => extent.class === className && extent.group === group);
}
