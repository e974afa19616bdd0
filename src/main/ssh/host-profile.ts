/**
 * What a session needs to know of a host: plain data, without any secret. Secrets come through callbacks, at the moment when they are needed.
 */

/** A private key on this machine. One that the site file names must be there; a customary one (~/.ssh/id_…) may be missing. */
export interface KeyFile {
  readonly path: string;
  readonly required: boolean;
}

/** How to log in, tried in this order: key files, agent, password. */
export interface LoginMethods {
  readonly keyFiles: readonly KeyFile[];
  /** Path of the ssh agent's socket. */
  readonly agentSocket?: string | undefined;
  /** True where the agent offers no key but those of the key files (IdentitiesOnly). */
  readonly identitiesOnly?: boolean | undefined;
  /** True where a password may be asked for (password or keyboard-interactive). */
  readonly password: boolean;
}

export type AlgorithmSet = 'modern' | 'legacy';

/** Tries to reach a host until a connection stands; a command that may have been started is never sent again. */
export interface ConnectRetry {
  /** At least 1; all of them together, the first included. */
  readonly tries: number;
  /** How long to wait between two of them. */
  readonly everySeconds: number;
}

/** Hears of each new attempt, in a sentence. */
export type OnRetry = (sentence: string) => void;

/** Hears what a host shows before the login: Banner in sshd_config(5). */
export type OnBanner = (host: string, text: string) => void;

export interface HostProfile {
  /** What the site file calls the host; all messages use it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly login: LoginMethods;
  readonly algorithms: AlgorithmSet;
  /** The host to go through (ProxyJump). */
  readonly jump?: HostProfile | undefined;
  /** How often it is tried to reach the host; once, where it is left out. */
  readonly retry?: ConnectRetry | undefined;
  /** A dead peer is noticed after three of these; 0 turns the question off. */
  readonly keepaliveSeconds: number;
  /** Limit for connecting and logging in. The time that a person takes to answer a question does not count. */
  readonly connectSeconds: number;
}

export const defaultKeepaliveSeconds = 15;
export const defaultConnectSeconds = 20;

/** A question for a secret. */
export interface SecretQuestion {
  readonly kind: 'passphrase' | 'password' | 'prompt';
  readonly host: string;
  readonly user: string;
  /** Type and fingerprint of the key by which the host proved to be itself: a secret is kept for that machine alone. */
  readonly hostKey?: string | undefined;
  /** The key file that a passphrase opens. */
  readonly keyFile?: string | undefined;
  /** What to show to a person; for a `prompt` these are the host's own words. */
  readonly text: string;
  /** 1 for the first time; more after a wrong answer. */
  readonly attempt: number;
}

/** Answers `undefined` where nobody can be asked. */
export type AskSecret = (question: SecretQuestion) => Promise<string | undefined>;

/** The question whether a host key that nobody has seen before is the right one. */
export interface HostKeyQuestion {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

export type ConfirmHostKey = (question: HostKeyQuestion) => Promise<boolean>;
