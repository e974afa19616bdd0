/**
 * Sends many bytes through the whole copy path, and prints the memory and time as one line of JSON. A test runs it in a
 * separate process, so that the memory is that of the path alone.
 *
 * Usage: node large-copy.fixture.ts MEBIBYTES
 */
import { Readable, Writable } from 'node:stream';
import { runDump } from './copy-path.ts';

const mebibyte = 1024 * 1024;
const total = Number(process.argv[2] ?? '64') * mebibyte;

/** What an ssh channel delivers at once. */
const packet = Buffer.alloc(32_768, 'packet of a volume ');

let sent = 0;
const source = new Readable({
  read() {
    while (sent < total) {
      sent += packet.length;
      if (!this.push(packet)) return;
    }
    this.push(null);
  },
});

const sink = new Writable({
  write(_piece, _encoding, done) {
    done();
  },
});

const wellEnded = { status: 0, signal: undefined, stderr: '', bytes: total };
let highestRss = 0;
const begun = performance.now();
const result = await runDump({
  source: { stream: source, ended: Promise.resolve(wellEnded) },
  sink: { stream: sink, ended: Promise.resolve(wellEnded) },
  expectedBytes: total,
  onProgress: () => {
    highestRss = Math.max(highestRss, process.memoryUsage.rss());
  },
});
const seconds = (performance.now() - begun) / 1000;
process.stdout.write(
  `${JSON.stringify({
    bytes: result.handed.bytes,
    records: result.handed.records,
    sha256: result.device.sha256,
    rssMebibytes: Math.round(highestRss / mebibyte),
    seconds,
    cpuSeconds: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    mebibytesPerSecond: Math.round(total / mebibyte / seconds),
  })}\n`,
);
