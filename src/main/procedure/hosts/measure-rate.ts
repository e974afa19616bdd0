/**
 * Measures how fast data is received from a host and sent to it over ssh, on the same path and with the same commands
 * as a large dump.
 */
import { openDataWay } from '../../data-path/open-data-way.ts';
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { pieceBytesOf } from '../../../streams/record-cutter.ts';
import { tapeWriterArguments } from '../../../streams/tape/tape-writer.ts';
import type { Hosts } from './hosts.ts';
import { sha256Arguments, type WorkDigest } from '../model/detached-dump.ts';
import type { Platform } from '../../site/site-schema.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { scriptOfLogin } from '../../ssh/rights.ts';
import type { MeasuredRate } from '../model/route-expectation.ts';

/** Long enough that the first window does not count much, short enough for a slow line. */
const testBytes = 67_108_864;
const recordBytes = 262_144;

async function timed(bytes: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round((bytes * 1000) / (performance.now() - startedAt));
}

/** @throws errors of opening a session and of moving data over it */
export async function measureRate(hosts: Hosts, host: string, abort: AbortSignal): Promise<MeasuredRate> {
  // Connects first, so that the connection is not measured.
  await hosts.session(host).exec(['echo', 'shadowtape'], { abort, timeLimitSeconds: 60 });
  const way = await openDataWay({
    hosts,
    reads: host,
    writes: host,
    // On the path of a large dump, although little is sent.
    bytes: Number.MAX_SAFE_INTEGER,
    recordBytes,
    abort,
    // A dump would then use this thread, too.
    onFallBack: () => {},
  });
  try {
    const count = testBytes / pieceBytesOf(recordBytes);
    const read = await timed(testBytes, async () => {
      const argv = [...rawDeviceArguments('/dev/zero', { recordBytes }), `count=${count}`];
      await way.readBack({ source: await way.openRead(argv, { abort }), recordBytes, abort });
    });
    const write = await timed(testBytes, async () => {
      const sink = await way.openWrite(tapeWriterArguments({ device: '/dev/null' }), { abort });
      await way.writeZeros(sink, testBytes);
    });
    return { read, write };
  } finally {
    await way.close();
  }
}

const digestArguments = (digest: WorkDigest, platform: Platform): string[] =>
  digest === 'cksum' ? ['cksum'] : sha256Arguments(platform);

/** An old server may take minutes. */
const digestTimeLimitSeconds = 600;

/**
 * Measures how fast the host's own programs compute the digests that route \`server\` computes while it dumps.
 * @returns bytes per second; a digest whose program fails, or is missing, is omitted
 * @throws errors of a session
 */
export async function measureDigests(
  hosts: Hosts,
  host: string,
  platform: Platform,
  abort: AbortSignal,
): Promise<NonNullable<MeasuredRate['digests']>> {
  const rates: Partial<Record<WorkDigest, number>> = {};
  for (const digest of ['cksum', 'sha256'] as const) {
    const reader = commandLine([
      'dd',
      'if=/dev/zero',
      `bs=${recordBytes}`,
      `count=${testBytes / recordBytes}`,
    ]);
    const script = `${reader} 2> /dev/null | ${commandLine(digestArguments(digest, platform))}`;
    let status: number | undefined;
    const rate = await timed(testBytes, async () => {
      ({ status } = await hosts
        .session(host)
        .exec(['sh', '-c', script, scriptOfLogin], { abort, timeLimitSeconds: digestTimeLimitSeconds }));
    });
    if (status === 0) rates[digest] = rate;
  }
  return rates;
}
