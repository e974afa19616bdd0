import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, Refusal, type FakeBridge } from '../../../test/support/ui/fake-bridge.ts';
import type { ClusterView, TapeView } from '../../contract/screens.ts';
import { ClusterManager } from './cluster.svelte.ts';

const host = vi.hoisted(() => ({}) as { bridge: FakeBridge });
vi.mock('../bridge.ts', () => ({
  get bridge() {
    return host.bridge;
  },
}));

const tape = (state: TapeView['state']) => ({ state }) as TapeView;
const view = (at: string) => ({ at, tape: tape('no-cartridge') }) as ClusterView;

/** Queries that a test answers one by one. */
let pending: { answer: (view: ClusterView) => void; refuse: (sentence: string) => void }[];
beforeEach(() => {
  pending = [];
  host.bridge = fakeBridge({
    look: () =>
      new Promise((resolve, reject) => {
        pending.push({
          answer: resolve,
          refuse: (sentence) => reject(new Refusal({ sentence })),
        });
      }),
  });
});

describe('the queries of the hosts', () => {
  it('show what was seen, and keep it if the next one fails', async () => {
    const cluster = new ClusterManager();
    const first = cluster.look();
    expect([cluster.looking, cluster.view]).toEqual([true, undefined]);
    pending[0]?.answer(view('02:00'));
    await first;
    expect([cluster.looking, cluster.view?.at, cluster.error]).toEqual([false, '02:00', undefined]);
    const second = cluster.look();
    pending[1]?.refuse('the site cannot be opened');
    await second;
    expect([cluster.view?.at, cluster.error?.sentence]).toEqual(['02:00', 'the site cannot be opened']);
  });

  it('run one after the other: however many are requested meanwhile, one more follows', async () => {
    const cluster = new ClusterManager();
    const looks = [cluster.look(), cluster.look(), cluster.look()];
    expect(pending).toHaveLength(1);
    pending[0]?.answer(view('02:00'));
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    expect([pending.length, cluster.looking, cluster.view?.at]).toEqual([2, true, '02:00']);
    pending[1]?.answer(view('02:01'));
    await Promise.all(looks);
    expect([pending.length, cluster.looking, cluster.view?.at]).toEqual([2, false, '02:01']);
  });

  it('of a site that was left are not shown', async () => {
    const cluster = new ClusterManager();
    const ofFormer = cluster.look();
    cluster.forget();
    const ofNext = cluster.look();
    pending[0]?.answer(view('former'));
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    expect(cluster.view).toBeUndefined();
    pending[1]?.answer(view('next'));
    await Promise.all([ofFormer, ofNext]);
    expect(cluster.view?.at).toBe('next');
  });

  it('show the drive as it was seen alone, until a look that was asked for later', async () => {
    const cluster = new ClusterManager();
    const first = cluster.look();
    pending[0]?.answer(view('02:00'));
    await first;
    cluster.seeDrive(tape('ready'));
    expect([cluster.view?.at, cluster.view?.tape.state]).toEqual(['02:00', 'ready']);
    const before = cluster.look();
    cluster.seeDrive(tape('busy'));
    pending[1]?.answer(view('02:01'));
    await before;
    expect([cluster.view?.at, cluster.view?.tape.state]).toEqual(['02:01', 'busy']);
    const after = cluster.look();
    pending[2]?.answer(view('02:02'));
    await after;
    expect([cluster.view?.at, cluster.view?.tape.state]).toEqual(['02:02', 'no-cartridge']);
  });
});
