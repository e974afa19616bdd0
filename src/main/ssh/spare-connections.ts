/**
 * Further connections with a host that opens fewer channels on one than are needed (MaxSessions in sshd_config(5)):
 * reading and writing on one host takes two. Connections are not chosen: a command goes to the first that has room.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { ChannelRefused } from './channels/remote-process.ts';
import type { RemoteProcess } from './channels/remote-process.ts';
import type { SshConnection } from './ssh-connection.ts';
import { canSend } from './channels/ssh2-parts.ts';

/** What one connection carries. */
interface Load {
  channels: number;
  /** How many channels the host has shown to open on it; none is known before it has refused one. */
  room: number;
}

/** What a session gives. */
export interface SpareDeps {
  /** The session's own connection, which is made again where it was lost. */
  readonly main: () => Promise<SshConnection>;
  /** Makes another one. It shows the same host key, and nobody is asked again. */
  readonly open: () => Promise<SshConnection>;
  /** False for a connection that nothing more may be sent on. */
  readonly fits: (connection: SshConnection) => boolean;
  /** Called when a spare connection was lost. */
  readonly onLost: () => void;
}

/** More than a run has channels at one time: four held shadows, two data streams, and what it asks meanwhile. */
const mostSpares = 16;

/**
 * sshd frees a channel a little after this side has seen its end, so that a refusal counts only when it comes again and again. A connection
 * without any channel is tried for 3 s altogether.
 */
const longestPauseMilliseconds = 100;
const telling = 4;
const mostRefusals = 34;

const pauseAfter = (refusals: number): number => Math.min(2.5 * 2 ** refusals, longestPauseMilliseconds);

export class SpareConnections {
  readonly #deps: SpareDeps;
  readonly #loads = new WeakMap<SshConnection, Load>();
  #spares: SshConnection[] = [];
  #opening: Promise<void> | undefined;
  #closed = false;
  /** Of the host, as far as any connection has shown it. */
  #room = Infinity;
  readonly #waiting = new Set<() => void>();

  constructor(deps: SpareDeps) {
    this.#deps = deps;
  }

  /**
   * Starts a command on a connection that has room for its channel.
   * @param begin starts it on a connection
   * @throws COMMAND_NOT_STARTED where the host opens no channel at all, what `begin` throws, and errors of connecting
   */
  async start(
    begin: (connection: SshConnection) => Promise<RemoteProcess>,
    stop: AbortSignal,
  ): Promise<RemoteProcess> {
    for (let refusals = 1; ; refusals += 1) {
      const connection = await this.#withRoom(stop);
      const load = this.#loadOf(connection);
      load.channels += 1;
      try {
        const process = await begin(connection);
        void process.ended.then(() => this.#ended(load));
        return process;
      } catch (error) {
        this.#ended(load);
        if (!(error instanceof ChannelRefused)) throw error;
        if (refusals >= mostRefusals) throw error.refusal;
        if (refusals >= telling && load.channels > 0) this.#learn(load);
        await wait(pauseAfter(refusals), undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  /** The channels that are open now are all that the host opens on one connection. */
  #learn(load: Load): void {
    load.room = load.channels;
    this.#room = load.channels;
  }

  #loadOf(connection: SshConnection): Load {
    const known = this.#loads.get(connection);
    if (known) return known;
    const load = { channels: 0, room: this.#room };
    this.#loads.set(connection, load);
    return load;
  }

  #ended(load: Load): void {
    load.channels -= 1;
    for (const wake of this.#waiting) wake();
  }

  async #withRoom(stop: AbortSignal): Promise<SshConnection> {
    for (;;) {
      stop.throwIfAborted();
      const main = await this.#deps.main();
      const usable = this.#spares.filter(
        (spare) => !spare.lost && canSend(spare.client) && this.#deps.fits(spare),
      );
      const free = [main, ...usable].find((connection) => {
        const { channels, room } = this.#loadOf(connection);
        return channels < room;
      });
      if (free) return free;
      if (this.#opening === undefined && usable.length >= mostSpares) await this.#oneEnds(stop);
      else await (this.#opening ??= this.#open());
    }
  }

  async #open(): Promise<void> {
    try {
      const spare = await this.#deps.open();
      if (this.#closed) return await spare.close();
      spare.onLost(() => this.#lost(spare));
      this.#spares.push(spare);
    } finally {
      this.#opening = undefined;
    }
  }

  #lost(spare: SshConnection): void {
    this.#spares = this.#spares.filter((other) => other !== spare);
    if (!this.#closed) this.#deps.onLost();
  }

  #oneEnds(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        stop.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      stop.addEventListener('abort', wake, { once: true });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#spares.map((spare) => spare.close()));
  }
}
