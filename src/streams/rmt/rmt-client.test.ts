import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import { RmtClient, RmtError } from './rmt-client.ts';
import { fileMark, ServedTape } from './rmt-server.test-support.ts';
import type { ServedTapeOptions } from './rmt-server.test-support.ts';
import type { ProcessEnd } from '../stage.ts';
import { failureOf, noise } from '../stream.test-support.ts';

const record = (number: number, bytes = 512) => noise(bytes, number + 1);

function clientOf(options: ServedTapeOptions = {}) {
  const tape = new ServedTape(options);
  const channel = tape.connect();
  return { tape, channel, client: new RmtClient(channel, options.dialect ?? 'linux') };
}

/** A channel whose other end the test plays. */
function playedChannel(end: Partial<ProcessEnd> = {}) {
  const ended = Promise.resolve({ status: 0, signal: undefined, stderr: '', bytes: 0, ...end });
  const channel = { input: new PassThrough(), output: new PassThrough(), ended };
  return { channel, client: new RmtClient(channel, 'solaris') };
}

describe('a tape server', () => {
  it('writes records that are sent ahead, and a file mark when it is closed', async () => {
    const { tape, channel, client } = clientOf();
    await client.open('/dev/nst0', 'write');
    const taken = await Promise.all([0, 1, 2].map((number) => client.write(record(number))));
    await client.close();
    expect(taken).toEqual([512, 512, 512]);
    expect(tape.mostWaiting).toBe(3);
    expect(tape.content).toEqual([record(0), record(1), record(2), fileMark]);
    expect(tape.requests).toEqual(['O/dev/nst0 2', 'W512', 'W512', 'W512', 'C']);
    expect(await channel.ended).toMatchObject({ status: 0 });
  });

  it('reads record for record, and nothing at a file mark', async () => {
    const { client } = clientOf({
      dialect: 'solaris',
      before: [record(0, 1024), record(1), fileMark, record(2)],
    });
    await client.open('/dev/rmt/0n', 'read');
    await client.operate('rewind');
    expect(await client.read(4096)).toEqual(record(0, 1024));
    expect(await client.read(4096)).toEqual(record(1));
    expect(await client.read(4096)).toHaveLength(0);
    await client.operate('rewind');
    await client.operate('forward-files');
    expect(await client.read(4096)).toEqual(record(2));
  });

  it('reports its errors with number and text, and continues', async () => {
    const { client } = clientOf({ before: [record(0)] });
    await expect(client.operate('back-records', 2)).rejects.toMatchObject({ errno: 5, text: 'I/O error' });
    await expect(client.operate('offline')).rejects.toThrow(new RmtError(22, 'Invalid argument'));
    await client.operate('rewind');
    await expect(client.read(100)).rejects.toMatchObject({ errno: 12 });
  });

  it('matches each request with its answer, however the answers are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        async (lengths, pieces) => {
          const records = lengths.map((length, number) => record(number, length));
          const { client } = clientOf({ pieces });
          const taken = await Promise.all(records.map((bytes) => client.write(bytes)));
          expect(taken).toEqual(lengths);
          await client.operate('rewind');
          const read = await Promise.all(records.map(() => client.read(700)));
          expect(read).toEqual(records);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a tape server that is gone', () => {
  it('leaves requests unanswered, and names them', async () => {
    const { client } = clientOf({ lostAtWrite: 1 });
    const first = client.write(record(0));
    const others = [client.write(record(1)), client.write(record(2))];
    expect(await first).toBe(512);
    const [error] = await Promise.all(others.map((work) => failureOf(() => work)));
    expect(error?.message).toBe(
      'the tape server ended before it answered 2 requests, the first of them "write": no exit status was received',
    );
  });

  it('reports what it printed when it could not be started', async () => {
    const { channel, client } = playedChannel({ status: 127, stderr: 'sh: /etc/rmt: not found\n' });
    const opening = client.open('/dev/rmt/0n', 'write');
    channel.output.end();
    const error = await failureOf(() => opening);
    expect(error.message).toBe('the tape server ended before it answered "open": sh: /etc/rmt: not found');
    expect(error.evidence).toEqual({ exitStatus: 127, stderr: 'sh: /etc/rmt: not found\n' });
    await expect(client.write(record(0))).rejects.toBe(error);
  });

  it('ends in the middle of an answer', async () => {
    const { channel, client } = playedChannel();
    const reading = client.read(512);
    channel.output.end('A512\nonly this');
    expect((await failureOf(() => reading)).message).toBe(
      'the tape server ended before it answered "read": exit status 0',
    );
  });

  it('is reported by the failure of its channel if it printed nothing itself', async () => {
    for (const [stderr, reason] of [
      ['', 'broken channel'],
      ['rmt: killed\n', 'rmt: killed'],
    ] as const) {
      const { channel, client } = playedChannel({ status: undefined, stderr });
      const reading = client.read(512);
      channel.output.destroy(new Error('broken channel'));
      expect((await failureOf(() => reading)).message).toBe(
        `the tape server ended before it answered "read": ${reason}`,
      );
    }
  });

  it('rejects unanswered requests when it is abandoned, and closes both directions', async () => {
    const { channel, client } = playedChannel();
    const given = failure('COPY_CANCELLED', { bytes: 0 });
    const writing = client.write(record(0));
    client.destroy(given);
    await expect(writing).rejects.toBe(given);
    await expect(client.read(512)).rejects.toBe(given);
    expect([channel.input.destroyed, channel.output.destroyed]).toEqual([true, true]);
  });

  it('may answer its close after its input has ended', async () => {
    const { channel, client } = playedChannel();
    const closing = client.close();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    channel.output.write('A0\n');
    await expect(closing).resolves.toBeUndefined();
    expect(String(channel.input.read())).toBe('C\n');
  });

  it('was lost with its connection, which reports it itself', async () => {
    const { channel, client } = playedChannel();
    const lost = failure('CONNECTION_LOST', { host: 'node3', reason: 'reset' });
    const writing = client.write(record(0));
    channel.output.destroy(lost);
    await expect(writing).rejects.toBe(lost);
  });

  it('gets no request once its input is closed', async () => {
    const { channel, client } = playedChannel({ status: undefined, signal: 'HUP' });
    channel.input.destroy();
    const error = await failureOf(() => client.write(record(0)));
    expect(error.message).toBe('the tape server ended before it answered "write": signal HUP');
  });

  it('gets no request once the device is closed', async () => {
    const { client } = clientOf();
    await client.open('/dev/nst0', 'write');
    await client.close();
    expect((await failureOf(() => client.write(record(0)))).message).toBe(
      'the tape server ended before it answered a request: the device is closed',
    );
  });

  it('is rejected if it sends an unrequested answer', async () => {
    const { channel, client } = playedChannel();
    channel.output.write('Last login: today\n');
    const error = await failureOf(() => client.open('/dev/rmt/0n', 'write'));
    expect(error.message).toBe(
      'the tape server answered "Last login: today\\n", which is not an answer of rmt',
    );
  });
});
