/** Calls between two threads, in both directions: a call is answered, or fails with the error that it failed with there. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { ShadowtapeError, type ErrorInfo } from '../../contract/errors.ts';

/** An error as it crosses: those of the table keep all they know. */
export type PlainError = { readonly info: ErrorInfo } | { readonly message: string };

export const plainError = (error: unknown): PlainError =>
  error instanceof ShadowtapeError
    ? { info: error.toInfo() }
    : { message: error instanceof Error ? error.message : String(error) };

export const errorOf = (plain: PlainError): Error =>
  'info' in plain ? new ShadowtapeError(plain.info) : new Error(plain.message);

/** What this end speaks to: a worker, or in the worker `parentPort`. */
type Port = Worker | MessagePort;

type Handler = (argument: never) => unknown;
/** The calls that one end answers. */
type Handlers<Of> = { readonly [Name in keyof Of]: Handler };
type ArgumentOf<Call> = Call extends (argument: infer Argument) => unknown ? Argument : never;
type AnswerOf<Call> = Call extends (argument: never) => infer Answer ? Awaited<Answer> : never;

interface Asked {
  readonly name: string;
  readonly argument: unknown;
  /** Left out where no answer is wanted. */
  readonly number?: number;
}

interface Answered {
  readonly number: number;
  readonly answer?: unknown;
  readonly error?: PlainError;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** @typeParam Far the calls that the other end answers */
export class ThreadWire<Far extends Handlers<Far>> {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #ended: Error | undefined;

  /** @param handlers the calls that this end answers */
  constructor(port: Port, handlers: object) {
    this.#port = port;
    port.on('message', (message: Asked | Answered) => {
      if ('name' in message) void this.#answer(handlers as Record<string, Handler>, message);
      else this.#settle(message);
    });
  }

  /** Calls the other end. @throws what the call fails with there, and what `end` was called with */
  ask<Name extends keyof Far & string>(
    name: Name,
    argument: ArgumentOf<Far[Name]>,
    transfer: readonly MessagePort[] = [],
  ): Promise<AnswerOf<Far[Name]>> {
    return new Promise<AnswerOf<Far[Name]>>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#number += 1;
      const number = this.#number;
      this.#waiting.set(number, { resolve: resolve as (answer: unknown) => void, reject });
      this.#port.postMessage({ name, argument, number }, transfer);
    });
  }

  /** Calls the other end, and wants no answer. */
  tell<Name extends keyof Far & string>(name: Name, argument: ArgumentOf<Far[Name]>): void {
    if (!this.#ended) this.#port.postMessage({ name, argument });
  }

  /** The other end is gone: calls that are not answered fail, as do those that follow. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  async #answer(handlers: Record<string, Handler>, { name, argument, number }: Asked): Promise<void> {
    let answered: Omit<Answered, 'number'>;
    try {
      answered = { answer: await handlers[name]?.(argument as never) };
    } catch (error) {
      answered = { error: plainError(error) };
    }
    if (number !== undefined && !this.#ended) this.#port.postMessage({ number, ...answered });
  }

  #settle({ number, answer, error }: Answered): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error) waiting?.reject(errorOf(error));
    else waiting?.resolve(answer);
  }
}
