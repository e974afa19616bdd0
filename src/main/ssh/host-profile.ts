/**
 * What a session needs to know of a host: plain data, without any secret. Secrets come through callbacks, at the moment when they are needed.
 */

import type { ErrorInfo } from '../../contract/errors.ts';
import type { Become } from './rights.ts';

/** A private key on this machine. One that the site file names must be there; a customary one (~/.ssh/id_…) may be missing. */
export interface KeyFile {
  readonly path: string;
  readonly required: boolean;
}

/** How to log in, tried in this order: key files, agent, password. */
export interface LoginMethods {
  readonly keyFiles: readonly KeyFile[];
  /** Certificates for these keys or the agent's (CertificateFile); if it is omitted, FILE-cert.pub next to each key file. */
  readonly certificateFiles?: readonly string[] | undefined;
  /** Path of the ssh agent's socket. */
  readonly agentSocket?: string | undefined;
  /** True if the agent offers no key but those of the key files (IdentitiesOnly). */
  readonly identitiesOnly?: boolean | undefined;
  /** True if a password may be asked for (password or keyboard-interactive). */
  readonly password: boolean;
}

export type AlgorithmSet = 'modern' | 'legacy';

/** Tries to reach a host until a connection is established; a command that may have been started is never sent again. */
export interface ConnectRetry {
  /** At least 1; all of them together, the first included. */
  readonly tries: number;
  /** How long to wait between two of them. */
  readonly everySeconds: number;
}

/** Called for each new attempt, in a sentence. */
export type OnRetry = (sentence: string) => void;

/** Called with what a host shows before the login: Banner in sshd_config(5). */
export type OnBanner = (host: string, text: string) => void;

export interface HostProfile {
  /** What the site file calls the host; all messages use it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly login: LoginMethods;
  readonly algorithms: AlgorithmSet;
  /** How commands get the rights of an administrator; the login has them by default. */
  readonly become?: Become | undefined;
  /** The host to go through (ProxyJump). */
  readonly jump?: HostProfile | undefined;
  /** A line for this machine's shell, which is connected to instead of the address (ProxyCommand). */
  readonly proxyCommand?: string | undefined;
  /** The name of the host in known_hosts files, whatever its address and port. */
  readonly hostKeyAlias?: string | undefined;
  /** Read instead of the usual known_hosts files. */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** Any, if it is omitted. */
  readonly addressFamily?: 4 | 6 | undefined;
  /** The local address that the connection is made from. */
  readonly bindAddress?: string | undefined;
  /** How often it is tried to reach the host; once, by default. */
  readonly retry?: ConnectRetry | undefined;
  /** A dead peer is noticed after `keepaliveCount` of these; 0 turns the question off. */
  readonly keepaliveSeconds: number;
  /** 3 if it is omitted. */
  readonly keepaliveCount?: number | undefined;
  /** Limit for connecting and logging in. The time that a person takes to answer a question does not count. */
  readonly connectSeconds: number;
  /** What the ssh configuration sets for the host, and is not followed. */
  readonly warnings?: readonly string[] | undefined;
  /** Why the host must not be connected to: its ssh configuration cannot be followed. */
  readonly refusal?: ErrorInfo | undefined;
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

/** The question whether a host key that is not known yet is the right one. */
export interface HostKeyQuestion {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

export type ConfirmHostKey = (question: HostKeyQuestion) => Promise<boolean>;
