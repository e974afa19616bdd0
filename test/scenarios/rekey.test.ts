/**
 * Data in flight while sshd or the console changes the session keys: every cipher, key exchange, direction and way through a jump host, over
 * a genuine OpenSSH server. `npm run test:rekey` sends 2 GiB with each cipher where `npm test` sends 8 MiB, which is enough for half a
 * dozen changes of the keys.
 */
import { execFileSync } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { algorithmsFor } from '../../src/main/ssh/algorithms.ts';
import type { AlgorithmSet, HostProfile } from '../../src/main/ssh/host-profile.ts';
import { commandLine, sentLine } from '../../src/main/ssh/quoting.ts';
import { OpenedKeys } from '../../src/main/ssh/keys/opened-keys.ts';
import { RemoteProcess } from '../../src/main/ssh/channels/remote-process.ts';
import { SshConnection } from '../../src/main/ssh/ssh-connection.ts';
import type { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';
import { readFrom } from '../../src/main/ssh/channels/ssh-read.ts';
import type { SshSession } from '../../src/main/ssh/ssh-session.ts';
import { writeTo } from '../../src/main/ssh/channels/ssh-write.ts';
import { RmtClient } from '../../src/streams/rmt/rmt-client.ts';
import { createSpanningTapeSink } from '../../src/streams/tape/spanning-tape-sink.ts';
import {
  contentOf,
  folderPlace,
  makeVolume,
  sender,
  sendTo,
  sumOf,
  taken,
  taker,
  type Content,
  type Volume,
} from '../support/far-side.ts';
import { keyExchanges, opensshHosts, opensshProfile } from '../support/openssh-hosts.ts';
import { findSshd, sshdMissing, startOpensshServer, type OpensshServer } from '../support/openssh-server.ts';

const mebibytes = Number(process.env['SHADOWTAPE_REKEY_MIB'] ?? 8);
/** Where the cipher does not matter. */
const fewerMebibytes = Math.max(8, Math.ceil(mebibytes / 4));
/** Milliseconds. The slowest cipher, on a busy machine, carries less than 1 MB/s. */
const timeout = 240_000 + mebibytes * 2000;
const missing = findSshd() === undefined ? sshdMissing : undefined;
const rmt = '/usr/sbin/rmt-tar';
const rmtMissing = existsSync(rmt) ? undefined : 'rmt is not installed: apt install tar';

/** What the OpenSSH of this machine supports. */
function known(kind: 'cipher' | 'kex'): Set<string> {
  return missing === undefined
    ? new Set(execFileSync('ssh', ['-Q', kind], { encoding: 'utf8' }).trim().split('\n'))
    : new Set();
}

const modern = algorithmsFor('modern');
const legacy = algorithmsFor('legacy');
const setOf = (name: string, modernNames: readonly string[]): AlgorithmSet =>
  modernNames.includes(name) ? 'modern' : 'legacy';
const ciphers = legacy.cipher.filter((name) => known('cipher').has(name));
const exchanges = legacy.kex.filter((name) => known('kex').has(name));

/** What a test opens, and closes again at its end. Concurrent tests must not share a hook. */
type Ending = Pick<TestContext, 'onTestFinished'>;

async function serverWith({ onTestFinished }: Ending, ...config: string[]): Promise<OpensshServer> {
  const server = await startOpensshServer({ config: ['LogLevel DEBUG1', ...config] });
  onTestFinished(() => server.close());
  return server;
}

function hostsOf(
  { onTestFinished }: Ending,
  servers: readonly OpensshServer[],
  profiles: readonly HostProfile[],
): SshHosts {
  const hosts = opensshHosts(servers, profiles);
  onTestFinished(() => hosts.close());
  return hosts;
}

function sessionWith(test: Ending, server: OpensshServer, more: Partial<HostProfile> = {}): SshSession {
  return hostsOf(test, [server], [opensshProfile(server, more)]).session('node3');
}

/** Sends a volume; what the far side took. */
async function write(session: SshSession, volume: Volume, place: string): Promise<Content> {
  const { stream } = await session.openWrite(taker(place));
  await sendTo(stream, volume);
  return taken(place);
}

async function read(session: SshSession, volume: Volume): Promise<Content> {
  return contentOf((await session.openRead(sender(volume))).stream);
}

/** Starts short commands, one after the other, until the transfers have ended. */
async function withCommands(session: SshSession, transfers: Promise<unknown>): Promise<number> {
  let moving = true;
  const ended = transfers.finally(() => (moving = false));
  let commands = 0;
  for (; moving; commands += 1) {
    const { status, stdout } = await session.exec(['cat'], { stdin: `command ${commands}` });
    expect([status, stdout.toString()]).toEqual([0, `command ${commands}`]);
  }
  await ended;
  return commands;
}

describe.runIf(missing === undefined || process.env['CI'])(
  `rekeys while data is in flight${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout },
  () => {
    let folder: string;
    let volume: Volume;
    let medium: Volume;
    let small: Volume;
    let sent: Content;
    let mediumSent: Content;
    let smallSent: Content;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'shadowtape-rekey-'));
      volume = await makeVolume(join(folder, 'volume'), mebibytes);
      medium = await makeVolume(join(folder, 'medium'), fewerMebibytes);
      small = await makeVolume(join(folder, 'small'), 8);
      const content = ({ bytes, sha256 }: Volume): Content => ({ bytes, sha256 });
      sent = content(volume);
      mediumSent = content(medium);
      smallSent = content(small);
    }, timeout);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('tests every cipher and key exchange of the program that sshd supports', () => {
      expect(ciphers).toEqual(legacy.cipher);
      expect(exchanges).toEqual(legacy.kex);
    });

    describe.concurrent('requested by sshd after each MiB', () => {
      it.for(ciphers)(`%s carries ${mebibytes} MiB each way`, async (cipher, test) => {
        // The program's legacy ciphers are for servers that support only these MACs.
        const macs = modern.cipher.includes(cipher) ? [] : ['MACs hmac-sha1'];
        const server = await serverWith(test, 'RekeyLimit 1M', `Ciphers ${cipher}`, ...macs);
        const session = sessionWith(test, server, { algorithms: setOf(cipher, modern.cipher) });

        expect(await write(session, volume, folderPlace(folder, cipher))).toEqual(sent);
        const whileWriting = keyExchanges(server) - 1;
        expect(await read(session, volume)).toEqual(sent);
        const whileReading = keyExchanges(server) - 1 - whileWriting;

        expect(server.log()).toContain(`kex: client->server cipher: ${cipher}`);
        // Up to 2 MiB, a window, may be in flight when sshd asks for new keys.
        expect(whileWriting).toBeGreaterThan(mebibytes / 8);
        expect(whileReading).toBeGreaterThan(mebibytes / 8);
      });
    });

    describe('after each 4 MiB, both ways at once', () => {
      it.for(exchanges)('%s', async (kex, test) => {
        const server = await serverWith(test, 'RekeyLimit 4M', `KexAlgorithms ${kex}`);
        const session = sessionWith(test, server, { algorithms: setOf(kex, modern.kex) });
        const transfers = [write(session, small, folderPlace(folder, kex)), read(session, small)];
        expect(await Promise.all(transfers)).toEqual([smallSent, smallSent]);
        expect(server.log()).toContain(`kex: algorithm: ${kex}`);
        expect(keyExchanges(server)).toBeGreaterThan(2);
      });
    });

    it('requested each second, with keepalives in transit', async (test) => {
      const server = await serverWith(test, 'RekeyLimit default 1s');
      const session = sessionWith(test, server, { keepaliveSeconds: 0.5 });
      const place = folderPlace(folder, 'time');
      const { stream } = await session.openWrite(taker(place));
      const piece = Buffer.alloc(32_768, 'a piece of a volume ');
      let pieces = 0;
      const untilThreeRekeys = async function* () {
        for (; keyExchanges(server) < 4; pieces += 1) {
          yield piece;
          await nextTurn();
        }
      };
      await pipeline(Readable.from(untilThreeRekeys()), stream);
      expect((await taken(place)).bytes).toBe(pieces * piece.length);
    });

    it('let other commands start and end while data goes both ways', async (test) => {
      const server = await serverWith(test, 'RekeyLimit 1M');
      const session = sessionWith(test, server);
      const transfers = Promise.all([
        write(session, medium, folderPlace(folder, 'commands')),
        read(session, medium),
      ]);
      expect(await withCommands(session, transfers)).toBeGreaterThan(0);
      expect(await transfers).toEqual([mediumSent, mediumSent]);
    });

    it('pass on both hops of a way through a jump host', async (test) => {
      const gate = await serverWith(test, 'RekeyLimit 1M');
      const server = await serverWith(test, 'RekeyLimit 1M');
      const jump = opensshProfile(gate, { name: 'gate' });
      const session = hostsOf(test, [server, gate], [opensshProfile(server, { jump })]).session('node3');
      const transfers = [write(session, medium, folderPlace(folder, 'jump')), read(session, medium)];
      expect(await Promise.all(transfers)).toEqual([mediumSent, mediumSent]);
      for (const { log } of [gate, server]) {
        expect(log().match(/SSH2_MSG_NEWKEYS received/g)?.length).toBeGreaterThan(fewerMebibytes / 8);
      }
    });

    it.for([
      ['the console alone', 'none'],
      ['the console and sshd', '1M'],
    ] as const)('started by %s', async ([, limit], test) => {
      const server = await serverWith(test, `RekeyLimit ${limit === 'none' ? 'default none' : limit}`);
      const connection = await SshConnection.open(opensshProfile(server), {
        knownHostsFile: join(server.folder, 'known_hosts'),
        userKnownHostsFiles: [],
        confirmHostKey: () => Promise.resolve(false),
        askSecret: () => Promise.resolve(undefined),
        openedKeys: new OpenedKeys(),
      });
      test.onTestFinished(() => connection.close());
      const start = (argv: readonly string[]) => {
        const line = commandLine(argv);
        const order = { host: 'node3', line, sent: sentLine(argv), command: argv[0] ?? '' };
        return RemoteProcess.start(connection, order, new AbortController().signal);
      };
      // ssh2's client never starts a rekey itself, and its types do not show that it can.
      const { _protocol: protocol } = connection.client as unknown as { _protocol: { rekey(): void } };

      const place = folderPlace(folder, `client-${limit}`);
      const { stream: input, ended } = writeTo(await start(taker(place)));
      const { stream: output } = readFrom(await start(sender(medium)));
      let pieces = 0;
      const everyMebibyte = () => {
        pieces += 1;
        if (pieces % 4 === 0) protocol.rekey();
      };
      const [, received] = await Promise.all([sendTo(input, medium, everyMebibyte), contentOf(output)]);
      await ended;
      expect(await taken(place)).toEqual(mediumSent);
      expect(received).toEqual(mediumSent);
      expect(keyExchanges(server)).toBeGreaterThan(fewerMebibytes / 8);
    });

    describe('with a tape server', () => {
      it.runIf(rmtMissing === undefined || process.env['CI'])(
        `rmt writes a volume and reads it back${rmtMissing === undefined ? '' : ` (not tested: ${rmtMissing})`}`,
        async (test) => {
          const server = await serverWith(test, 'RekeyLimit 1M');
          const session = sessionWith(test, server);
          const device = folderPlace(folder, 'tape');
          // rmt of tar opens only an existing file.
          await session.exec(['touch', device]);
          const start = async () => {
            const { input, output, ended } = await session.openTalk([rmt]);
            return { input, output, ended };
          };
          const nextTape = async () => ({ channel: await start(), device, dialect: 'linux' as const });
          await sendTo(createSpanningTapeSink({ nextTape }).stream, medium);
          expect(await sumOf(device)).toBe(medium.sha256);

          const client = new RmtClient(await start(), 'linux');
          await client.open(device, 'read');
          const records = async function* () {
            for (
              let record = await client.read(32_768);
              record.length > 0;
              record = await client.read(32_768)
            )
              yield record;
          };
          expect(await contentOf(Readable.from(records()))).toEqual(mediumSent);
          await client.close();
          expect(keyExchanges(server)).toBeGreaterThan(fewerMebibytes / 4);
        },
      );

      it('a volume spans two tapes', async (test) => {
        const server = await serverWith(test, 'RekeyLimit 1M');
        const session = sessionWith(test, server);
        const tapes = ['tape-0', 'tape-1'].map((name) => folderPlace(folder, name));
        const emulator = join(import.meta.dirname, '..', 'support', 'rmt-emulator.ts');
        const ends: Promise<unknown>[] = [];
        const nextTape = async ({ tape }: { tape: number }) => {
          const argv = [process.execPath, emulator, '150', tapes[tape] ?? ''];
          const channel = await session.openTalk(argv);
          ends.push(channel.ended);
          return { channel, device: '/dev/nst0', dialect: 'linux' as const };
        };
        const sink = createSpanningTapeSink({ nextTape });
        await sendTo(sink.stream, small);
        await Promise.all(ends);

        expect(sink.segments().map(({ records }) => records)).toEqual([150, 106]);
        const whole = join(folder, 'both-tapes');
        execFileSync('sh', ['-c', 'cat "$1" "$2" >"$0"', whole, ...tapes]);
        expect(await sumOf(whole)).toBe(small.sha256);
        expect(keyExchanges(server)).toBeGreaterThan(2);
      });
    });
  },
);
