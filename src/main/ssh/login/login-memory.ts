/** What is known of earlier logins of a session: a further connection with the same machine must not ask for what was answered already. */
import type { AskSecret, SecretQuestion } from '../host-profile.ts';

/** What one login asks with. */
export interface RememberingLogin {
  readonly askSecret: AskSecret;
  /** True if the host has let an earlier connection of the session in. */
  readonly wasLetIn: boolean;
  /** To be called when the host has accepted what was answered. */
  readonly succeeded: () => void;
}

/** The same password for the same machine. Answers to a host's own prompts are good once, and are not kept. */
const nameOf = ({ kind, user, host, hostKey }: SecretQuestion): string | undefined =>
  kind === 'password' && hostKey !== undefined ? JSON.stringify([user, host, hostKey]) : undefined;

/** Never leaves the process; ends with the session. */
export class LoginMemory {
  readonly #ask: AskSecret;
  readonly #accepted = new Map<string, string>();
  #wasLetIn = false;

  constructor(ask: AskSecret) {
    this.#ask = ask;
  }

  /** Begins a login. A remembered answer is given once: a host that asks again has refused it. */
  login(): RememberingLogin {
    const given = new Map<string, string>();
    const askSecret: AskSecret = async (question) => {
      const name = nameOf(question);
      const known = name === undefined || given.has(name) ? undefined : this.#accepted.get(name);
      const answer = known ?? (await this.#ask(question));
      if (name !== undefined && answer !== undefined) given.set(name, answer);
      return answer;
    };
    const succeeded = () => {
      this.#wasLetIn = true;
      for (const [name, answer] of given) this.#accepted.set(name, answer);
    };
    return { askSecret, wasLetIn: this.#wasLetIn, succeeded };
  }
}
