/** How long connecting and logging in may take. */

/** A limit that pauses while a person is being asked. */
export class ConnectClock {
  #milliseconds: number;
  readonly #expire: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** One may be part of another one: a passphrase, of opening a key that a second host waits for. */
  #questions = 0;
  #ended = false;

  constructor(seconds: number, expire: () => void) {
    this.#milliseconds = seconds * 1000;
    this.#expire = expire;
    this.#start();
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (!this.#ended && this.#questions === 0 && this.#milliseconds > 0)
      this.#timer = setTimeout(this.#expire, this.#milliseconds);
  }

  /** Runs a question; the limit begins again after the answer. */
  async during<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    this.#questions += 1;
    clearTimeout(this.#timer);
    try {
      return await question();
    } finally {
      this.#questions -= 1;
      this.#start();
    }
  }

  /** From now on the limit is another one, and begins again. */
  restart(seconds: number): void {
    this.#milliseconds = seconds * 1000;
    this.#start();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
