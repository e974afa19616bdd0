/** A stage that hands what passes to a sink, too: for data that is compared on its way to where it is written. */
import { once } from 'node:events';
import { Transform, type Writable } from 'node:stream';

/** Bytes that may wait at each side of the stage. */
const waitingBytes = 1024 * 1024;

/**
 * The stage finishes once the sink has. It fails with what the sink fails with.
 * @param sink must listen to its own errors: it may fail while nothing is written to it
 */
export function alsoInto(sink: Writable): Transform {
  const write = async (piece: Buffer) => {
    if (sink.errored) throw sink.errored;
    if (!sink.write(piece)) await once(sink, 'drain');
  };
  const end = async () => {
    const finished = once(sink, 'finish');
    sink.end();
    await finished;
  };
  return new Transform({
    highWaterMark: waitingBytes,
    transform: (piece: Buffer, _encoding, done) => void write(piece).then(() => done(null, piece), done),
    flush: (done) => void end().then(() => done(), done),
  });
}
