import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { failure } from '../contract/errors.ts';
import { endInTime, failureOfEnd, runChain } from './stream-failure.ts';

const source = () => Readable.from([Buffer.from('some bytes')]);
const sink = () => new Writable({ write: (_piece, _encoding, done) => done() });

describe('where a chain of streams breaks', () => {
  it('does not break without an error', async () => {
    await expect(runChain({ source: source(), stages: [], sink: sink() })).resolves.toBeUndefined();
  });

  it('breaks at the source when that fails', async () => {
    const error = new Error('no more');
    const broken = new Readable({
      read() {
        this.destroy(error);
      },
    });
    await expect(runChain({ source: broken, stages: [new PassThrough()], sink: sink() })).resolves.toEqual({
      at: 'source',
      error,
    });
  });

  it('breaks at a stage when that fails', async () => {
    const error = new Error('not this');
    const stage = new PassThrough({ transform: (_piece, _encoding, done) => done(error) });
    await expect(runChain({ source: source(), stages: [stage], sink: sink() })).resolves.toEqual({
      at: 'stage',
      error,
    });
  });

  it('breaks at the sink when that fails, also while it ends', async () => {
    const error = new Error('not taken');
    const inWrite = new Writable({ write: (_piece, _encoding, done) => done(error) });
    const inFinal = new Writable({
      write: (_piece, _encoding, done) => done(),
      final: (done) => done(error),
    });
    for (const broken of [inWrite, inFinal]) {
      await expect(
        runChain({ source: source(), stages: [new PassThrough()], sink: broken }),
      ).resolves.toEqual({
        at: 'sink',
        error,
      });
    }
  });

  it('breaks at the source when that is closed without an end and without an error', async () => {
    const closed = new Readable({
      read() {
        this.destroy();
      },
    });
    const broken = await runChain({ source: closed, stages: [new PassThrough()], sink: sink() });
    expect(broken?.at).toBe('source');
  });

  it('breaks at the sink when that is closed without an end and without an error', async () => {
    const closed = new Writable({
      write() {
        this.destroy();
      },
    });
    const broken = await runChain({ source: source(), stages: [new PassThrough()], sink: closed });
    expect(broken?.at).toBe('sink');
  });

  it('breaks at a stage that is closed without an end and without an error', async () => {
    const stage = new PassThrough({
      transform(_piece, _encoding, _done) {
        this.destroy();
      },
    });
    const broken = await runChain({ source: source(), stages: [stage], sink: sink() });
    expect(broken?.at).toBe('stage');
  });

  it('breaks where a stream had failed before there was a listener', async () => {
    const error = new Error('dead already');
    const dead = source();
    dead.on('error', () => undefined);
    dead.destroy(error);
    await new Promise(setImmediate);
    await expect(runChain({ source: dead, stages: [], sink: sink() })).resolves.toEqual({
      at: 'source',
      error,
    });
  });

  it('breaks at the sink if both ends fail: the reader often dies because of the writer', async () => {
    const [ofSource, ofSink] = [new Error('broken pipe'), new Error('tape full')];
    const ends = { source: new Readable({ read: () => undefined }), sink: sink() };
    const running = runChain({ ...ends, stages: [new PassThrough()] });
    ends.source.destroy(ofSource);
    ends.sink.destroy(ofSink);
    await expect(running).resolves.toEqual({ at: 'sink', error: ofSink });
  });

  it('destroys every stream of a chain that broke', async () => {
    const stages = [
      new PassThrough(),
      new PassThrough({ transform: (_p, _e, done) => done(new Error('no')) }),
    ];
    const ends = { source: source(), sink: sink() };
    await runChain({ ...ends, stages });
    expect([ends.source, ...stages, ends.sink].every((stream) => stream.destroyed)).toBe(true);
  });
});

describe('the end of a process on a broken path', () => {
  const end = { status: 1, signal: undefined, stderr: 'dd: no\n', bytes: 7 };

  it('is what the process reports', async () => {
    await expect(endInTime(Promise.resolve(end))).resolves.toBe(end);
  });

  it('is unknown if the process never reports it', async () => {
    await expect(endInTime(new Promise(() => {}), 5)).resolves.toEqual({
      status: undefined,
      signal: undefined,
      stderr: '',
      bytes: 0,
    });
  });
});

describe('the error of an end that failed', () => {
  const lost = failure('CONNECTION_LOST', { host: 'node3', reason: 'reset' }, { stdout: 'own' });
  const sound = { status: 0, signal: undefined, stderr: '', bytes: 0 };
  /** The parts of the error if a process or an unknown error is put into words. */
  const madeOf = (error: Error, end: Partial<typeof sound | { status: undefined; signal: string }>) => {
    let parts: unknown;
    const made = failureOfEnd(error, { ...sound, ...end }, { host: 'node3' }, (told, evidence, cause) => {
      parts = { stderr: told.stderr, evidence, cause };
      return failure('COPY_CANCELLED', { bytes: 0 });
    });
    return parts ?? made;
  };

  it('is that of its process if it ended with an error or a signal', () => {
    for (const end of [{ status: 1 }, { status: undefined, signal: 'KILL' }])
      expect(madeOf(lost, end)).toEqual({
        stderr: '',
        evidence: { stdout: 'own', host: 'node3' },
        cause: lost,
      });
  });

  it('is that of its stream if its process exited 0, or its end is not known', () => {
    expect(madeOf(lost, {})).toBe(lost);
    expect(madeOf(lost, { status: undefined })).toBe(lost);
  });

  it('has the messages of the process and those of the stream if neither is known', () => {
    const cause = new Error('write EPIPE');
    const evidence = { host: 'node3' };
    expect(madeOf(cause, { stderr: 'dd: 1' })).toEqual({ stderr: 'dd: 1\nwrite EPIPE', evidence, cause });
    expect(madeOf(cause, {})).toEqual({ stderr: 'write EPIPE', evidence, cause });
  });
});
