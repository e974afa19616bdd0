/** The console in a browser: pages over http, and a WebSocket a page, on this machine alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { failure } from '../../contract/errors.ts';
import { phrase, say } from '../../contract/text/say.ts';
import type { Desk } from '../desk/desk.ts';
import { contentSecurityPolicy, pageFile } from '../desk/page-files.ts';
import { hasToken, isOwnHost, isOwnOrigin, PageKeys, subprotocol } from './page-key.ts';
import { servePage } from './page-socket.ts';

/** A site file is at most 1,000,000 characters. */
const mostMessageBytes = 2 * 1024 * 1024;

export interface PageServerOptions {
  readonly desk: Desk;
  /** 0: any that is free. */
  readonly port: number;
  /** Where the built pages lie. */
  readonly pages: string;
  /** Called when an address of the terminal was used: it works no more. */
  readonly onEntered?: (() => void) | undefined;
  /** Opens `/metrics`, and nothing else; without it there is no such page. */
  readonly metricsToken?: string | undefined;
}

const local = '127.0.0.1';
const socketPath = '/bridge';
const metricsPath = '/metrics';
/** A token has 43 characters. */
const mostBodyBytes = 200;

type Refusal = { readonly status: number; readonly words: string };

const words: Readonly<Record<string, string>> = {
  EADDRINUSE: phrase('another process is using it'),
  EACCES: phrase('this user is not allowed to'),
};

export class PageServer {
  readonly #options: PageServerOptions;
  readonly #keys = new PageKeys();
  readonly #port: number;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostMessageBytes,
    // The key is never sent back.
    handleProtocols: () => subprotocol,
  });
  /** The first address; it works once. */
  readonly url: string;

  private constructor(server: Server, options: PageServerOptions) {
    this.#server = server;
    this.#options = options;
    this.#port = (server.address() as AddressInfo).port;
    this.url = this.newAddress();
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else refuse(response, { status: 400, words: say('not a valid request') });
      });
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws PORT_UNUSABLE */
  static start(options: PageServerOptions): Promise<PageServer> {
    const { port } = options;
    const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const reason = words[error.code ?? ''] ?? error.message;
        reject(failure('PORT_UNUSABLE', { port, reason }, {}, error));
      });
      server.listen(port, local, () => resolve(new PageServer(server, options)));
    });
  }

  /** An address that lets one tab in, once. */
  newAddress(): string {
    return `http://${local}:${this.#port}/?token=${this.#keys.newToken('terminal')}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What holds for pages and WebSockets alike. */
  #refusal(request: IncomingMessage): Refusal | undefined {
    if (!isOwnHost(request, this.#port))
      return { status: 421, words: say('this console has a different name') };
    if (!isOwnOrigin(request)) return { status: 403, words: say('the request comes from another page') };
    return undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${local}`);
    const policy = contentSecurityPolicy(`ws://${local}:${this.#port}`, `ws://localhost:${this.#port}`);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-store');
    const refusal = this.#refusal(request);
    if (refusal) return refuse(response, refusal);
    if (request.method === 'POST') return this.#post(pathname, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, { status: 405, words: say('pages are read-only') });
    const { metricsToken } = this.#options;
    if (pathname === metricsPath && metricsToken !== undefined)
      return this.#metrics(metricsToken, request, response);
    const file = await pageFile(this.#options.pages, pathname);
    if (!file) return refuse(response, { status: 404, words: say('page not found') });
    if (file.isLasting) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
    // The page says what to do about an address that was used before. It is the program's, and holds nothing of the site.
    const token = searchParams.get('token');
    const status = token === null || this.#keys.isToken(token) ? 200 : 403;
    response.writeHead(status, { 'Content-Type': file.type, 'Content-Length': file.bytes.length });
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
  }

  /** Text exposition format 0.0.4 of Prometheus. A status that cannot be determined has no metrics: old ones would look like new ones. */
  async #metrics(token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hasToken(request, token)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      return refuse(response, { status: 401, words: say('the token of the metrics is missing or wrong') });
    }
    let text: string;
    try {
      text = await this.#options.desk.metrics();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return refuse(response, {
        status: 503,
        words: say('the status cannot be determined: {reason}', { reason }),
      });
    }
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  /** What the page of a tab asks before it has its WebSocket. A browser sends the origin with each POST. */
  async #post(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin === undefined)
      return refuse(response, { status: 403, words: say('the request does not come from a page') });
    if (pathname === '/enter') {
      const entered = this.#keys.exchange(await bodyOf(request));
      if (!entered)
        return refuse(response, { status: 403, words: say('this address was already used, or is unknown') });
      answerJson(response, { key: entered.key });
      if (entered.of === 'terminal') this.#options.onEntered?.();
      return;
    }
    if (!this.#keys.opens(request)) return refuse(response, { status: 401, words: say('unknown key') });
    if (pathname === '/known') return answerJson(response, {});
    if (pathname === '/address') return answerJson(response, { token: this.#keys.newToken('page') });
    refuse(response, { status: 404, words: say('page not found') });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const isOwn =
      !this.#refusal(request) &&
      request.headers.origin !== undefined &&
      request.url === socketPath &&
      this.#keys.opensSocket(request);
    if (!isOwn) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (page) => servePage(page, this.#options.desk));
  }
}

function refuse(response: ServerResponse, { status, words: text }: Refusal): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function answerJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

/** @throws where it is too long */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('latin1')) {
    body += piece as string;
    if (body.length > mostBodyBytes) throw new Error('the body is too long');
  }
  return body;
}
