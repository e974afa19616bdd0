import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostMessage, PageMessage } from '../contract/wire.ts';
import type * as BridgeModule from './bridge.ts';

/** A WebSocket that a test opens, closes and sends through. */
class FakeSocket extends EventTarget {
  static readonly made: FakeSocket[] = [];
  readonly url: string;
  readonly protocols: readonly string[];
  readonly said: PageMessage[] = [];

  constructor(url: string, protocols: readonly string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.said.push(JSON.parse(text) as PageMessage);
  }

  open(): void {
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.dispatchEvent(new Event('close'));
  }

  say(message: HostMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

const socketAt = (index: number): FakeSocket => {
  const socket = FakeSocket.made.at(index);
  if (!socket) throw new Error('no WebSocket was opened');
  return socket;
};

/** What the console answers to each POST; absent: it does not answer. */
type Answer = (path: string, body: string) => { readonly status: number; readonly json?: object };

interface Tab {
  /** In sessionStorage. */
  readonly key?: string;
  /** In the address. */
  readonly search?: string;
  readonly answer?: Answer;
}

const stored = new Map<string, string>();
const addresses: string[] = [];

let pages = 0;

/** The bridge of a page that was just loaded: it connects as its module is loaded. */
async function freshBridge(): Promise<typeof BridgeModule.bridge> {
  pages += 1;
  const address = new URL(`./bridge.ts?page=${pages}`, import.meta.url);
  return ((await import(address.href)) as typeof BridgeModule).bridge;
}

async function browserBridge({ key = 'KEY', search = '', answer = () => ({ status: 200 }) }: Tab = {}) {
  stored.clear();
  addresses.length = 0;
  if (key !== '') stored.set('shadowtape-key', key);
  vi.stubGlobal('window', { open: (...words: string[]) => addresses.push(words.join(' ')) });
  vi.stubGlobal('location', { host: '127.0.0.1:8080', pathname: '/', hash: '#/plan', search });
  vi.stubGlobal('history', {
    state: null,
    replaceState: (_state: null, _title: string, path: string) => addresses.push(path),
  });
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  });
  vi.stubGlobal('fetch', (path: string, { body }: { body: string }) => {
    const { status, json = {} } = answer(path, body);
    return Promise.resolve({ ok: status === 200, status, json: () => Promise.resolve(json) });
  });
  vi.stubGlobal('WebSocket', FakeSocket);
  return freshBridge();
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the bridge in a browser', () => {
  it('sends requests from before the connection, and returns each answer to its caller', async () => {
    const bridge = await browserBridge();
    const site = bridge.request('site', {});
    const runs = bridge.request('runs', {});
    const socket = socketAt(0);
    expect(socket.url).toBe('ws://127.0.0.1:8080/bridge');
    expect(socket.protocols).toEqual(['shadowtape', 'key.KEY']);
    expect(socket.said).toEqual([]);
    socket.open();
    expect(socket.said).toEqual([
      { id: 1, request: { channel: 'site', payload: {} } },
      { id: 2, request: { channel: 'runs', payload: {} } },
    ]);
    socket.say({ id: 2, reply: { result: [] } });
    socket.say({ id: 1, reply: { result: { name: 'lab' } } });
    expect(await site).toEqual({ result: { name: 'lab' } });
    expect(await runs).toEqual({ result: [] });
  });

  it('marks characters that change the direction of a text, but leaves the site file unchanged', async () => {
    const bridge = await browserBridge();
    const socket = socketAt(0);
    socket.open();
    const tape = bridge.request('tapes', {});
    const site = bridge.request('site', {});
    socket.say({ id: 1, reply: { result: [{ name: 'a\u202eb', count: 1, files: ['\u2066x'] }] } });
    socket.say({ id: 2, reply: { result: { name: 'a\u200fb' } } });
    expect(await tape).toEqual({ result: [{ name: 'a\\u202eb', count: 1, files: ['\\u2066x'] }] });
    expect(await site).toEqual({ result: { name: 'a\u200fb' } });
    const told: unknown[] = [];
    bridge.follow('run', { run: 'run1' }, (push) => told.push(push));
    socket.say({ id: 3, push: { kind: 'events', events: [{ text: 'z\u2067' }] } });
    expect(told).toEqual([{ push: { kind: 'events', events: [{ text: 'z\\u2067' }] } }]);
  });

  it('cancels a request', async () => {
    const bridge = await browserBridge();
    socketAt(0).open();
    const abort = new AbortController();
    const asked = bridge.request('look', {}, abort.signal);
    abort.abort();
    expect(await asked).toMatchObject({ error: { sentence: 'the request was canceled' } });
    expect(socketAt(0).said.at(-1)).toEqual({ id: 1, cancel: true });
  });

  it('reconnects, less and less often, and follows again what was followed', async () => {
    const bridge = await browserBridge();
    const states: string[] = [];
    bridge.onConnection((connection) => states.push(connection));
    socketAt(0).open();
    const told: unknown[] = [];
    const end = bridge.follow('run', { run: 'run1' }, (push) => told.push(push));
    const endOther = bridge.follow('activity', {}, () => undefined);
    socketAt(0).say({ id: 1, push: { kind: 'events', events: [] } });
    const asked = bridge.request('look', {});
    socketAt(0).close();
    expect(await asked).toMatchObject({
      error: { sentence: 'the connection to the console was lost before it answered' },
    });
    expect(await bridge.request('site', {})).toMatchObject({ error: { code: 'UNEXPECTED' } });
    endOther();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const before = Date.now();
      while (FakeSocket.made.length === attempt) vi.advanceTimersByTime(50);
      pauses.push(Date.now() - before);
      if (attempt < 6) socketAt(-1).close();
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 5000, 5000]);
    socketAt(-1).open();
    expect(socketAt(-1).said).toEqual([{ id: 1, follow: { topic: 'run', payload: { run: 'run1' } } }]);
    socketAt(-1).say({
      id: 1,
      error: { code: 'RUN_UNKNOWN', sentence: 'there is no run run1', hint: '', evidence: {} },
    });
    expect(told).toMatchObject([{ push: { kind: 'events' } }, { error: { code: 'RUN_UNKNOWN' } }]);
    end();
    expect(socketAt(-1).said.at(-1)).toEqual({ id: 1, unfollow: true });
    expect(states).toEqual(['connecting', 'connected', 'lost', 'connected']);
  });

  it('waits for the first connection', async () => {
    const bridge = await browserBridge();
    const asked = bridge.request('site', {});
    socketAt(0).close();
    expect(bridge.connection).toBe('connecting');
    vi.advanceTimersByTime(250);
    socketAt(1).open();
    socketAt(1).say({ id: 1, reply: { result: { name: 'lab' } } });
    expect(await asked).toEqual({ result: { name: 'lab' } });
  });
});

describe('the key of a tab', () => {
  /** Resolves when the bridge has settled its pending requests. */
  const settled = () => vi.advanceTimersByTimeAsync(0);

  it('is exchanged for the token of the address; the token is removed from the address', async () => {
    const asked: string[] = [];
    const bridge = await browserBridge({
      key: '',
      search: '?token=TOKEN',
      answer: (path, body) => {
        asked.push(`${path} ${body}`);
        return { status: 200, json: { key: 'NEW' } };
      },
    });
    await settled();
    expect(asked).toEqual(['/enter TOKEN']);
    expect(stored.get('shadowtape-key')).toBe('NEW');
    expect(addresses).toEqual(['/#/plan']);
    expect(socketAt(0).protocols).toEqual(['shadowtape', 'key.NEW']);
    socketAt(0).open();
    expect(bridge.connection).toBe('connected');
  });

  it('is refused if the address was used, and if there is none', async () => {
    const used = await browserBridge({ key: '', search: '?token=TOKEN', answer: () => ({ status: 403 }) });
    const asked = used.request('site', {});
    await settled();
    expect([used.connection, used.refused, FakeSocket.made.length]).toEqual(['refused', 'used', 0]);
    expect(await asked).toMatchObject({ error: { sentence: 'this tab has no access to the console' } });
    const none = await browserBridge({ key: '' });
    await settled();
    expect([none.connection, none.refused]).toEqual(['refused', 'none']);
  });

  it('is kept by a tab that returns to its used address', async () => {
    await browserBridge({ search: '?token=TOKEN', answer: () => ({ status: 403 }) });
    await settled();
    expect(socketAt(0).protocols).toEqual(['shadowtape', 'key.KEY']);
  });

  it('is discarded if the console does not know it', async () => {
    const bridge = await browserBridge({ answer: () => ({ status: 401 }) });
    socketAt(0).open();
    socketAt(0).close();
    await settled();
    expect([bridge.connection, bridge.refused]).toEqual(['refused', 'unknown']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made).toHaveLength(1);
  });

  it('opens another tab with an address of its own', async () => {
    const bridge = await browserBridge({ answer: () => ({ status: 200, json: { token: 'OTHER' } }) });
    await bridge.openTab();
    await bridge.openTab('#/runs');
    expect(addresses).toEqual(['/?token=OTHER#/plan _blank noopener', '/?token=OTHER#/runs _blank noopener']);
  });
});

it('goes through the preload in the desktop window', async () => {
  const said: PageMessage[] = [];
  let hear: (message: HostMessage) => void = () => undefined;
  vi.stubGlobal('window', {
    shadowtape: {
      send: (message: PageMessage) => said.push(message),
      listen: (listener: typeof hear) => {
        hear = listener;
      },
    },
  });
  const bridge = await freshBridge();
  expect(bridge.connection).toBe('connected');
  const asked = bridge.request('plan', { job: 'raw-dd' });
  expect(said).toEqual([{ id: 1, request: { channel: 'plan', payload: { job: 'raw-dd' } } }]);
  hear({ id: 1, reply: { error: { code: 'JOB_UNKNOWN', sentence: 'no', hint: '', evidence: {} } } });
  expect(await asked).toMatchObject({ error: { code: 'JOB_UNKNOWN' } });
});
