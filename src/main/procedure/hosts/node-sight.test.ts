import { describe, expect, it, vi } from 'vitest';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { MissingNode } from '../model/world.ts';
import type { Hosts } from './hosts.ts';
import { NodeSight, type NodeSightOptions } from './node-sight.ts';

const unreachable = (host: string) =>
  failure('HOST_UNREACHABLE', { host, address: host, port: 22, reason: 'no answer' }, { host });

/** Hosts of which some cannot be reached, or fail in another way. */
function hostsWith(away: Map<string, Error>): Hosts {
  return {
    session: (name: string) => ({
      probe: () => (away.has(name) ? Promise.reject(away.get(name) as Error) : Promise.resolve()),
    }),
  } as unknown as Hosts;
}

function sight(change: Partial<NodeSightOptions> = {}) {
  const away = new Map<string, Error>();
  const told: MissingNode[] = [];
  const nodes = new NodeSight({
    hosts: hostsWith(away),
    nodes: ['node1', 'node2'],
    mode: 'any',
    needed: ['node3'],
    onMissing: (_step, missing) => told.push(missing),
    ...change,
  });
  return { nodes, away, told };
}

describe('the nodes of a run', () => {
  it('are all needed if the job says so', () => {
    const { nodes } = sight({ mode: 'all' });
    expect(nodes.mayGo('node1')).toBe(false);
    expect(nodes.isGone('3-1', 'node1', unreachable('node1'))).toBe(false);
    expect(nodes.missing).toEqual([]);
  });

  it.each([
    ['the backup server', {}, 'node3'],
    ['a node that has the tape drive', { needed: ['node3', 'node2'] }, 'node2'],
    ['a host that is no primary node', {}, 'jump'],
  ])('never continue without %s', (_what, change, host) => {
    expect(sight(change).nodes.isGone('3-1', host, unreachable(host))).toBe(false);
  });

  it.each([
    ['another host key', failure('HOST_KEY_CHANGED', { host: 'node1', address: 'a', port: 22 } as never)],
    [
      'a lost connection: the command may have been carried out',
      failure('CONNECTION_LOST', { host: 'node1', reason: 'x' }),
    ],
    [
      'a query without an answer',
      failure('COMMAND_TIMED_OUT', { host: 'node1', command: 'sdxinfo', seconds: 1 } as never),
    ],
  ])('do not count as missing for %s', (_what, error) => {
    expect(sight().nodes.isGone('3-1', 'node1', error)).toBe(false);
  });

  it('continue with the next one if the first cannot be reached, and report it once', () => {
    const { nodes, told } = sight();
    expect(nodes.isGone('3-1', 'node1', unreachable('node1'))).toBe(true);
    expect(nodes.isGone('3-3', 'node1', unreachable('node1'))).toBe(true);
    expect(told).toMatchObject([
      { node: 'node1', reason: 'node1 (node1, port 22) cannot be reached: no answer' },
    ]);
    expect([nodes.standIn('node1'), nodes.standIn('node2'), nodes.standIn('node3')]).toEqual([
      'node2',
      'node2',
      'node3',
    ]);
  });

  it('wait for the last one as for any host, or fail if there is no wait', () => {
    const { nodes } = sight();
    nodes.isGone('3-1', 'node1', unreachable('node1'));
    expect(nodes.mayGo('node2')).toBe(false);
    expect(nodes.isGone('3-1', 'node2', unreachable('node2'))).toBe(false);
    expect((nodes.failureOf('node2', unreachable('node2')) as Error).message).toBe(
      'no primary node answers: node1, node2; node2 (node2, port 22) cannot be reached: no answer',
    );
  });

  const sdxinfoFailed = (host: string) =>
    failure('SDXINFO_FAILED_ON', { host, text: 'exit status 1' }, { host });

  it('continue with the next one if sdxinfo of the first fails, until GDS shows it', () => {
    const { nodes, told } = sight();
    expect(nodes.hasNoGds('3-1', 'node1', sdxinfoFailed('node1'))).toBe(true);
    expect(nodes.hasNoGds('3-3', 'node1', sdxinfoFailed('node1'))).toBe(true);
    expect(told).toMatchObject([
      { node: 'node1', gds: true, reason: 'node1: sdxinfo failed: exit status 1' },
    ]);
    expect([nodes.standIn('node1'), nodes.answering, nodes.missing]).toEqual([
      'node2',
      ['node1', 'node2'],
      [],
    ]);
    expect(nodes.hasNoGds('3-3', 'node2', sdxinfoFailed('node2'))).toBe(false);
    expect(nodes.mayGo('node2')).toBe(false);
    nodes.seen('5', 'node1');
    expect([nodes.standIn('node1'), nodes.unseen]).toEqual(['node1', []]);
  });

  it('do not count as without GDS if sdxinfo gives no answer', () => {
    const silent = failure('QUERY_UNANSWERED', {
      host: 'node1',
      command: 'sdxinfo',
      time: '30 min',
      reason: 'no answer',
    });
    expect(sight().nodes.hasNoGds('3-1', 'node1', silent)).toBe(false);
    expect(sight({ mode: 'all' }).nodes.hasNoGds('3-1', 'node1', sdxinfoFailed('node1'))).toBe(false);
  });

  it('use a node again once it was checked; the confirmation that it is down is void', async () => {
    const { nodes, away } = sight();
    away.set('node1', unreachable('node1'));
    nodes.isGone('3-1', 'node1', unreachable('node1'));
    nodes.sayDown('node1');
    const met: string[] = [];
    nodes.meet = (step, { node }) => Promise.resolve(void met.push(`${node} at ${step}`));
    await nodes.probe('3-3');
    expect(nodes.answering).toEqual(['node2']);
    away.clear();
    await nodes.probe('5');
    expect(met).toEqual(['node1 at 5']);
    expect([nodes.answering, nodes.isSaidDown('node1')]).toEqual([['node1', 'node2'], false]);
  });

  it('stay without a node that turns out to be another machine', async () => {
    const { nodes } = sight();
    nodes.isGone('3-1', 'node1', unreachable('node1'));
    const values = { host: 'node1', address: 'a', port: 22, what: 'machine', expected: 'x', actual: 'y' };
    nodes.meet = () => Promise.reject(failure('HOST_IS_ANOTHER', values));
    await expect(nodes.probe('5')).rejects.toSatisfy((error) => isFailure(error, 'HOST_IS_ANOTHER'));
    expect(nodes.answering).toEqual(['node2']);
  });

  /** Requests a node that never answers, and counts the attempts; each takes as long as given. */
  async function tries(attemptSeconds: number, atSeconds: readonly number[]): Promise<number[]> {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      let count = 0;
      const probe = () => {
        count += 1;
        vi.advanceTimersByTime(attemptSeconds * 1000);
        return Promise.reject(unreachable('node1'));
      };
      const { nodes } = sight({ hosts: { session: () => ({ probe }) } as unknown as Hosts });
      nodes.isGone('3-1', 'node1', unreachable('node1'));
      const begin = performance.now();
      const counts: number[] = [];
      for (const at of atSeconds) {
        vi.advanceTimersByTime(Math.max(0, begin + at * 1000 - performance.now()));
        await nodes.probe('5');
        counts.push(count);
      }
      return counts;
    } finally {
      vi.useRealTimers();
    }
  }

  it('are tried at the next step, whether or not one attempt was slow', async () => {
    expect(await tries(4, [0, 4, 8, 12])).toEqual([1, 2, 3, 3]);
  });

  it('are tried for a tenth of the time if each attempt reaches its limit', async () => {
    expect(await tries(20, [0, 20, 99, 100, 299, 300])).toEqual([1, 1, 1, 2, 2, 3]);
  });
});
