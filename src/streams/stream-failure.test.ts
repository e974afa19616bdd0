import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { endInTime, runChain } from './stream-failure.ts';

const source = () => Readable.from([Buffer.from('some bytes')]);
const sink = () => new Writable({ write: (_piece, _encoding, done) => done() });

describe('where a chain of streams breaks', () => {
  it('does not break when all goes well', async () => {
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

  it('is what the process says', async () => {
    await expect(endInTime(Promise.resolve(end))).resolves.toBe(end);
  });

  it('is unknown when the process never says', async () => {
    await expect(endInTime(new Promise(() => {}), 5)).resolves.toEqual({
      status: undefined,
      signal: undefined,
      stderr: '',
      bytes: 0,
    });
  });
});
