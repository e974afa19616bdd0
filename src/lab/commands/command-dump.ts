import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { blockDeviceOf, wrongDevice } from './command-mount.ts';
import { openTarget } from '../hosts/data-files.ts';
import type { RecordTarget } from '../hosts/data-files.ts';
import { dumpBlockBytes, dumpBlocks, dumpPieces, inDumpOrder } from './dump-format.ts';
import type { DumpPlan, DumpTool } from './dump-format.ts';
import { IoError } from '../faults/io-error.ts';
import { readFileSystem } from '../gds/lab-file-system.ts';
import type { FileSystem } from '../gds/lab-file-system.ts';
import { Blocker } from './record-blocker.ts';
import { openVolume } from '../gds/volume-access.ts';
import type { OpenVolume } from '../gds/volume-access.ts';

/**
 * ufsdump(1M) and sfxdump(1M): one string of options, whose arguments follow in its order. The lines on the standard
 * error and the exit statuses are ufsdump's (illumos cmd/backup/dump); sfxdump has the same options (GFS guide 4.2),
 * its lines are presumed to be the same. Those of Linux dump(8) are dump 0.4b47's, without the lines with times. The
 * real one reports its progress every ten minutes, the lab at every tenth of the dump.
 */

const statuses = { startup: 1, abort: 3 } as const;
const diskBlockBytes = 512;
/** 20 blocks of 512 bytes; 126 for a cartridge (illumos ufsdump(8), options b and c). */
const blockings = { plain: 20, cartridge: 126 } as const;
const fileSystems = { ufsdump: 'ufs', sfxdump: 'sfxfs', dump: 'ext3' } as const;
const defaultDevices = { ufsdump: '/dev/rmt/0', sfxdump: '/dev/rmt/0', dump: '/dev/tape' } as const;
/** Where u records the dump: ufsdump(1M); dump(8). */
const dateFiles = {
  ufsdump: '/etc/dumpdates',
  sfxdump: '/etc/dumpdates',
  dump: '/var/lib/dumpdates',
} as const;

interface DumpRequest {
  readonly tool: DumpTool;
  readonly special: string;
  /** undefined: the standard output */
  readonly output: string | undefined;
  readonly recordBytes: number;
  /** u: record the dump in /etc/dumpdates. */
  readonly notesDate: boolean;
}

/** c of dump(8) changes the assumed length of a tape, not its records. */
function defaultBlocking(tool: DumpTool, letters: string): number {
  return letters.includes('c') && tool !== 'dump' ? blockings.cartridge : blockings.plain;
}

function parseRequest(tool: DumpTool, words: readonly string[]): DumpRequest | string {
  const [letters = '', ...rest] = words;
  if (!/^[0-9bcfunvS]+$/.test(letters)) return `Bad option \`${letters}'`;
  if (/[1-9]/.test(letters)) return 'the lab makes dumps of level 0 only';
  let output: string | undefined = defaultDevices[tool];
  let blocking = defaultBlocking(tool, letters);
  for (const letter of letters.replace(/[^bf]/g, '')) {
    const argument = rest.shift();
    if (argument === undefined) return `Missing argument for option \`${letter}'`;
    if (letter === 'f') output = argument;
    else blocking = Number(argument);
  }
  if (!Number.isInteger(blocking) || blocking < 2 || blocking % 2 === 1 || blocking > 2048) {
    return 'Bad blocking factor';
  }
  const [special, ...others] = rest;
  if (special === undefined || others.length > 0) return 'Usage: one file system must be named';
  const isStream = output === '-';
  return {
    tool,
    special,
    output: isStream ? undefined : output,
    recordBytes: blocking * diskBlockBytes,
    notesDate: letters.includes('u'),
  };
}

/** A line as dump prints it: two blanks before its name. */
async function tell(call: CommandCall, line: string): Promise<void> {
  await call.errors.write(`  DUMP: ${line}\n`);
}

async function refuse(call: CommandCall, line: string, status: number): Promise<number> {
  await tell(call, line);
  if (status === statuses.abort) await tell(call, 'The ENTIRE dump is aborted.');
  return status;
}

const pad = (value: number): string => String(value).padStart(2, '0');
const weekdays = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A date in the form of ctime(3C), in UTC. @param seconds since 1970 */
function dateText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(pad).join(':');
  const day = String(date.getUTCDate()).padStart(2);
  return `${weekdays[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}

/** A size as dump prints it: blocks of 512 bytes, and mebibytes. */
function sizeText(bytes: number): string {
  return `${Math.ceil(bytes / diskBlockBytes)} blocks (${(bytes / 1_048_576).toFixed(2)}MB)`;
}

/** dump(8) counts blocks of 1,024 bytes. */
function linuxSize(bytes: number): string {
  return `${Math.ceil(bytes / dumpBlockBytes)} blocks (${(bytes / 1_048_576).toFixed(2)}MB)`;
}

/** dump(8) begins these lines with a small letter. */
function lineOf(tool: DumpTool, line: string): string {
  return tool === 'dump' ? line.charAt(0).toLowerCase() + line.slice(1) : line;
}

/** Why what is on the device cannot be dumped; undefined if it can. */
function unfit(tool: DumpTool, system: FileSystem, special: string): string | undefined {
  if (system.type !== fileSystems[tool]) return 'bad sblock magic number';
  return wrongDevice(system, special);
}

/** Reports the progress of the dump, and performs what a fault requires during it. */
class DumpProgress {
  readonly #call: CommandCall;
  readonly #total: number;
  readonly #startedAt = performance.now();
  #bytes = 0;
  #toldTenth = 0;

  constructor(call: CommandCall, total: number) {
    this.#call = call;
    this.#total = total;
  }

  get percent(): number {
    return (100 * this.#bytes) / this.#total;
  }

  get bytesPerSecond(): number {
    return this.#bytes / Math.max(0.001, (performance.now() - this.#startedAt) / 1000);
  }

  async passed(bytes: number): Promise<void> {
    this.#bytes += bytes;
    const tenth = Math.floor(this.percent / 10);
    if (tenth === this.#toldTenth || this.#bytes >= this.#total) return;
    this.#toldTenth = tenth;
    const minutes = Math.ceil((this.#total - this.#bytes) / this.bytesPerSecond / 60);
    const left = `${Math.floor(minutes / 60)}:${pad(minutes % 60)}`;
    await tell(this.#call, `${this.percent.toFixed(2)}% done, finished in ${left}`);
  }
}

type Ending = 'whole' | 'aborted' | 'silent';

async function writeDump(
  call: CommandCall,
  plan: DumpPlan,
  volume: OpenVolume,
  target: RecordTarget,
): Promise<Ending> {
  const { faults } = call.machine.world;
  const total = dumpBlocks(plan) * dumpBlockBytes;
  const progress = new DumpProgress(call, total);
  const blocker = new Blocker(target, plan.recordBytes);
  const abortAt = faults.numberOf('dump-abort');
  let isInFiles = false;
  const { tool } = plan;
  await tell(call, lineOf(tool, 'Dumping (Pass III) [directories]'));
  for await (const piece of dumpPieces(plan, volume)) {
    call.killed.throwIfAborted();
    // the first piece that is larger than a header is the data of a file
    if (!isInFiles && piece.length > dumpBlockBytes) {
      isInFiles = true;
      await tell(call, lineOf(tool, 'Dumping (Pass IV) [regular files]'));
    }
    if (abortAt !== undefined && progress.percent >= abortAt) return 'aborted';
    if (faults.has('dump-silent') && progress.percent >= 50) return 'silent';
    await blocker.write(piece);
    await progress.passed(piece.length);
  }
  await blocker.end(plan.recordBytes);
  const rate = Math.round(progress.bytesPerSecond / 1024);
  await tell(
    call,
    tool === 'dump'
      ? `${linuxSize(total)} on 1 volume(s)`
      : `${sizeText(total)} on 1 volume at ${rate} KB/sec`,
  );
  return 'whole';
}

async function noteDate(call: CommandCall, { special, tool }: DumpRequest, date: string): Promise<void> {
  const { files } = call.machine;
  const path = dateFiles[tool];
  const known = (await files.kindOf(path)) === 'file' ? await files.read(path) : '';
  const lines = known.toString().split('\n');
  const others = lines.filter((line) => line !== '' && !line.startsWith(`${special} `));
  await files.write(path, `${[...others, `${special} 0 ${date}`].join('\n')}\n`, false);
}

async function dumpTo(
  call: CommandCall,
  request: DumpRequest,
  volume: OpenVolume,
  system: FileSystem,
): Promise<number> {
  const { tool, special: device, output, recordBytes } = request;
  const date = Math.floor(Date.now() / 1000);
  const plan: DumpPlan = { tool, device, date, recordBytes, entries: inDumpOrder(system.entries) };
  await tell(call, `Date of this level 0 dump: ${dateText(date)}`);
  await tell(call, 'Date of last level 0 dump: the epoch');
  await tell(call, `Dumping ${device} to ${output ?? 'standard output'}.`);
  await tell(call, lineOf(tool, 'Mapping (Pass I) [regular files]'));
  await tell(call, lineOf(tool, 'Mapping (Pass II) [directories]'));
  await tell(call, `Writing ${recordBytes / 1024} Kilobyte records`);
  const estimate = dumpBlocks(plan) * dumpBlockBytes;
  await tell(
    call,
    tool === 'dump' ? `estimated ${dumpBlocks(plan)} blocks.` : `Estimated ${sizeText(estimate)}.`,
  );
  let target: RecordTarget;
  try {
    target = await openTarget(call, output);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return refuse(call, `Cannot open dump device \`${output ?? ''}': ${error.message}`, statuses.abort);
  }
  const ending = await writeDump(call, plan, volume, target).finally(() => target.close());
  if (ending === 'silent') return 0;
  if (ending === 'aborted') return refuse(call, 'the lab was told to abort this dump', statuses.abort);
  await tell(call, 'DUMP IS DONE');
  if (request.notesDate) {
    await noteDate(call, request, dateText(date));
    await tell(call, `Level 0 dump on ${dateText(date)}`);
  }
  return 0;
}

async function dumpVolume(call: CommandCall, request: DumpRequest): Promise<number> {
  const { world, node } = call.machine;
  const { tool, special } = request;
  const mount = world.model.hosts[node].mounts.find((entry) => entry.special === blockDeviceOf(special));
  if (mount?.options === 'rw') {
    return refuse(call, `${special} is mounted on ${mount.directory} for writing`, statuses.startup);
  }
  const volume = openVolume(world, node, special, 'read');
  try {
    const system = await readFileSystem(volume);
    const reason = unfit(tool, system, special);
    if (reason !== undefined) return await refuse(call, reason, statuses.abort);
    return await dumpTo(call, request, volume, system);
  } finally {
    volume.close();
  }
}

const dumpWith =
  (tool: DumpTool): Command =>
  async (call) => {
    const request = parseRequest(tool, call.argv.slice(1));
    if (typeof request === 'string') return complain(call, `${tool}: ${request}`, statuses.startup);
    try {
      return await dumpVolume(call, request);
    } catch (error) {
      if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
      const isNoDevice = ['ENOENT', 'ENXIO'].includes(error.code);
      if (isNoDevice)
        return refuse(call, `Cannot open \`${request.special}': ${error.message}`, statuses.startup);
      if (error.code === 'EINVAL') return refuse(call, 'bad sblock magic number', statuses.abort);
      // without an operator to ask, it aborts (illumos dumpoptr.c)
      await tell(call, `Write error: ${error.message}`);
      return refuse(call, 'NEEDS ATTENTION: Do you want to restart?: ("yes" or "no") ', statuses.abort);
    }
  };

export const ufsdump = dumpWith('ufsdump');
export const sfxdump = dumpWith('sfxdump');
export const dump = dumpWith('dump');
