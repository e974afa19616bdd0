import { expect, it } from 'vitest';
import { fakeBridge, Refusal } from '../../../../test/support/ui/fake-bridge.ts';
import { RecoveryChoice } from './recovery-choice.svelte.ts';

const run = '20261122-020004-volume2';

it('shows which action would be refused, for the run that was last checked', async () => {
  const bridge = fakeBridge({
    recoveryRefusals: ({ run: asked }) => (asked === run ? { resume: 'the shadow is gone' } : {}),
  });
  const choice = new RecoveryChoice(bridge);
  expect(choice.refusalOf('resume')).toBe(undefined);
  await choice.judge(run);
  expect([choice.refusalOf('resume'), choice.refusalOf('unwind')]).toEqual(['the shadow is gone', undefined]);
  const other = choice.judge('another');
  expect(choice.refusalOf('resume')).toBe(undefined);
  await other;
  expect(choice.refusalOf('resume')).toBe(undefined);
  expect(bridge.asked.map(({ request }) => request)).toEqual([{ run }, { run: 'another' }]);
});

it('refuses nothing if that is not known', async () => {
  const recoveryRefusals = () => {
    throw new Refusal({ sentence: 'node3 cannot be reached' });
  };
  const choice = new RecoveryChoice(fakeBridge({ recoveryRefusals }));
  await choice.judge(run);
  expect([choice.refusalOf('resume'), choice.refusalOf('unwind')]).toEqual([undefined, undefined]);
});
