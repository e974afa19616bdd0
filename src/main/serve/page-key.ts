/** Who may use the console in a browser: who has the address that was printed on the terminal. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Compares without telling by its time how much agrees. */
const isSame = (one: string, other: string) => timingSafeEqual(digestOf(one), digestOf(other));

export class PageKey {
  /** 256 bits, for the first address. */
  readonly token = randomBytes(32).toString('base64url');
  /** Another secret: what stood in an address may stand in a history. */
  readonly #cookie = randomBytes(32).toString('base64url');
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  isToken(given: string): boolean {
    return isSame(given, this.token);
  }

  /** Cookies are shared by all ports of a machine: the port stands in the name. */
  get #name(): string {
    return `shadowtape-${this.#port}`;
  }

  get setCookie(): string {
    return `${this.#name}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** True for a request that bears the cookie. */
  opens({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const mine = cookies.find((cookie) => cookie.startsWith(`${this.#name}=`));
    return mine !== undefined && isSame(mine.slice(this.#name.length + 1), this.#cookie);
  }

  /** The names under which the console is reached. Any other in a request is another site's, which had its name lead here (DNS rebinding). */
  get #authorities(): string[] {
    return [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
  }

  isOwnHost({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.#authorities.includes(headers.host);
  }

  /** @returns true where it comes from a page of ours, or where nothing is said (an address that was typed) */
  isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
    return origin === undefined || origin === `http://${host ?? ''}`;
  }
}
