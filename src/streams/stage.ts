/**
 * The shapes of the data path: a stage may change the stream, yield a result, or both.
 *
 * It works with Readables and Writables, and does not know where they come from: a shell on another host, a file, a
 * test.
 */
import { Transform } from 'node:stream';
import type { Duplex, Readable, Writable } from 'node:stream';
import { failure } from '../contract/errors.ts';
import { inTurn } from './turn.ts';

/** One link of the chain. `result()` throws STAGE_NOT_FINISHED while bytes may still come. */
export interface Stage<Result> {
  readonly stream: Transform | Duplex;
  result(): Result;
}

/** How the process at one end of the path ended. */
export interface ProcessEnd {
  /** Exit status; undefined if the process was killed or the connection was lost. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  /** Bytes that went through its stream. */
  readonly bytes: number;
}

/** Where bytes come from. `ended` always resolves. */
export interface ByteSource {
  readonly stream: Readable;
  readonly ended: Promise<ProcessEnd>;
}

/** Where bytes go. `ended` always resolves. */
export interface ByteSink {
  readonly stream: Writable;
  readonly ended: Promise<ProcessEnd>;
}

/** What a stage that passes bytes unchanged does with them. A throw in `piece` or `end` fails the stream. */
export interface ObserverHooks<Result> {
  piece(bytes: Buffer): void;
  end?(): void | Promise<void>;
  result(): Result;
  /** True for work that takes more processor time than counting: it yields to others (see `inTurn`). */
  readonly isCostly?: boolean;
}

/** Bytes that may wait on each side of a stage: enough that it does not pause at every piece. */
const waitingBytes = 512 * 1024;

/**
 * Makes a stage through which the bytes pass unchanged and uncopied.
 * @param name for the message when its result is asked too early
 */
export function createObserver<Result>(name: string, hooks: ObserverHooks<Result>): Stage<Result> {
  let finished = false;
  const stream = new Transform({
    highWaterMark: waitingBytes,
    transform(piece: Buffer, _encoding, done) {
      try {
        hooks.piece(piece);
      } catch (error) {
        done(error as Error);
        return;
      }
      if (hooks.isCostly) inTurn(() => done(null, piece));
      else done(null, piece);
    },
    flush(done) {
      Promise.resolve()
        .then(() => hooks.end?.())
        .then(
          () => {
            finished = true;
            done();
          },
          (error: Error) => done(error),
        );
    },
  });
  return {
    stream,
    result() {
      requireFinished(name, finished);
      return hooks.result();
    },
  };
}

/** Throws STAGE_NOT_FINISHED unless the stage has seen the end of its input. */
export function requireFinished(stage: string, finished: boolean): void {
  if (!finished) throw failure('STAGE_NOT_FINISHED', { stage });
}
