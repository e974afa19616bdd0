/** Restores of files and images from tapes of real hosts, and what is found at their targets, seen without the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConsole, type RestoreResult } from '../../src/main/application/console.ts';
import type { RealHostName, RealHosts } from './real-hosts.ts';
import type { RealScene } from './real-run.ts';

/** An ext3 with names in several encodings, one of two lines, a hard link and a symbolic one. */
const fill = [
  'mkfs.ext3 -q /dev/sfdsk/Class1/rdsk/Volume1',
  'mount /app',
  'mkdir "/app/a folder" /app/etc',
  'dd if=/dev/urandom of="/app/a folder/Löhne 給与.db" bs=65536 count=4 status=none',
  'printf pay > "/app/`printf "\\265\\353\\315\\277"`"',
  'echo lines > "/app/`printf "two\\nlines"`"',
  'echo payroll > /app/etc/payroll.conf',
  // Which of two hard links tar stores as the file is left to the file system.
  'echo one > /app/etc/one.conf',
  'ln /app/etc/one.conf /app/etc/same.conf',
  'ln -s payroll.conf /app/etc/link.conf',
  'chmod 640 /app/etc/payroll.conf',
  'touch -d "2024-02-29 12:34:56" /app/etc/payroll.conf "/app/a folder"',
  'umount /app',
].join(' && ');

/** How many files that is, a hard link counted as one of them. */
export const filesOfMaster = 6;

const shell = (real: RealHosts, host: RealHostName, line: string) => real.type(host, `sh -c '${line}'`);

/** Makes a file system on the master, and leaves it unmounted. */
export const fillWithLinks = (real: RealHosts): Promise<string> => shell(real, 'node1', fill);

/** The files and the entries of the master, which is mounted for it. */
export async function contentsOfMaster(real: RealHosts) {
  await real.type('node1', 'mount /app');
  try {
    return { files: await filesOn(real, 'node1', '/app'), entries: await entriesOf(real, 'node1', '/app') };
  } finally {
    await real.type('node1', 'umount /app');
  }
}

interface Wish {
  readonly what: readonly string[];
  readonly to: string;
  readonly tapeFile?: number;
  /** True: it is canceled when the first bytes have come from tape. */
  readonly isCancelled?: boolean;
}

const nowhere = () => Promise.resolve({ hits: [], more: false });

/** Restores to a folder or a file. @throws what it is refused with */
export async function restoreReal(
  { state, siteFile }: RealScene,
  { what, to, tapeFile, isCancelled }: Wish,
): Promise<RestoreResult> {
  const console = await openConsole({
    ...{ state, siteFile, lab: { fresh: false, faults: [] } },
    confirmHostKey: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
  });
  try {
    const service = console.fileRestoreService;
    const prepared = await service.prepare({ what, to, overwrite: 'never', tapeFile }, nowhere);
    const cancel = new AbortController();
    return await service.perform(prepared, {
      abort: cancel.signal,
      ask: undefined,
      onProgress: () => isCancelled && cancel.abort(),
      onFile: () => undefined,
    });
  } finally {
    await console.close();
  }
}

/** A line of sh that prints the files of a folder for `listed`. */
export const listing = (folder: string): string =>
  `cd ${folder} && find . -type f -exec sha256sum --zero {} + | od -An -v -tx1`;

/** SHA-256 of each listed file, by the bytes of its path, as latin1. */
export function listed(printed: string): Record<string, string> {
  const text = Buffer.from(printed.replaceAll(/\s/g, ''), 'hex').toString('latin1');
  const lines = text.split('\0').slice(0, -1);
  return Object.fromEntries(lines.map((line) => [line.slice(68), line.slice(0, 64)]));
}

/** The same, in a folder of a host. */
export const filesOn = async (real: RealHosts, host: RealHostName, folder: string) =>
  listed(await shell(real, host, listing(folder)));

/** Kind, rights, links, owner, size of a file, time of its last change, name and target of each entry; folders have sizes of their own. */
export async function entriesOf(real: RealHosts, host: RealHostName, folder: string): Promise<string> {
  const others = '-mindepth 1 -not -name restoresymtable -not -name lost+found';
  const facts = '-type d -printf "d %m %U %G %T@ %P\\n" -o -printf "%y %m %n %U %G %s %T@ %P %l\\n"';
  const find = `find . ${others} \\( ${facts} \\) | LC_ALL=C sort`;
  const printed = await shell(real, host, `cd ${folder} && ${find}`);
  // A dump keeps whole seconds.
  return printed.replace(/(\d{10})\.\d{10}/g, '$1');
}

/** Commands of docs/restore-by-hand.md, with the names of a Linux drive. */
export function byHand(heading: string, before: string): string[] {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'restore-by-hand.md'), 'utf8');
  const rest = page.split(heading)[1]?.split(before)[1] ?? '';
  const [, block = ''] = /^```\n([\s\S]*?)^```$/m.exec(rest) ?? [];
  const names = { '/dev/rmt/0n': '/dev/nst0', '/dev/rmt/0': '/dev/st0', IMAGE: '/var/tmp/image' };
  const named = Object.entries(names).reduce((text, [name, value]) => text.replaceAll(name, value), block);
  if (named === '') throw new Error(`${heading} has no commands after "${before}"`);
  return named.trimEnd().split('\n');
}
