/**
 * One dump or restore through the console's own data path, in a process of its own: from a file on one host to
 * /dev/null on another. Prints what it took as a line of JSON, and ends. It also runs below Electron.
 *
 * Usage: node path-copy.ts ORDER, where ORDER is JSON (CopyOrder)
 */
import { writeSync } from 'node:fs';
import { openDataWay } from '../../src/main/data-path/open-data-way.ts';
import { defaultRecordBytes } from '../../src/streams/record-cutter.ts';
import { tapeReaderArguments } from '../../src/streams/tape/tape-reader.ts';
import { tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import type { HostProfile } from '../../src/main/ssh/host-profile.ts';
import { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';

export interface CopyOrder {
  readonly profiles: readonly HostProfile[];
  readonly knownHostsFiles: readonly string[];
  /** Read on the first of the hosts. */
  readonly file: string;
  readonly bytes: number;
  /** True: the file is read back as one of a tape, and nothing is written. */
  readonly readsBack?: boolean;
  /** True: the file is read as one of a tape, and written as a restore writes a volume. */
  readonly restores?: boolean;
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number;
}

export interface CopyCost {
  /**
   * To the exit status of the command that writes. The sessions of the console are connected before; threads, where
   * there are any, log in meanwhile.
   */
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  /** The most that this process ever had in memory. */
  readonly rssBytes: number;
  readonly sha256: string;
}

const order = JSON.parse(process.argv.at(-1) ?? '') as CopyOrder;
const {
  profiles,
  knownHostsFiles,
  file,
  bytes,
  threadsFromBytes,
  readsBack = false,
  restores = false,
} = order;
const [reads = '', writes = ''] = profiles.map(({ name }) => name);
const hosts = new SshHosts({
  profiles: new Map(profiles.map((profile) => [profile.name, profile])),
  knownHostsFile: '',
  userKnownHostsFiles: knownHostsFiles,
  confirmHostKey: () => Promise.resolve(false),
  askSecret: () => Promise.resolve(undefined),
  threadsFromBytes,
});

for (const name of [reads, writes]) await hosts.session(name).connect();
const cpuBefore = process.cpuUsage();
const begun = performance.now();
const way = await openDataWay({
  hosts,
  reads,
  writes: readsBack ? undefined : writes,
  bytes,
  recordBytes: defaultRecordBytes,
  abort: new AbortController().signal,
  onFallBack(reason) {
    throw new Error(reason);
  },
});

async function dump(): Promise<string> {
  const source = await way.openRead(['dd', `if=${file}`, 'bs=262144'], {});
  const sink = await way.openWrite(tapeWriterArguments({ device: '/dev/null' }), {});
  const { device, sinkEnd } = await way.dump({ source, sink, expectedBytes: bytes });
  if (sinkEnd.status !== 0) throw new Error(sinkEnd.stderr);
  return device.sha256;
}

async function restore(): Promise<string> {
  const source = await way.openRead(tapeReaderArguments({ device: file }), {});
  const sink = await way.openWrite(tapeWriterArguments({ device: '/dev/null' }), {});
  const { device, sinkEnd } = await way.dump({ source, sink, lastRecord: 'short', expectedBytes: bytes });
  if (sinkEnd.status !== 0) throw new Error(sinkEnd.stderr);
  return device.sha256;
}

async function readBack(): Promise<string> {
  const source = await way.openRead(['dd', `if=${file}`, `bs=${defaultRecordBytes}`], {});
  return (await way.readBack({ source, total: bytes })).sha256;
}

const sha256 = await (readsBack ? readBack() : restores ? restore() : dump());
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const cost: CopyCost = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  rssBytes: process.resourceUsage().maxRSS * 1024,
  sha256,
};
// Electron's stdout is not flushed by process.exit.
writeSync(1, `${JSON.stringify(cost)}\n`);
await way.close();
await hosts.close();
process.exit();
