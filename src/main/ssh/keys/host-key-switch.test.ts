/** A host key that changes while a connection lasts: ssh2 asks about the key at each rekey. */
import type { Connection, ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { HostKeyCheck } from './host-key-check.ts';
import { fingerprintOf } from './known-hosts.ts';
import { newKey, profileOf, publicKeyOf, Workbench } from '../ssh-server.test-support.ts';

/** The parts of ssh2's server that it does not show: who speaks on a channel, and the host keys of that connection. */
interface Served {
  readonly _client: Connection & { readonly _protocol: { _hostKeys: Record<string, unknown> } };
}

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

const failureOf = (work: Promise<unknown>): Promise<ShadowtapeError | undefined> =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

/** Starts a rekey on the connection of a channel, with another host key where one is given. */
function rekey(channel: ServerChannel, hostKey?: string): void {
  const { _client: connection } = channel as unknown as Served;
  const { _protocol: protocol } = connection;
  // Only on this connection: others still find the first key.
  if (hostKey !== undefined) protocol._hostKeys = { 'ssh-ed25519': ssh2.utils.parseKey(hostKey) };
  connection.rekey();
}

describe('a rekey', () => {
  const first = newKey();
  const second = newKey();
  const message = `connection to node1 ended: its host key changed during a rekey, from ${fingerprintOf(publicKeyOf(first))} to ${fingerprintOf(publicKeyOf(second))}`;
  const hint =
    'another machine may have taken over the connection: find out who changed the host key before you run again. Commands on node1 may still be running';

  it('with the same host key asks no question, and the command continues', async () => {
    const server = await bench.server({
      hostKeys: [first],
      commands: {
        rekeys: (channel) => {
          const { _client: connection } = channel as unknown as Served;
          connection.once('rekey', () => {
            channel.write('same key');
            channel.exit(0);
            channel.close();
          });
          rekey(channel);
        },
      },
    });
    const hosts = await bench.hosts([profileOf(server.port)]);
    const { stdout } = await hosts.session('node1').exec(['rekeys']);
    expect(stdout.toString()).toBe('same key');
    expect(bench.confirmed).toEqual([fingerprintOf(publicKeyOf(first))]);
  });

  it('with another host key ends the connection, and nothing more is sent', async () => {
    const received: string[] = [];
    const server = await bench.server({
      hostKeys: [first],
      commands: {
        switches: (channel) => {
          channel.on('data', (piece: Buffer) => received.push(piece.toString()));
          channel.once('data', () => rekey(channel, second));
        },
        true: (channel) => {
          channel.exit(0);
          channel.close();
        },
      },
    });
    const hosts = await bench.hosts([profileOf(server.port)]);
    const session = hosts.session('node1');
    const { stream, ended } = await session.openWrite(['switches']);
    const failed = new Promise<ShadowtapeError>((resolve) => stream.once('error', resolve));
    stream.write('before the rekey');
    const lost = {
      code: 'HOST_KEY_SWITCHED',
      message,
      hint,
      evidence: {
        host: 'node1',
        command: 'switches',
        expected: fingerprintOf(publicKeyOf(first)),
        actual: fingerprintOf(publicKeyOf(second)),
      },
    };
    expect(await failed).toMatchObject(lost);
    expect((await ended).lost).toMatchObject(lost);
    expect(received).toEqual(['before the rekey']);

    // The next command connects again, where the known key counts again.
    expect((await session.exec(['true'])).status).toBe(0);
    expect(server.logins()).toBe(2);
  });

  it('of a jump host with another host key is what the host reached through it is lost with', async () => {
    const gate = await bench.server({
      hostKeys: [first],
      commands: { switches: (channel) => rekey(channel, second) },
    });
    const inner = await bench.server({ commands: { hangs: () => {} } });
    const jump = profileOf(gate.port, {}, { name: 'gate' });
    const hosts = await bench.hosts([
      profileOf(inner.port, {}, { jump }),
      profileOf(gate.port, {}, { name: 'gate' }),
    ]);
    const { ended } = await hosts.session('node1').openRead(['hangs']);
    expect((await failureOf(hosts.session('gate').exec(['switches'])))?.code).toBe('HOST_KEY_SWITCHED');
    expect((await ended).lost).toMatchObject({
      code: 'CONNECTION_LOST',
      message: `the connection to node1 was lost: ${message.replace('node1', 'gate')}`,
    });
  });

  it('is judged without asking, also where a person accepted the key', async () => {
    const questions: string[] = [];
    const check = new HostKeyCheck(profileOf(22), [], '/nonexistent', async ({ fingerprint }) => {
      questions.push(fingerprint);
      return true;
    });
    expect(check.judge(publicKeyOf(first))).toBe('unknown');
    expect(await check.ask(publicKeyOf(first))).toBe(true);
    expect(check.judge(publicKeyOf(first))).toBe('trusted');
    expect(check.judge(publicKeyOf(second))).toBe('refused');
    expect(check.refusal).toMatchObject({ code: 'HOST_KEY_SWITCHED', message });
    expect(questions).toEqual([fingerprintOf(publicKeyOf(first))]);
  });
});
