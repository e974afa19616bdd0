import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, Refusal } from '../../../test/support/ui/fake-bridge.ts';
import type { Responses } from '../../contract/channels.ts';
import { Asked } from './asked.svelte.ts';

const drive = (said: string): Responses['tape'] => ({
  host: 'node3',
  device: '/dev/nst0',
  state: 'ready',
  said,
  writeProtected: false,
  file: 0,
  record: 0,
});

/** Everything that a screen sees of it. */
const seen = ({ value, error, busy, answeredAt }: Asked<'tape'>) => ({
  said: value?.said,
  error: error?.sentence,
  busy,
  answeredAt,
});

beforeEach(() => {
  vi.useFakeTimers({ now: 5000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a request to the console', () => {
  it('is busy until it is answered, and has the time of the answer', async () => {
    const asked = new Asked(fakeBridge({ tape: () => drive('ready') }), 'tape');
    expect(seen(asked)).toEqual({ said: undefined, error: undefined, busy: false, answeredAt: undefined });
    const answer = asked.ask({});
    expect(seen(asked)).toEqual({ said: undefined, error: undefined, busy: true, answeredAt: undefined });
    expect(await answer).toEqual(drive('ready'));
    expect(seen(asked)).toEqual({ said: 'ready', error: undefined, busy: false, answeredAt: 5000 });
  });

  it('keeps the last good answer while it is sent again, and if that fails', async () => {
    const answers = { tape: () => drive('ready') };
    const asked = new Asked(fakeBridge({ tape: () => answers.tape() }), 'tape');
    await asked.ask({});
    answers.tape = () => {
      throw new Refusal({ sentence: 'node3 cannot be reached' });
    };
    const again = asked.ask({});
    expect(seen(asked)).toEqual({ said: 'ready', error: undefined, busy: true, answeredAt: 5000 });
    expect(await again).toBeUndefined();
    expect(seen(asked)).toEqual({
      said: 'ready',
      error: 'node3 cannot be reached',
      busy: false,
      answeredAt: 5000,
    });
    answers.tape = () => drive('ready again');
    await asked.ask({});
    expect(seen(asked)).toMatchObject({ said: 'ready again', error: undefined });
  });

  it('cancels the previous request, and never shows its late answer', async () => {
    let answerFirst: (answer: Responses['tape']) => void = () => undefined;
    const late = new Promise<Responses['tape']>((resolve) => (answerFirst = resolve));
    let count = 0;
    const bridge = fakeBridge({ tape: () => ((count += 1) === 1 ? late : drive('second')) });
    const signals: (AbortSignal | undefined)[] = [];
    const asked = new Asked(
      {
        ...bridge,
        request: (channel, request, signal) => {
          signals.push(signal);
          return bridge.request(channel, request);
        },
      },
      'tape',
    );
    const first = asked.ask({});
    const second = asked.ask({});
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    expect(await second).toEqual(drive('second'));
    answerFirst(drive('first'));
    expect(await first).toBeUndefined();
    expect(seen(asked)).toMatchObject({ said: 'second', busy: false });
  });

  it('is stopped without an answer and without an error, and reset to its initial state', async () => {
    const asked = new Asked(fakeBridge({ tape: () => drive('ready') }), 'tape');
    await asked.ask({});
    const stopped = asked.ask({});
    asked.stop();
    expect(seen(asked)).toEqual({ said: 'ready', error: undefined, busy: false, answeredAt: 5000 });
    expect(await stopped).toBeUndefined();
    expect(seen(asked)).toEqual({ said: 'ready', error: undefined, busy: false, answeredAt: 5000 });
    asked.clear();
    expect(seen(asked)).toEqual({ said: undefined, error: undefined, busy: false, answeredAt: undefined });
  });

  it('reports in words if the bridge itself fails', async () => {
    const bridge = { ...fakeBridge({}), request: () => Promise.reject(new Error('no wire')) };
    const asked = new Asked(bridge, 'tape');
    await asked.ask({});
    expect(asked.error).toEqual({
      code: 'UNEXPECTED',
      sentence: 'no wire',
      hint: 'report it',
      evidence: {},
    });
    expect(asked.busy).toBe(false);
  });

  it('is redrawn at every change', async () => {
    const asked = new Asked(fakeBridge({ tape: () => drive('ready') }), 'tape');
    const drawn: unknown[] = [];
    const end = $effect.root(() => {
      $effect(() => {
        drawn.push([asked.busy, asked.value?.said]);
      });
    });
    flushSync();
    const answer = asked.ask({});
    flushSync();
    await answer;
    flushSync();
    end();
    expect(drawn).toEqual([
      [false, undefined],
      [true, undefined],
      [false, 'ready'],
    ]);
  });
});
