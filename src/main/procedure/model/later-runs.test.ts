import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { isSameCluster } from './later-runs.ts';

/**
 * The first events of a run, as far as they identify its cluster. @param hostKey of node1; undefined for a run of an
 * earlier release
 */
function run(site: string, hostKey?: string): RunEvent[] {
  const hosts = [{ name: 'node1', role: 'primary' }];
  const identified = [{ name: 'node1', address: '10.0.0.1', port: 22, hostKey }];
  return [
    { type: 'run-started', site, hosts },
    ...(hostKey === undefined ? [] : [{ type: 'hosts-identified', hosts: identified }]),
  ] as unknown as RunEvent[];
}

const [one, two] = ['ssh-ed25519 SHA256:one', 'ssh-ed25519 SHA256:two'];

describe('two runs', () => {
  it('are of one cluster where a node shows the same host key, though the site was renamed', () => {
    expect(isSameCluster(run('osaka', one), run('osaka-2', one))).toBe(true);
  });

  it('are of two clusters where the host keys differ, though the sites have the same name', () => {
    expect(isSameCluster(run('osaka', one), run('osaka', two))).toBe(false);
  });

  it('are distinguished by the name of the site where a journal does not have the host keys', () => {
    expect(isSameCluster(run('osaka'), run('osaka', one))).toBe(true);
    expect(isSameCluster(run('osaka'), run('kobe', one))).toBe(false);
  });
});
