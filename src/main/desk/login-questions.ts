/**
 * What the ssh sessions ask a person: host keys that are not known yet, passwords, passphrases. Secrets go to the
 * session alone.
 */
import { failure } from '../../contract/errors.ts';
import type { LoginQuestion } from '../../contract/screens.ts';
import { phrase } from '../../contract/text/say.ts';
import type { AskSecret, ConfirmHostKey, SecretQuestion } from '../application/console.ts';

/** Where the system keeps secrets for this user. */
export interface Keystore {
  /** Why nothing can be kept, in a sentence; undefined if it can. */
  readonly refusal: string | undefined;
  get(name: string): string | undefined;
  /** @param secret undefined: removes what was kept */
  set(name: string, secret: string | undefined): void;
}

interface Waiting {
  readonly question: LoginQuestion;
  readonly answer: (answer: string | undefined, keep: boolean) => void;
}

/** A host's own prompt for a password does not tell that the last answer was wrong; one that comes so soon after it does. */
const soonMilliseconds = 10_000;

/**
 * Secrets of one kind, user, host and host key are the same: one that was kept for a machine is not shown to another. Answers to a host's
 * own prompts are good once.
 */
const nameOf = ({ kind, user, host, hostKey = phrase('no host key'), keyFile }: SecretQuestion): string =>
  kind === 'passphrase'
    ? phrase('passphrase of {keyFile}', { keyFile: keyFile ?? '' })
    : phrase('password of {user} on {host} ({hostKey})', { user, host, hostKey });

export class LoginQuestions {
  readonly #keystore: Keystore | undefined;
  readonly #changed: () => void;
  readonly #notice: (sentence: string) => void;
  /** Called once. */
  #refusal: string | undefined;
  readonly #waiting = new Map<number, Waiting>();
  /** Name -> secret that was answered in this session: a connection that was lost is recreated without asking. */
  readonly #session = new Map<string, string>();
  /** Name -> when it was given to a session without asking. */
  readonly #givenAt = new Map<string, number>();
  #number = 0;

  /**
   * @param changed called when `waiting` has changed
   * @param notice called, where a secret is wanted and cannot be kept, why
   */
  constructor(
    keystore: Keystore | undefined,
    { changed, notice }: { changed: () => void; notice: (sentence: string) => void },
  ) {
    this.#keystore = keystore?.refusal === undefined ? keystore : undefined;
    this.#refusal = keystore?.refusal;
    this.#changed = changed;
    this.#notice = notice;
  }

  get waiting(): LoginQuestion[] {
    return [...this.#waiting.values()].map(({ question }) => question);
  }

  readonly confirmHostKey: ConfirmHostKey = async ({ host, address, port, keyType, fingerprint }) => {
    const text = phrase(
      '{host} ({address}, port {port}) shows a new {keyType} host key. Compare it with the key on the host itself.',
      { host, address, port, keyType },
    );
    const { answer } = await this.#ask({ kind: 'host-key', host, text, fingerprint, mayKeep: false });
    return answer === 'yes';
  };

  readonly askSecret: AskSecret = async (question) => {
    const name = nameOf(question);
    const mayRemember = question.kind !== 'prompt';
    const known = mayRemember ? this.#known(name, question.attempt) : undefined;
    if (known !== undefined) return known;
    if (this.#refusal !== undefined) this.#notice(this.#refusal);
    this.#refusal = undefined;
    const { answer, keep } = await this.#ask({
      kind: question.kind === 'passphrase' ? 'passphrase' : 'password',
      host: question.host,
      text: question.text,
      fingerprint: undefined,
      mayKeep: mayRemember && this.#keystore !== undefined,
      ...(question.attempt > 1 ? { wasWrong: true } : {}),
    });
    if (mayRemember && answer !== undefined) this.#remember(name, answer, keep);
    return answer;
  };

  /** @throws QUESTION_OVER */
  answer(number: number, answer: string | undefined, keep: boolean): void {
    const waiting = this.#waiting.get(number);
    if (!waiting) throw failure('QUESTION_OVER');
    waiting.answer(answer, keep && waiting.question.mayKeep);
  }

  /** Nobody answers any more: all that is asked is refused. */
  refuseAll(): void {
    for (const { answer } of [...this.#waiting.values()]) answer(undefined, false);
  }

  /** A secret that was wrong is known no more. */
  #known(name: string, attempt: number): string | undefined {
    const secret = this.#session.get(name) ?? this.#keystore?.get(name);
    if (secret === undefined) return undefined;
    const now = performance.now();
    const isAgain = now - (this.#givenAt.get(name) ?? -Infinity) < soonMilliseconds;
    if (attempt > 1 || isAgain) {
      this.#remember(name, undefined, true);
      return undefined;
    }
    this.#givenAt.set(name, now);
    return secret;
  }

  #remember(name: string, secret: string | undefined, keep: boolean): void {
    if (secret === undefined) this.#session.delete(name);
    else this.#session.set(name, secret);
    if (keep) this.#keystore?.set(name, secret);
  }

  #ask(
    asked: Omit<LoginQuestion, 'number'>,
  ): Promise<{ readonly answer: string | undefined; readonly keep: boolean }> {
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve) => {
      const answer: Waiting['answer'] = (given, keep) => {
        this.#waiting.delete(number);
        this.#changed();
        resolve({ answer: given, keep });
      };
      this.#waiting.set(number, { question: { number, ...asked }, answer });
      this.#changed();
    });
  }
}
