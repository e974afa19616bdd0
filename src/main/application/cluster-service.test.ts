import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClusterService } from './cluster-service.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';

const site = {
  hosts: { tapehost: { role: 'tape' } },
  tape: { host: 'tapehost', device: '/dev/nst0' },
  jobs: {},
} as unknown as Site;

const start = { lockRefusals: () => Promise.resolve([]), withTape: (named: NamedJob) => named };

/** A host that accepts or refuses a login when a test says so. */
function slowHost() {
  let settle: { letIn: () => void; refuse: () => void } = { letIn: () => undefined, refuse: () => undefined };
  const connecting = new Promise<void>((letIn, refuse) => {
    settle = { letIn, refuse: () => refuse(new Error('no answer within 20 s')) };
  });
  const hosts = { session: () => ({ connect: () => connecting }) } as unknown as SshHosts;
  return { service: new ClusterService(site, hosts, start), settle };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits ten seconds for a login, shows the rest, and reports when the host has answered', async () => {
  const { service, settle } = slowHost();
  const onArrival = vi.fn();
  const looking = service.look({ abort: new AbortController().signal, onArrival });
  await vi.advanceTimersByTimeAsync(10_000);
  const { hosts, tape } = await looking;
  expect(hosts).toEqual([
    {
      host: 'tapehost',
      reached: false,
      code: 'HOST_NO_ANSWER_YET',
      trouble: 'no login on tapehost within 10 seconds',
      hint: 'Shadowtape keeps trying and shows the host when the login succeeds. If a login question is open, answer it',
    },
  ]);
  expect(tape.state).toBe('unreached');
  expect(onArrival).not.toHaveBeenCalled();
  settle.letIn();
  await vi.advanceTimersByTimeAsync(0);
  expect(onArrival).toHaveBeenCalledOnce();
});

it('reports nothing if the host never answers', async () => {
  const { service, settle } = slowHost();
  const onArrival = vi.fn();
  const looking = service.look({ abort: new AbortController().signal, onArrival });
  await vi.advanceTimersByTimeAsync(10_000);
  await looking;
  settle.refuse();
  await vi.advanceTimersByTimeAsync(0);
  expect(onArrival).not.toHaveBeenCalled();
});
