import { describe, expect, it } from 'vitest';
import { fakeBridge } from '../../../test/support/ui/fake-bridge.ts';
import type { FileHit } from '../../contract/history.ts';
import { FileSearchManager } from './file-search.svelte.ts';

describe('where a file is', () => {
  it('is searched for more hits, and for nothing if nothing is typed', async () => {
    const bridge = fakeBridge({
      whereFile: ({ limit = 0 }) => ({
        hits: Array.from({ length: Math.min(limit, 300) }, () => ({}) as FileHit),
        more: limit < 300,
        took: 1,
        unread: 0,
      }),
    });
    const search = new FileSearchManager(bridge);
    await search.look('');
    expect(bridge.asked).toEqual([]);
    await search.look(' ledger.db ');
    expect([search.found?.hits.length, search.more, search.answered]).toEqual([100, true, 'ledger.db']);
    await search.lookOn();
    expect([search.found?.hits.length, search.more]).toEqual([300, false]);
    expect(bridge.asked.map(({ request }) => request)).toEqual([
      { file: 'ledger.db', limit: 100 },
      { file: 'ledger.db', limit: 400 },
    ]);
    await search.look('');
    expect(search.found).toBeUndefined();
  });

  it('has examples made from files on tape, and none before they are known', async () => {
    const hit = (path: string, type = 'File') => ({ path, type }) as FileHit;
    const bridge = fakeBridge({
      whereFile: () => ({
        hits: [hit('./srv', 'Directory'), hit('./srv/rates.csv')],
        more: true,
        took: 1,
        unread: 0,
      }),
    });
    const search = new FileSearchManager(bridge);
    expect(search.examples).toEqual([]);
    await search.sample();
    expect(search.examples).toEqual(['rates.csv', 'srv/*.csv', '**/*.csv']);
    expect([search.found, bridge.asked.map(({ request }) => request)]).toEqual([
      undefined,
      [{ file: '*', limit: 40 }],
    ]);
  });
});
