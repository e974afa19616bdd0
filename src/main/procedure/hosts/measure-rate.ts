/** Measures how fast bytes come from a host and go to it over ssh, with the sessions and commands that a dump uses. */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { tapeWriterArguments } from '../../../streams/tape-writer.ts';
import type { Hosts } from './hosts.ts';
import type { MeasuredRate } from '../model/route-expectation.ts';

/** Long enough that connecting and the first window do not count much, short enough for a slow line. */
const testBytes = 67_108_864;
const pieceBytes = 262_144;

async function timed(bytes: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round((bytes * 1000) / (performance.now() - startedAt));
}

function nowhere(): Writable {
  return new Writable({ write: (_piece, _encoding, done) => done() });
}

/** @throws what opening and moving data over a session can end with */
export async function measureRate(hosts: Hosts, host: string, abort: AbortSignal): Promise<MeasuredRate> {
  const session = hosts.session(host);
  // Connects, so that connecting is not measured.
  await session.exec(['echo', 'shadowtape'], { abort, timeLimitSeconds: 60 });
  const zeros = Buffer.alloc(pieceBytes);
  const count = testBytes / pieceBytes;
  const read = await timed(testBytes, async () => {
    const argv = [...rawDeviceArguments('/dev/zero', { recordBytes: pieceBytes }), `count=${count}`];
    const source = await session.openRead(argv, { abort });
    await pipeline(source.stream, nowhere());
  });
  const write = await timed(testBytes, async () => {
    const sink = await session.openWrite(tapeWriterArguments({ device: '/dev/null' }), { abort });
    await pipeline(Readable.from(Array<Buffer>(count).fill(zeros)), sink.stream);
  });
  return { read, write };
}
