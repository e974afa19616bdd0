/**
 * Throughput of each stage of the data path, and of the whole path, compared with a bare PassThrough in the same run:
 * the machine's own speed varies, the ratio says more. Then a tape server compared with dd, the same way.
 *
 * Usage: node test/bench/streams-bench.ts [MEBIBYTES]
 */
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Header } from 'tar';
import { runDump } from '../../src/streams/copy-path.ts';
import { createChecksum, createDigest } from '../../src/streams/digests/digest.ts';
import { createMeter } from '../../src/streams/meter.ts';
import { createCksumStage } from '../../src/streams/digests/posix-cksum.ts';
import { createRecordCutter } from '../../src/streams/record-cutter.ts';
import { createStartWatermark } from '../../src/streams/start-watermark.ts';
import { createTarCatalogue } from '../../src/streams/tar/tar-catalogue.ts';
import { rmtLines } from './rmt-bench.ts';

const mebibyte = 1024 * 1024;
const mebibytes = Number(process.argv[2] ?? '512');
const total = mebibytes * mebibyte;

/** What an ssh channel delivers at once. */
const packet = Buffer.alloc(32_768, 'a packet of a volume ');

/** @param first comes before the packets */
function source(first?: Buffer): Readable {
  let sent = 0;
  let isBegun = false;
  return new Readable({
    read() {
      if (first && !isBegun) this.push(first);
      isBegun = true;
      while (sent < total) {
        sent += packet.length;
        if (!this.push(packet)) return;
      }
      this.push(null);
    },
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_piece, _encoding, done) => done() });
}

async function throughput(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return mebibytes / ((performance.now() - begun) / 1000);
}

const through = (...stages: Duplex[]) => throughput(() => pipeline([source(), ...stages, nowhere()]));

/** The header of a tar archive with one file. */
function tarHeader(): Buffer {
  const header = Buffer.alloc(512);
  new Header({ path: 'volume', size: total, type: 'File' }).encode(header);
  return header;
}

function wholePath(): Promise<unknown> {
  const ended = Promise.resolve({ status: 0, signal: undefined, stderr: '', bytes: total });
  return runDump({
    source: { stream: source(), ended },
    sink: { stream: nowhere(), ended },
    expectedBytes: total,
  });
}

const measurements: readonly (readonly [string, () => Promise<number>])[] = [
  ['bare PassThrough', () => through(new PassThrough())],
  ['meter', () => through(createMeter().stream)],
  ['CRC-32', () => through(createChecksum().stream)],
  ['CRC-32 and SHA-256', () => through(createDigest().stream)],
  ['POSIX cksum', () => through(createCksumStage().stream)],
  ['record cutter', () => through(createRecordCutter().stream)],
  ['start watermark', () => through(createStartWatermark().stream)],
  [
    'tar catalogue',
    () =>
      throughput(() =>
        pipeline([source(tarHeader()), createTarCatalogue(() => undefined).stream, nowhere()]),
      ),
  ],
  ['whole path', () => throughput(wholePath)],
];

const lines = [`${mebibytes} MiB in pieces of ${packet.length} bytes`];
await through(new PassThrough());
let bare = 0;
for (const [name, measure] of measurements) {
  const rate = Math.max(await measure(), await measure());
  if (bare === 0) bare = rate;
  lines.push(`${name.padEnd(32)}${rate.toFixed(0).padStart(7)} MiB/s${(rate / bare).toFixed(3).padStart(8)}`);
}
process.stdout.write(`${lines.join('\n')}\n\n${(await rmtLines()).join('\n')}\n`);
