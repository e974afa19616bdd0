/**
 * Logging in: which method to try next. Key files first, by the agent where it holds their keys, then the agent's other keys, then a
 * password, as far as the host admits them. A certificate goes before the key that it is for.
 * Keys are read and passphrases asked for only when their turn has come.
 */
import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveCallback, ParsedKey, Prompt } from 'ssh2';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { AskSecret, HostProfile, KeyFile } from '../host-profile.ts';
import { loadKey } from '../keys/key-file.ts';
import { certificateTrouble, foreignKey, isCertificateOf } from '../foreign-keys.ts';
import { agentOffers, OrderedAgent } from '../keys/ordered-agent.ts';
import type { Offer } from '../keys/ordered-agent.ts';
import type { OpenedKeys } from '../keys/opened-keys.ts';
import { publicHalves } from '../public-halves.ts';
import type { CertificateFile } from '../public-halves.ts';
import { signerOfKey, wholeSignature } from '../keys/ssh-signature.ts';

const passwordAttempts = 3;

const agentTitle = (socket: string) => phrase('agent {socket}', { socket });

/** How ssh2 passes on what a host asks. */
type KeyboardInteractiveHandler = (
  name: string,
  instructions: string,
  language: string,
  prompts: Prompt[],
  finish: KeyboardInteractiveCallback,
) => void;

interface Attempt {
  /** What the host must admit for this attempt (RFC 4252). */
  readonly wire: 'publickey' | 'password' | 'keyboard-interactive';
  /** How messages name it. */
  readonly title: string;
  /** undefined if it turns out that there is nothing to try. */
  readonly prepare: () => Promise<AnyAuthMethod | undefined>;
}

export interface LoginDeps {
  readonly askSecret: AskSecret;
  readonly openKey: OpenedKeys['open'];
  /** Has RSA keys sign with SHA-256 from now on; false if the host has no other hash than the one that they have signed with. */
  readonly signWithSha256: () => boolean;
}

/** One login, from the first method to the last. */
export class Login {
  readonly #profile: HostProfile;
  readonly #deps: LoginDeps;
  readonly #left: Attempt[];
  readonly #tried: string[] = [];
  /** RSA keys that were offered with SHA-512, by file: a host may admit SHA-256 alone, and does not tell. */
  readonly #rsaKeys = new Map<string, AnyAuthMethod>();
  /** Key files whose keys the agent holds. */
  readonly #heldByAgent = new Set<string>();
  /** Key files that could not be opened. */
  readonly #unopened = new Set<string>();
  #begun = false;
  /** Why a key file or the agent could not be used, first reason first. */
  readonly problems: ShadowtapeError[] = [];

  constructor(profile: HostProfile, deps: LoginDeps) {
    this.#profile = profile;
    this.#deps = deps;
    const { keyFiles, agentSocket, identitiesOnly = false, password } = profile.login;
    this.#left = [
      ...(agentSocket === undefined ? [] : [this.#agentAttempt(agentSocket, 'named')]),
      ...keyFiles.flatMap((file) => [this.#certificateAttempt(file), this.#keyAttempt(file)]),
      ...(agentSocket === undefined || identitiesOnly ? [] : [this.#agentAttempt(agentSocket, 'others')]),
      ...keyFiles.map(({ path }) => this.#secondAttempt(path)),
      ...(password ? this.#passwordAttempts() : []),
    ];
  }

  /** The methods tried so far, for messages. */
  get tried(): string {
    const tried = [...new Set(this.#tried)];
    return tried.length === 0 ? phrase('nothing (no key, agent or password is available)') : tried.join(', ');
  }

  /** True while no key and no password has been shown to the host. */
  get nothingWasTried(): boolean {
    return this.#tried.length === 0;
  }

  /** ssh2 reports trouble with the agent and continues with the next method. */
  agentFailed(error: Error): void {
    const { name: host, login } = this.#profile;
    const socket = login.agentSocket ?? '';
    this.#tried.splice(0, this.#tried.length, ...this.#tried.filter((title) => title !== agentTitle(socket)));
    const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1);
    this.problems.push(failure('AGENT_UNAVAILABLE', { host, socket, reason }, { host }, error));
  }

  /**
   * The next method.
   * @param admitted what the host still admits; null at the beginning, when `none` asks for that list
   * @returns false when there is nothing left
   */
  async next(admitted: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | false> {
    if (!this.#begun) {
      this.#begun = true;
      return { type: 'none', username: this.#profile.user };
    }
    for (let attempt = this.#take(admitted); attempt; attempt = this.#take(admitted)) {
      const method = await this.#prepare(attempt);
      if (method === undefined) continue;
      this.#tried.push(attempt.title);
      return method;
    }
    return false;
  }

  #take(admitted: readonly AuthenticationType[] | null): Attempt | undefined {
    const index = this.#left.findIndex((attempt) => admitted === null || admitted.includes(attempt.wire));
    return index < 0 ? undefined : this.#left.splice(index, 1)[0];
  }

  async #prepare(attempt: Attempt): Promise<AnyAuthMethod | undefined> {
    try {
      return await attempt.prepare();
    } catch (error) {
      if (!isFailure(error)) throw error;
      this.problems.push(error);
      return undefined;
    }
  }

  #keyAttempt(file: KeyFile): Attempt {
    const { user } = this.#profile;
    const prepare = async (): Promise<AnyAuthMethod | undefined> => {
      // The agent has offered it already.
      if (this.#heldByAgent.has(file.path)) return undefined;
      const key = await this.#open(file);
      const method = key && ({ type: 'publickey', username: user, key } as const);
      if (method && key.type === 'ssh-rsa') this.#rsaKeys.set(file.path, method);
      return method;
    };
    return { wire: 'publickey', title: phrase('key {path}', { path: file.path }), prepare };
  }

  /** @returns undefined for a file that is not there, or that could not be opened before: nobody is asked for its passphrase again */
  async #open(file: KeyFile): Promise<ParsedKey | undefined> {
    if (this.#unopened.has(file.path)) return undefined;
    this.#unopened.add(file.path);
    const load = () => loadKey(file, this.#profile, this.#deps.askSecret);
    const key = await this.#deps.openKey(file.path, load);
    this.#unopened.delete(file.path);
    return key;
  }

  /** Shows the certificates of a key file, and signs with its key: no agent has it. */
  #certificateAttempt(file: KeyFile): Attempt {
    const { user: username, login } = this.#profile;
    const prepare = async (): Promise<AnyAuthMethod | undefined> => {
      if (this.#heldByAgent.has(file.path)) return undefined;
      const { keys, certificates } = await publicHalves(login);
      const known = keys.get(file.path);
      const candidates = certificates.filter(
        ({ blob }) => known === undefined || isCertificateOf(blob, known),
      );
      const key = candidates.length === 0 ? undefined : await this.#open(file);
      const offers = key ? candidates.flatMap((each) => this.#certificateOffers(each, key)) : [];
      if (offers.length === 0) return undefined;
      return { type: 'agent', username, agent: new OrderedAgent(() => Promise.resolve(offers)) };
    };
    return { wire: 'publickey', title: phrase('certificate of {path}', { path: file.path }), prepare };
  }

  #certificateOffers({ path, blob }: CertificateFile, key: ParsedKey): Offer[] {
    const offered = isCertificateOf(blob, key.getPublicSSH()) ? foreignKey(blob) : undefined;
    if (!offered) return [];
    this.#noteTrouble(path, certificateTrouble(blob, key.getPublicSSH(), Date.now()));
    return [{ key: offered, sign: (data) => wholeSignature(signerOfKey(path, key), data) }];
  }

  /** A host says of no certificate why it refuses it. */
  #noteTrouble(file: string, reason: string | undefined): void {
    const { name: host } = this.#profile;
    if (reason !== undefined)
      this.problems.push(failure('CERTIFICATE_UNUSABLE', { host, file, reason }, { host }));
  }

  #secondAttempt(path: string): Attempt {
    const prepare = (): Promise<AnyAuthMethod | undefined> => {
      const method = this.#rsaKeys.get(path);
      return Promise.resolve(method && this.#deps.signWithSha256() ? method : undefined);
    };
    return { wire: 'publickey', title: phrase('key {path}', { path }), prepare };
  }

  /** @param which `named`: those of the key files, which then ask for no passphrase; `others`: all but those */
  #agentAttempt(socket: string, which: 'named' | 'others'): Attempt {
    const { user: username, login } = this.#profile;
    const prepare = async (): Promise<AnyAuthMethod | undefined> => {
      const named = await publicHalves(login);
      const isGone = this.problems.some(({ code }) => code === 'AGENT_UNAVAILABLE');
      const isNothingNamed = named.keys.size === 0 && named.certificates.length === 0;
      if (isGone || (which === 'named' && isNothingNamed)) return undefined;
      const onHeld = (path: string) => void this.#heldByAgent.add(path);
      const agent = new OrderedAgent(() => agentOffers({ socket, named, which, onHeld }));
      return { type: 'agent', username, agent };
    };
    return { wire: 'publickey', title: agentTitle(socket), prepare };
  }

  #passwordAttempts(): Attempt[] {
    const { name: host, user } = this.#profile;
    let given = true;
    const ask = async (attempt: number) => {
      if (!given) return undefined;
      const text = phrase('Password of {user} on {host}', { user, host });
      const password = await this.#deps.askSecret({ kind: 'password', host, user, text, attempt });
      given = password !== undefined;
      return password;
    };
    const byPassword = (attempt: number): Attempt => ({
      wire: 'password',
      title: 'password',
      prepare: async () => {
        const password = await ask(attempt);
        return password === undefined ? undefined : { type: 'password', username: user, password };
      },
    });
    const byPrompt = (attempt: number): Attempt => ({
      wire: 'keyboard-interactive',
      title: 'keyboard-interactive',
      prepare: async () => {
        // Who was asked for the password three times is not asked for it three times more.
        if (!given || (attempt > 1 && this.#tried.includes('password'))) return undefined;
        const prompt: KeyboardInteractiveHandler = (name, instructions, _language, prompts, finish) =>
          void this.#answer(attempt, [name, instructions], prompts, finish).then((all) => (given &&= all));
        return { type: 'keyboard-interactive', username: user, prompt };
      },
    });
    const attempts = Array.from({ length: passwordAttempts }, (_, index) => index + 1);
    return [...attempts.map(byPassword), ...attempts.map(byPrompt)];
  }

  /**
   * Answers the host's own questions one after the other; an empty answer where nobody can be asked. A host may ask in several rounds.
   * @param said what the host says before its questions; the first of them shows it
   * @returns false where one of them was not answered
   */
  async #answer(
    attempt: number,
    said: readonly string[],
    prompts: readonly Prompt[],
    finish: KeyboardInteractiveCallback,
  ): Promise<boolean> {
    const { name: host, user } = this.#profile;
    const answers: (string | undefined)[] = [];
    for (const [index, { prompt }] of prompts.entries()) {
      const kind = prompts.length === 1 && /password/i.test(prompt) ? 'password' : 'prompt';
      const words = [...(index === 0 ? said : []), prompt].map((part) => part.trim());
      const text = words.filter((part) => part !== '').join(' - ');
      answers.push(await this.#deps.askSecret({ kind, host, user, text, attempt }).catch(() => undefined));
    }
    finish(answers.map((answer) => answer ?? ''));
    return !answers.includes(undefined);
  }
}
