/**
 * The data path beside the pipe that an administrator would type, `ssh A dd | ssh B dd`: two genuine sshd on loopback, incompressible data, runs in
 * turn. The machine's speed varies with its other load, so ratios are taken within each turn, and their median counts. The clock runs from the
 * first login to the exit status of the dd that writes.
 *
 * Usage: node test/bench/path-bench.ts [--mib N] [--turns N] [--json]
 */
import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { startOpensshServer } from '../support/openssh-server.ts';
import { percentile } from './figures.ts';
import { consoleInElectron, consoleInNode, pipeOfSsh } from './path-ways.ts';
import type { PathHosts, Way, WayCost } from './path-ways.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '512' },
    turns: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const bytes = Number(values.mib) * mebibyte;

/** Fills a file with bytes that no compression makes smaller. */
async function writeRandom(file: string): Promise<void> {
  const pieces = function* () {
    for (let left = bytes; left > 0; left -= mebibyte) yield randomFillSync(Buffer.alloc(mebibyte));
  };
  await pipeline(Readable.from(pieces(), { objectMode: false }), createWriteStream(file));
}

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
  const electron = await consoleInElectron(hosts);
  const ways = [pipeOfSsh(hosts), consoleInNode(hosts), ...(electron ? [electron] : [])];
  const costs = ways.map((): WayCost[] => []);
  for (let turn = 0; turn < Number(values.turns); turn += 1)
    for (const [index, way] of ways.entries()) costs[index]?.push(await way.measure());
  return ways.map((way, index) => measuredOf(way, costs[index] ?? [], costs[0] ?? []));
}

function line({ way, mbPerSecond, ratio, cpuSecondsPerGib, rssMib }: Measured): string {
  const rss = rssMib === undefined ? '' : `${rssMib.toFixed(0).padStart(8)} MiB`;
  return `${way.padEnd(28)}${mbPerSecond.toFixed(0).padStart(7)} MB/s${ratio.toFixed(2).padStart(8)}${cpuSecondsPerGib.toFixed(2).padStart(8)} CPU s/GiB${rss}`;
}

/** Rates on a loaded machine say little: what it did besides is part of the result. */
async function machine(): Promise<string> {
  const release = await readFile('/proc/sys/kernel/osrelease', 'utf8').catch(() => '');
  const load = loadavg().map((figure) => figure.toFixed(1));
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, Linux ${release.trim()}, load average ${load.join(', ')}`;
}

const folder = await mkdtemp(join(tmpdir(), 'shadowtape-path-'));
const [reads, writes] = [await startOpensshServer(), await startOpensshServer()];
try {
  const file = join(folder, 'volume');
  await writeRandom(file);
  const before = await machine();
  const measured = await measure({
    ...{ reads, writes, readPort: reads.port, writePort: writes.port },
    ...{ file, bytes },
  });
  const told = { machine: before, mebibytes: bytes / mebibyte, turns: Number(values.turns), measured };
  const lines = [
    `${told.mebibytes} MiB through two sshd, medians of ${told.turns} turns; the third column is the ratio to the first line`,
    before,
    ...measured.map(line),
  ];
  process.stdout.write(`${values.json ? JSON.stringify(told) : lines.join('\n')}\n`);
} finally {
  await Promise.all([reads.close(), writes.close()]);
  await rm(folder, { recursive: true, force: true });
}
