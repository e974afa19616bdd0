/**
 * Writes more than the 64 GiB after which OpenSSH's default RekeyLimit asks for new keys, through the console's own session and stdin of
 * dd, to a genuine sshd on loopback. Prints what sshd and dd say about it. Takes 6 to 15 minutes.
 *
 *     nice node test/bench/rekey-bench.ts [GIBIBYTES]
 */
import { cpus } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defaultRecordBytes } from '../../src/streams/record-cutter.ts';
import { tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import { keyExchanges, opensshHosts, opensshProfile } from '../support/openssh-hosts.ts';
import { startOpensshServer } from '../support/openssh-server.ts';

const gibibyte = 1024 ** 3;
const total = Number(process.argv[2] ?? 70) * gibibyte;
/** What the record cutter hands on at once. */
const piece = Buffer.alloc(8 * defaultRecordBytes);

const server = await startOpensshServer({ config: ['LogLevel DEBUG1'] });
const hosts = opensshHosts([server], [opensshProfile(server)]);
const rekeysSeen: string[] = [];
let sent = 0;

const zeros = Readable.from(
  (function* () {
    for (; sent < total; sent += piece.length) yield piece;
  })(),
  { objectMode: false },
);

const watch = setInterval(() => {
  const rekeys = keyExchanges(server) - 1;
  if (rekeys > rekeysSeen.length) rekeysSeen.push(`${(sent / gibibyte).toFixed(1)} GiB`);
}, 1000);

function inLog(pattern: RegExp): string {
  return pattern.exec(server.log())?.[1] ?? 'not in the log';
}

/** sshd at DEBUG1 writes to the stderr of its commands too. */
function ofDd(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.filter((text) => !text.startsWith('debug1:')).join(', ');
}

try {
  const begun = performance.now();
  const { stream, ended } = await hosts
    .session('node3')
    .openWrite(tapeWriterArguments({ device: '/dev/null' }));
  await pipeline(zeros, stream);
  const end = await ended;
  const seconds = (performance.now() - begun) / 1000;
  const lines = [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    `sshd: ${inLog(/Local version string (\S+)/)}, client to server ${inLog(/kex: client->server cipher: (\S+)/)}`,
    `${sent} bytes sent to dd in ${seconds.toFixed(0)} s, ${(sent / 1e6 / seconds).toFixed(0)} MB/s`,
    `dd ended with status ${end.status}: ${ofDd(end.stderr)}`,
    `rekeys in the log of sshd: ${keyExchanges(server) - 1}, noticed at ${rekeysSeen.join(', ') || 'no time'}`,
    ...server
      .log()
      .split('\n')
      .filter((text) => /rekey|NEWKEYS|Bad packet|corrupt/i.test(text))
      .map((text) => `  ${text.trim()}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  clearInterval(watch);
  await hosts.close();
  await server.close();
}
