/** What a thread does with the bytes of its host: the half of a dump that reads, the one that writes, or reading back. */
import { Transform, type Duplex } from 'node:stream';
import { PieceReceiver, PieceSender } from '../../streams/piece-port.ts';
import { createReadHalf, type ReadHalf, type ReadHalfResult } from '../../streams/read-half.ts';
import { readBack, type ReadBackResult } from '../../streams/tape/read-back.ts';
import { createSpanningTapeSink, type NextTape } from '../../streams/tape/spanning-tape-sink.ts';
import { runChain, type Break } from '../../streams/stream-failure.ts';
import type { TarEntry } from '../../streams/tar/tar-walker.ts';
import { createWriteHalf } from '../../streams/write-half.ts';
import type { OpenedCommands } from './opened-commands.ts';
import type {
  HalfMoved,
  MainCalls,
  ThreadReadBack,
  ReadOrder,
  WriteMoved,
  WriteOrder,
} from './thread-calls.ts';
import { plainError, type ThreadWire } from './wire.ts';

const plainBreak = ({ at, error }: Break) => ({ at, error: plainError(error) });

/** Sends the entries of an archive to the main thread, which holds the data up until it has written them down. */
class EntryTeller {
  readonly #main: ThreadWire<MainCalls>;
  #untold: TarEntry[] = [];

  constructor(main: ThreadWire<MainCalls>) {
    this.#main = main;
  }

  readonly add = (entry: TarEntry): void => {
    this.#untold.push(entry);
  };

  async #tell(): Promise<void> {
    const entries = this.#untold;
    this.#untold = [];
    if (entries.length > 0) await this.#main.ask('entries', entries);
  }

  /** A stage that fails where an entry cannot be written down. */
  stage(): Duplex {
    return new Transform({
      highWaterMark: 1,
      transform: (piece: Buffer, _encoding, done) => {
        this.#tell().then(() => done(null, piece), done);
      },
      flush: (done) => {
        this.#tell().then(() => done(), done);
      },
    });
  }
}

export class DataWork {
  readonly #commands: OpenedCommands;
  readonly #main: ThreadWire<MainCalls>;
  #cancel = new AbortController();
  #isHeld = false;
  #reading: ReadHalf | undefined;

  constructor(commands: OpenedCommands, main: ThreadWire<MainCalls>) {
    this.#commands = commands;
    this.#main = main;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  /** It may come before the reading has begun. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#reading?.hold(isHeld);
  }

  /** Reads from the host, and sends the records to the thread that writes. @throws RECORD_SIZE_WRONG */
  async read(order: ReadOrder): Promise<HalfMoved<ReadHalfResult>> {
    const { port, tellsEntries } = order;
    const source = this.#commands.source(order.source);
    const teller = tellsEntries ? new EntryTeller(this.#main) : undefined;
    const half = createReadHalf(
      { ...order.half, onEntry: teller?.add },
      {
        ended: source.ended,
        judge: async ({ status, signal, stderr, bytes: own }, bytes) =>
          this.#main.ask('judge', { end: { status, signal, stdout: '', stderr, bytes: own }, bytes }),
        onTick: () => this.#main.tell('readSoFar', half.bytes()),
        onCheckpoint: (soFar) => this.#main.tell('checkpoint', soFar),
      },
    );
    this.#reading = half;
    half.hold(this.#isHeld);
    const broken = await runChain({
      source: source.stream,
      stages: [...half.streams, ...(teller ? [teller.stage()] : [])],
      sink: new PieceSender(port, source.pool),
      abort: this.#cancel.signal,
    });
    return {
      bytes: half.bytes(),
      broken: broken && plainBreak(broken),
      result: broken ? undefined : half.result(),
    };
  }

  /** Takes records from the thread that reads, and writes them to the host. @throws BUFFER_OPTIONS_WRONG, RECORD_SIZE_WRONG */
  async write(order: WriteOrder): Promise<WriteMoved> {
    const { port, sink: id, recordBytes } = order;
    const receiver = new PieceReceiver(port);
    const tapes =
      id === undefined
        ? createSpanningTapeSink({ nextTape: this.#nextTape, recordBytes, abort: this.#cancel.signal })
        : undefined;
    const half = createWriteHalf(order.watermark, () => this.#main.tell('writtenSoFar', half.progress()));
    const broken = await runChain({
      source: receiver,
      stages: half.streams,
      sink: tapes?.stream ?? this.#recycling(id ?? 0, receiver),
      abort: this.#cancel.signal,
    });
    port.close();
    return {
      bytes: half.progress().bytes,
      broken: broken && plainBreak(broken),
      result: broken ? undefined : half.result(),
      segments: tapes?.segments() ?? [],
    };
  }

  /** A command whose input gives the buffers back. Records for rmt are kept until they are answered for, and so are not. */
  #recycling(id: number, receiver: PieceReceiver) {
    const sink = this.#commands.sink(id);
    sink.onTaken = (piece) => receiver.giveBack(piece);
    return sink.stream;
  }

  readonly #nextTape: NextTape = async ({ tape, segments }) => {
    const { talk, ...served } = await this.#main.ask('nextTape', { tape, segments });
    return { ...served, channel: this.#commands.talk(talk) };
  };

  /** @throws what `readBack` of the streams throws */
  async readBack({ source: id, ...order }: ThreadReadBack): Promise<ReadBackResult> {
    const source = this.#commands.source(id);
    const result = await readBack({
      ...order,
      source,
      onProgress: (progress) => this.#main.tell('readBackSoFar', progress),
      onTaken: (piece) => source.pool.give(piece.buffer as ArrayBuffer),
      abort: this.#cancel.signal,
    });
    const { status, signal, stderr, bytes } = result.end;
    return { ...result, end: { status, signal, stderr, bytes } };
  }
}
