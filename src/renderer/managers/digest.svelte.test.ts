import { expect, it } from 'vitest';
import { fakeBridge } from '../../../test/support/ui/fake-bridge.ts';
import { failure } from '../../contract/errors.ts';
import { DigestManager } from './digest.svelte.ts';

it('a digest that is sent again names its weeks, and keeps why it was refused', async () => {
  let isRefused = true;
  const manager = new DigestManager(
    fakeBridge({
      sendDigest() {
        if (isRefused) throw failure('DIGEST_UNSENT', { week: '2026-11-23', failures: 'command false' });
        return [{ week: '2026-11-23', outcome: 'sent' }];
      },
    }),
  );
  expect(await manager.send()).toBeUndefined();
  expect(manager.sent.error?.code).toBe('DIGEST_UNSENT');
  isRefused = false;
  expect(await manager.send()).toEqual(['2026-11-23']);
  expect(manager.sent.error).toBeUndefined();
});
