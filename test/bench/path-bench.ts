/**
 * The data path compared with the pipe that an administrator would type, `ssh A dd | ssh B dd`: two genuine sshd on
 * loopback, incompressible data, runs in turn. The machine's speed varies with its other load, so ratios are taken
 * within each turn, and their median counts. The clock runs to the exit status of the dd that writes. The logins of the
 * two ssh count, as do those of the console's threads; its sessions are connected before.
 *
 * A restore goes the other way, from a tape to a volume: it is compared with its own pipe.
 *
 * With --roundtrips, the same through a proxy that makes the line as long. A window of ssh is 2 MiB: 2 MiB a round trip
 * is the most that either of them can do.
 *
 * Usage: node test/bench/path-bench.ts [--mib N] [--turns N] [--roundtrips 1,10,50] [--json]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOpensshServer } from '../support/openssh-server.ts';
import type { OpensshServer } from '../support/openssh-server.ts';
import { writeRandom } from './bench-file.ts';
import { BenchProcess } from './bench-process.ts';
import { percentile } from './figures.ts';
import {
  consoleInElectron,
  consoleInNode,
  pipeOfRestore,
  pipeOfSsh,
  pipeThroughMbuffer,
  restoreInNode,
} from './path-ways.ts';
import type { PathHosts, Way, WayCost } from './path-ways.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    turns: { type: 'string', default: '3' },
    roundtrips: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const bytes = Number(values.mib) * mebibyte;

const median = (figures: readonly number[]) => percentile(figures, 50);

interface Measured {
  readonly way: string;
  readonly mbPerSecond: number;
  /** To the first way, within each turn. */
  readonly ratio: number;
  readonly cpuSecondsPerGib: number;
  readonly rssMib: number | undefined;
}

function measuredOf(way: Way, costs: readonly WayCost[], first: readonly WayCost[]): Measured {
  const ratios = costs.map(({ seconds }, turn) => (first[turn]?.seconds ?? Number.NaN) / seconds);
  const rss = costs.flatMap(({ rssBytes }) => (rssBytes === undefined ? [] : [rssBytes]));
  return {
    way: way.name,
    mbPerSecond: bytes / 1e6 / median(costs.map(({ seconds }) => seconds)),
    ratio: median(ratios),
    cpuSecondsPerGib: (median(costs.map(({ cpuSeconds }) => cpuSeconds)) * gibibyte) / bytes,
    rssMib: rss.length === 0 ? undefined : Math.max(...rss) / mebibyte,
  };
}

async function measure(hosts: PathHosts): Promise<Measured[]> {
  const ways = [
    pipeOfSsh(hosts),
    pipeThroughMbuffer(hosts),
    await consoleInNode(hosts),
    await consoleInElectron(hosts),
    pipeOfRestore(hosts),
    await restoreInNode(hosts),
  ].filter((way) => way !== undefined);
  const costs = ways.map((): WayCost[] => []);
  for (let turn = 0; turn < Number(values.turns); turn += 1)
    for (const [index, way] of ways.entries()) costs[index]?.push(await way.measure());
  return ways.map((way, index) => measuredOf(way, costs[index] ?? [], costs[0] ?? []));
}

function line({ way, mbPerSecond, ratio, cpuSecondsPerGib, rssMib }: Measured): string {
  const rss = rssMib === undefined ? '' : `${rssMib.toFixed(0).padStart(8)} MiB`;
  return `${way.padEnd(32)}${mbPerSecond.toFixed(0).padStart(7)} MB/s${ratio.toFixed(2).padStart(8)}${cpuSecondsPerGib.toFixed(2).padStart(8)} CPU s/GiB${rss}`;
}

/** Rates on a loaded machine say little: what it did besides is part of the result. */
async function machine(): Promise<string> {
  const release = await readFile('/proc/sys/kernel/osrelease', 'utf8').catch(() => '');
  const load = loadavg().map((figure) => figure.toFixed(1));
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, Linux ${release.trim()}, load average ${load.join(', ')}`;
}

/** The servers at these ports. */
async function hostsAt(folder: string, readPort: number, writePort: number): Promise<PathHosts> {
  const knownHosts = join(folder, `known_hosts-${readPort}`);
  const lineOf = ({ hostKeyLine }: OpensshServer, port: number) =>
    hostKeyLine.replace(/\]:\d+ /, `]:${port} `);
  await writeFile(knownHosts, `${lineOf(reads, readPort)}\n${lineOf(writes, writePort)}\n`);
  return { reads, writes, readPort, writePort, knownHosts, file: join(folder, 'volume'), bytes };
}

/** The same on a longer line. @param milliseconds of a round trip */
async function measureOnLine(folder: string, milliseconds: number): Promise<Measured[]> {
  const proxy = new BenchProcess('delay-proxy.ts', [milliseconds, reads.port, writes.port].map(String));
  try {
    const [readPort = 0, writePort = 0] = await proxy.told<number[]>();
    return await measure(await hostsAt(folder, readPort, writePort));
  } finally {
    await proxy.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'shadowtape-path-'));
const [reads, writes] = [await startOpensshServer(), await startOpensshServer()];
try {
  await writeRandom(join(folder, 'volume'), bytes);
  const before = await machine();
  const lines = [
    `${values.mib} MiB through two sshd, medians of ${values.turns} turns; the third column is the ratio to the first line`,
    before,
  ];
  const measured = await measure(await hostsAt(folder, reads.port, writes.port));
  lines.push(...measured.map(line));
  const onLines: { roundTripMilliseconds: number; measured: Measured[] }[] = [];
  for (const roundTrip of values.roundtrips.split(',').filter(Boolean).map(Number)) {
    const there = await measureOnLine(folder, roundTrip);
    onLines.push({ roundTripMilliseconds: roundTrip, measured: there });
    const most = (2 * mebibyte) / 1e6 / (roundTrip / 1000);
    lines.push(`round trips of ${roundTrip} ms: 2 MiB each are ${most.toFixed(0)} MB/s`, ...there.map(line));
  }
  const told = {
    machine: before,
    mebibytes: Number(values.mib),
    turns: Number(values.turns),
    measured,
    onLines,
  };
  process.stdout.write(`${values.json ? JSON.stringify(told) : lines.join('\n')}\n`);
} finally {
  await Promise.all([reads.close(), writes.close()]);
  await rm(folder, { recursive: true, force: true });
}
