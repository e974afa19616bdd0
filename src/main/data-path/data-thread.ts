/** A thread of the data path, as the main thread sees it: it is started for one host, opens commands there, and moves their bytes. */
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker, type MessagePort } from 'node:worker_threads';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { RemoteEnd } from '../ssh/channels/remote-process.ts';
import type { ReadOptions, StreamOptions } from '../ssh/ssh-session.ts';
import type { HostLogin } from '../ssh/ssh-hosts.ts';
import type { DataEnd } from './data-way.ts';
import type { MainCalls, OpenOrder, PlainEnd, ThreadCalls, ThreadSetting } from './thread-calls.ts';
import { errorOf, ThreadWire } from './wire.ts';

/** The thread's own file: next to this one in the sources; what is built has it on top. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  const name = `data-worker${extname(here)}`;
  const beside = join(dirname(here), name);
  return existsSync(beside) ? beside : join(dirname(here), '..', name);
}

/** Most objects of a thread are short-lived. V8 gives a young generation 48 MiB otherwise: 75 MiB more for both threads. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

/**
 * V8 marks the whole heap when it has outgrown a limit that follows its size, and counts the buffers of sockets and ciphers. The heap of a thread is
 * small: it was marked every 9 MiB of data. A first limit of 48 MiB takes 5.2 instead of 6.2 CPU s/GiB (Node 24), and no more memory at its peak.
 * Only heaps that are made afterwards are affected.
 */
const letHeapsGrow = () => setFlagsFromString('--initial-old-space-size=48');

/** A thread that does not close its connection within this is ended. */
const closeMilliseconds = 2000;

export interface ThreadEnd extends DataEnd {
  readonly id: number;
}

/** What is moved through a thread calls these. */
export type MovingCalls = Pick<
  MainCalls,
  'judge' | 'entries' | 'nextTape' | 'readSoFar' | 'checkpoint' | 'writtenSoFar' | 'readBackSoFar'
>;

interface OpenedCommand {
  readonly options: Pick<ReadOptions, 'onStderr' | 'onRetry' | 'onNewConnection'>;
  readonly settle: (end: RemoteEnd) => void;
}

export class DataThread {
  readonly host: string;
  readonly #worker: Worker;
  readonly #wire: ThreadWire<ThreadCalls>;
  readonly #exited: Promise<void>;
  readonly #commands = new Map<number, OpenedCommand>();
  #moving: Partial<MovingCalls> = {};
  #number = 0;
  #onRetry: StreamOptions['onRetry'];

  private constructor(login: HostLogin) {
    const { profile, hostKey, knownHostsFile, userKnownHostsFiles, askSecret, confirmHostKey } = login;
    this.host = profile.name;
    const setting: ThreadSetting = { profile, hostKey, knownHostsFile, userKnownHostsFiles };
    letHeapsGrow();
    this.#worker = new Worker(workerFile(), { workerData: setting, resourceLimits });
    const calls: MainCalls = {
      secret: askSecret,
      hostKey: confirmHostKey,
      retry: ({ id, sentence }) =>
        (this.#commands.get(id ?? 0)?.options.onRetry ?? this.#onRetry)?.(sentence),
      newConnection: async (id) => this.#commands.get(id)?.options.onNewConnection?.(),
      stderr: ({ id, piece }) => this.#commands.get(id)?.options.onStderr?.(Buffer.from(piece)),
      ended: ({ id, end }) => this.#ended(id, end),
      judge: (told) => this.#moving.judge?.(told),
      entries: (entries) => this.#moving.entries?.(entries),
      nextTape: (order) => {
        if (!this.#moving.nextTape) throw new Error('no tape is changed');
        return this.#moving.nextTape(order);
      },
      readSoFar: (bytes) => this.#moving.readSoFar?.(bytes),
      checkpoint: (soFar) => this.#moving.checkpoint?.(soFar),
      writtenSoFar: (progress) => this.#moving.writtenSoFar?.(progress),
      readBackSoFar: (progress) => this.#moving.readBackSoFar?.(progress),
    };
    this.#wire = new ThreadWire<ThreadCalls>(this.#worker, calls);
    let reason = phrase('it ended');
    this.#worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose(failure('DATA_THREAD_ENDED', { host: this.host, reason }, { host: this.host }));
        resolve();
      });
    });
  }

  /**
   * Starts a thread, and has it log in.
   * @param onRetry called for each new attempt to connect
   * @throws DATA_THREAD_ENDED, and what connecting to a host can end with
   */
  static async start(login: HostLogin, onRetry?: StreamOptions['onRetry']): Promise<DataThread> {
    const thread = new DataThread(login);
    thread.#onRetry = onRetry;
    try {
      await thread.#wire.ask('connect', undefined);
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** @throws what opening a stream of a session can end with, and DATA_THREAD_ENDED */
  async open(
    order: Pick<OpenOrder, 'kind' | 'argv' | 'pieceBytes'>,
    options: Omit<ReadOptions, 'makeBuffer'>,
  ): Promise<ThreadEnd> {
    const { abort, timeLimitSeconds } = options;
    this.#number += 1;
    const id = this.#number;
    const stop = () => this.#wire.tell('stop', id);
    const ended = new Promise<RemoteEnd>((settle) => this.#commands.set(id, { options, settle }));
    abort?.addEventListener('abort', stop, { once: true });
    void ended.then(() => abort?.removeEventListener('abort', stop));
    try {
      const opening = this.#wire.ask('open', { id, timeLimitSeconds, ...order, argv: [...order.argv] });
      if (abort?.aborted) stop();
      await opening;
      return { id, ended, stop };
    } catch (error) {
      abort?.removeEventListener('abort', stop);
      this.#commands.delete(id);
      throw error;
    }
  }

  /** Has bytes moved; `calls` answers what the thread asks meanwhile. @throws DATA_THREAD_ENDED, and what the call throws */
  async move<Name extends 'read' | 'write' | 'readBack'>(
    name: Name,
    order: Parameters<ThreadCalls[Name]>[0],
    calls: Partial<MovingCalls>,
    transfer: readonly MessagePort[] = [],
  ): Promise<Awaited<ReturnType<ThreadCalls[Name]>>> {
    this.#moving = calls;
    return (await this.#wire.ask(name, order as never, transfer)) as Awaited<ReturnType<ThreadCalls[Name]>>;
  }

  /** Pauses what is being read, or continues it. */
  hold(isHeld: boolean): void {
    this.#wire.tell('hold', isHeld);
  }

  /** Cancels the current transfer. */
  cancel(): void {
    this.#wire.tell('cancel', undefined);
  }

  #ended(id: number, { lost, ...end }: PlainEnd): void {
    const command = this.#commands.get(id);
    this.#commands.delete(id);
    command?.settle({ ...end, ...(lost ? { lost: errorOf(lost) as ShadowtapeError } : {}) });
  }

  /** What a thread that is gone had opened has ended in an unknown way: the host ends it when the connection is gone. */
  #lose(lost: ShadowtapeError): void {
    this.#wire.end(lost);
    for (const { settle } of this.#commands.values())
      settle({ status: undefined, signal: undefined, stdout: '', stderr: '', bytes: 0, lost });
    this.#commands.clear();
  }

  /** Closes the connection, and ends the thread. */
  async close(): Promise<void> {
    const closing = this.#wire.ask('close', undefined).catch(() => undefined);
    await Promise.race([closing, this.#exited, wait(closeMilliseconds, undefined, { ref: false })]);
    await this.#worker.terminate();
    await this.#exited;
  }
}
