import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteReader } from './open-file.ts';
import { Pipe } from './pipe.ts';

const living = new AbortController().signal;

async function readAll(reader: ByteReader, limit = 1_000_000): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let bytes = await reader.read(limit); bytes.length > 0; bytes = await reader.read(limit))
    pieces.push(Buffer.from(bytes));
  return Buffer.concat(pieces);
}

/** 'waits' where nothing settled the promise while everything else that could run has run. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : 'failed'),
  );
  const later = new Promise<string>((resolve) => setImmediate(() => resolve('waits')));
  return Promise.race([settled, later]);
}

describe('a pipe', () => {
  test('passes the bytes on in order, however they are cut', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(50), fc.nat(200_000)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1000, max: 100_000 }), async (lengths, limit) => {
        const { reader, writer } = Pipe.ends();
        const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        const write = async (): Promise<void> => {
          for (const piece of pieces) {
            const bytes = Buffer.from(piece);
            await writer.writerFor(living).write(bytes);
            // the writer may reuse the buffer once the write has resolved
            bytes.fill(0xff);
          }
          await writer.release();
        };
        const [read] = await Promise.all([readAll(reader.readerFor(living), limit), write()]);
        expect(read.equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('takes 64 KiB, and holds the writer back then until the reader has used the bytes', async () => {
    const { reader, writer } = Pipe.ends();
    const [input, output] = [reader.readerFor(living), writer.writerFor(living)];
    expect(await stateOf(output.write(Buffer.alloc(65_536)))).toBe('done');
    const more = output.write('more');
    expect(await stateOf(more)).toBe('waits');
    await input.read(65_536);
    expect((await input.read(100)).toString('utf8')).toBe('more');
    expect(await stateOf(more)).toBe('waits');
    const next = input.read(100);
    expect(await stateOf(more)).toBe('done');
    await writer.release();
    expect(await next).toHaveLength(0);
  });

  test('whose reader goes breaks for the writer that waits, and for the next write', async () => {
    const { reader, writer } = Pipe.ends();
    const output = writer.writerFor(living);
    const waiting = output.write(Buffer.alloc(100_000));
    const refused = expect(waiting).rejects.toThrow('Broken pipe');
    await reader.release();
    await refused;
    await expect(output.write('late')).rejects.toThrow('Broken pipe');
  });

  test('ends when the last of its writers has gone', async () => {
    const { reader, writer } = Pipe.ends();
    const input = reader.readerFor(living);
    const second = writer.hold();
    await writer.release();
    const read = input.read(10);
    expect(await stateOf(read)).toBe('waits');
    await second.release();
    expect(await read).toHaveLength(0);
  });
});

describe('a FIFO', () => {
  test('is opened when both ends are', async () => {
    const fifo = new Pipe();
    const reading = fifo.openReader(living);
    expect(await stateOf(reading)).toBe('waits');
    const writer = await fifo.openWriter(living);
    await writer.writerFor(living).write('text');
    await writer.release();
    expect((await readAll((await reading).readerFor(living))).toString('utf8')).toBe('text');
  });

  test('releases a process that is killed while it waits', async () => {
    const fifo = new Pipe();
    const controller = new AbortController();
    const opening = fifo.openWriter(controller.signal);
    const killed = expect(opening).rejects.toThrow('killed');
    controller.abort(new Error('killed'));
    await killed;
    expect(await stateOf(fifo.openReader(living))).toBe('waits');
  });

  test('keeps its bytes for the next reader if a waiting one is killed', async () => {
    const fifo = new Pipe();
    const controller = new AbortController();
    const [first, second, writer] = await Promise.all([
      fifo.openReader(living),
      fifo.openReader(living),
      fifo.openWriter(living),
    ]);
    const killed = expect(first.readerFor(controller.signal).read(10)).rejects.toThrow('killed');
    controller.abort(new Error('killed'));
    await killed;
    await writer.writerFor(living).write('kept');
    expect((await second.readerFor(living).read(10)).toString('utf8')).toBe('kept');
  });

  test('is written to by several', async () => {
    const fifo = new Pipe();
    const [reader, ...writers] = await Promise.all([
      fifo.openReader(living),
      fifo.openWriter(living),
      fifo.openWriter(living),
    ]);
    const big = [Buffer.alloc(100_000, 'a'), Buffer.alloc(100_000, 'b')];
    const written = writers.map(async (writer, index) => {
      await writer.writerFor(living).write(big[index] ?? '');
      await writer.release();
    });
    const read = await readAll(reader.readerFor(living));
    await Promise.all(written);
    expect(read.equals(Buffer.concat(big))).toBe(true);
  });
});
