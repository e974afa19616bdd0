/** One page at one desk: its requests, and what it follows. The same for both hosts, whatever carries the messages. */
import { z } from 'zod';
import type { HostMessage } from '../../contract/wire.ts';
import type { Desk } from './desk.ts';

const id = z.int().positive();
const pageMessage = z.union([
  z.strictObject({ id, request: z.strictObject({ channel: z.string().max(100), payload: z.unknown() }) }),
  z.strictObject({ id, cancel: z.literal(true) }),
  z.strictObject({ id, follow: z.strictObject({ topic: z.string().max(100), payload: z.unknown() }) }),
  z.strictObject({ id, unfollow: z.literal(true) }),
]);

/** More at a time than any page of ours asks for or follows. */
const mostAtOnce = 500;

export class PageSession {
  readonly #desk: Desk;
  readonly #send: (message: HostMessage) => void;
  readonly #requests = new Map<number, AbortController>();
  readonly #followings = new Map<number, () => void>();

  constructor(desk: Desk, send: (message: HostMessage) => void) {
    this.#desk = desk;
    this.#send = send;
  }

  /** @returns false for what is not a message, or one too many: who sends it is not a page of ours */
  receive(message: unknown): boolean {
    const parsed = pageMessage.safeParse(message);
    if (!parsed.success) return false;
    const { data } = parsed;
    if ('cancel' in data) this.#requests.get(data.id)?.abort();
    else if ('unfollow' in data) this.#unfollow(data.id);
    else if (this.#isTaken(data.id)) return false;
    else if ('request' in data) void this.#answer(data.id, data.request.channel, data.request.payload);
    else this.#follow(data.id, data.follow.topic, data.follow.payload);
    return true;
  }

  #isTaken(number: number): boolean {
    const { size } = this.#requests;
    return (
      this.#requests.has(number) || this.#followings.has(number) || size + this.#followings.size >= mostAtOnce
    );
  }

  async #answer(number: number, channel: string, payload: unknown): Promise<void> {
    const abort = new AbortController();
    this.#requests.set(number, abort);
    const reply = await this.#desk.answer(channel, payload, abort.signal);
    this.#requests.delete(number);
    this.#send({ id: number, reply });
  }

  #follow(number: number, topic: string, payload: unknown): void {
    // Kept before it begins: what is pushed at once may be answered by an end of the following.
    this.#followings.set(number, () => undefined);
    const end = this.#desk.follow(topic, payload, (told) => this.#send({ id: number, ...told }));
    if (this.#followings.has(number)) this.#followings.set(number, end);
    else end();
  }

  #unfollow(number: number): void {
    this.#followings.get(number)?.();
    this.#followings.delete(number);
  }

  /** The page is gone: what it asked for is given up, what it follows is ended. Runs continue. */
  close(): void {
    for (const abort of this.#requests.values()) abort.abort();
    for (const end of this.#followings.values()) end();
    this.#requests.clear();
    this.#followings.clear();
  }
}
