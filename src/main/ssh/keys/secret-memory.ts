/**
 * Secrets that a login took, for further connections of this process to the same host: no question is asked twice. They
 * are in memory only, and end with the sessions that they belong to.
 */
import type { AskSecret, SecretQuestion } from '../host-profile.ts';

interface Remembered {
  readonly answer: string;
  readonly hostKey: string | undefined;
}

/** What a question is about, whichever attempt it is. */
const keyOf = ({ kind, host, user, keyFile, text }: SecretQuestion) =>
  JSON.stringify([kind, host, user, keyFile ?? null, text]);

export class SecretMemory {
  readonly #askPerson: AskSecret;
  readonly #answers = new Map<string, Remembered>();
  readonly #promptedHosts = new Set<string>();

  /** @param ask asks the person who has the secrets */
  constructor(ask: AskSecret) {
    this.#askPerson = ask;
  }

  /** Asks, and remembers the answer. */
  readonly ask: AskSecret = async (question) => {
    const answer = await this.#askPerson(question);
    const { kind, host, hostKey } = question;
    if (kind === 'prompt') this.#promptedHosts.add(host);
    else if (answer !== undefined) this.#answers.set(keyOf(question), { answer, hostKey });
    return answer;
  };

  /** Answers the first attempt with what was answered before to the same machine; asks where that is not known. */
  readonly answerAgain: AskSecret = async (question) => {
    const known = this.#answers.get(keyOf(question));
    const isFit = question.attempt === 1 && known?.hostKey === question.hostKey;
    return known && isFit ? known.answer : this.ask(question);
  };

  /** True if a host asked a question of its own at login, such as for a code that is good for one login. */
  hasPrompted(host: string): boolean {
    return this.#promptedHosts.has(host);
  }
}
