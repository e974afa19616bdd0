import { describe, expect, it } from 'vitest';
import { failure, type ErrorCode } from '../../../contract/errors.ts';
import { QueryRetry, repeatableCommands, type RetryClock } from './query-retry.ts';

/** A clock whose pauses take no real time. */
class TestClock implements RetryClock {
  #now = 0;
  readonly pauses: number[] = [];
  onPause: () => void = () => undefined;

  now(): number {
    return this.#now;
  }

  pass(seconds: number): void {
    this.#now += seconds * 1000;
  }

  pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(milliseconds / 1000);
    this.onPause();
    if (signal.aborted) return Promise.reject(new Error('aborted'));
    this.pass(milliseconds / 1000);
    return Promise.resolve();
  }
}

const troubles: Readonly<Partial<Record<ErrorCode, () => Error>>> = {
  CONNECTION_LOST: () => failure('CONNECTION_LOST', { host: 'node1', reason: 'reset' }, { host: 'node1' }),
  HOST_UNREACHABLE: () =>
    failure('HOST_UNREACHABLE', { host: 'node1', address: 'a', port: 22, reason: 'refused' }),
  COMMAND_NOT_STARTED: () =>
    failure('COMMAND_NOT_STARTED', { host: 'node1', command: 'sdxinfo', reason: 'no channel' }),
  COMMAND_TIMED_OUT: () =>
    failure('COMMAND_TIMED_OUT', { host: 'node1', command: 'sdxinfo', limit: '120 s' }),
  COMMAND_OUTPUT_CUT: () =>
    failure('COMMAND_OUTPUT_CUT', { host: 'node1', command: 'sdxinfo', how: 'with exit status 0' }),
  COMMAND_FAILED: () =>
    failure('COMMAND_FAILED', { host: 'node1', command: 'sdxinfo', how: 'ended with exit status 1' }),
  HOST_KEY_CHANGED: () =>
    failure('HOST_KEY_CHANGED', {
      host: 'node1',
      address: 'a',
      port: 22,
      keyType: 'ed25519',
      shown: 'b',
      known: 'c',
      file: 'f',
      line: 1,
    }),
  HOST_KEY_SWITCHED: () => failure('HOST_KEY_SWITCHED', { host: 'node1', accepted: 'a', shown: 'b' }),
  LOGIN_REFUSED: () =>
    failure('LOGIN_REFUSED', { host: 'node1', user: 'root', reason: 'refused', methods: 'publickey' }),
};

const never = new AbortController().signal;

function policy({ outageSeconds = 1800, abort = never } = {}) {
  const clock = new TestClock();
  const told: string[] = [];
  const period = { seconds: outageSeconds };
  const retry = new QueryRetry({
    clock,
    isRepeatable: () => true,
    outageSeconds: () => period.seconds,
    onRetry: (step, sentence) => told.push(`${step}: ${sentence}`),
  });
  let asked = 0;
  /** Fails once per given error, then answers. */
  const ask = (...codes: ErrorCode[]) => askFor(false, codes);
  const askFor = (isSequence: boolean, codes: readonly ErrorCode[]) => {
    const left = [...codes];
    asked = 0;
    return retry.persist({
      step: '8-2',
      host: 'node1',
      what: 'sdxinfo',
      isSequence,
      abort,
      perform: () => {
        asked += 1;
        const code = left.shift();
        return code === undefined ? Promise.resolve('answer') : Promise.reject(troubles[code]?.() as Error);
      },
    });
  };
  return { clock, told, ask, askFor, retry, period, asked: () => asked };
}

const always = (code: ErrorCode) => Array.from({ length: 1000 }, () => code);

describe('a query without an answer', () => {
  it.each([
    'CONNECTION_LOST',
    'HOST_UNREACHABLE',
    'COMMAND_NOT_STARTED',
    'COMMAND_TIMED_OUT',
    'COMMAND_OUTPUT_CUT',
  ] as const)('is sent again after %s, and the operator is notified', async (code) => {
    const { ask, told, clock } = policy();
    await expect(ask(code, code)).resolves.toBe('answer');
    const { message } = troubles[code]?.() as Error;
    expect(told).toEqual([
      `8-2: ${message}; sdxinfo is sent again now`,
      `8-2: ${message}; sdxinfo is sent again in 1 s`,
    ]);
    expect(clock.pauses).toEqual([1]);
  });

  it.each(['COMMAND_FAILED', 'HOST_KEY_CHANGED', 'HOST_KEY_SWITCHED', 'LOGIN_REFUSED'] as const)(
    'fails at once with %s',
    async (code) => {
      const { ask, told, asked } = policy();
      await expect(ask(code)).rejects.toMatchObject({ code });
      expect(asked()).toBe(1);
      expect(told).toEqual([]);
    },
  );

  it('fails with its own error if its output is truncated each time', async () => {
    const { ask, asked } = policy();
    await expect(ask(...always('COMMAND_OUTPUT_CUT'))).rejects.toMatchObject({
      code: 'COMMAND_OUTPUT_CUT',
      message: 'sdxinfo on node1 ended with exit status 0, but its output stayed open and may be incomplete',
    });
    expect(asked()).toBe(6);
  });

  it('fails after 30 minutes of growing pauses', async () => {
    const { ask, clock } = policy();
    await expect(ask(...always('HOST_UNREACHABLE'))).rejects.toMatchObject({
      code: 'QUERY_UNANSWERED',
      message: 'node1 has not answered sdxinfo for 30 min 0 s: node1 (a, port 22) cannot be reached: refused',
    });
    expect(clock.now()).toBe(1_800_000);
    expect(clock.pauses.slice(0, 9)).toEqual([1, 2, 5, 10, 20, 30, 60, 60, 60]);
  });

  it('fails after 30 minutes, although the host answers other queries meanwhile', async () => {
    const { ask, clock, retry } = policy();
    clock.onPause = () => retry.answered('node1');
    await expect(ask(...always('COMMAND_TIMED_OUT'))).rejects.toMatchObject({ code: 'QUERY_UNANSWERED' });
    expect(clock.now()).toBe(1_800_000);
  });

  it('accepts an answer in the last second', async () => {
    const { ask, clock } = policy({ outageSeconds: 3 });
    await expect(ask('CONNECTION_LOST', 'CONNECTION_LOST', 'CONNECTION_LOST')).resolves.toBe('answer');
    expect(clock.now()).toBe(3000);
  });

  it('does not start a new period within one outage', async () => {
    const { ask, asked } = policy();
    await expect(ask(...always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'QUERY_UNANSWERED' });
    await expect(ask(...always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'QUERY_UNANSWERED' });
    expect(asked()).toBe(1);
  });

  it('starts a new period once the host has answered', async () => {
    const { ask, asked, retry } = policy();
    await expect(ask(...always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'QUERY_UNANSWERED' });
    retry.answered('node1');
    await expect(ask('CONNECTION_LOST')).resolves.toBe('answer');
    expect(asked()).toBe(2);
  });

  it('fails as soon as a shorter limit applies', async () => {
    const { ask, clock, period } = policy();
    clock.onPause = () => (period.seconds = 120);
    await expect(ask(...always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'QUERY_UNANSWERED' });
    expect(clock.now()).toBe(120_000);
  });

  it('is not repeated once it is canceled', async () => {
    const cancel = new AbortController();
    const { ask, clock, asked } = policy({ abort: cancel.signal });
    clock.onPause = () => cancel.abort();
    await expect(ask(...always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'COMMAND_CANCELLED' });
    expect(asked()).toBe(2);
    expect(clock.now()).toBe(0);
  });
});

describe('several commands of which the last is never answered', () => {
  it('are repeated five times', async () => {
    const { askFor, asked, retry, clock } = policy();
    clock.onPause = () => retry.answered('node1');
    await expect(askFor(true, always('CONNECTION_LOST'))).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(asked()).toBe(6);
  });
});

describe('commands that are repeated', () => {
  const isRepeatable = repeatableCommands('/dev/rmt/0');
  const query = (line: string) => isRepeatable({ argv: line.split(' '), changes: false });

  it.each([
    'sdxinfo -S -c Class1 -o Volume2',
    'cat /etc/mnttab',
    'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 iseek=3 count=1',
    'mt -f /dev/rmt/0n status',
    'mt -f /dev/rmt/0n rewind',
  ])('%s', (line) => {
    expect(query(line)).toBe(true);
  });

  it.each(['mt -f /dev/rmt/0n fsf 1', 'dd if=/dev/rmt/0n bs=262144 count=1', 'dd if=/dev/rmt/0 bs=32768'])(
    'not %s: the head is elsewhere the second time',
    (line) => {
      expect(query(line)).toBe(false);
    },
  );

  it('not commands that change something, nor site commands', () => {
    const argv = ['sdxproxy', 'Part', '-c', 'Class1', '-p', 'Volume2'];
    expect(isRepeatable({ argv, changes: true })).toBe(false);
    expect(isRepeatable({ argv: ['/opt/site/look'], changes: false, ofSite: true })).toBe(false);
  });
});
