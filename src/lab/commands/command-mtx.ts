import type { Cartridges } from '../tape/cartridges.ts';
import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { IoError } from '../faults/io-error.ts';

/**
 * mtx(1) 1.3: status, load, unload, transfer and next. Messages and exit status 1 are those of its source (mtx.c);
 * slots are counted from 1, drives from 0. Several commands may be in one line.
 */

const changerDevice = '/dev/scsi/changer/c2t0d0';
/** Element addresses of SMC changers, as IBM's and HP's libraries count them: the first drive, and the slot before the first. */
const addresses = { drives: 256, slots: 4095 } as const;
/** mtx prints a bar code with the spaces after it, as a library reports them. */
const barcodeLength = 32;

/** What mtx prints before it exits 1. */
class Refusal extends Error {}

const usage = [
  'Usage:',
  '  mtx [ -f <loader-dev> ] status',
  '  mtx [ -f <loader-dev> ] next [<drive#>]',
  '  mtx [ -f <loader-dev> ] load <storage-element-number> [<drive#>]',
  '  mtx [ -f <loader-dev> ] unload [<storage-element-number>][<drive#>]',
  '  mtx [ -f <loader-dev> ] transfer <storage-element-number> <storage-element-number>',
].join('\n');

interface Changer {
  readonly call: CommandCall;
  readonly cartridges: Cartridges;
}

const driveNumbers = ({ cartridges }: Changer): number[] => [...Array(cartridges.shape.drives).keys()];

function driveLine({ cartridges }: Changer, drive: number): string {
  const cartridge = cartridges.inChangerDrive(drive);
  if (!cartridge) return `Data Transfer Element ${drive}:Empty`;
  const home = cartridges.homeSlot(drive);
  const source = home === undefined ? 'Unknown Storage Element' : `Storage Element ${home}`;
  const tag = cartridge.name.padEnd(barcodeLength);
  return `Data Transfer Element ${drive}:Full (${source} Loaded):VolumeTag = ${tag}`;
}

async function status(changer: Changer): Promise<void> {
  const { call, cartridges } = changer;
  const { slots, shape } = cartridges;
  const lines = [
    `  Storage Changer ${changerDevice}:${shape.drives} Drives, ${slots} Slots ( ${shape.mailSlots} Import/Export )`,
    ...driveNumbers(changer).map((drive) => driveLine(changer, drive)),
  ];
  for (let slot = 1; slot <= slots; slot += 1) {
    const cartridge = cartridges.inSlot(slot);
    const content = cartridge ? `Full :VolumeTag=${cartridge.name.padEnd(barcodeLength)}` : 'Empty';
    lines.push(
      `      Storage Element ${slot}${cartridges.isMailSlot(slot) ? ' IMPORT/EXPORT' : ''}:${content}`,
    );
  }
  await call.output.write(lines.map((line) => `${line}\n`).join(''));
}

function requireDrive(changer: Changer, command: string, drive: number): void {
  if (!driveNumbers(changer).includes(drive))
    throw new Refusal(`illegal <drive-number> argument '${drive}' to '${command}' command`);
}

/** Prints on the standard output what is moved; `done` follows if it succeeded. */
async function move(
  { call }: Changer,
  words: string,
  work: () => Promise<void>,
  failed: string,
): Promise<void> {
  await call.output.write(`${words}...`);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new Refusal(failed);
  }
  await call.output.write('done\n');
  await call.machine.world.save();
}

async function load(changer: Changer, slot: number | undefined, drive = 0): Promise<void> {
  const { cartridges } = changer;
  if (slot === undefined || slot < 1) throw new Refusal('No source specified');
  if (slot > cartridges.slots)
    throw new Refusal(`Invalid <storage-element-number> argument '${slot}' to 'load' command`);
  requireDrive(changer, 'load', drive);
  if (cartridges.inChangerDrive(drive)) {
    throw new Refusal(`Drive ${drive} Full (Storage Element ${cartridges.homeSlot(drive) ?? 0} loaded)`);
  }
  const address = addresses.slots + slot;
  const failed = cartridges.inSlot(slot)
    ? `MOVE MEDIUM from Element Address ${address} to ${addresses.drives + drive} Failed`
    : `Source Element Address ${address} is Empty`;
  const words = `Loading media from Storage Element ${slot} into drive ${drive}`;
  await move(changer, words, () => cartridges.load(slot, drive), failed);
}

async function unload(changer: Changer, wanted: number | undefined, drive = 0): Promise<void> {
  const { cartridges } = changer;
  const slot = wanted ?? (cartridges.inChangerDrive(drive) ? cartridges.homeSlot(drive) : undefined);
  if (slot === undefined) throw new Refusal(`No Source for tape in drive ${drive}!`);
  if (slot < 1 || slot > cartridges.slots)
    throw new Refusal(`illegal <storage-element-number> argument '${slot}' to 'unload' command`);
  requireDrive(changer, 'unload', drive);
  if (!cartridges.inChangerDrive(drive)) throw new Refusal(`Data Transfer Element ${drive} is Empty`);
  if (cartridges.inSlot(slot)) throw new Refusal(`Storage Element ${slot} is Already Full`);
  const failed = `MOVE MEDIUM from Element Address ${addresses.drives + drive} to ${addresses.slots + slot} Failed`;
  const words = `Unloading drive ${drive} into Storage Element ${slot}`;
  await move(changer, words, () => cartridges.unload(slot, drive), failed);
}

/** Prints nothing on success; the library judges the slots. */
async function transfer(changer: Changer, from: number | undefined, to: number | undefined): Promise<void> {
  const { call, cartridges } = changer;
  if (from === undefined) throw new Refusal('No source specified');
  if (to === undefined) throw new Refusal('No destination specified');
  if (from < 1 || from > cartridges.slots) throw new Refusal('Invalid source');
  if (to < 1 || to > cartridges.slots) throw new Refusal('Invalid destination');
  const failed = `MOVE MEDIUM from Element Address ${addresses.slots + from} to ${addresses.slots + to} Failed`;
  if (!cartridges.inSlot(from) || cartridges.inSlot(to)) throw new Refusal(failed);
  await cartridges.transfer(from, to);
  await call.machine.world.save();
}

/** The next cartridge in the order of the slots; what is in the drive goes back first. */
async function next(changer: Changer, drive = 0): Promise<void> {
  const { cartridges } = changer;
  const isFull = cartridges.inChangerDrive(drive) !== undefined;
  const current = isFull ? cartridges.homeSlot(drive) : 0;
  if (isFull) await unload(changer, current, drive);
  for (let slot = (current ?? 0) + 1; slot <= cartridges.slots; slot += 1) {
    if (cartridges.inSlot(slot)) return load(changer, slot, drive);
  }
  throw new Refusal('No More Media');
}

/** Commands with the number of arguments that may follow. */
const mtxCommands = {
  status: { figures: 0, run: status },
  load: { figures: 2, run: load },
  unload: { figures: 2, run: unload },
  next: { figures: 1, run: next },
  transfer: { figures: 2, run: transfer },
} as const;

/** Reads and runs the commands of a line one by one. */
async function runLine(changer: Changer, words: readonly string[]): Promise<void> {
  let rest = words;
  while (rest.length > 0) {
    const [word = '', ...others] = rest;
    if (!Object.hasOwn(mtxCommands, word)) throw new Refusal(usage);
    const command = mtxCommands[word as keyof typeof mtxCommands];
    const end = others.findIndex((text, index) => index >= command.figures || !/^\d/.test(text));
    const figures = others.slice(0, end < 0 ? others.length : end).map((text) => Number.parseInt(text, 10));
    rest = others.slice(figures.length);
    await command.run(changer, figures[0], figures[1]);
  }
}

export const mtx: Command = async (call) => {
  const [option, device, ...words] = call.argv.slice(1);
  const isNamed = option === '-f' && device !== undefined;
  const named = isNamed ? device : '/dev/changer';
  if (named !== changerDevice || call.machine.node !== 'node3') {
    return complain(call, `mtx: cannot open SCSI device '${named}' - No such file or directory`);
  }
  try {
    await runLine({ call, cartridges: call.machine.world.cartridges }, words);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return complain(call, error.message === usage ? usage : `mtx: ${error.message}`);
  }
};
