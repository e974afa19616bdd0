/**
 * The commands that build a shadow layout on the backup server, and those that remove it (GDS guide 6.6.3.7, steps 5 and 7).
 */

import { failure } from '../../contract/errors.ts';
import {
  sdxshadowdiskConnect,
  sdxshadowdiskRegister,
  sdxshadowdiskRemove,
  sdxshadowgroupConnect,
  sdxshadowgroupRemove,
  sdxshadowvolumeCreate,
  sdxshadowvolumeRemove,
  sdxshadowvolumeStop,
} from './commands.ts';
import type { Argv, GroupShape } from './commands.ts';
import type { LayoutGroup, ShadowLayout } from './shadow-layout.ts';

export interface ShadowEffect {
  /** `volume-stop`: volumes no longer run; the others: objects are made, or are gone. */
  readonly kind: 'disk' | 'group' | 'volume' | 'volume-stop';
  /** The object; where one command does several, their names with commas between. */
  readonly name: string;
  /** Each object by itself. */
  readonly names: readonly string[];
}

/** One command and what it does. */
export interface ShadowAct {
  readonly argv: Argv;
  readonly effect: ShadowEffect;
}

function act(argv: Argv, kind: ShadowEffect['kind'], names: readonly string[]): ShadowAct {
  return { argv, effect: { kind, name: names.join(','), names } };
}

function deviceOf(devices: Readonly<Record<string, string>>, disk: string): string {
  const device = Object.hasOwn(devices, disk) ? devices[disk] : undefined;
  if (device === undefined) throw failure('SHADOW_DEVICE_UNKNOWN', { disk });
  return device;
}

function shapeOf({ type, stripeWidth }: LayoutGroup): GroupShape {
  return type === 'stripe' ? { type, width: stripeWidth ?? Number.NaN } : { type };
}

function groupCreation({ class: className, groups }: ShadowLayout, group: LayoutGroup): ShadowAct {
  const { name, members } = group;
  const isNested = members.some((member) => groups.some((other) => other.name === member));
  const argv = isNested
    ? sdxshadowgroupConnect({ class: className, group: name, lowerGroups: members })
    : sdxshadowdiskConnect({ class: className, group: name, disks: members, shape: shapeOf(group) });
  return act(argv, 'group', [name]);
}

/**
 * Registers all disks at once, connects them to groups, lower groups before the groups that hold them, and makes the
 * volumes in the layout's order (GDS guide 6.6.3.7, step 5).
 * @param devices disk -> the device as the backup server names it
 * @throws SHADOW_DEVICE_UNKNOWN, GDS_NAME_FORBIDDEN, GDS_DEVICE_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS,
 *   GDS_SIZE_FORBIDDEN, GDS_WIDTH_FORBIDDEN
 */
export function shadowCreation(layout: ShadowLayout, devices: Readonly<Record<string, string>>): ShadowAct[] {
  const { class: className, disks, groups, volumes } = layout;
  const registered = disks.map(({ name, single }) => ({
    disk: name,
    device: deviceOf(devices, name),
    single,
  }));
  return [
    act(
      sdxshadowdiskRegister({ class: className, disks: registered }),
      'disk',
      disks.map(({ name }) => name),
    ),
    ...groups.map((group) => groupCreation(layout, group)),
    ...volumes.map(({ name, on, blocks }) =>
      act(sdxshadowvolumeCreate({ class: className, ...on, volume: name, blocks }), 'volume', [name]),
    ),
  ];
}

/**
 * Stops the volumes, and removes them, the groups from the highest down, and the disks; the class goes with the last
 * disk (GDS guide 6.6.3.7, step 7).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function shadowRemoval({ class: className, disks, groups, volumes }: ShadowLayout): ShadowAct[] {
  const names = volumes.map(({ name }) => name);
  return [
    // One command each: of a shadow that was built in part, some do not exist.
    ...names.map((name) =>
      act(sdxshadowvolumeStop({ class: className, volumes: [name] }), 'volume-stop', [name]),
    ),
    ...names.map((name) => act(sdxshadowvolumeRemove({ class: className, volume: name }), 'volume', [name])),
    ...groups
      .toReversed()
      .map(({ name }) => act(sdxshadowgroupRemove({ class: className, group: name }), 'group', [name])),
    ...disks.map(({ name }) => act(sdxshadowdiskRemove({ class: className, disk: name }), 'disk', [name])),
  ];
}
