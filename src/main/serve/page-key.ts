/**
 * Who may use the console in a browser. An address works once: its token is exchanged for the key of one tab, which keeps it in its
 * sessionStorage. No cookie: a browser sends those of 127.0.0.1 to every port of the machine.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A page opens its address at once. */
const pageTokenSeconds = 60;
/** Of addresses that pages have requested, not opened yet. */
const mostPageTokens = 100;
/** The subprotocol of the WebSocket; the key follows it as another one (RFC 6455, 11.3.4), where no address and no log has it. */
export const subprotocol = 'shadowtape';
const keyPrefix = 'key.';

/** 256 bits. */
const newSecret = () => randomBytes(32).toString('base64url');
/** Secrets are found by their digests, so that the time of an answer reveals nothing about them. */
const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** What a request has after `Authorization: Bearer`. */
function bearerOf({ headers }: IncomingMessage): string | undefined {
  const [scheme, key, ...more] = (headers.authorization ?? '').split(' ');
  return scheme === 'Bearer' && more.length === 0 ? key : undefined;
}

/** True for a request that has this token. The key of a tab is none: a monitor and a page open nothing of each other. */
export function hasToken(request: IncomingMessage, token: string): boolean {
  const shown = bearerOf(request);
  return shown !== undefined && timingSafeEqual(Buffer.from(digestOf(shown)), Buffer.from(digestOf(token)));
}

interface Token {
  /** `terminal`: printed, valid until it is used; `page`: for another tab. */
  readonly of: 'terminal' | 'page';
  /** On the monotonic clock, in milliseconds. */
  readonly until: number;
}

export class PageKeys {
  readonly #tokens = new Map<string, Token>();
  readonly #keys = new Set<string>();

  /** @returns a token that works once */
  newToken(of: Token['of']): string {
    const now = performance.now();
    for (const [digest, { until }] of this.#tokens) if (until < now) this.#tokens.delete(digest);
    const ofPages = [...this.#tokens].filter(([, token]) => token.of === 'page');
    const oldest = ofPages[0];
    if (of === 'page' && ofPages.length >= mostPageTokens && oldest) this.#tokens.delete(oldest[0]);
    const token = newSecret();
    const until = of === 'page' ? now + pageTokenSeconds * 1000 : Number.POSITIVE_INFINITY;
    this.#tokens.set(digestOf(token), { of, until });
    return token;
  }

  /** True for one that was not used yet. Asking does not use it up: a browser may load an address ahead. */
  isToken(token: string): boolean {
    const found = this.#tokens.get(digestOf(token));
    return found !== undefined && found.until >= performance.now();
  }

  /** Uses the token up. @returns the key of the tab; undefined if the token is not valid, or no longer */
  exchange(token: string): { readonly key: string; readonly of: Token['of'] } | undefined {
    const found = this.isToken(token) ? this.#tokens.get(digestOf(token)) : undefined;
    this.#tokens.delete(digestOf(token));
    if (!found) return undefined;
    const key = newSecret();
    this.#keys.add(digestOf(key));
    return { key, of: found.of };
  }

  #isKey = (key: string): boolean => this.#keys.has(digestOf(key));

  /** True for a request that has the key of a tab: `Authorization: Bearer KEY`. */
  opens(request: IncomingMessage): boolean {
    const key = bearerOf(request);
    return key !== undefined && this.#isKey(key);
  }

  /** True for a WebSocket that has the key of a tab among its subprotocols. */
  opensSocket({ headers }: IncomingMessage): boolean {
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const [name, key, ...more] = offered;
    if (name !== subprotocol || key?.startsWith(keyPrefix) !== true || more.length > 0) return false;
    return this.#isKey(key.slice(keyPrefix.length));
  }
}

/** The names under which the console is reached. Any other in a request is another site's, which had its name lead here (DNS rebinding). */
export function isOwnHost({ headers: { host } }: IncomingMessage, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** @returns true if it comes from a page of ours, or where nothing is said (an address that was typed) */
export function isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || origin === `http://${host ?? ''}`;
}
