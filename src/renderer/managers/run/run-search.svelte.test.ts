import { flushSync, untrack } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../../test/support/ui/fake-bridge.ts';
import type { RequestOf } from '../../../contract/channels.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { RunSearchManager } from './run-search.svelte.ts';

const line = (number: number) => ({ run: `run-${number}`, job: 'nightly' }) as RunLine;
const all = Array.from({ length: 1200 }, (_, at) => line(1200 - at));

const answer: Answers['searchRuns'] = ({ query, limit = 100, before }: RequestOf<'searchRuns'>) => {
  const found = all.filter(({ run }) => run.includes(query));
  const rest = before === undefined ? found : found.slice(found.findIndex(({ run }) => run === before) + 1);
  return { lines: rest.slice(0, limit), more: rest.length > limit, took: 1, unread: 0 };
};

describe('the list of runs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is read page by page, and has the total once it has seen the end', async () => {
    const search = new RunSearchManager(fakeBridge({ searchRuns: answer }));
    expect(search.lines).toBeUndefined();
    await search.load();
    expect([search.lines?.length, search.more, search.total]).toEqual([500, true, undefined]);
    await search.readOn();
    await search.readOn();
    expect([search.lines?.length, search.more, search.total]).toEqual([1200, false, 1200]);
    expect(search.lines?.at(-1)?.run).toBe('run-1');
    await search.readOn();
    expect(search.lines?.length).toBe(1200);
    await search.search('run-119');
    expect([search.lines?.length, search.total]).toEqual([11, 1200]);
  });

  it('never appends a page of an older answer to a newer one', async () => {
    const search = new RunSearchManager(fakeBridge({ searchRuns: answer }));
    await search.load();
    await search.readOn();
    const older = search.lines;
    // As the screen does when the end of its list comes into view.
    const end = $effect.root(() => {
      $effect(() => {
        if (search.lines !== older && search.more) untrack(() => void search.readOn());
      });
    });
    flushSync();
    await search.search('run-1199');
    await vi.runAllTimersAsync();
    expect(search.lines?.map(({ run }) => run)).toEqual(['run-1199']);
    end();
  });

  it('searches once the typing rests, for the final text', async () => {
    const bridge = fakeBridge({ searchRuns: answer });
    const search = new RunSearchManager(bridge);
    for (const query of ['r', 'ru', 'run-7 ']) search.type(query);
    expect([bridge.asked.length, search.isAnswered]).toEqual([0, false]);
    await vi.runAllTimersAsync();
    expect(bridge.asked.map(({ request }) => request)).toEqual([{ query: 'run-7', limit: 500 }]);
    expect([search.query, search.isAnswered]).toEqual(['run-7 ', true]);
  });

  it('keeps its lines if a search is invalid', async () => {
    const search = new RunSearchManager(
      fakeBridge({
        searchRuns: (request) => {
          if (request.query === 'x:') throw new Refusal({ sentence: 'there is no "x"' });
          return answer(request) as never;
        },
      }),
    );
    await search.load();
    await search.search('x:');
    expect([search.error?.sentence, search.lines?.length, search.isAnswered]).toEqual([
      'there is no "x"',
      500,
      false,
    ]);
  });
});
