import { describe, expect, it } from 'vitest';
import type { HostIdentity } from '../model/host-identity.ts';
import type { CommandRunner } from './command-runner.ts';
import type { Hosts } from './hosts.ts';
import { identifyHosts, requireSameHosts } from './identify-hosts.ts';
import { NodeSight } from './node-sight.ts';

const identityOf = (name: string): HostIdentity => ({
  name,
  address: `${name}.example.com`,
  port: 22,
  hostKey: `ssh-ed25519 SHA256:${name}`,
  machine: 'hostid 1',
});

const asked: string[] = [];
const hosts = {
  session: (name: string) => ({
    seen() {
      asked.push(name);
      const { address, port, hostKey } = identityOf(name);
      return Promise.resolve({ address, port, hostKey });
    },
    pin: () => () => undefined,
  }),
} as unknown as Hosts;
const runner = {
  send: () => Promise.resolve({ status: 0, stdout: Buffer.from('1\n') }),
} as unknown as CommandRunner;
const assignment = {
  primaryNodes: ['node1', 'node2'],
  backupServer: 'node3',
  tapeHost: 'node3',
  platform: 'solaris',
} as const;

function withoutNode2() {
  const missing = [{ node: 'node2', since: '2026-11-22T02:00:04.000Z', reason: 'no answer' }];
  return new NodeSight({ hosts, nodes: assignment.primaryNodes, mode: 'any', needed: ['node3'], missing });
}

const all = ['node1', 'node2', 'node3'].map(identityOf);
const [node1, node2, node3] = all as [HostIdentity, HostIdentity, HostIdentity];

describe('a node that does not answer', () => {
  it('is not queried for its machine', async () => {
    asked.length = 0;
    const seen = await identifyHosts({ runner, hosts, assignment, step: 'begin', nodes: withoutNode2() });
    expect(seen).toEqual([node1, node3]);
    expect(asked).toEqual(['node1', 'node3']);
  });

  it('keeps its identity when the run is resumed, so that a different machine is detected later', async () => {
    const options = { runner, hosts, assignment, step: 'take-up', nodes: withoutNode2() };
    expect(await requireSameHosts(options, all, [])).toEqual({ now: [node1, node3, node2], warnings: [] });
  });

  it('and answers when the run is resumed causes a warning: no journal has its machine', async () => {
    const options = { runner, hosts, assignment, step: 'take-up' };
    expect(await requireSameHosts(options, [node1, node3], [])).toEqual({
      now: all,
      warnings: [
        'node2 did not answer before: it is not known whether it is the machine on which the run started',
      ],
    });
  });
});

describe('a host that was identified when the run began, and does not show its machine now', () => {
  /** Its answers to the query, the last one repeated. */
  const answering = (...answers: readonly { readonly status: number; readonly stdout: string }[]) => {
    const left = [...answers];
    return {
      send() {
        const answer = left.length > 1 ? left.shift() : left[0];
        return Promise.resolve({
          status: answer?.status,
          stdout: Buffer.from(answer?.stdout ?? ''),
          stderr: 'no more processes\n',
        });
      },
    } as unknown as CommandRunner;
  };
  const failed = { status: 1, stdout: '' };
  const options = { hosts, assignment, step: 'take-up' };

  it('is queried again', async () => {
    const told = { status: 0, stdout: '1\n' };
    const same = await requireSameHosts({ ...options, runner: answering(failed, told) }, all, []);
    expect(same).toEqual({ now: all, warnings: [] });
  });

  it('is refused, and not judged by its key', async () => {
    await expect(requireSameHosts({ ...options, runner: answering(failed) }, all, [])).rejects.toMatchObject({
      code: 'HOST_MACHINE_UNKNOWN',
      message:
        'node1 does not say whether it is the machine that the run began with: hostid failed twice (no more processes)',
      hint: 'run hostid on node1, and correct what it reports; if node1 is the same machine, resume or roll back with --same-machine node1',
    });
  });

  it('is accepted if the operator confirms that it is the same machine', async () => {
    const vouched = ['node1', 'node2', 'node3'];
    const { now } = await requireSameHosts({ ...options, runner: answering(failed) }, all, vouched);
    expect(now.map(({ machine }) => machine)).toEqual([undefined, undefined, undefined]);
  });
});
