import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { stringify } from 'yaml';
import { StateFolder } from '../../src/main/application/console.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { PageServer } from '../../src/main/serve/page-server.ts';
import { serve } from '../../src/main/serve/serve.ts';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { ask, enter, keyOf, protocolsOf, TestPage, writePages } from '../support/serve.ts';

let folder: string;
let desk: Desk;
let server: PageServer;
let key: string;
let host: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-serve-'));
  const siteFile = join(folder, 'missing.yaml');
  desk = new Desk({ state: new StateFolder(join(folder, 'state')), siteFile, guest: 'browser' });
  server = await PageServer.start({ desk, port: 0, pages: await writePages(folder), metricsToken });
  key = await keyOf(server);
  host = new URL(server.url).host;
});
afterAll(async () => {
  await server.close();
  await desk.close();
  await rm(folder, { recursive: true });
});

const metricsToken = 'metrics-token-of-32-characters-or-more';

const origin = () => `http://${host}`;

/** What a page of ours sends with a POST. */
const post = (path: string, headers: Record<string, string> = {}) =>
  ask(server, path, { method: 'POST', headers: { origin: origin(), ...headers } });

describe('an address that is printed', () => {
  it('is exchanged for the key of one tab, once, and sets no cookie', async () => {
    const address = server.newAddress();
    const { search } = new URL(address);
    const page = await ask(server, `/${search}`);
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Shadowtape</title>' });
    expect(page.headers['set-cookie']).toBeUndefined();
    // A browser that preloads an address does not use it up.
    expect((await ask(server, `/${search}`)).status).toBe(200);
    const entered = await enter(server, address);
    expect(entered).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^\{"key":"[\w-]{43}"\}$/) as string,
    });
    expect(entered.headers['set-cookie']).toBeUndefined();
    expect(await enter(server, address)).toMatchObject({
      status: 403,
      body: 'this address was already used, or is unknown\n',
    });
    expect((await ask(server, `/${search}`)).status).toBe(403);
  });

  it('is created by a tab for another one, which has its own key', async () => {
    const made = await post('/address', { authorization: `Bearer ${key}` });
    const { token } = JSON.parse(made.body) as { token: string };
    const other = JSON.parse((await enter(server, `${origin()}/?token=${token}`)).body) as { key: string };
    expect(other.key).not.toBe(key);
    expect((await post('/known', { authorization: `Bearer ${other.key}` })).status).toBe(200);
  });

  it.each([
    ['no key', {}],
    ['another key', { authorization: 'Bearer AAAA' }],
    ['a cookie', { cookie: 'shadowtape=AAAA' }],
  ])('is not created with %s', async (_what, headers: Record<string, string>) => {
    expect(await post('/address', headers)).toMatchObject({ status: 401, body: 'unknown key\n' });
    expect((await post('/known', headers)).status).toBe(401);
  });

  it('is not exchanged for another page, nor for another name of this host', async () => {
    const address = new URL(server.newAddress());
    const body = address.searchParams.get('token') ?? '';
    const from = (headers: Record<string, string>) =>
      ask(server, '/enter', { method: 'POST', headers, body });
    expect(await from({})).toMatchObject({ status: 403, body: 'the request does not come from a page\n' });
    expect(await from({ origin: 'http://127.0.0.1:1' })).toMatchObject({ status: 403 });
    expect(await from({ origin: 'null' })).toMatchObject({ status: 403 });
    expect(await from({ origin: 'http://evil.example', host: 'evil.example' })).toMatchObject({
      status: 421,
    });
    // None of these has used it up.
    expect((await enter(server, address.href)).status).toBe(200);
  });

  it('refuses a long body', async () => {
    const long = ask(server, '/enter', {
      method: 'POST',
      headers: { origin: origin() },
      body: 'x'.repeat(1000),
    });
    expect(await long).toMatchObject({ status: 400, body: 'not a valid request\n' });
  });
});

describe('the pages in a browser', () => {
  it('are only the program: they contain nothing of the site, and may not connect elsewhere', async () => {
    const page = await ask(server, '/');
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
    const asset = await ask(server, '/assets/index-1a2b.js');
    expect(asset.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  it('are not shown under another name, or to another page', async () => {
    const get = (headers: Record<string, string>) => ask(server, '/', { headers });
    expect(await get({ host: 'evil.example:80' })).toMatchObject({ status: 421 });
    expect(await get({ host: '127.0.0.1:1' })).toMatchObject({ status: 421 });
    expect(await get({ origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await get({ origin: 'null' })).toMatchObject({ status: 403 });
    expect(await get({ origin: origin() })).toMatchObject({ status: 200 });
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
    expect(await ask(server, path)).toMatchObject({
      status: 404,
      body: 'page not found\n',
    });
  });
});

it('continues after an invalid address', async () => {
  expect(await ask(server, '//')).toMatchObject({ status: 400, body: 'not a valid request\n' });
  expect(await ask(server, '/')).toMatchObject({ status: 200 });
});

/** The result of a WebSocket that is opened like this: the http status that refuses it, or `open`. */
async function opened(
  headers: Record<string, string>,
  protocols = protocolsOf(key),
  path = '/bridge',
): Promise<number | 'open'> {
  const socket = new WebSocket(`ws://${host}${path}`, protocols, { headers });
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

/** Opens a page, sends that, and waits for the close code. */
async function closedBy(data: string | Buffer): Promise<number> {
  const socket = new WebSocket(`ws://${host}/bridge`, protocolsOf(key), { headers: { origin: origin() } });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(data);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

describe('the WebSocket of a page', () => {
  it('is opened only for our own page, and never returns the key', async () => {
    const own = { origin: origin() };
    expect(await opened(own)).toBe('open');
    expect(await opened({})).toBe(403);
    expect(await opened({ origin: 'http://evil.example' })).toBe(403);
    expect(await opened({ origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await opened({ origin: 'http://evil.example', host: 'evil.example' })).toBe(403);
    expect(await opened(own, [])).toBe(403);
    expect(await opened(own, ['shadowtape'])).toBe(403);
    expect(await opened(own, protocolsOf('AAAA'))).toBe(403);
    expect(await opened(own, [`key.${key}`])).toBe(403);
    expect(await opened({ ...own, cookie: `shadowtape=${key}` }, [])).toBe(403);
    expect(await opened({ ...own, authorization: `Bearer ${key}` }, [])).toBe(403);
    // The token of an address is not a key.
    const token = new URL(server.newAddress()).searchParams.get('token') ?? '';
    expect(await opened(own, protocolsOf(token))).toBe(403);
    expect(await opened(own, protocolsOf(key), '/other')).toBe(403);
    const socket = new WebSocket(`ws://${host}/bridge`, protocolsOf(key), { headers: own });
    await once(socket, 'open');
    expect(socket.protocol).toBe('shadowtape');
    socket.close();
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

  it('refuses unknown or malformed requests, and reports it', async () => {
    const socket = new WebSocket(`ws://${host}/bridge`, protocolsOf(key), { headers: { origin: origin() } });
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
      'request "constructor" refused: unknown channel',
      'request "plan" refused: it has the wrong shape',
      'request "run" refused: it has the wrong shape',
      `there is no site file at ${join(folder, 'missing.yaml')}`,
    ]);
  });
});

describe('the metrics', () => {
  const metrics = (at: PageServer, headers: Record<string, string>, method = 'GET') =>
    ask(at, '/metrics', { method, headers });
  const authorization = `Bearer ${metricsToken}`;

  it('are accessible only with their token, which gives access to nothing else', async () => {
    const refused = { status: 401, body: 'the token of the metrics is missing or wrong\n' };
    expect(await metrics(server, {})).toMatchObject(refused);
    expect(await metrics(server, { authorization: `Bearer ${key}` })).toMatchObject(refused);
    expect(await metrics(server, { authorization: `Basic ${metricsToken}` })).toMatchObject(refused);
    expect(await metrics(server, { authorization, host: 'evil.example' })).toMatchObject({ status: 421 });
    expect(await metrics(server, { authorization }, 'PUT')).toMatchObject({ status: 405 });
    expect((await post('/known', { authorization })).status).toBe(401);
    expect((await post('/address', { authorization })).status).toBe(401);
    expect(await opened({ origin: origin() }, protocolsOf(metricsToken))).toBe(403);
    // There is no site file: no volume is shown.
    expect(await metrics(server, { authorization })).toMatchObject({
      status: 503,
      body: `the status cannot be determined: there is no site file at ${join(folder, 'missing.yaml')}\n`,
    });
  });

  it('are those of the open site; without a token there is no such page', async () => {
    const siteFile = join(folder, 'site.yaml');
    await writeFile(siteFile, stringify(sampleSite()));
    const state = new StateFolder(join(folder, 'state-of-site'));
    const own = new Desk({ state, siteFile, guest: 'browser' });
    const open = await PageServer.start({ desk: own, port: 0, pages: folder, metricsToken });
    const closed = await PageServer.start({ desk: own, port: 0, pages: folder });
    try {
      const answer = await metrics(open, { authorization });
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      });
      expect(answer.body).toContain('site="payroll-cluster",class="Class1",volume="Volume1"');
      expect(await metrics(closed, { authorization })).toMatchObject({ status: 404 });
    } finally {
      await Promise.all([open.close(), closed.close()]);
      await own.close();
    }
  });

  it('are named to a page with the file of their token, which it is not given', async () => {
    const siteFile = join(folder, 'site.yaml');
    await writeFile(siteFile, stringify(sampleSite()));
    const state = new StateFolder(join(folder, 'state-of-site'));
    const infoOf = async (token: string | undefined) => {
      const served = await serve({ state, siteFile, port: 0, pages: folder, metricsToken: token });
      try {
        const page = await TestPage.open(served);
        const info = await page.result('site', {});
        await page.close();
        return info;
      } finally {
        await served.close();
      }
    };
    const info = await infoOf(metricsToken);
    expect(info.metricsTokenFile).toBe(state.metricsTokenFile);
    expect(JSON.stringify(info)).not.toContain(metricsToken);
    expect((await infoOf(undefined)).metricsTokenFile).toBeUndefined();
  });
});

it('names the port that is taken', async () => {
  const port = Number(new URL(server.url).port);
  await expect(PageServer.start({ desk, port, pages: folder })).rejects.toMatchObject({
    code: 'PORT_UNUSABLE',
    message: `cannot listen on port ${port} of this machine: another process is using it`,
  });
});
