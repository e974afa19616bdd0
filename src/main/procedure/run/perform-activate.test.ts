/** No end of the query for how a file system was made ends the run; a cancel does. */
import { expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import type { StepCommand } from '../model/step.ts';
import { stepsOf } from '../plan/steps.ts';
import { performActivate } from './perform-activate.ts';

const query = { host: 'node3', command: 'mkfs -F ufs -m' };

/** Performs 6b-1 on a host that answers every command but the query. @returns the types of what is recorded */
async function recordedAfter(error: Error): Promise<string[]> {
  const assignment = guideAssignment({ method: '6b' });
  const step = stepsOf(assignment).find(({ id }) => id === '6b-1');
  if (!step) throw new Error('there is no step 6b-1');
  const recorded: string[] = [];
  const send = (_step: string, { argv }: StepCommand) =>
    argv[0] === 'mkfs'
      ? Promise.reject(error)
      : Promise.resolve({ status: 0, stdout: Buffer.alloc(0), stderr: '' });
  const journal = { append: ({ type }: { readonly type: string }) => void recorded.push(type) };
  const context = {
    assignment,
    journal,
    runner: { send },
    throwIfCancelled: () => undefined,
    observer: { forget: () => undefined },
  };
  await performActivate(context as unknown as RunContext, step);
  return recorded;
}

it.each([
  failure('COMMAND_OUTPUT_TOO_LONG', { ...query, limit: 1 }),
  failure('COMMAND_NOT_STARTED', { host: 'node3', command: 'mkfs', reason: 'no channel' }),
  failure('RIGHTS_REFUSED', { host: 'node3', command: 'mkfs' }),
])('without an answer nothing is recorded: $code', async (error) => {
  expect(await recordedAfter(error)).toEqual([]);
});

it('a cancel is not passed over', async () => {
  const canceled = failure('COMMAND_CANCELLED', { ...query });
  await expect(recordedAfter(canceled)).rejects.toBe(canceled);
});
