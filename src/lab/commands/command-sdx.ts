import { complain, parseOptions, whenKilled } from '../hosts/command-call.ts';
import type { Command, CommandCall, Options } from '../hosts/command-call.ts';
import { classOn, GdsRefusal, refuse } from '../gds/gds-model.ts';
import {
  partProxies,
  rejoinAndRestore,
  rejoinProxies,
  startVolumes,
  stopVolumes,
} from '../gds/gds-primary.ts';
import type { GdsVolume, NodeName } from '../gds/lab-model.ts';
import { nodeNames } from '../gds/lab-model.ts';
import { printTables, sdxinfoTables } from '../gds/sdxinfo-tables.ts';
import type { TableLetter } from '../gds/sdxinfo-tables.ts';

/** sdxinfo, sdxproxy and sdxvolume (GDS guide 4.5, D.6, D.14, D.4). */

type AccessMode = GdsVolume['mode'];

/** Runs the work of an sdx command; a refusal is printed in the guide's form, with exit status 1. */
export async function answer(call: CommandCall, work: () => Promise<string> | string): Promise<number> {
  try {
    await call.output.write(await work());
    return 0;
  } catch (error) {
    if (!(error instanceof GdsRefusal)) throw error;
    return complain(call, `SDX:${call.argv[0]}: ERROR: ${error.message}`);
  }
}

/** Options of an sdx command. @throws GdsRefusal */
export function sdxOptions(words: readonly string[], letters: string): Options['given'] {
  const options = parseOptions(words, letters);
  if (typeof options === 'string') throw refuse(options);
  if (options.operands.length > 0) throw refuse(`${options.operands[0]}: unexpected argument`);
  return options.given;
}

/** An option's argument. @throws GdsRefusal if it is missing */
export function needed(given: Options['given'], letter: string): string {
  const value = given.get(letter);
  if (!value) throw refuse(`option -${letter} is required`);
  return value;
}

/** An INFO line. */
export function info(call: CommandCall, text: string): string {
  return `SDX:${call.argv[0]}: INFO: ${text}\n`;
}

/** What is printed when a volume starts: the line and its two special files (GDS guide 4.1, E.4.3). */
export function startedText(call: CommandCall, className: string, volume: string, node: NodeName): string {
  const files = ['rdsk', 'dsk'].map((kind) => `        /dev/sfdsk/${className}/${kind}/${volume}\n`);
  return `${info(call, `${volume}: started volume on node ${node}`)}${files.join('')}`;
}

export const sdxinfo: Command = (call) =>
  answer(call, () => {
    const given = sdxOptions(call.argv.slice(1), 'ACDGSVc:o:e:');
    const modes = (given.get('e') ?? '').split(',').filter((mode) => mode !== '');
    const wrong = modes.find((mode) => mode !== 'long' && mode !== 'label');
    if (wrong) throw refuse(`${wrong}: illegal argument of option -e`);
    const all: readonly TableLetter[] = ['C', 'D', 'G', 'V', 'S'];
    const asked = all.filter((letter) => given.has(letter));
    return printTables(
      sdxinfoTables(call.machine.world, call.machine.node, {
        letters: given.has('A') || asked.length === 0 ? all : asked,
        className: given.get('c'),
        object: given.get('o'),
        long: modes.includes('long'),
      }),
    );
  });

/** What all operations of sdxproxy have in common. */
interface ProxyCall {
  readonly call: CommandCall;
  readonly given: Options['given'];
  readonly className: string;
  /** The proxies. */
  readonly names: readonly string[];
}

async function part({ call, given, className, names }: ProxyCall): Promise<string> {
  const { world, node } = call.machine;
  const attribute = given.get('a');
  const mode = attribute === undefined ? undefined : /^pjrm=(on|off)$/.exec(attribute)?.[1];
  if (attribute !== undefined && mode === undefined) throw refuse(`${attribute}: illegal attribute`);
  if (given.has('e')) throw refuse(`${given.get('e')}: not part of the lab`);
  const pjrm = mode as 'on' | 'off' | undefined;
  // between two writes: earlier ones are in every proxy, later ones in none
  await world.writing.run(() => Promise.resolve(partProxies(world, node, className, names, pjrm)));
  await world.save();
  const { scope } = classOn(world.model, node, className);
  return names.flatMap((name) => scope.map((entry) => startedText(call, className, name, entry))).join('');
}

/** Waits for copies, and reports their end. */
async function untilCopied({ call, names }: ProxyCall): Promise<string> {
  await Promise.race([call.machine.world.resynchronisation.finished(), whenKilled(call.killed)]);
  return names.map((name) => info(call, `${name}: copying completed successfully`)).join('');
}

async function rejoin(order: ProxyCall): Promise<string> {
  const { call, given, className, names } = order;
  const { world, node } = call.machine;
  const mode = given.get('e');
  if (mode !== undefined && mode !== 'waitsync') throw refuse(`${mode}: not part of the lab`);
  rejoinProxies(world, node, className, names);
  await world.save();
  return mode === 'waitsync' ? untilCopied(order) : '';
}

/**
 * Waits for the copy, unless `nowaitsync` is given: `nowaitsync` is the opposite of Rejoin's `waitsync` (GDS guide 4.5,
 * D.14).
 */
async function rejoinRestore(order: ProxyCall): Promise<string> {
  const { call, given, className, names } = order;
  const { world, node } = call.machine;
  const mode = given.get('e');
  if (given.has('a')) throw refuse(`${given.get('a')}: illegal attribute`);
  if (mode !== undefined && mode !== 'nowaitsync') throw refuse(`${mode}: not part of the lab`);
  rejoinAndRestore(world, node, className, names);
  await world.save();
  return mode === 'nowaitsync' ? '' : untilCopied(order);
}

const proxyOperations: Readonly<Record<string, (order: ProxyCall) => Promise<string>>> = {
  Part: part,
  Rejoin: rejoin,
  RejoinRestore: rejoinRestore,
};

export const sdxproxy: Command = (call) =>
  answer(call, () => {
    const [operation = '', ...words] = call.argv.slice(1);
    const perform = proxyOperations[operation];
    if (!perform) throw refuse(`${operation}: illegal operation`);
    const given = sdxOptions(words, 'c:p:a:e:');
    const names = needed(given, 'p').split(',');
    return perform({ call, given, className: needed(given, 'c'), names });
  });

/** The words of `-e`: where, and in which access mode. */
function modesOf(words = ''): { place: string | undefined; mode: AccessMode | undefined } {
  const all = words.split(',').filter((word) => word !== '');
  const mode = all.map((word) => /^mode=(ro|rw)$/.exec(word)?.[1] as AccessMode | undefined).find(Boolean);
  const [place, ...others] = all.filter((word) => !/^mode=(ro|rw)$/.test(word));
  if (others.length > 0) throw refuse(`${others.join(',')}: illegal argument of option -e`);
  return { place, mode };
}

function nodesOf(mode: string | undefined, here: NodeName, scope: readonly NodeName[]): NodeName[] {
  if (mode === undefined) return [here];
  if (mode === 'allnodes') return [...scope];
  const names = /^node=(.+)$/.exec(mode)?.[1]?.split(':');
  if (!names) throw refuse(`${mode}: illegal argument of option -e`);
  return names.map((name) => {
    const node = nodeNames.find((entry) => entry === name && scope.includes(entry));
    if (!node) throw refuse(`${name}: no such node in the scope of the class`);
    return node;
  });
}

export const sdxvolume: Command = (call) =>
  answer(call, async () => {
    const { world, node } = call.machine;
    const given = sdxOptions(call.argv.slice(1), 'FNc:v:e:');
    if (given.has('F') === given.has('N')) throw refuse('one of the options -F and -N is required');
    const className = needed(given, 'c');
    const owner = classOn(world.model, node, className);
    if (owner.shadow) throw refuse(`${className}: shadow class`);
    const names = given.get('v')?.split(',') ?? owner.volumes.map((volume) => volume.name);
    const { place, mode } = modesOf(given.get('e'));
    if (mode !== undefined && given.has('F')) throw refuse(`mode=${mode}: illegal argument of option -e`);
    const nodes = nodesOf(place, node, owner.scope);
    const changed = given.has('F')
      ? stopVolumes(world, node, className, names, nodes)
      : startVolumes(world, node, className, names, nodes, mode);
    await world.save();
    const line = (volume: GdsVolume, entry: NodeName): string =>
      given.has('F')
        ? info(call, `${volume.name}: stopped volume on node ${entry}`)
        : startedText(call, className, volume.name, entry);
    return [...changed].flatMap(([volume, on]) => on.map((entry) => line(volume, entry))).join('');
  });
