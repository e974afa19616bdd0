/** The commands that a thread has opened on its host, by the numbers that the main thread gave them. */
import { PiecePool } from '../../streams/piece-port.ts';
import type { ByteSink, ByteSource } from '../../streams/stage.ts';
import type { RmtChannel } from '../../streams/rmt/rmt-client.ts';
import type { RemoteEnd } from '../ssh/channels/remote-process.ts';
import type { SshSession } from '../ssh/ssh-session.ts';
import type { MainCalls, OpenOrder, PlainEnd } from './thread-calls.ts';
import { plainError, type ThreadWire } from './wire.ts';

/** How a command ended, as it crosses. */
const plainEnd = ({ lost, ...end }: RemoteEnd): PlainEnd => ({
  ...end,
  lost: lost && plainError(lost),
});

export interface PooledSource extends ByteSource {
  /** Where the buffers of its pieces come from. */
  readonly pool: PiecePool;
}

interface PooledSink extends ByteSink {
  /** Called for pieces whose buffers are free again. */
  onTaken: (piece: Buffer) => void;
}

export class OpenedCommands {
  readonly #session: SshSession;
  readonly #main: ThreadWire<MainCalls>;
  readonly #stops = new Map<number, AbortController>();
  readonly #sources = new Map<number, PooledSource>();
  readonly #sinks = new Map<number, PooledSink>();
  readonly #talks = new Map<number, RmtChannel>();

  constructor(session: SshSession, main: ThreadWire<MainCalls>) {
    this.#session = session;
    this.#main = main;
  }

  /** @throws what opening a stream of a session can end with */
  async open(order: OpenOrder): Promise<void> {
    const { id } = order;
    const stop = new AbortController();
    this.#stops.set(id, stop);
    const opened = await this.#start(order, stop.signal);
    void opened.ended.then((end) => {
      this.#stops.delete(id);
      this.#main.tell('ended', { id, end: plainEnd(end) });
    });
  }

  stop(id: number): void {
    this.#stops.get(id)?.abort();
  }

  source = (id: number): PooledSource => known(this.#sources.get(id));
  sink = (id: number): PooledSink => known(this.#sinks.get(id));
  talk = (id: number): RmtChannel => known(this.#talks.get(id));

  async #start(order: OpenOrder, abort: AbortSignal): Promise<{ ended: Promise<RemoteEnd> }> {
    const { id, kind, argv, timeLimitSeconds } = order;
    const options = {
      abort,
      timeLimitSeconds,
      onRetry: (sentence: string) => this.#main.tell('retry', { id, sentence }),
      onNewConnection: () => this.#main.ask('newConnection', id),
    };
    if (kind === 'read') {
      const pool = new PiecePool(order.pieceBytes);
      const onStderr = (piece: Buffer) => this.#main.tell('stderr', { id, piece });
      const makeBuffer = () => pool.take();
      const opened = await this.#session.openRead(argv, { ...options, onStderr, makeBuffer });
      this.#sources.set(id, { ...opened, pool });
      return opened;
    }
    if (kind === 'talk') {
      const opened = await this.#session.openTalk(argv, options);
      this.#talks.set(id, opened);
      return opened;
    }
    const onTaken = (piece: Buffer) => this.#sinks.get(id)?.onTaken(piece);
    const opened = await this.#session.openWrite(argv, { ...options, onTaken });
    this.#sinks.set(id, { ...opened, onTaken: () => {} });
    return opened;
  }
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a command is opened before it is used');
  return value;
}
