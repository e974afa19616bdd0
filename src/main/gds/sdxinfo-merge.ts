/**
 * Joins several queries of one node into one report.
 *
 * The default form of `sdxinfo -V` has the blocks, the long form has master and proxy: only both together tell all of
 * a volume. Where two queries differ in a value, neither is believed.
 */

import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { columnsOfFields } from './sdxinfo-objects.ts';
import type { ObjectKind, SdxExtent, SdxinfoReport, ShownObject } from './sdxinfo-objects.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Joining<T> {
  readonly kind: ObjectKind;
  /** What distinguishes one object from another; undefined if nothing does, and equal objects are then one. */
  readonly key: (object: T) => string | undefined;
  readonly title: (object: T) => string;
}

function wordOf(value: unknown): string {
  if (value === undefined) return '*';
  if (Array.isArray(value)) return value.join(':');
  if (typeof value === 'object' && value !== null && 'word' in value) return String(value.word);
  return String(value);
}

/** The columns that both looks printed must say the same; then the later look adds what the first did not print. */
function join<T extends ShownObject>(first: T, second: T, { kind, title }: Joining<T>): T {
  const contradiction = (column: string, one: unknown, other: unknown) =>
    failure('SDXINFO_CONTRADICTS', {
      object: title(first),
      column,
      first: wordOf(one),
      second: wordOf(other),
    });
  const added: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(columnsOfFields[kind])) {
    if (!second.columns.includes(column) || !Object.hasOwn(second, field)) continue;
    const [one, other] = [(first as Fields)[field], (second as Fields)[field]];
    if (!first.columns.includes(column)) added[field] = other;
    else if (wordOf(one) !== wordOf(other)) throw contradiction(column, one, other);
  }
  const unknown = new Map(Object.entries(first.unknownColumns));
  for (const [column, cell] of Object.entries(second.unknownColumns)) {
    const before = unknown.get(column);
    if (before !== undefined && before !== cell) throw contradiction(column, before, cell);
    unknown.set(column, cell);
  }
  const columns = [...new Set([...first.columns, ...second.columns])];
  return { ...first, ...added, columns, unknownColumns: Object.fromEntries(unknown) };
}

function joinAll<T extends ShownObject>(objects: readonly T[], joining: Joining<T>): T[] {
  const joined = new Map<string, T>();
  for (const object of objects) {
    const key = joining.key(object) ?? JSON.stringify(object);
    const before = joined.get(key);
    joined.set(key, before === undefined ? object : join(before, object, joining));
  }
  return [...joined.values()];
}

/** A blank is in no name, since cells are parted by blanks. */
const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ');

function extentKey(extent: SdxExtent): string | undefined {
  // Outside a group the default form does not name the disk, so two extents may look alike and be two.
  if (extent.group === undefined || extent.firstBlock === undefined) return undefined;
  return keyOf(extent.class, extent.group, extent.firstBlock);
}

/** An extent of the shortened long form, without blocks, adds nothing once the same group's blocks are known. */
function withoutBlankExtents(extents: readonly SdxExtent[]): SdxExtent[] {
  const placeOf = (extent: SdxExtent) => keyOf(extent.class, extent.group ?? '*');
  const known = new Set(extents.filter((extent) => extent.firstBlock !== undefined).map(placeOf));
  return extents.filter((extent) => extent.firstBlock !== undefined || !known.has(placeOf(extent)));
}

/** Blocks of a single disk, whose disk only the long form has: that row has all that the other has. */
function withoutDiskless(extents: readonly SdxExtent[]): SdxExtent[] {
  const placeOf = ({ class: name, firstBlock, blocks }: SdxExtent) =>
    keyOf(name, firstBlock ?? '*', blocks ?? '*');
  const single = extents.filter((extent) => extent.group === undefined && extent.disk !== undefined);
  const told = new Set(single.map(placeOf));
  return extents.filter(
    (extent) => extent.group !== undefined || extent.disk !== undefined || !told.has(placeOf(extent)),
  );
}

/**
 * Joins reports of the same node: objects by class and name, slices by class, disk and volume.
 * @throws SDXINFO_CONTRADICTS where two reports give one object two values in the same column
 */
export function mergeReports(...reports: readonly SdxinfoReport[]): SdxinfoReport {
  const named = (object: { class: string; name: string }) => keyOf(object.class, object.name);
  return {
    classes: joinAll(
      reports.flatMap((report) => report.classes),
      { kind: 'class', key: ({ name }) => name, title: ({ name }) => phrase('class {name}', { name }) },
    ),
    disks: joinAll(
      reports.flatMap((report) => report.disks),
      {
        kind: 'disk',
        key: named,
        title: (disk) => phrase('disk {name} of class {class}', { name: disk.name, class: disk.class }),
      },
    ),
    groups: joinAll(
      reports.flatMap((report) => report.groups),
      {
        kind: 'group',
        key: named,
        title: (group) => phrase('group {name} of class {class}', { name: group.name, class: group.class }),
      },
    ),
    volumes: joinAll(
      reports.flatMap((report) => report.volumes),
      {
        kind: 'volume',
        key: named,
        title: (volume) =>
          phrase('volume {name} of class {class}', { name: volume.name, class: volume.class }),
      },
    ),
    extents: withoutDiskless(
      withoutBlankExtents(
        joinAll(
          reports.flatMap((report) => report.extents),
          {
            kind: 'volume',
            key: extentKey,
            title: ({ class: name, group, firstBlock }) =>
              phrase('block {firstBlock} of {group} of class {name}', {
                firstBlock: String(firstBlock),
                group: String(group),
                name,
              }),
          },
        ),
      ),
    ),
    slices: joinAll(
      reports.flatMap((report) => report.slices),
      {
        kind: 'slice',
        key: (slice) => keyOf(slice.class, slice.disk, slice.volume),
        title: (slice) =>
          phrase('slice {disk}.{volume} of class {class}', {
            disk: slice.disk,
            volume: slice.volume,
            class: slice.class,
          }),
      },
    ),
    messages: reports.flatMap((report) => report.messages),
  };
}
