/** One request to the console and its latest answer, as a screen shows it: busy, answered, failed. */
import type { Bridge, Channel, RequestOf, Responses } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import { say } from '../../contract/text/say.ts';

/** What is shown if the bridge itself fails. */
export function infoOf(error: unknown): ErrorInfo {
  const sentence = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', sentence, hint: say('report it'), evidence: {} };
}

export class Asked<Name extends Channel> {
  readonly #bridge: Bridge;
  readonly #channel: Name;
  #value = $state.raw<Responses[Name]>();
  #error = $state.raw<ErrorInfo>();
  #busy = $state(false);
  #answeredAt = $state.raw<number>();
  #abort: AbortController | undefined;

  constructor(bridge: Bridge, channel: Name) {
    this.#bridge = bridge;
    this.#channel = channel;
  }

  /** The last good answer; it stays while the request is sent again. */
  get value(): Responses[Name] | undefined {
    return this.#value;
  }

  /** Why the last request failed. */
  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** When it was answered, in milliseconds since 1970. */
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }

  /**
   * Sends the request; a previous one without an answer is canceled.
   * @returns the answer; undefined if it failed, was stopped, or was sent again meanwhile
   */
  async ask(request: RequestOf<Name>): Promise<Responses[Name] | undefined> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#busy = true;
    this.#error = undefined;
    const reply = await this.#reply(request, abort.signal);
    if (this.#abort !== abort) return undefined;
    this.#abort = undefined;
    this.#busy = false;
    if ('error' in reply) {
      this.#error = reply.error;
      return undefined;
    }
    this.#value = reply.result;
    this.#answeredAt = Date.now();
    return reply.result;
  }

  /** Cancels the request. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#busy = false;
  }

  /** Resets to the initial state. */
  clear(): void {
    this.stop();
    this.#value = undefined;
    this.#error = undefined;
    this.#answeredAt = undefined;
  }

  async #reply(request: RequestOf<Name>, signal: AbortSignal) {
    try {
      return await this.#bridge.request(this.#channel, request, signal);
    } catch (error) {
      return { error: infoOf(error) };
    }
  }
}
