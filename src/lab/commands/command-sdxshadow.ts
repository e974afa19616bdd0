import type { Command, CommandCall, Options } from '../hosts/command-call.ts';
import { answer, info, needed, sdxOptions, startedText } from './command-sdx.ts';

import { classOn, refuse } from '../gds/gds-model.ts';
import { connectShadowDisks, createShadowDisks, removeShadowDisk } from '../gds/gds-shadow-disks.ts';
import type { NewDisk } from '../gds/gds-shadow-disks.ts';
import { connectShadowGroups, disconnectShadowGroup, removeShadowGroup } from '../gds/gds-shadow-groups.ts';
import type { GroupAttributes } from '../gds/gds-shadow-groups.ts';
import {
  createShadowVolume,
  removeShadowVolume,
  startShadowVolumes,
  stopShadowVolumes,
} from '../gds/gds-shadow-volumes.ts';
import type { Place } from '../gds/gds-shadow-volumes.ts';
import { groupTypes } from '../gds/lab-model.ts';

/**
 * sdxshadowdisk, sdxshadowgroup and sdxshadowvolume (GDS guide 4.5, D.15 - D.17).
 *
 * The types after a disk's name (`single`) and the attributes `type` and `width` are not in the excerpts known here:
 * they are presumed to be those of sdxdisk.
 */

/** Carries out one operation; returns its output. */
type Operation = (call: CommandCall, given: Options['given'], className: string) => string;

/** A command whose first option selects the operation; changes are saved. */
function operations(letters: string, table: Readonly<Record<string, Operation>>): Command {
  const names = Object.keys(table);
  return (call) =>
    answer(call, async () => {
      const given = sdxOptions(call.argv.slice(1), `${names.join('')}${letters}`);
      const asked = names.filter((letter) => given.has(letter));
      const operation = table[asked[0] ?? ''];
      const listed = names.map((letter) => `-${letter}`);
      if (asked.length !== 1 || !operation)
        throw refuse(`one of the options ${listed.slice(0, -1).join(', ')} and ${listed.at(-1)} is required`);
      const text = operation(call, given, needed(given, 'c'));
      await call.machine.world.save();
      return text;
    });
}

function parseDisks(text: string): NewDisk[] {
  return text.split(',').map((entry) => {
    const match = /^([^=:]+)=([^=:]+)(?::(single|undef))?$/.exec(entry);
    if (!match) throw refuse(`${entry}: illegal argument of option -d`);
    const [, device = '', disk = '', type] = match;
    return { device, disk, type: type === 'single' ? 'single' : 'undef' };
  });
}

function parseAttributes(text: string | undefined): GroupAttributes {
  const attributes = (text ?? '').split(',').filter((attribute) => attribute !== '');
  const illegal = (attribute: string): Error => refuse(`${attribute}: illegal attribute`);
  return attributes.reduce<GroupAttributes>(
    (known, attribute) => {
      const [key = '', value = ''] = attribute.split('=');
      const type = groupTypes.find((entry) => entry === value);
      if (key === 'type' && type) return { ...known, type };
      if (key === 'width' && /^[1-9]\d{0,6}$/.test(value)) return { ...known, width: Number(value) };
      throw illegal(attribute);
    },
    { type: undefined, width: undefined },
  );
}

/** The class as this node sees it; undefined if there is none. */
function classHere({ machine: { world, node } }: CommandCall, className: string) {
  return world.model.classes.find((entry) => entry.name === className && entry.scope.includes(node));
}

export const sdxshadowdisk = operations('c:g:d:a:', {
  M(call, given, className) {
    const { world, node } = call.machine;
    const disks = parseDisks(needed(given, 'd'));
    const isNew = !classHere(call, className);
    createShadowDisks(world, node, className, disks);
    const lines = disks.map(({ disk }) => info(call, `${disk}: created disk`));
    return [...(isNew ? [info(call, `${className}: created class`)] : []), ...lines].join('');
  },
  C(call, given, className) {
    const { world, node } = call.machine;
    const names = needed(given, 'd').split(',');
    const group = needed(given, 'g');
    const isNew = !classHere(call, className)?.groups.some(({ name }) => name === group);
    connectShadowDisks(world, node, className, group, names, parseAttributes(given.get('a')));
    const lines = names.map((name) => info(call, `${name}: connected disk to group ${group}`));
    return [...(isNew ? [info(call, `${group}: created group`)] : []), ...lines].join('');
  },
  R(call, given, className) {
    const { world, node } = call.machine;
    removeShadowDisk(world, node, className, needed(given, 'd'));
    return classHere(call, className) ? '' : info(call, `${className}: removed class`);
  },
});

export const sdxshadowgroup = operations('c:g:h:l:a:', {
  C(call, given, className) {
    const { world, node } = call.machine;
    const [higher, lowers] = [needed(given, 'h'), needed(given, 'l').split(',')];
    const attributes = parseAttributes(given.get('a'));
    const isNew = connectShadowGroups(world, node, className, higher, lowers, attributes);
    const lines = lowers.map((lower) => info(call, `${lower}: connected group to another group ${higher}`));
    return [...(isNew ? [info(call, `${higher}: created group`)] : []), ...lines].join('');
  },
  D(call, given, className) {
    const { world, node } = call.machine;
    const [higher, lower] = [needed(given, 'h'), needed(given, 'l')];
    const isGone = disconnectShadowGroup(world, node, className, higher, lower);
    const text = info(call, `${lower}: disconnected group from another group ${higher}`);
    return isGone ? `${text}${info(call, `${higher}: removed group`)}` : text;
  },
  R(call, given, className) {
    const { world, node } = call.machine;
    const group = needed(given, 'g');
    removeShadowGroup(world, node, className, group);
    return info(call, `${group}: removed group`);
  },
});

function modeOf(text: string | undefined): 'ro' | 'rw' | undefined {
  if (text === undefined) return undefined;
  if (text === 'mode=rw') return 'rw';
  if (text === 'mode=ro') return 'ro';
  throw refuse(`${text}: illegal argument of option -e`);
}

function sizeOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw refuse(`${text}: illegal size`);
  return Number(text);
}

function placeOf(given: Options['given']): Place {
  if (given.has('d') && given.has('g')) throw refuse('only one of the options -g and -d is allowed');
  return given.has('d') ? { disk: needed(given, 'd') } : { group: needed(given, 'g') };
}

/** The volumes that -F and -N mean: without -v every volume of the class. */
function meant(
  { machine: { world, node } }: CommandCall,
  given: Options['given'],
  className: string,
): string[] {
  return given.get('v')?.split(',') ?? classOn(world.model, node, className).volumes.map(({ name }) => name);
}

export const sdxshadowvolume = operations('c:g:d:v:s:e:', {
  M(call, given, className) {
    const { world, node } = call.machine;
    const [name, size] = [needed(given, 'v'), sizeOf(needed(given, 's'))];
    createShadowVolume(world, node, className, placeOf(given), name, size);
    return `${info(call, `${name}: created volume`)}${startedText(call, className, name, node)}`;
  },
  F(call, given, className) {
    const { world, node } = call.machine;
    const names = meant(call, given, className);
    stopShadowVolumes(world, node, className, names);
    return names.map((name) => info(call, `${name}: stopped volume on node ${node}`)).join('');
  },
  N(call, given, className) {
    const { world, node } = call.machine;
    const names = meant(call, given, className);
    startShadowVolumes(world, node, className, names, modeOf(given.get('e')));
    return names.map((name) => startedText(call, className, name, node)).join('');
  },
  R(call, given, className) {
    const { world, node } = call.machine;
    const name = needed(given, 'v');
    removeShadowVolume(world, node, className, name);
    return info(call, `${name}: removed volume`);
  },
});
