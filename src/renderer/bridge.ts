/**
 * The page's only connection to the console: through the preload in the desktop window, through a WebSocket in a
 * browser, with the key of the tab.
 *
 * A lost WebSocket is reopened, less and less often. Pending requests then fail, since it is not known whether they
 * arrived. Followed runs are followed again, with a replay from the first event.
 */
import type { Bridge, Channel, Pushes, Reply, RequestOf, Topic, TopicRequest } from '../contract/channels.ts';
import type { ErrorInfo } from '../contract/errors.ts';
import type { HostMessage, PageMessage, Wire } from '../contract/wire.ts';
import { say } from '../contract/text/say.ts';
import { TabKey, type Refused } from './tab-key.ts';
import { shownValues } from './shown-values.ts';

export type { Refused };

declare global {
  interface Window {
    /** From the preload; absent in a browser. */
    readonly shadowtape?: Wire;
  }
}

/** `connecting`: for the first time; `lost`: it is retried; `refused`: this tab has no access, and nothing is retried. */
export type Connection = 'connected' | 'connecting' | 'lost' | 'refused';

type Told = { readonly push: unknown } | { readonly error: ErrorInfo };

interface Following {
  readonly topic: string;
  readonly payload: unknown;
  readonly listener: (told: Told) => void;
}

const lostError: ErrorInfo = {
  code: 'UNEXPECTED',
  sentence: say('the connection to the console was lost before it answered'),
  hint: say('reconnecting; check whether the request took effect, then try again'),
  evidence: {},
};

const refusedError: ErrorInfo = {
  code: 'UNEXPECTED',
  sentence: say('this tab has no access to the console'),
  hint: say('open it with a valid address: from another tab, or from the terminal'),
  evidence: {},
};

const withdrawnError: ErrorInfo = {
  code: 'UNEXPECTED',
  sentence: say('the request was canceled'),
  hint: '',
  evidence: {},
};

/** Milliseconds before each new attempt; the last is repeated. */
const pauses = [250, 500, 1000, 2000, 5000];

class HostBridge implements Bridge {
  #connection: Connection = 'connecting';
  #wire: Wire | undefined;
  /** In a browser. */
  readonly #tab: TabKey | undefined;
  #refused: Refused | undefined;
  #attempt = 0;
  #number = 0;
  readonly #listeners = new Set<(connection: Connection) => void>();
  readonly #requests = new Map<number, (reply: unknown) => void>();
  readonly #followings = new Map<number, Following>();
  /** Sent before the first connection. */
  readonly #waiting: PageMessage[] = [];

  constructor() {
    if (window.shadowtape) this.#use(window.shadowtape);
    else {
      this.#tab = new TabKey();
      this.#connect(this.#tab);
    }
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Why this tab has no access. */
  get refused(): Refused | undefined {
    return this.#refused;
  }

  /** True in a browser, where another tab needs an address of its own. */
  get hasTabs(): boolean {
    return this.#tab !== undefined;
  }

  /** Opens another tab on this screen. @throws where the console does not answer */
  async openTab(hash = location.hash): Promise<void> {
    await this.#tab?.openTab(hash);
  }

  /**
   * @param listener called at once, and at every change
   * @returns removes the listener
   */
  onConnection(listener: (connection: Connection) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#connection);
    return () => this.#listeners.delete(listener);
  }

  request<Name extends Channel>(
    channel: Name,
    payload: RequestOf<Name>,
    signal?: AbortSignal,
  ): Promise<Reply<Name>> {
    if (signal?.aborted) return Promise.resolve({ error: withdrawnError });
    if (this.#connection === 'lost') return Promise.resolve({ error: lostError });
    if (this.#connection === 'refused') return Promise.resolve({ error: refusedError });
    const id = this.#newNumber();
    return new Promise((resolve) => {
      const withdraw = () => {
        this.#say({ id, cancel: true });
        end({ error: withdrawnError });
      };
      const end = (reply: unknown) => {
        this.#requests.delete(id);
        signal?.removeEventListener('abort', withdraw);
        resolve(shownValues(reply, channel) as Reply<Name>);
      };
      this.#requests.set(id, end);
      signal?.addEventListener('abort', withdraw, { once: true });
      this.#say({ id, request: { channel, payload: plain(payload) } });
    });
  }

  follow<Name extends Topic>(
    topic: Name,
    payload: TopicRequest<Name>,
    listener: (told: { readonly push: Pushes[Name] } | { readonly error: ErrorInfo }) => void,
  ): () => void {
    const id = this.#newNumber();
    const following = { topic, payload: plain(payload), listener: listener as (told: Told) => void };
    this.#followings.set(id, following);
    this.#say({ id, follow: { topic: following.topic, payload: following.payload } });
    return () => {
      if (this.#followings.delete(id)) this.#say({ id, unfollow: true });
    };
  }

  #newNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  #say(message: PageMessage): void {
    if (this.#wire) this.#wire.send(message);
    else if (this.#connection === 'connecting') this.#waiting.push(message);
  }

  #hear(message: HostMessage): void {
    const { id } = message;
    if ('reply' in message) this.#requests.get(id)?.(message.reply);
    else
      this.#followings
        .get(id)
        ?.listener(
          shownValues('push' in message ? { push: message.push } : { error: message.error }) as Told,
        );
  }

  #use(wire: Wire): void {
    this.#wire = wire;
    wire.listen((message) => this.#hear(message));
    const isFirst = this.#connection === 'connecting';
    for (const message of this.#waiting.splice(0)) wire.send(message);
    if (!isFirst) this.#followAgain(wire);
    this.#become('connected');
  }

  #followAgain(wire: Wire): void {
    for (const [id, { topic, payload }] of this.#followings) wire.send({ id, follow: { topic, payload } });
  }

  #connect(tab: TabKey): void {
    const { protocols } = tab;
    if (!protocols) return void this.#enter(tab);
    const socket = new WebSocket(`ws://${location.host}/bridge`, protocols);
    socket.addEventListener('open', () => {
      this.#attempt = 0;
      this.#use(wireOf(socket));
    });
    // A connection that could not be made is closed too.
    socket.addEventListener('close', () => this.#lose(tab));
  }

  async #enter(tab: TabKey): Promise<void> {
    try {
      const refused = await tab.enter();
      if (refused === undefined) this.#connect(tab);
      else this.#refuse(refused);
    } catch {
      this.#lose(tab);
    }
  }

  #lose(tab: TabKey): void {
    this.#wire = undefined;
    // Requests that wait for the first connection keep waiting.
    if (this.#connection !== 'connecting') {
      for (const end of [...this.#requests.values()]) end({ error: lostError });
      this.#become('lost');
    }
    const pause = pauses[Math.min(this.#attempt, pauses.length - 1)];
    this.#attempt += 1;
    const timer = setTimeout(() => this.#connect(tab), pause);
    // A browser does not tell a page why its WebSocket was refused.
    if (tab.protocols)
      void tab.isKnown().then((known) => {
        if (known) return;
        clearTimeout(timer);
        this.#refuse('unknown');
      });
  }

  #refuse(refused: Refused): void {
    this.#refused = refused;
    this.#waiting.length = 0;
    for (const end of [...this.#requests.values()]) end({ error: refusedError });
    this.#become('refused');
  }

  #become(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    for (const listener of this.#listeners) listener(connection);
  }
}

function wireOf(socket: WebSocket): Wire {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    listen: (listener) =>
      socket.addEventListener('message', ({ data }) => listener(JSON.parse(String(data)) as HostMessage)),
  };
}

/** A proxy of the screen's state cannot be sent to the main process: what is sent is plain. */
const plain = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));

export const bridge = new HostBridge();
