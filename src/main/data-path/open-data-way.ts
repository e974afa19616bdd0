/**
 * Chooses the way of data: a thread per host for what is large, this thread for the rest. One thread moves 130 MB/s in Electron and
 * 180 MB/s in Node 24 (2 vCPU AMD EPYC), and an LTO-9 drive needs 177 MB/s to keep streaming. `SHADOWTAPE_THREADS=all` makes tests use
 * threads for all data. A dump on several tapes is read back in this thread.
 */
import type { HostLogin } from '../ssh/ssh-hosts.ts';
import type { OnRetry } from '../ssh/host-profile.ts';
import { DataThread } from './data-thread.ts';
import type { DataWay } from './data-way.ts';
import { HereWay, type DataSession } from './here-way.ts';
import { ThreadWay } from './thread-way.ts';

/** A thread takes 0.2 s to start and log in, and 256 MiB take 1.5 s in one thread: below, little is gained. */
const defaultThreadsFromBytes = 256 * 2 ** 20;

/** What the choice needs of the hosts. */
interface DataHosts {
  session(name: string): DataSession;
  /** See SshHosts. */
  loginOf?(name: string): Promise<HostLogin | undefined>;
  readonly threadsFromBytes?: number | undefined;
}

export interface DataWayOptions {
  readonly hosts: DataHosts;
  /** The host that is read from. */
  readonly reads: string;
  /** The host that is written to, where anything is. */
  readonly writes?: string | undefined;
  /** How many bytes come, or a little more. */
  readonly bytes: number;
  readonly recordBytes: number;
  /** Never through threads: not all that a way can do works there. */
  readonly inThisThread?: boolean;
  readonly abort: AbortSignal;
  readonly onRetry?: OnRetry | undefined;
  /** Called with the reason when threads could not be used. */
  readonly onFallBack: (reason: string) => void;
}

/** The host of a thread that is started for a way, or nothing where a person would be asked for a code again. */
async function loginsOf({ hosts, reads, writes }: DataWayOptions): Promise<HostLogin[] | undefined> {
  const names = [reads, ...(writes === undefined ? [] : [writes])];
  const logins = await Promise.all(names.map((name) => hosts.loginOf?.(name)));
  const all = logins.filter((login) => login !== undefined);
  return all.length === names.length ? all : undefined;
}

/** Starts the threads together. @throws what starting one ends with; none is left then */
async function startAll(logins: readonly HostLogin[], onRetry: OnRetry | undefined): Promise<DataThread[]> {
  const started = await Promise.allSettled(logins.map((login) => DataThread.start(login, onRetry)));
  const threads = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = started.find((one) => one.status === 'rejected');
  if (!refused) return threads;
  await Promise.all(threads.map((thread) => thread.close()));
  throw refused.reason;
}

/** Resolves with nothing as soon as it is aborted: the commands that follow tell of it. */
async function unlessAborted<Value>(work: Promise<Value>, abort: AbortSignal): Promise<Value | undefined> {
  if (abort.aborted) return undefined;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    abort.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, aborted]).finally(() => abort.removeEventListener('abort', stop));
}

/** Opens a way; close it when the data has gone through. Where threads cannot log in, the sessions of this thread are used, which could. */
export async function openDataWay(options: DataWayOptions): Promise<DataWay> {
  const { hosts, reads, writes, bytes, recordBytes, inThisThread, abort, onRetry, onFallBack } = options;
  const here = () => new HereWay(hosts.session(reads), hosts.session(writes ?? reads));
  if (inThisThread === true || bytes < (hosts.threadsFromBytes ?? defaultThreadsFromBytes)) return here();
  const starting = loginsOf(options).then((logins) => logins && startAll(logins, onRetry));
  try {
    const threads = await unlessAborted(starting, abort);
    if (threads?.[0]) return new ThreadWay(threads[0], threads[1], recordBytes);
    void starting.then((late) => late?.forEach((thread) => void thread.close())).catch(() => undefined);
  } catch (error) {
    onFallBack(error instanceof Error ? error.message : String(error));
  }
  return here();
}
