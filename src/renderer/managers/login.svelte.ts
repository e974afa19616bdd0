/** The questions of the ssh sessions: unknown host keys, passwords, passphrases. One question is shown at a time. */
import type { Bridge } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { LoginQuestion } from '../../contract/screens.ts';
import { infoOf } from './asked.svelte.ts';

export class LoginManager {
  readonly #bridge: Bridge;
  readonly #asked: () => readonly LoginQuestion[];
  /** Numbers of questions whose answer is in transit or has arrived. */
  #answered = $state.raw<readonly number[]>([]);
  #error = $state.raw<ErrorInfo>();

  /** @param asked the questions that are open now */
  constructor(bridge: Bridge, asked: () => readonly LoginQuestion[]) {
    this.#bridge = bridge;
    this.#asked = asked;
  }

  /** The one that is shown. */
  get question(): LoginQuestion | undefined {
    return this.#open[0];
  }

  /** How many wait after the one that is shown. */
  get waiting(): number {
    return Math.max(0, this.#open.length - 1);
  }

  /** Why the last answer did not arrive. */
  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** @param answer `yes` for a host key, or the secret; undefined refuses */
  async answer(question: LoginQuestion, answer: string | undefined, keep = false): Promise<void> {
    this.#answered = [...this.#answered, question.number];
    this.#error = undefined;
    const error = await this.#send(question.number, answer, keep);
    if (!error) return;
    this.#error = error;
    this.#answered = this.#answered.filter((number) => number !== question.number);
  }

  get #open(): readonly LoginQuestion[] {
    return this.#asked().filter(({ number }) => !this.#answered.includes(number));
  }

  async #send(number: number, answer: string | undefined, keep: boolean): Promise<ErrorInfo | undefined> {
    try {
      const reply = await this.#bridge.request(
        'login',
        answer === undefined ? { number, keep } : { number, answer, keep },
      );
      return 'error' in reply ? reply.error : undefined;
    } catch (error) {
      return infoOf(error);
    }
  }
}
