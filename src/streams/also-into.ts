/** A stage that hands what passes to a sink, too: for data that is compared on its way to where it is written. */
import { Transform, type Writable } from 'node:stream';

/** Bytes that may wait at each side of the stage. */
const waitingBytes = 1024 * 1024;

const closedEarly = (sink: Writable): Error =>
  sink.errored ?? new Error('the sink closed before it had everything');

/** A remote command that ends early closes its input without an error, and nothing is heard of it after that. */
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

/**
 * The stage finishes once the sink has. It fails with what the sink fails with, and where the sink closes before it has everything.
 * @param sink must listen to its own errors: it may fail while nothing is written to it
 */
export function alsoInto(sink: Writable): Transform {
  const write = async (piece: Buffer) => {
    if (sink.destroyed) throw closedEarly(sink);
    if (!sink.write(piece)) await heardOf(sink, 'drain');
  };
  const end = async () => {
    if (sink.destroyed) throw closedEarly(sink);
    const finished = heardOf(sink, 'finish');
    sink.end();
    await finished;
  };
  return new Transform({
    highWaterMark: waitingBytes,
    transform: (piece: Buffer, _encoding, done) => void write(piece).then(() => done(null, piece), done),
    flush: (done) => void end().then(() => done(), done),
  });
}
