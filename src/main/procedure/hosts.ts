/** What the procedure needs of a host: structural, so that it is tested without a network. */
import type { Readable, Writable } from 'node:stream';

export interface CommandResult {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface CommandOptions {
  readonly timeLimitSeconds?: number;
  readonly outputLimitBytes?: number;
  readonly abort?: AbortSignal;
}

export interface ProcessEnd {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  readonly bytes: number;
}

export interface HostSession {
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  openRead(argv: readonly string[], options?: { abort?: AbortSignal }): Promise<{ stream: Readable; ended: Promise<ProcessEnd> }>;
  openWrite(argv: readonly string[], options?: { abort?: AbortSignal }): Promise<{ stream: Writable; ended: Promise<ProcessEnd> }>;
  /** Runs one work of that name at a time on this host. */
  exclusive<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

export interface Hosts {
  session(name: string): HostSession;
}
