import { expect, it } from 'vitest';
import { Output, OutputQueue, type WriteBytes } from './output.ts';

type Done = Parameters<WriteBytes>[5];

/** A file that accepts data when the test says so. */
function slowFile() {
  const asked: { handle: number; text: string; done: Done }[] = [];
  const queue = new OutputQueue((handle, bytes, offset, length, _position, done) => {
    asked.push({ handle, text: bytes.toString('utf8', offset, offset + length), done });
  });
  const [output, errors] = [new Output(1, queue), new Output(2, queue)];
  const texts = () => asked.map(({ handle, text }) => `${handle} ${text}`);
  const fail = (code: string) => asked.at(-1)?.done(Object.assign(new Error(code), { code }), 0);
  const take = (bytes = asked.at(-1)?.text.length ?? 0) => asked.at(-1)?.done(null, bytes);
  return { queue, output, errors, texts, fail, take };
}

it('keeps the order of both streams, and writes lines together that wait for the same one', async () => {
  const { queue, output, errors, texts, take } = slowFile();
  for (const line of ['a', 'b', 'c']) output.write(`${line}\n`);
  errors.write('d\n');
  output.write('e\n');
  expect(texts()).toEqual(['1 a\n']);
  for (let time = 0; time < 4; time += 1) take();
  expect(texts()).toEqual(['1 a\n', '1 b\nc\n', '2 d\n', '1 e\n']);
  await queue.idle();
});

it('writes the rest of what was partly accepted', () => {
  const { output, texts, take } = slowFile();
  output.write('abcdef');
  take(4);
  expect(texts()).toEqual(['1 abcdef', '1 ef']);
});

it('writes to the other stream while one is blocked: a question is visible despite a paused pager', async () => {
  const { output, errors, texts } = slowFile();
  output.write('list\n');
  errors.write('question\n');
  await expect.poll(texts).toEqual(['1 list\n', '2 question\n']);
  expect([output.isBehind, errors.isBehind]).toEqual([true, true]);
});

it('retries a full non-blocking pipe', async () => {
  const { output, texts, fail, take } = slowFile();
  output.write('a');
  fail('EAGAIN');
  await expect.poll(texts).toEqual(['1 a', '1 a']);
  take();
  expect([output.isBehind, output.trouble]).toEqual([false, undefined]);
});

it.each(['EPIPE', 'EIO', 'EBADF'])('drops everything after %s: there is no reader any more', async (code) => {
  const { queue, output, texts, fail } = slowFile();
  output.write('a');
  output.write('b');
  fail(code);
  output.write('c');
  await queue.idle();
  expect(texts()).toEqual(['1 a']);
  expect([output.isGone, output.trouble]).toEqual([true, code]);
});

it.each(['ENOSPC', 'EDQUOT'])('drops only what fails with %s: space may become free', (code) => {
  const { output, texts, fail, take } = slowFile();
  output.write('a');
  fail(code);
  output.write('b');
  take();
  expect(texts()).toEqual(['1 a', '1 b']);
  expect([output.isGone, output.trouble]).toEqual([false, code]);
});
