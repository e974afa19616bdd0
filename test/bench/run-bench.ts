/**
 * What a whole run costs: the sdxinfo commands of a plain run of 6a, and the elapsed and CPU time of the demo. In
 * comparison with the demo, SHA-256 of as many bytes as it dumps: the machine's own speed varies, the ratio says more.
 *
 * Usage: node test/bench/run-bench.ts
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { readRun, StateFolder } from '../../src/main/application/console.ts';
import { manyBlocks, openScene, runScene } from '../support/lab-run.ts';
import { stateQueriesOf } from '../support/state-queries.ts';
import { row } from './figures.ts';

/** Seconds. */
interface Cost {
  readonly elapsed: number;
  readonly cpu: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const cpuSeconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;

async function queriesOfPlainRun(): Promise<string> {
  const scene = await openScene({ blocks: manyBlocks });
  try {
    const { events, exitStatus, sentence } = await runScene(scene);
    if (exitStatus !== 0) throw new Error(`the plain run failed: ${sentence}`);
    const { queries, polls } = stateQueriesOf(scene, events);
    return `a plain run of 6a sends ${queries} sdxinfo commands, and ${polls} polls of step 8-2`;
  } finally {
    await scene.close();
  }
}

/** Reported by the process itself when it ends: Node does not report the CPU time of a child. */
const tellCpu = `import { writeSync } from 'node:fs';
process.on('exit', () => writeSync(3, JSON.stringify(process.cpuUsage())));`;

/** Runs what `npm run demo` runs. @returns what it cost */
async function demo(statePath: string): Promise<Cost> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: { demo: string } };
  const [, program = '', ...args] = scripts.demo.split(' ');
  const begun = performance.now();
  const imported = `data:text/javascript,${encodeURIComponent(tellCpu)}`;
  const child = spawn(
    process.execPath,
    [`--import=${imported}`, program, '--state', statePath, ...args],
    // Its lines are not shown: drawing them is not a part of what is measured.
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const said = text(child.stderr as Readable);
  const told = text(child.stdio[3] as Readable);
  const [exitStatus] = (await once(child, 'close')) as [number | null];
  const elapsed = (performance.now() - begun) / 1000;
  if (exitStatus !== 0) throw new Error(`the demo ended with ${exitStatus}: ${await said}`);
  return { elapsed, cpu: cpuSeconds(JSON.parse(await told) as NodeJS.CpuUsage) };
}

/** Bytes that the only run of a state folder dumped. */
async function dumpedBytes(statePath: string): Promise<number> {
  const state = new StateFolder(statePath);
  const [run = ''] = await state.runs();
  const { events } = await readRun(state, run);
  const digest = events.find((event) => event.type === 'digest' && event.hop !== 'readback');
  if (digest?.type !== 'digest' || !digest.bytes) throw new Error('the demo dumped nothing');
  return digest.bytes;
}

function hashing(bytes: number): Cost {
  const piece = Buffer.alloc(262_144, 'a piece of a volume ');
  const before = process.cpuUsage();
  const begun = performance.now();
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; left -= piece.length) hash.update(piece.subarray(0, left));
  hash.digest('hex');
  return { elapsed: (performance.now() - begun) / 1000, cpu: cpuSeconds(process.cpuUsage(before)) };
}

async function costOfDemo(): Promise<string[]> {
  const statePath = await mkdtemp(join(tmpdir(), 'shadowtape-demo-'));
  try {
    const run = await demo(statePath);
    const bytes = await dumpedBytes(statePath);
    const hashed = hashing(bytes);
    return [
      `the demo dumps ${bytes / 2 ** 20} MiB; the last column is its time to that of SHA-256 over as many bytes`,
      row('the demo, elapsed', [run.elapsed], 's', run.elapsed / hashed.elapsed),
      row('the demo, CPU time', [run.cpu], 's', run.cpu / hashed.cpu),
    ];
  } finally {
    await rm(statePath, { recursive: true, force: true });
  }
}

say(await queriesOfPlainRun());
for (const line of await costOfDemo()) say(line);
