import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SecretQuestion } from './host-profile.ts';
import { profileOf, Workbench, type Command } from './ssh-server.test-support.ts';

/** Ends with its input. */
const cat: Command = (channel) => {
  channel.on('data', (piece: Buffer) => channel.write(piece));
  channel.on('end', () => {
    channel.exit(0);
    channel.end();
  });
};
const commands = { cat };

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

it('a second connection asks for no password again', async () => {
  const server = await bench.server({
    commands,
    mostChannels: 1,
    authenticate: (attempt) =>
      attempt.method === 'password' && attempt.password === 'horse'
        ? attempt.accept()
        : attempt.reject(['password']),
  });
  const asked: SecretQuestion[] = [];
  const askSecret = (question: SecretQuestion) => {
    asked.push(question);
    return Promise.resolve(question.attempt === 1 ? 'donkey' : 'horse');
  };
  const hosts = await bench.hosts([profileOf(server.port, { password: true })], { askSecret });
  const session = hosts.session('node1');
  const talks = [await session.openTalk(['cat']), await session.openTalk(['cat'])];
  for (const { input } of talks) input.end();
  for (const { ended } of talks) expect((await ended).status).toBe(0);
  expect(server.logins()).toBe(2);
  expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(session.connections).toBe(1);
});

it('a second connection that leads to another machine is refused', async () => {
  const first = await bench.server({ commands, mostChannels: 1 });
  const other = await bench.server({ commands, mostChannels: 1 });
  let knocks = 0;
  const door = createServer((socket) => {
    const inside = connect((knocks += 1) === 1 ? first.port : other.port, '127.0.0.1');
    socket.on('error', () => inside.destroy());
    inside.on('error', () => socket.destroy());
    socket.pipe(inside).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  bench.onEnd(async () => door.close());
  const { port } = door.address() as AddressInfo;
  const session = (await bench.hosts([profileOf(port)])).session('node1');
  const talk = await session.openTalk(['cat']);
  await expect(session.openTalk(['cat'])).rejects.toMatchObject({ code: 'HOST_IS_ANOTHER' });
  talk.input.end();
  expect((await talk.ended).status).toBe(0);
  expect(bench.confirmed).toHaveLength(1);
  expect(other.logins()).toBe(0);
});

it('a second connection that is lost counts as a lost one, and is made again', async () => {
  const server = await bench.server({ commands, mostChannels: 1 });
  const session = (await bench.hosts([profileOf(server.port)])).session('node1');
  const first = await session.openTalk(['cat']);
  const second = await session.openTalk(['cat']);
  server.sockets[1]?.destroy();
  expect(await second.ended).toMatchObject({ lost: { code: 'CONNECTION_LOST' } });
  expect(session.connections).toBe(2);
  const third = await session.openTalk(['cat']);
  for (const { input } of [first, third]) input.end();
  for (const { ended } of [first, third]) expect((await ended).status).toBe(0);
  expect(server.logins()).toBe(3);
});

it('a command that waits for the second connection is asked about again before it is sent', async () => {
  const server = await bench.server({ commands, mostChannels: 1 });
  const session = (await bench.hosts([profileOf(server.port)])).session('node1');
  const first = await session.openTalk(['cat']);
  let again = 0;
  const onNewConnection = () => {
    again += 1;
    return Promise.resolve();
  };
  const second = await session.openTalk(['cat'], { onNewConnection });
  expect(again).toBe(1);
  for (const { input } of [first, second]) input.end();
  await Promise.all([first.ended, second.ended]);
});

it('a login may take longer than the way to it', async () => {
  const server = await bench.server({
    commands,
    authenticate: (attempt) => void setTimeout(() => attempt.accept(), 1200),
  });
  const profile = profileOf(server.port, {}, { connectSeconds: 1 });
  const session = (await bench.hosts([profile])).session('node1');
  expect((await session.exec(['cat'])).status).toBe(0);
});
