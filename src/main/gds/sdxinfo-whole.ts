/** Finds out whether two answers of sdxinfo on the same host are whole: output that was cut would hide objects. Pure. */
import type { SdxinfoReport } from './sdxinfo-objects.ts';
import { phrase } from '../../contract/text/say.ts';

interface Named {
  readonly class: string;
  readonly name: string;
}

const wordsOf = ({ class: className, name }: Named) => phrase('{name} of {className}', { name, className });

/** An object that only one of the two forms shows. */
function onlyInOne(kind: string, one: readonly Named[], other: readonly Named[]): string | undefined {
  const among = (objects: readonly Named[], { class: className, name }: Named) =>
    objects.some((object) => object.class === className && object.name === name);
  const found = [
    ...one.filter((object) => !among(other, object)),
    ...other.filter((object) => !among(one, object)),
  ];
  return (
    found[0] && phrase('only one of two forms shows {kind} {object}', { kind, object: wordsOf(found[0]) })
  );
}

/** A disk or group that another object names, and that has no row. */
function nameWithoutRow({ disks, groups, volumes, slices }: SdxinfoReport): string | undefined {
  const shown = new Set([...disks, ...groups].map(wordsOf));
  const named = [
    ...groups.flatMap(({ class: className, disks: members }) =>
      members.map((name) => ({ class: className, name })),
    ),
    ...[...volumes, ...slices].flatMap(({ class: className, group }) =>
      group === undefined ? [] : [{ class: className, name: group }],
    ),
    ...slices.map(({ class: className, disk }) => ({ class: className, name: disk })),
  ];
  const missing = named.find((object) => !shown.has(wordsOf(object)));
  return missing && phrase('{object} is named but has no row', { object: wordsOf(missing) });
}

/**
 * @param all the default form, of disks, groups, slices and volumes
 * @param long the long form, of groups and volumes
 * @returns what shows that rows are missing; undefined if nothing does
 */
export function missingRows(all: SdxinfoReport, long: SdxinfoReport): string | undefined {
  return (
    onlyInOne('group', all.groups, long.groups) ??
    onlyInOne('volume', all.volumes, long.volumes) ??
    nameWithoutRow(all)
  );
}
