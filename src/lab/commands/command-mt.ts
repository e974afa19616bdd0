import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { IoError } from '../faults/io-error.ts';
import type { TapeModel } from '../gds/lab-model.ts';
import type { TapeDrive } from '../tape/tape-drive.ts';
import { senseKeys } from '../tape/tape-handle.ts';
import type { TapeHandle } from '../tape/tape-handle.ts';
import { tapeOperations } from '../tape/tape-operations.ts';
import type { TapeOperationName } from '../tape/tape-operations.ts';

/**
 * mt(1): operations, messages and exit statuses of the illumos source (cmd/mt/mt.c): 1 wrong usage or cannot open, 2 failed. With the
 * fault `linux-tape` its status is that of mt-st on Linux.
 */

const senseTexts: Record<number, string> = {
  0x0: 'No Additional Sense',
  0x3: 'Media Error',
  0x8: 'Blank Check',
  0x12: 'EOF',
  0x13: 'EOT',
};

/** The beginning of an operation's name is enough; the first match counts. */
function operationOf(text: string): TapeOperationName | 'load' | undefined {
  const names = Object.keys(tapeOperations) as TapeOperationName[];
  return [...names, 'load' as const].find((name) => name.startsWith(text));
}

function solarisStatus({ senseKey, position }: Readonly<TapeModel>): string[] {
  return [
    'HP Ultrium LTO 4 tape drive:',
    `   sense key(0x${senseKey.toString(16)})= ${senseTexts[senseKey] ?? ''}   residual= 0   retries= 0`,
    `   file no= ${position.file}   block no= ${position.block}`,
  ];
}

/** mt-st, in the order in which it prints the bits (linux/mtio.h). */
function linuxStatus(drive: TapeDrive): string[] {
  const { senseKey, position, blockUnknown = false } = drive.model;
  const isLoaded = drive.isLoaded;
  const isEndOfData = isLoaded && senseKey === senseKeys.blankCheck;
  const isBeginning = position.file === 0 && position.block === 0 && !isEndOfData;
  const bits: readonly (readonly [boolean, number, string])[] = [
    [
      isLoaded && position.file > 0 && position.block === 0 && !isEndOfData && !blockUnknown,
      0x80000000,
      'EOF',
    ],
    [isLoaded && isBeginning, 0x40000000, 'BOT'],
    [isEndOfData, 0x08000000, 'EOD'],
    [isLoaded && drive.isWriteProtected, 0x04000000, 'WR_PROT'],
    [isLoaded, 0x01000000, 'ONLINE'],
    [!isLoaded, 0x00040000, 'DR_OPEN'],
    [true, 0x00010000, 'IM_REP_EN'],
  ];
  const set = bits.filter(([isSet]) => isSet);
  const file = isLoaded ? position.file : -1;
  const block = isLoaded && !isEndOfData && !blockUnknown ? position.block : -1;
  return [
    'SCSI 2 tape drive:',
    `File number=${file}, block number=${block}, partition=0.`,
    'Tape block size 0 bytes. Density code 0x46 (LTO-4).',
    'Soft error count since last status=0',
    `General status bits on (${set.reduce((sum, [, bit]) => sum + bit, 0).toString(16)}):`,
    ` ${set.map(([, , word]) => word).join(' ')}`,
  ];
}

async function showStatus(call: CommandCall): Promise<number> {
  const { drive, faults } = call.machine.world;
  const lines = faults.has('linux-tape') ? linuxStatus(drive) : solarisStatus(drive.model);
  await call.output.write(lines.map((line) => `${line}\n`).join(''));
  return 0;
}

async function openFailed(call: CommandCall, device: string, error: unknown): Promise<number> {
  if (!(error instanceof IoError)) throw error;
  if (error.code === 'EIO') return complain(call, `${device}: no tape loaded or drive offline`);
  if (error.code === 'EACCES') return complain(call, `${device}: write protected or reserved.`);
  return complain(call, `${device}: ${error.message}`);
}

interface MtRequest {
  readonly device: string;
  readonly name: TapeOperationName | 'load';
  readonly count: number;
}

async function operate(
  call: CommandCall,
  { device, count }: MtRequest,
  name: TapeOperationName,
  handle: TapeHandle,
): Promise<number> {
  try {
    if (name === 'status') return await showStatus(call);
    await tapeOperations[name].run(handle, count);
    return 0;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return await complain(call, `${device} ${name} ${count} failed: ${error.message}`, 2);
  }
}

function parseRequest(call: CommandCall): MtRequest | string {
  const words = call.argv.slice(1);
  const named = (words[0] === '-f' || words[0] === '-t') && words[1] !== undefined;
  const device = named ? (words[1] ?? '') : '/dev/rmt/0n';
  const [word, count = '1'] = named ? words.slice(2) : words;
  if (word === undefined) return 'usage: mt [ -f device ] command [ count ]';
  const name = operationOf(word);
  if (!name) return `mt: unknown command: ${word}`;
  if (!call.machine.world.drive.hasDevice(device) || call.machine.node !== 'node3')
    return `${device}: No such file or directory`;
  return { device, name, count: Math.max(0, Number.parseInt(count, 10) || 0) };
}

export const mt: Command = async (call) => {
  const request = parseRequest(call);
  if (typeof request === 'string') return complain(call, request);
  const { device, name } = request;
  const { drive } = call.machine.world;
  drive.wasAsked();
  if (name === 'load') {
    drive.load();
    return 0;
  }
  // On Linux the status of an empty drive is also printed: mt opens it without waiting for a medium.
  if (name === 'status' && call.machine.world.faults.has('linux-tape') && !drive.isLoaded && !drive.isOpen)
    return showStatus(call);
  let handle: TapeHandle;
  try {
    handle = await drive.open(device, tapeOperations[name].access);
  } catch (error) {
    return openFailed(call, device, error);
  }
  const status = await operate(call, request, name, handle).finally(() => handle.close());
  await call.machine.world.save();
  return status;
};
