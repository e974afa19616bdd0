/**
 * What route `server` and reading back cost compared with plain dd, runs in turn, incompressible data.
 *
 * - The script of a detached dump, with cksum and SHA-256 in the same pass, compared with the guide's own `dd`. Both
 *   write to /dev/null, so that no drive hides what the digests cost: the rate says how fast a drive may be before the
 *   dump waits for its digests.
 * - A tape file as it is read back through the console (route `console`), compared with `ssh B dd | sha256sum`.
 *
 * Usage: node test/bench/server-bench.ts [--mib N] [--turns N]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { startCommand } from '../../src/main/procedure/detached/detached-script.ts';
import { dumpWork } from '../../src/main/procedure/model/detached-dump.ts';
import { workFile } from '../../src/main/procedure/model/detached-work.ts';
import { startOpensshServer } from '../support/openssh-server.ts';
import { percentile, row } from './figures.ts';
import { writeRandom } from './bench-file.ts';
import { pipeOfReadBack, readBackInNode, type PathHosts, type Way } from './path-ways.ts';

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '1024' }, turns: { type: 'string', default: '3' } },
});
const bytes = Number(values.mib) * 2 ** 20;
const recordBytes = 32_768;
const run = promisify(execFile);

/** How often the folder is checked for the end of the work. */
const lookMilliseconds = 10;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** The file as the volume, and /dev/null as the tape. */
function dumpByScript(file: string, folder: string): Promise<number> {
  const work = dumpWork({
    folder,
    digest: 'sha256',
    platform: 'linux',
    recordBytes,
    reader: { argv: ['dd', `if=${file}`, `bs=${recordBytes}`] },
    tapeDevice: '/dev/null',
  });
  const [program = '', ...args] = startCommand(work);
  return timed(async () => {
    await run(program, args);
    const ended = workFile(work, 'ended');
    while (!(await stat(ended).catch(() => undefined))) await wait(lookMilliseconds);
  });
}

const dumpByDd = (file: string) =>
  timed(() => run('dd', [`if=${file}`, 'of=/dev/null', `bs=${recordBytes}`]));

const mbPerSecond = (seconds: number) => bytes / 1e6 / seconds;

/** @param turns seconds of the first way and of the other, in one turn */
function lines(names: readonly [string, string], turns: readonly (readonly [number, number])[]): string[] {
  const rate = (index: 0 | 1) =>
    percentile(
      turns.map((turn) => mbPerSecond(turn[index])),
      50,
    );
  const ratio = percentile(
    turns.map(([first, other]) => first / other),
    50,
  );
  return [row(names[0], [rate(0)], 'MB/s', 1), row(names[1], [rate(1)], 'MB/s', ratio)];
}

async function inTurns(
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<(readonly [number, number])[]> {
  const turns: (readonly [number, number])[] = [];
  for (let turn = 0; turn < Number(values.turns); turn += 1) turns.push([await one(), await other()]);
  return turns;
}

const secondsOf = (way: Way) => async () => (await way.measure()).seconds;

const folder = await mkdtemp(join(tmpdir(), 'shadowtape-server-'));
const file = join(folder, 'volume');
const server = await startOpensshServer();
try {
  await writeRandom(file, bytes);
  const load = loadavg().map((figure) => figure.toFixed(1));
  const said = [
    `${values.mib} MiB, medians of ${values.turns} turns, ${cpus().length} processors, load ${load.join(', ')}`,
  ];
  let number = 0;
  const script = () =>
    dumpByScript(file, join(folder, `shadowtape-bench-${(number += 1)}.Volume2.dump.work`));
  said.push(...lines(['dd alone', 'dump, cksum and SHA-256'], await inTurns(() => dumpByDd(file), script)));
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `${server.hostKeyLine}\n`);
  const { port } = server;
  const hosts: PathHosts = {
    reads: server,
    writes: server,
    readPort: port,
    writePort: port,
    knownHosts,
    file,
    bytes,
  };
  const [pipe, console] = [pipeOfReadBack(hosts), await readBackInNode(hosts)];
  said.push(...lines([pipe.name, console.name], await inTurns(secondsOf(pipe), secondsOf(console))));
  process.stdout.write(`${said.join('\n')}\n`);
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
