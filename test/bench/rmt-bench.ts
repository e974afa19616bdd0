/**
 * A tape server with several windows against dd, over the same real sshd on loopback, into /dev/null: what answers for each record cost.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { Client } from 'ssh2';
import type { ClientChannel } from 'ssh2';
import { createSpanningTapeSink } from '../../src/streams/tape/spanning-tape-sink.ts';
import { tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import { findSshd, sshdMissing, startOpensshServer } from '../support/openssh-server.ts';
import type { OpensshServer } from '../support/openssh-server.ts';

const mebibytes = 256;
const total = mebibytes * 1024 * 1024;
const device = '/dev/null';
const rmt = '/usr/sbin/rmt-tar';

/** What the record cutter hands on at once. */
const piece = Buffer.alloc(262_144, 'a piece of a volume ');

function source(): Readable {
  return Readable.from(
    (function* () {
      for (let sent = 0; sent < total; sent += piece.length) yield piece;
    })(),
    { objectMode: false },
  );
}

async function connect(server: OpensshServer): Promise<Client> {
  const client = new Client();
  const { port, user, identityFile } = server;
  client.connect({ host: '127.0.0.1', port, username: user, privateKey: await readFile(identityFile) });
  await once(client, 'ready');
  client.setNoDelay(true);
  return client;
}

function start(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

async function throughDd(client: Client): Promise<void> {
  const channel = await start(client, tapeWriterArguments({ device }).join(' '));
  channel.resume();
  channel.stderr.resume();
  const closed = once(channel, 'close');
  await pipeline(source(), channel, { end: true }).catch((error: unknown) => ignoreEarlyClose(error));
  await closed;
}

/** A channel is closed by its peer, which a pipeline takes for an end before time. */
function ignoreEarlyClose(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

async function throughRmt(client: Client, window: number): Promise<void> {
  const channel = await start(client, rmt);
  channel.stderr.resume();
  const ended = finished(channel).then(
    () => ({ status: 0, signal: undefined, stderr: '', bytes: 0 }),
    () => ({ status: undefined, signal: undefined, stderr: '', bytes: 0 }),
  );
  const nextTape = () =>
    Promise.resolve({
      channel: { input: channel, output: channel, ended },
      device,
      dialect: 'linux' as const,
    });
  await pipeline(source(), createSpanningTapeSink({ nextTape, window }).stream);
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return mebibytes / ((performance.now() - begun) / 1000);
}

/** Measures, and prints the result in lines, or why nothing could be measured. */
export async function rmtLines(): Promise<string[]> {
  if (findSshd() === undefined) return [`rmt against dd: not measured: ${sshdMissing}`];
  if (!existsSync(rmt)) return [`rmt against dd: not measured: ${rmt} is not installed`];
  const server = await startOpensshServer();
  const client = await connect(server);
  try {
    await throughDd(client);
    const dd = await rateOf(() => throughDd(client));
    const lines = [
      `${mebibytes} MiB over sshd on loopback, records of 32768 bytes`,
      line('dd obs=32768', dd, dd),
    ];
    for (const window of [64, 16, 1]) {
      lines.push(line(`rmt, window ${window}`, await rateOf(() => throughRmt(client, window)), dd));
    }
    return lines;
  } finally {
    client.end();
    await server.close();
  }
}

function line(name: string, rate: number, dd: number): string {
  return `${name.padEnd(32)}${rate.toFixed(0).padStart(7)} MiB/s${(rate / dd).toFixed(3).padStart(8)}`;
}
