import type { Command } from './command-call.ts';
import { answer, info, needed, sdxOptions, startedText } from './command-sdx.ts';
import { classOn, refuse } from './gds-model.ts';
import {
  connectShadowDisks,
  createShadowDisks,
  createShadowVolume,
  removeShadowDisk,
  removeShadowGroup,
  removeShadowVolume,
  startShadowVolume,
  stopShadowVolume,
} from './gds-shadow.ts';

/** sdxshadowdisk, sdxshadowgroup and sdxshadowvolume (GDS guide 4.5, D.15 - D.17). */

function parsePairs(text: string): { device: string; disk: string }[] {
  return text.split(',').map((pair) => {
    const match = /^([^=:]+)=([^=:]+)$/.exec(pair);
    if (!match) throw refuse(`${pair}: illegal argument of option -d`);
    const [, device = '', disk = ''] = match;
    return { device, disk };
  });
}

export const sdxshadowdisk: Command = (call) =>
  answer(call, async () => {
    const { world, node } = call.machine;
    const given = sdxOptions(call.argv.slice(1), 'MCRc:g:d:');
    const className = needed(given, 'c');
    const argument = needed(given, 'd');
    let text: string;
    if (given.has('M')) {
      const pairs = parsePairs(argument);
      const isNew = !world.model.classes.some(
        (entry) => entry.name === className && entry.scope.includes(node),
      );
      createShadowDisks(world, node, className, pairs);
      const lines = pairs.map(({ disk }) => info(call, `${disk}: created disk`));
      text = [...(isNew ? [info(call, `${className}: created class`)] : []), ...lines].join('');
    } else if (given.has('C')) {
      const group = needed(given, 'g');
      const names = argument.split(',');
      const isNew = !world.model.classes.some(
        (entry) => entry.name === className && entry.groups.some((known) => known.name === group),
      );
      connectShadowDisks(world, node, className, group, names);
      const lines = names.map((name) => info(call, `${name}: connected disk to group ${group}`));
      text = [...(isNew ? [info(call, `${group}: created group`)] : []), ...lines].join('');
    } else if (given.has('R')) {
      removeShadowDisk(world, node, className, argument);
      const isGone = !world.model.classes.some((entry) => entry.name === className);
      text = isGone ? info(call, `${className}: removed class`) : '';
    } else throw refuse('one of the options -M, -C and -R is required');
    await world.save();
    return text;
  });

export const sdxshadowgroup: Command = (call) =>
  answer(call, async () => {
    const { world, node } = call.machine;
    const given = sdxOptions(call.argv.slice(1), 'Rc:g:');
    if (!given.has('R')) throw refuse('option -R is required');
    const group = needed(given, 'g');
    removeShadowGroup(world, node, needed(given, 'c'), group);
    await world.save();
    return info(call, `${group}: removed group`);
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

export const sdxshadowvolume: Command = (call) =>
  answer(call, async () => {
    const { world, node } = call.machine;
    const given = sdxOptions(call.argv.slice(1), 'MFNRc:g:v:s:e:');
    const className = needed(given, 'c');
    const operations = ['M', 'F', 'N', 'R'].filter((letter) => given.has(letter));
    if (operations.length !== 1) throw refuse('one of the options -M, -F, -N and -R is required');
    const [operation] = operations;
    // without -v, -F and -N mean every volume of the class
    const every = (): string[] => classOn(world.model, node, className).volumes.map((volume) => volume.name);
    const names =
      operation === 'F' || operation === 'N' ? (given.get('v')?.split(',') ?? every()) : [needed(given, 'v')];
    const texts = names.map((name) => {
      if (operation === 'M') {
        createShadowVolume(world, node, className, needed(given, 'g'), name, sizeOf(needed(given, 's')));
        return `${info(call, `${name}: created volume`)}${startedText(call, className, name, node)}`;
      }
      if (operation === 'F') {
        stopShadowVolume(world, node, className, name);
        return info(call, `${name}: stopped volume on node ${node}`);
      }
      if (operation === 'N') {
        startShadowVolume(world, node, className, name, modeOf(given.get('e')));
        return startedText(call, className, name, node);
      }
      removeShadowVolume(world, node, className, name);
      return info(call, `${name}: removed volume`);
    });
    await world.save();
    return texts.join('');
  });
