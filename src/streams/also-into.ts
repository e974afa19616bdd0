/** A stage that also passes its data to a sink: for data that is compared on its way to where it is written. */
import { Transform, type Writable } from 'node:stream';
import { phrase } from '../contract/text/say.ts';

/** Bytes that may wait at each side of the stage. */
const waitingBytes = 1024 * 1024;

const closedEarly = (sink: Writable): Error =>
  sink.errored ?? new Error(phrase('the receiver closed before it had all data'));

/** A remote command that ends early closes its input without an error or any later event. */
function heardOf(sink: Writable, event: 'drain' | 'finish'): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = () => {
      sink.off(event, hear);
      sink.off('error', lose);
      sink.off('close', lose);
    };
    const hear = () => {
      forget();
      resolve();
    };
    const lose = () => {
      forget();
      reject(closedEarly(sink));
    };
    sink.on(event, hear);
    sink.on('error', lose);
    sink.on('close', lose);
  });
}

/** Resolves when more may be written. @throws what the sink fails with, or that it closed before it had everything */
export async function handTo(sink: Writable, piece: Buffer): Promise<void> {
  if (sink.destroyed) throw closedEarly(sink);
  if (!sink.write(piece)) await heardOf(sink, 'drain');
}

/** Resolves when the sink has taken everything. @throws what the sink fails with, or that it closed before it had everything */
export async function finishOf(sink: Writable): Promise<void> {
  if (sink.destroyed) throw closedEarly(sink);
  const finished = heardOf(sink, 'finish');
  sink.end();
  await finished;
}

/** What the caller of the stage may add. */
export interface AlsoIntoOptions {
  /** Sees each piece before the sink gets it. A throw fails the stage. */
  readonly piece?: (bytes: Buffer) => void;
  /** All pieces have passed. A throw fails the stage. */
  readonly end?: () => void;
  /**
   * True if the sink may close its input before it has everything: a program that has read the end of its archive does
   * not read the padding of the last record. The caller then judges how it ended.
   */
  readonly mayCloseEarly?: () => boolean;
}

/**
 * The stage finishes once the sink has. It fails with the sink's error, and if the sink closes before it has
 * everything.
 * @param sink must listen to its own errors: it may fail while nothing is written to it
 */
export function alsoInto(
  sink: Writable,
  { piece: see, end: seeEnd, mayCloseEarly }: AlsoIntoOptions = {},
): Transform {
  const unlessEarly = (error: unknown) => {
    if (!mayCloseEarly?.()) throw error;
  };
  const write = async (piece: Buffer) => {
    see?.(piece);
    await handTo(sink, piece).catch(unlessEarly);
  };
  const end = async () => {
    seeEnd?.();
    await finishOf(sink).catch(unlessEarly);
  };
  return new Transform({
    highWaterMark: waitingBytes,
    transform: (piece: Buffer, _encoding, done) => void write(piece).then(() => done(null, piece), done),
    flush: (done) => void end().then(() => done(), done),
  });
}
