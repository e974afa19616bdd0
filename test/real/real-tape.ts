/** What mt, dd and tar of a tape host make of its cartridges, and the files that a master holds. */
import { rm, writeFile } from 'node:fs/promises';
import type { RealHostName, RealHosts } from './real-hosts.ts';
import { insertTape } from './real-run.ts';

/** An ext3 with files whose names are not ASCII alone: 1.3 MB. */
const fill = [
  'mkfs.ext3 -q /dev/sfdsk/Class1/rdsk/Volume1',
  'mount /app',
  'mkdir "/app/a folder"',
  'dd if=/dev/urandom of="/app/a folder/Löhne 給与.db" bs=65536 count=20 status=none',
  "echo payroll > \"/app/it'\\''s.txt\"",
  'umount /app',
].join(' && ');

/** Makes a file system on the master, and leaves it unmounted. */
export const fillMaster = (real: RealHosts): Promise<string> => real.type('node1', `sh -c '${fill}'`);

/** SHA-256 of each file that a command prints with sha256sum, by its path. */
function digestsBy(printed: string): Readonly<Record<string, string>> {
  const lines = printed.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(68), line.slice(0, 64)]));
}

const sumOfFiles = 'find . -type f -exec sha256sum {} +';

/** SHA-256 of each file of /app, which is mounted on node1. */
export async function filesOfApp(real: RealHosts): Promise<Readonly<Record<string, string>>> {
  return digestsBy(await real.type('node1', `sh -c 'cd /app && ${sumOfFiles}'`));
}

/** Where a dump is on tape. */
export interface TapePlace {
  readonly host: RealHostName;
  /** Number of the tape file, from 0. */
  readonly file: number;
  /** Cartridges that are put into the drive one after the other; the one that is there where absent. */
  readonly cartridges?: readonly string[];
}

const dump = '/run/dump';

/** Copies a dump from tape into a file of the tape host, with dd, and does something with it there. */
async function withDump(
  real: RealHosts,
  { host, file, cartridges = [] }: TapePlace,
  line: string,
): Promise<string> {
  const read = `sh -c 'mt -f /dev/nst0 asf ${file} && dd if=/dev/nst0 bs=1M status=none >> ${dump}'`;
  for (const cartridge of cartridges) {
    await insertTape(real, host, cartridge, 1);
    await real.type(host, read);
  }
  if (cartridges.length === 0) await real.type(host, read);
  return real.type(host, `sh -c 'cd $(mktemp -d) && ${line} && rm ${dump}'`);
}

/** SHA-256 of a dump on tape. */
export async function digestOnTape(real: RealHosts, place: TapePlace): Promise<string> {
  return (await withDump(real, place, `sha256sum ${dump}`)).slice(0, 64);
}

/** SHA-256 of each file that tar of the tape host unpacks from a dump. */
export async function filesOnTape(
  real: RealHosts,
  place: TapePlace,
): Promise<Readonly<Record<string, string>>> {
  return digestsBy(await withDump(real, place, `tar xf ${dump} && ${sumOfFiles}`));
}

/** What happens to the cartridge in a drive. */
type Mishap = 'protected' | 'pulled';

/**
 * Write-protects the cartridge in a drive, or pulls it out before the next record is written.
 * @returns takes the protection away
 */
export async function befall(real: RealHosts, host: RealHostName, mishap: Mishap) {
  const file = `${real.tapeFile(host)}.${mishap}`;
  await writeFile(file, '');
  return () => rm(file, { force: true });
}
