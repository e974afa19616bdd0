import { setTimeout as wait } from 'node:timers/promises';
import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { rootKilobytes } from '../hosts/file-contents.ts';

import { plainDisk } from '../hosts/plain-disk.ts';
import { platformOf } from '../gds/lab-model.ts';
import { deviceOf, physicalBlocks, physicalDisks } from '../gds/lab-volumes.ts';

/** Commands that only print something. */

const says =
  (text: (node: string) => string): Command =>
  async (call) => {
    await call.output.write(`${text(call.machine.node)}\n`);
    return 0;
  };

type UnameParts = readonly (readonly [string, (node: string) => string])[];

const unameOfLinux: UnameParts = [
  ['s', () => 'Linux'],
  ['n', (node) => node],
  ['r', () => '2.6.9-42.ELsmp'],
  ['v', () => '#1 SMP Wed Jul 12 23:27:17 EDT 2006'],
  ['m', () => 'i686'],
  ['p', () => 'i686'],
  ['i', () => 'i386'],
];

const unameOfSolaris: UnameParts = [
  ['s', () => 'SunOS'],
  ['n', (node) => node],
  ['r', () => '5.9'],
  ['v', () => 'Generic_118558-11'],
  ['m', () => 'sun4u'],
  ['p', () => 'sparc'],
  ['i', () => 'SUNW,Sun-Fire-V440'],
];

export const uname: Command = async (call) => {
  const letters = call.argv.slice(1).join('').replaceAll('-', '') || 's';
  const parts = platformOf(call.machine.world.model) === 'linux' ? unameOfLinux : unameOfSolaris;
  const shown = parts.filter(([letter]) => letters.includes('a') || letters.includes(letter));
  await call.output.write(`${shown.map(([, text]) => text(call.machine.node)).join(' ')}\n`);
  return 0;
};

export const hostname = says((node) => node);

/** The number that Solaris keeps in its NVRAM (hostid(1)): different in each lab. */
export const hostid: Command = async (call) => {
  await call.output.write(`${call.machine.hostId}\n`);
  return 0;
};
export const id = says(() => 'uid=0(root) gid=0(root)');
export const pwd: Command = async (call) => {
  await call.output.write(`${call.directory}\n`);
  return 0;
};

export const date: Command = async (call) => {
  const format = call.argv.slice(1).find((word) => word.startsWith('+'));
  const now = new Date();
  const iso = now.toISOString();
  const parts: Record<string, string> = {
    '%Y': iso.slice(0, 4),
    '%m': iso.slice(5, 7),
    '%d': iso.slice(8, 10),
    '%H': iso.slice(11, 13),
    '%M': iso.slice(14, 16),
    '%S': iso.slice(17, 19),
    '%s': String(Math.floor(now.getTime() / 1000)),
    '%T': iso.slice(11, 19),
  };
  const text = format ? format.slice(1).replace(/%./g, (part) => parts[part] ?? part) : now.toUTCString();
  await call.output.write(`${text}\n`);
  return 0;
};

/** When the machine was booted, in seconds since 1970: later with each reboot. */
const bootTime = (call: CommandCall): number =>
  1_104_537_600 + 3600 * (call.machine.world.model.hosts[call.machine.node].reboots ?? 0);

/** `kstat -p unix:0:system_misc:boot_time`; a statistic that the lab does not have is not shown (kstat(1M)). */
export const kstat: Command = async (call) => {
  const [option, name] = call.argv.slice(1);
  if (option !== '-p') return complain(call, 'kstat: not part of the lab', 2);
  if (name !== 'unix:0:system_misc:boot_time') return 1;
  await call.output.write(`${name}\t${bootTime(call)}\n`);
  return 0;
};

/** `who -b`: the minute of the boot. */
export const who: Command = async (call) => {
  if (call.argv[1] !== '-b') return complain(call, 'who: not part of the lab', 2);
  if (platformOf(call.machine.world.model) === 'linux') {
    const time = new Date(bootTime(call) * 1000).toISOString().slice(0, 16).replace('T', ' ');
    await call.output.write(`         system boot  ${time}\n`);
    return 0;
  }
  const [, , month = '', day = '', time = ''] =
    /^\w+, (\d+) (\w+) \d+ (\d+:\d+)/.exec(new Date(bootTime(call) * 1000).toUTCString())?.[0]?.split(' ') ??
    [];
  await call.output.write(`   .       system boot  ${month} ${day} ${time}\n`);
  return 0;
};

/** `iostat -En`: the identity of each disk that the node sees; the one without a class comes first. */
export const iostat: Command = async (call) => {
  if (call.argv.slice(1).join(' ') !== '-En') return complain(call, 'iostat: not part of the lab', 2);
  const { node, world } = call.machine;
  const ownSerial = world.faults.has('no-serial') ? '' : `OWN-${node}`;
  await call.output.write(
    `${plainDisk.padEnd(16)} Soft Errors: 0 Hard Errors: 0 Transport Errors: 0 \nVendor: FUJITSU  Product: MAP3735N         Revision: 0000 Serial No: ${ownSerial} \n`,
  );
  for (const physical of physicalDisks) {
    const device = deviceOf(node, physical);
    if (device === undefined) continue;
    const serial = world.faults.has('no-serial') ? '' : physical.replace('Disk', '').padStart(10, '0');
    const bytes = 512 * physicalBlocks(physical, world.model.volumeBlocks);
    await call.output.write(
      [
        `${device.padEnd(16)} Soft Errors: 0 Hard Errors: 0 Transport Errors: 0 `,
        `Vendor: FUJITSU  Product: E4000            Revision: 0000 Serial No: ${serial} `,
        `Size: ${(bytes / 1e9).toFixed(2)}GB <${bytes} bytes>`,
        'Media Error: 0 Device Not Ready: 0 No Device: 0 Recoverable: 0 ',
        'Illegal Request: 0 Predictive Failure Analysis: 0 ',
        '',
      ].join('\n'),
    );
  }
  return 0;
};

/** The system's use of the root file system, in kilobytes. */
const systemKilobytes = 5_482_934;

/** `df -k` (df(1M)) of the root file system, for any argument. */
export const df: Command = async (call) => {
  const [option, path = '/'] = call.argv.slice(1);
  if (option !== '-k') return complain(call, 'df: not part of the lab', 2);
  const kind = await call.machine.files.kindOf(call.machine.files.resolve(call.directory, path));
  if (!kind) return complain(call, `df: (${path}) not a block device, directory or mounted resource`);
  const free = call.machine.files.freeKilobytes;
  const used = systemKilobytes + rootKilobytes - free;
  const capacity = Math.ceil((100 * used) / (used + free));
  await call.output.write(
    'Filesystem            kbytes    used   avail capacity  Mounted on\n' +
      `/dev/dsk/c0t0d0s0    8063580 ${used} ${free}    ${capacity}%    /\n`,
  );
  return 0;
};

export const echo: Command = async (call) => {
  await call.output.write(`${call.argv.slice(1).join(' ')}\n`);
  return 0;
};

const escapes: Record<string, string> = { n: '\n', t: '\t', '\\': '\\', '0': '\0', r: '\r' };

/** printf with %s, %d and %%; the format is used again while there are arguments. */
export const printf: Command = async (call) => {
  const [format = '', ...values] = call.argv.slice(1);
  const text = format.replace(/\\([nt\\0r])/g, (_, letter: string) => escapes[letter] ?? '');
  const takes = (text.match(/%[sd]/g) ?? []).length;
  do {
    const part = text.replace(/%([sd%])/g, (_, letter: string) =>
      letter === '%' ? '%' : (values.shift() ?? ''),
    );
    await call.output.write(part);
  } while (values.length > 0 && takes > 0);
  return 0;
};

export const yes: Command = () => Promise.resolve(0);
export const no: Command = () => Promise.resolve(1);

export const sleep: Command = async (call) => {
  const seconds = Number(call.argv[1]);
  if (!Number.isFinite(seconds) || seconds < 0) return complain(call, 'sleep: bad character in argument', 2);
  await wait(seconds * 1000, undefined, { signal: call.killed });
  return 0;
};
