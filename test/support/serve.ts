/** The console served to a page that a test plays: a WebSocket with the key for which an address was exchanged. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import WebSocket from 'ws';
import type {
  Channel,
  Reply,
  RequestOf,
  Responses,
  Topic,
  TopicRequest,
} from '../../src/contract/channels.ts';
import type { RunPush } from '../../src/contract/screens.ts';
import type { HostMessage } from '../../src/contract/wire.ts';
import { serve, type Served } from '../../src/main/serve/serve.ts';
import type { Scene, SiteTree } from './lab-run.ts';

/** A page that is enough to be served. */
export async function writePages(folder: string): Promise<string> {
  const pages = join(folder, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Shadowtape</title>');
  await writeFile(join(pages, 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'secret.html'), 'not a page');
  return pages;
}

export async function serveScene(scene: Scene, change?: (site: SiteTree) => void): Promise<Served> {
  const siteFile = await scene.writeSite(change);
  const pages = await writePages(scene.folder);
  await scene.state.prepare();
  // The lab's host keys are known: there is no question.
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  return serve({ state: scene.state, siteFile, port: 0, pages });
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A request that fetch would not make: any Host, any path. */
export async function ask(
  served: Pick<Served, 'url'>,
  path: string,
  { method = 'GET', headers = {}, body = '' }: Asked = {},
): Promise<Answered> {
  const { hostname, port } = new URL(served.url);
  const request = httpRequest({ hostname, port, path, method, headers, agent: false }).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What a test has of the console: an address that works once, and where it has more of it, others. */
export type Address = Pick<Served, 'url'> & Partial<Pick<Served, 'newAddress'>>;

/** An address that was not used yet. */
export const addressOf = (served: Address): string => served.newAddress?.() ?? served.url;

/** Exchanges the token of an address, as its page does. */
export function enter(served: Address, address = addressOf(served)): Promise<Answered> {
  const { origin, searchParams } = new URL(address);
  return ask(served, '/enter', {
    method: 'POST',
    headers: { origin },
    body: searchParams.get('token') ?? '',
  });
}

/** The key of a tab. */
export async function keyOf(served: Address): Promise<string> {
  const { body } = await enter(served);
  return (JSON.parse(body) as { key: string }).key;
}

/** The subprotocols that a page of ours offers. */
export const protocolsOf = (key: string): string[] => ['shadowtape', `key.${key}`];

type Waiting = { readonly test: () => boolean; readonly resolve: () => void };

/** What a page that follows a run has received. */
export class Followed {
  readonly pushes: RunPush[] = [];
  error: unknown;
  readonly #waiting = new Set<Waiting>();

  hear(message: HostMessage): void {
    if ('push' in message) this.pushes.push(message.push as RunPush);
    if ('error' in message) this.error = message.error;
    for (const waiting of this.#waiting) if (waiting.test()) waiting.resolve();
  }

  get events() {
    return this.pushes.flatMap((push) => (push.kind === 'events' ? push.events : []));
  }

  get end() {
    return this.pushes.find((push) => push.kind === 'end');
  }

  get question() {
    const last = this.pushes.findLast((push) => push.kind === 'question');
    return last?.kind === 'question' ? last.question : undefined;
  }

  /** Resolves as soon as the condition holds, which is checked at each push. */
  until(test: (followed: this) => boolean): Promise<this> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        test: () => test(this),
        resolve: () => {
          this.#waiting.delete(waiting);
          resolve(this);
        },
      };
      this.#waiting.add(waiting);
      if (waiting.test()) waiting.resolve();
    });
  }
}

export class TestPage {
  readonly socket: WebSocket;
  #number = 0;
  readonly #listeners = new Map<number, (message: HostMessage) => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8')) as HostMessage;
      this.#listeners.get(message.id)?.(message);
    });
  }

  static async open(served: Address): Promise<TestPage> {
    const { host } = new URL(served.url);
    const headers = { origin: `http://${host}` };
    const protocols = protocolsOf(await keyOf(served));
    const page = new TestPage(new WebSocket(`ws://${host}/bridge`, protocols, { headers }));
    await once(page.socket, 'open');
    return page;
  }

  #say(what: object, listener: (message: HostMessage) => void): number {
    this.#number += 1;
    this.#listeners.set(this.#number, listener);
    this.socket.send(JSON.stringify({ id: this.#number, ...what }));
    return this.#number;
  }

  ask<Name extends Channel>(channel: Name, payload: RequestOf<Name>): Promise<Reply<Name>> {
    return new Promise((resolve) => {
      this.#say({ request: { channel, payload } }, (message) => {
        if ('reply' in message) resolve(message.reply as Reply<Name>);
      });
    });
  }

  /** The result; throws the sentence of an error. */
  async result<Name extends Channel>(channel: Name, payload: RequestOf<Name>): Promise<Responses[Name]> {
    const reply = await this.ask(channel, payload);
    if ('error' in reply) throw new Error(reply.error.sentence);
    return reply.result;
  }

  follow<Name extends Topic>(topic: Name, payload: TopicRequest<Name>): Followed {
    const followed = new Followed();
    this.#say({ follow: { topic, payload } }, (message) => followed.hear(message));
    return followed;
  }

  async close(): Promise<void> {
    this.socket.close();
    if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, 'close');
  }
}
