/**
 * Runs a pipeline until it ends, and finds out where it failed.
 *
 * When one stream fails, `pipeline` destroys the others with the same error, and a writer's death soon kills the
 * reader too. What counts is which stream failed first.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ShadowtapeError } from '../contract/errors.ts';
import type { Evidence } from '../contract/errors.ts';
import type { ProcessEnd } from './stage.ts';

export type BrokenAt = 'source' | 'sink' | 'stage' | 'cancel';

export interface Break {
  readonly at: BrokenAt;
  readonly error: Error;
}

export interface Chain {
  readonly source: Readable;
  readonly stages: readonly Duplex[];
  readonly sink: Writable;
  readonly abort?: AbortSignal | undefined;
}

/** How long the exit status of a broken end may take before it counts as unknown. */
const graceMilliseconds = 30_000;

/** Pumps source -> stages -> sink. Always resolves: with undefined on success, otherwise with the break. */
export async function runChain(chain: Chain): Promise<Break | undefined> {
  const streams = [chain.source, ...chain.stages, chain.sink];
  const originOf = new Map<unknown, Readable | Writable>();
  const note = (stream: Readable | Writable) => (error: unknown) => {
    if (!originOf.has(error)) originOf.set(error, stream);
  };
  for (const stream of streams) {
    // Also one that failed before there was a listener.
    if (stream.errored) note(stream)(stream.errored);
    stream.on('error', note(stream));
  }
  try {
    await pipeline(streams, chain.abort ? { signal: chain.abort } : {});
    return undefined;
  } catch (error) {
    for (const stream of streams) stream.destroy();
    if (chain.abort?.aborted) return { at: 'cancel', error: error as Error };
    return findBreak(error as Error, chain, originOf);
  }
}

/** A sink with a failure of its own comes first, whichever error came first: the reader's is often a consequence. */
function findBreak(error: Error, chain: Chain, originOf: Map<unknown, Readable | Writable>): Break {
  const sinkError = [...originOf].find(([key, stream]) => stream === chain.sink && !isFollower(key))?.[0];
  if (sinkError) return { at: 'sink', error: sinkError as Error };
  const origin = isFollower(error) ? closedQuietly(chain) : originOf.get(error);
  if (origin === chain.source) return { at: 'source', error };
  return { at: origin === chain.sink ? 'sink' : 'stage', error };
}

/** The end that was closed without being done and without an error: all others were destroyed with one. */
function closedQuietly(chain: Chain): Readable | Writable | undefined {
  if (!chain.sink.writableFinished && !chain.sink.errored) return chain.sink;
  return chain.source.readableEnded || chain.source.errored ? undefined : chain.source;
}

/** Errors that streams raise because another one has ended. */
function isFollower(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR'].includes(code);
}

/** The end of a process on a broken path; "unknown" if it does not come in time, so that a run always settles. */
export async function endInTime(
  ended: Promise<ProcessEnd>,
  milliseconds = graceMilliseconds,
): Promise<ProcessEnd> {
  let timer: NodeJS.Timeout | undefined;
  const unknown = new Promise<ProcessEnd>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: undefined, signal: undefined, stderr: '', bytes: 0 }),
      milliseconds,
    );
  });
  try {
    return await Promise.race([ended, unknown]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The error of a failed end of the path. If its process failed, `make` puts it into words; if the connection failed,
 * the error of the stream is used.
 */
export function failureOfEnd(
  error: Error,
  end: ProcessEnd,
  evidence: Evidence | undefined,
  make: (end: ProcessEnd, evidence: Evidence, cause: unknown) => ShadowtapeError,
): ShadowtapeError {
  const told = error instanceof ShadowtapeError;
  const known: Evidence = { ...(told ? error.evidence : {}), ...evidence };
  const processFailed = (end.status !== undefined && end.status !== 0) || end.signal !== undefined;
  if (processFailed) return make(end, known, error);
  if (told) return error;
  return make({ ...end, stderr: [end.stderr, error.message].filter(Boolean).join('\n') }, known, error);
}
