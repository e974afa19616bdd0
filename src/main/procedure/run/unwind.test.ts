import { expect, it } from 'vitest';
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step } from '../model/step.ts';
import { unwind } from './unwind.ts';

const rejoin = { id: '8-1', unwinds: { looks: ['backup'], isDone: () => false } } as unknown as Step;

/**
 * Rolls one step back while its queries fail.
 * @param minutes how long each query takes
 * @returns how often it has queried, and what the rollback reports at the end
 */
async function looksUntilGivenUp(minutes: number, error: ShadowtapeError) {
  let now = 0;
  let looks = 0;
  let waits = 60;
  const context = {
    options: {
      halt: new AbortController().signal,
      retryClock: { now: () => now, pause: () => Promise.resolve() },
    },
    observer: {
      forget: () => undefined,
      look: () => {
        looks += 1;
        now += minutes * 60_000;
        return Promise.reject(error);
      },
    },
    waitForHost: () => Promise.resolve((waits -= 1) >= 0),
    journal: { append: () => undefined },
    lockGuard: { lost: undefined },
  } as unknown as RunContext;
  return { troubles: await unwind(context, [rejoin]), looks };
}

it('a query that hangs is given up after three outages of half an hour: the rollback ends with action required', async () => {
  const error = failure('QUERY_UNANSWERED', {
    host: 'node3',
    command: 'kstat',
    time: '30 min',
    reason: 'kstat on node3 did not finish within 60 s',
  });
  expect(await looksUntilGivenUp(30, error)).toEqual({
    looks: 3,
    troubles: ['node3 has not answered kstat for 30 min: kstat on node3 did not finish within 60 s'],
  });
});

it('a host that cannot be reached is queried as often as the run may wait for it', async () => {
  const error = failure('HOST_UNREACHABLE', { host: 'node3', reason: 'it reboots' });
  expect((await looksUntilGivenUp(0, error)).looks).toBe(61);
});
