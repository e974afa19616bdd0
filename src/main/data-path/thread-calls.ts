/** What crosses between the main thread and a thread of the data path. Bulk bytes never come to the main thread. */
import type { MessagePort } from 'node:worker_threads';
import type { Digest } from '../../streams/digests/digest.ts';
import type { CopyProgress } from '../../streams/progress.ts';
import type { ReadBackOptions, ReadBackResult } from '../../streams/tape/read-back.ts';
import type { ReadHalfOptions, ReadHalfResult } from '../../streams/read-half.ts';
import type { ServedTape } from '../../streams/rmt/rmt-trouble.ts';
import type { TapeSegment } from '../../streams/tape/spanning-tape-sink.ts';
import type { WatermarkOptions } from '../../streams/start-watermark.ts';
import type { BrokenAt } from '../../streams/stream-failure.ts';
import type { TarEntry } from '../../streams/tar/tar-walker.ts';
import type { WriteHalfProgress, WriteHalfResult } from '../../streams/write-half.ts';
import type { HostKeyQuestion, HostProfile, SecretQuestion } from '../ssh/host-profile.ts';
import type { RemoteEnd } from '../ssh/channels/remote-process.ts';
import type { PlainError } from './wire.ts';

/** What a thread begins with. No secret is in it: those are asked for. */
export interface ThreadSetting {
  readonly profile: HostProfile;
  readonly hostKey: string;
  readonly knownHostsFile: string;
  readonly userKnownHostsFiles: readonly string[];
}

export interface OpenOrder {
  /** The opened command is known by it. */
  readonly id: number;
  readonly kind: 'read' | 'write' | 'talk';
  readonly argv: readonly string[];
  readonly timeLimitSeconds: number | undefined;
  /** How stdout is collected: buffers that hold whole records. */
  readonly pieceBytes: number;
}

/** How an opened command ended; an error crosses in its plain form. */
export type PlainEnd = Omit<RemoteEnd, 'lost'> & { readonly lost: PlainError | undefined };

export interface ReadOrder {
  readonly source: number;
  readonly half: Omit<ReadHalfOptions, 'onEntry'>;
  /** True: the entries of a tar archive are reported, see `entries`. */
  readonly tellsEntries: boolean;
  /** Leads to the thread that writes. */
  readonly port: MessagePort;
}

export interface WriteOrder {
  /** The opened command; if it is omitted, tapes are asked for with `nextTape`. */
  readonly sink: number | undefined;
  readonly recordBytes: number | undefined;
  readonly watermark: WatermarkOptions | undefined;
  readonly port: MessagePort;
}

/** Result of a half. */
export interface HalfMoved<Result> {
  readonly bytes: number;
  readonly broken: { readonly at: BrokenAt; readonly error: PlainError } | undefined;
  readonly result: Result | undefined;
}

export interface WriteMoved extends HalfMoved<WriteHalfResult> {
  /** Of the tapes that were written. */
  readonly segments: readonly TapeSegment[];
}

export interface ThreadReadBack extends Omit<ReadBackOptions, 'source' | 'onProgress' | 'abort' | 'onTaken'> {
  readonly source: number;
}

/** A tape that is ready, and the opened rmt that serves it. */
interface NextServedTape extends ServedTape {
  readonly talk: number;
}

/** Calls that a thread answers. */
export interface ThreadCalls {
  /** Connects and logs in. */
  connect(nothing: undefined): Promise<void>;
  open(order: OpenOrder): Promise<void>;
  /** Ends an opened command, or the opening of it. */
  stop(id: number): void;
  read(order: ReadOrder): Promise<HalfMoved<ReadHalfResult>>;
  write(order: WriteOrder): Promise<WriteMoved>;
  readBack(order: ThreadReadBack): Promise<ReadBackResult>;
  /** Pauses what is being read, or continues it. */
  hold(isHeld: boolean): void;
  /** Breaks what is being moved off. */
  cancel(nothing: undefined): void;
  /** Closes the connection. */
  close(nothing: undefined): Promise<void>;
}

/** Calls that the main thread answers. */
export interface MainCalls {
  secret(question: SecretQuestion): Promise<string | undefined>;
  hostKey(question: HostKeyQuestion): Promise<boolean>;
  retry(told: { readonly id: number | undefined; readonly sentence: string }): void;
  /** The host was connected to again before the command was sent. */
  newConnection(id: number): Promise<void>;
  stderr(told: { readonly id: number; readonly piece: Uint8Array }): void;
  ended(told: { readonly id: number; readonly end: PlainEnd }): void;
  judge(told: { readonly end: RemoteEnd; readonly bytes: number }): void;
  entries(entries: readonly TarEntry[]): void;
  nextTape(order: {
    readonly tape: number;
    readonly segments: readonly TapeSegment[];
  }): Promise<NextServedTape>;
  readSoFar(bytes: number): void;
  checkpoint(soFar: Digest): void;
  writtenSoFar(progress: WriteHalfProgress): void;
  readBackSoFar(progress: CopyProgress): void;
}
