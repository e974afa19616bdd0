/**
 * The key of this tab, in a browser: the token of the address is exchanged for it once, and sessionStorage keeps it over reloads. Another
 * tab, and another server of the machine, do not see it.
 */

const storageName = 'shadowtape-key';
/** Names of src/main/serve/page-key.ts. */
const subprotocol = 'shadowtape';

/** `used`: the address was used before; `none`: there is no key; `unknown`: the console that issued it has ended. */
export type Refused = 'used' | 'none' | 'unknown';

const tokenIn = (address: Pick<Location, 'search'>) => new URLSearchParams(address.search).get('token');

const post = (path: string, key?: string, body = '') =>
  fetch(path, {
    method: 'POST',
    body,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    cache: 'no-store',
  });

export class TabKey {
  #key: string | undefined = sessionStorage.getItem(storageName) ?? undefined;
  #token: string | undefined = tokenIn(location) ?? undefined;

  /** The key for the WebSocket; undefined before the tab has its key. */
  get protocols(): string[] | undefined {
    return this.#key === undefined || this.#token !== undefined
      ? undefined
      : [subprotocol, `key.${this.#key}`];
  }

  /**
   * Exchanges the token of the address.
   * @returns why the tab has no access; undefined if it has its key
   * @throws if the console does not answer
   */
  async enter(): Promise<Refused | undefined> {
    if (this.#token === undefined) return this.#key === undefined ? 'none' : undefined;
    const answer = await post('/enter', undefined, this.#token);
    if (!answer.ok && this.#key === undefined) return 'used';
    if (answer.ok) this.#keep(((await answer.json()) as { key: string }).key);
    this.#token = undefined;
    history.replaceState(history.state, '', location.pathname + location.hash);
    return undefined;
  }

  #keep(key: string): void {
    this.#key = key;
    sessionStorage.setItem(storageName, key);
  }

  /** False if the console answers, but does not know the key: another console issued it. */
  async isKnown(): Promise<boolean> {
    const answer = await post('/known', this.#key).catch(() => undefined);
    return answer?.status !== 401;
  }

  /**
   * Opens another tab, with its own address that works once.
   * @param hash of the screen that it shows
   * @throws if the console does not answer
   */
  async openTab(hash: string): Promise<void> {
    const answer = await post('/address', this.#key);
    if (!answer.ok) throw new Error(`the console answered with status ${answer.status}`);
    const { token } = (await answer.json()) as { token: string };
    // Without an opener the other tab has its own sessionStorage.
    window.open(`/?token=${encodeURIComponent(token)}${hash}`, '_blank', 'noopener');
  }
}
