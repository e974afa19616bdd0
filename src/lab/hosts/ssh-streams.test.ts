import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { ChannelStreams } from './ssh-streams.ts';
import type { BulkGuard } from './ssh-streams.ts';

const unguarded: BulkGuard = { left: () => undefined, passed: () => undefined };

/** A channel as ssh2 has it: keeps the chunk that waited for the window after it was sent. */
class FakeChannel extends EventEmitter {
  readonly order: string[] = [];
  readonly stderr = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      this.order.push(`errors ${bytes.toString('utf8')}`);
      done();
    },
  });
  _chunk: Buffer | undefined;
  _chunkcb: (() => void) | undefined;
  /** Sends what waits. */
  open: () => void = () => undefined;
  isHeld = 0;

  write(bytes: Buffer, done: () => void): boolean {
    this._chunk = bytes;
    this._chunkcb = done;
    this.open = () => {
      this.order.push(`output ${bytes.toString('utf8')}`);
      done();
    };
    return false;
  }

  pause(): void {
    this.isHeld += 1;
  }

  isPaused(): boolean {
    return this.isHeld > 0;
  }

  resume(): void {
    this.isHeld -= 1;
  }
}

function streamsOver(channel: FakeChannel, guard = unguarded): ChannelStreams {
  return new ChannelStreams(channel as unknown as ServerChannel, guard);
}

test('a sent chunk is forgotten, so that ssh2 cannot send it again when stderr waits', async () => {
  const channel = new FakeChannel();
  const written = streamsOver(channel).output.write('piece');
  await Promise.resolve();
  channel.open();
  await written;
  expect([channel._chunk, channel._chunkcb]).toEqual([undefined, undefined]);
});

test('errors wait for output that waits: one write at a time', async () => {
  const channel = new FakeChannel();
  const streams = streamsOver(channel);
  const both = Promise.all([streams.output.write('first'), streams.errors.write('second')]);
  await Promise.resolve();
  channel.open();
  await both;
  expect(channel.order).toEqual(['output first', 'errors second']);
});

test('a write that waits fails when the channel closes, and so does every later one', async () => {
  const channel = new FakeChannel();
  const streams = streamsOver(channel);
  const waiting = streams.output.write('never sent');
  const failed = expect(waiting).rejects.toThrow('Broken pipe');
  await Promise.resolve();
  streams.closed();
  await failed;
  await expect(streams.errors.write('late')).rejects.toThrow('Broken pipe');
});

test('input is read in the pieces in which it came, no longer than asked for, and ends', async () => {
  const channel = new FakeChannel();
  const { input } = streamsOver(channel);
  const first = input.read(3);
  channel.emit('data', Buffer.from('abcde'));
  expect((await first).toString('utf8')).toBe('abc');
  channel.emit('data', Buffer.from('fg'));
  expect((await input.read(100)).toString('utf8')).toBe('de');
  expect((await input.read(100)).toString('utf8')).toBe('fg');
  channel.emit('end');
  expect(await input.read(100)).toHaveLength(0);
});

test('a sender that is faster than the command is paused, and resumed', async () => {
  const channel = new FakeChannel();
  const { input } = streamsOver(channel);
  channel.emit('data', Buffer.alloc(1_048_576));
  expect(channel.isPaused()).toBe(true);
  await input.read(1_048_576);
  expect(channel.isPaused()).toBe(false);
});

test('a guarded channel sends up to its limit, and not a byte more', async () => {
  const channel = new FakeChannel();
  let passed = 0;
  const streams = streamsOver(channel, { left: () => 4, passed: (bytes) => (passed += bytes) });
  const written = streams.output.write('seventh');
  const cut = expect(written).rejects.toThrow('Broken pipe');
  await Promise.resolve();
  channel.open();
  await cut;
  expect([channel.order, passed]).toEqual([['output seve'], 7]);
});
