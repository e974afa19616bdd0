import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { StateFolder } from '../../src/main/application/console.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { PageServer } from '../../src/main/serve/page-server.ts';
import { cookieOf, get, writePages } from '../support/serve.ts';

let folder: string;
let desk: Desk;
let server: PageServer;
let cookie: string;
let host: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-serve-'));
  const siteFile = join(folder, 'missing.yaml');
  desk = new Desk({ state: new StateFolder(join(folder, 'state')), siteFile, guest: 'browser' });
  server = await PageServer.start({ desk, port: 0, pages: await writePages(folder) });
  cookie = await cookieOf(server);
  host = new URL(server.url).host;
});
afterAll(async () => {
  await server.close();
  await desk.close();
  await rm(folder, { recursive: true });
});

describe('the pages in a browser', () => {
  it('are let in by the address that was printed, and by the cookie that it gives', async () => {
    const first = await get(server, `/${new URL(server.url).search}`);
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^shadowtape-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const page = await get(server, '/', { cookie });
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Shadowtape</title>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; .*; frame-ancestors 'none'$/,
      ) as string,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const asset = await get(server, '/assets/index-1a2b.js', { cookie });
    expect(asset.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  it('are shown to nobody without the token, or with another one', async () => {
    expect(await get(server, '/')).toMatchObject({
      status: 401,
      body: 'open the address that shadowtape serve has printed on its terminal\n',
    });
    expect(await get(server, '/?token=AAAA')).toMatchObject({ status: 401 });
    expect(await get(server, '/', { cookie: cookie.replace(/=.*/, '=AAAA') })).toMatchObject({ status: 401 });
    const { searchParams } = new URL(server.url);
    // The token opens the door once; it is not the cookie.
    const tokenAsCookie = cookie.replace(/=.*/, `=${searchParams.get('token') ?? ''}`);
    expect(await get(server, '/', { cookie: tokenAsCookie })).toMatchObject({ status: 401 });
  });

  it('are shown under no other name, and to no other page', async () => {
    expect(await get(server, '/', { cookie, host: 'evil.example:80' })).toMatchObject({ status: 421 });
    expect(await get(server, '/', { cookie, host: '127.0.0.1:1' })).toMatchObject({ status: 421 });
    expect(await get(server, '/', { cookie, origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await get(server, '/', { cookie, origin: 'null' })).toMatchObject({ status: 403 });
    expect(await get(server, '/', { cookie, origin: `http://${host}` })).toMatchObject({ status: 200 });
  });

  it.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/index.html%00.js',
    'http://127.0.0.1/../secret.html',
  ])('do not lead out of their folder: %s', async (path) => {
    expect(await get(server, path, { cookie })).toMatchObject({
      status: 404,
      body: 'there is no such page\n',
    });
  });
});

it('goes on after an address that is none', async () => {
  expect(await get(server, '//', { cookie })).toMatchObject({ status: 400, body: 'this is no request\n' });
  expect(await get(server, '/', { cookie })).toMatchObject({ status: 200 });
});

/** What becomes of a WebSocket that is opened like this: the http status that refuses it, or `open`. */
async function opened(headers: Record<string, string>, path = '/bridge'): Promise<number | 'open'> {
  const socket = new WebSocket(`ws://${host}${path}`, { headers });
  return new Promise((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once('error', () => undefined);
    socket.once('open', () => {
      resolve('open');
      socket.close();
    });
  });
}

/** Opens a page, says that, and waits for the close code. */
async function closedBy(data: string | Buffer): Promise<number> {
  const socket = new WebSocket(`ws://${host}/bridge`, { headers: { cookie, origin: `http://${host}` } });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(data);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

describe('the WebSocket of a page', () => {
  it('is opened for our own page alone', async () => {
    const origin = `http://${host}`;
    expect(await opened({ cookie, origin })).toBe('open');
    expect(await opened({ origin })).toBe(403);
    expect(await opened({ cookie })).toBe(403);
    expect(await opened({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await opened({ cookie, origin: 'http://evil.example', host: 'evil.example' })).toBe(403);
    expect(await opened({ cookie: cookie.replace(/=.*/, '=AAAA'), origin })).toBe(403);
    expect(await opened({ cookie, origin }, '/other')).toBe(403);
  });

  it.each([
    ['no JSON', 'hello'],
    ['another shape', '{"id":1,"what":true}'],
    ['no number', '{"id":"1","request":{"channel":"site","payload":{}}}'],
    ['more than there is', '{"id":1,"request":{"channel":"site","payload":{}},"more":1}'],
    ['bytes', Buffer.from('{"id":1,"request":{"channel":"site","payload":{}}}')],
  ])('is closed by %s', async (_what, data) => {
    expect(await closedBy(data)).toBe(1008);
  });

  it('is closed by a message that is too long', async () => {
    const text = 'x'.repeat(2 * 1024 * 1024);
    expect(
      await closedBy(JSON.stringify({ id: 1, request: { channel: 'draftSite', payload: { text } } })),
    ).toBe(1009);
  });

  it('refuses requests that there are not, or of another shape, and says so', async () => {
    const socket = new WebSocket(`ws://${host}/bridge`, { headers: { cookie, origin: `http://${host}` } });
    await once(socket, 'open');
    const answers: unknown[] = [];
    const heard = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        answers.push(JSON.parse((data as Buffer).toString('utf8')));
        if (answers.length === 4) resolve();
      }),
    );
    const say = (message: object) => socket.send(JSON.stringify(message));
    say({ id: 1, request: { channel: 'constructor', payload: {} } });
    say({ id: 2, request: { channel: 'plan', payload: { job: 'raw-dd', more: true } } });
    say({ id: 3, follow: { topic: 'run', payload: { run: '../../etc/passwd' } } });
    say({ id: 4, request: { channel: 'site', payload: {} } });
    await heard;
    socket.close();
    const sentences = (
      answers as { id: number; error?: { sentence: string }; reply?: { error: { sentence: string } } }[]
    )
      .sort((one, other) => one.id - other.id)
      .map(({ error, reply }) => (error ?? reply?.error)?.sentence);
    expect(sentences).toEqual([
      'the request "constructor" is refused: there is no such channel',
      'the request "plan" is refused: it has another shape',
      'the request "run" is refused: it has another shape',
      `there is no site file at ${join(folder, 'missing.yaml')}`,
    ]);
  });
});

it('says which port is taken', async () => {
  const port = Number(new URL(server.url).port);
  await expect(PageServer.start({ desk, port, pages: folder })).rejects.toMatchObject({
    code: 'PORT_UNUSABLE',
    message: `port ${port} of this machine cannot be listened on: another process listens on it`,
  });
});
