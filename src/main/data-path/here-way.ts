/** The data path in this thread, through the sessions that commands are sent on. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runDump, type DumpOrder } from '../../streams/copy-path.ts';
import { readOverHoles } from '../../streams/read-over-holes.ts';
import { readBack, type ReadBackOptions } from '../../streams/tape/read-back.ts';
import { defaultRecordBytes, pieceBytesOf } from '../../streams/record-cutter.ts';
import type { RmtChannel } from '../../streams/rmt/rmt-client.ts';
import { createSpanningTapeSink } from '../../streams/tape/spanning-tape-sink.ts';
import type { ByteSink, ByteSource } from '../../streams/stage.ts';
import type { SshSession, StreamOptions } from '../ssh/ssh-session.ts';
import {
  zeros,
  type DataEnd,
  type DataWay,
  type OverOrder,
  type TapesEnd,
  type TapesOptions,
  type WayReadOptions,
} from './data-way.ts';

/** What it needs of a session; steps are tested with less than a whole one. */
export interface DataSession {
  openRead(...parameters: Parameters<SshSession['openRead']>): Promise<ByteSource>;
  openWrite(...parameters: Parameters<SshSession['openWrite']>): Promise<ByteSink>;
  openTalk(...parameters: Parameters<SshSession['openTalk']>): Promise<RmtChannel>;
}

const sourceEnd = (source: ByteSource) => ({ ...source, stop: () => void source.stream.destroy() });
const sinkEnd = (sink: ByteSink) => ({ ...sink, stop: () => void sink.stream.destroy() });

export class HereWay implements DataWay {
  readonly #reads: DataSession;
  readonly #writes: DataSession;
  readonly #sources = new Map<DataEnd, ByteSource>();
  readonly #sinks = new Map<DataEnd, ByteSink>();
  readonly #talks = new Map<DataEnd, RmtChannel>();

  /** @param reads the session of the host that is read from, and `writes` that of the host that is written to */
  constructor(reads: DataSession, writes: DataSession) {
    this.#reads = reads;
    this.#writes = writes;
  }

  async openRead(argv: readonly string[], options: WayReadOptions): Promise<DataEnd> {
    const end = sourceEnd(await this.#reads.openRead(argv, options));
    this.#sources.set(end, end);
    return end;
  }

  async dataComes(source: DataEnd, abort: AbortSignal): Promise<void> {
    const { stream, ended } = opened(this.#sources, source);
    const waiting = new AbortController();
    const signal = AbortSignal.any([abort, waiting.signal]);
    await Promise.race([
      once(stream, 'readable', { signal }).catch(() => undefined),
      ended.catch(() => undefined),
    ]);
    waiting.abort();
  }

  readOver(first: DataEnd, order: OverOrder): DataEnd {
    const end = sourceEnd(
      readOverHoles({
        ...order,
        first: opened(this.#sources, first),
        open: async (record) => opened(this.#sources, await order.open(record)),
      }),
    );
    this.#sources.set(end, end);
    return end;
  }

  async openWrite(argv: readonly string[], options: StreamOptions): Promise<DataEnd> {
    const end = sinkEnd(await this.#writes.openWrite(argv, options));
    this.#sinks.set(end, end);
    return end;
  }

  async openTalk(argv: readonly string[], options: StreamOptions): Promise<DataEnd> {
    const channel = await this.#writes.openTalk(argv, options);
    const end = { ended: channel.ended, stop: () => void channel.input.destroy() };
    this.#talks.set(end, channel);
    return end;
  }

  openTapes({ nextTape, recordBytes, abort }: TapesOptions): TapesEnd {
    const sink = createSpanningTapeSink({
      recordBytes,
      abort,
      nextTape: async (order) => {
        const { talk, ...served } = await nextTape(order);
        return { ...served, channel: opened(this.#talks, talk) };
      },
    });
    const end = { ...sinkEnd(sink), segments: () => sink.segments() };
    this.#sinks.set(end, sink);
    return end;
  }

  dump(order: DumpOrder) {
    const source = opened(this.#sources, order.source as DataEnd);
    return runDump({ ...order, source, sink: opened(this.#sinks, order.sink as DataEnd) });
  }

  readBack(order: Omit<ReadBackOptions, 'source'> & { readonly source: DataEnd }) {
    return readBack({ ...order, source: opened(this.#sources, order.source) });
  }

  async writeZeros(sink: DataEnd, bytes: number): Promise<void> {
    const piece = Buffer.alloc(pieceBytesOf(defaultRecordBytes));
    const source = Readable.from(
      zeros(bytes, () => piece),
      { objectMode: false },
    );
    await pipeline(source, opened(this.#sinks, sink).stream);
  }

  async close(): Promise<void> {
    // The sessions belong to others.
  }
}

function opened<Value>(among: ReadonlyMap<DataEnd, Value>, end: DataEnd): Value {
  const value = among.get(end);
  if (value === undefined) throw new Error('a way moves the bytes of commands that it has opened');
  return value;
}
