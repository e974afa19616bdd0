import { describe, expect, it } from 'vitest';
import type { Hosts } from './hosts.ts';
import { Steadiness } from './steadiness.ts';

/** Hosts that count connections as the test says. */
function someHosts() {
  const connections = new Map([
    ['node1', 1],
    ['node3', 1],
  ]);
  const lose = (name: string) => void connections.set(name, (connections.get(name) ?? 0) + 1);
  const hosts = { session: (name: string) => ({ connections: connections.get(name) }) } as unknown as Hosts;
  return { hosts, lose };
}

const look = { host: 'node3', argv: ['sdxinfo'], changes: false };
const change = { host: 'node3', argv: ['fsck'], changes: true };
const connected = () => Promise.resolve();

describe('a check of a step', () => {
  it('is not made again as long as no connection is lost', async () => {
    const { hosts } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    let judged = 0;
    const judge = () => Promise.resolve(void (judged += 1));
    await steadiness.relying(judge, 'end', () => steadiness.ensure(change, connected));
    expect(judged).toBe(0);
  });

  it('is made again before the next command if a connection was lost, or a host was queried again', async () => {
    const { hosts, lose } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    let judged = 0;
    const judge = () => steadiness.steadily(() => Promise.resolve(void (judged += 1)));
    await steadiness.relying(judge, 'end', async () => {
      lose('node1');
      await steadiness.ensure(look, connected);
      expect(judged).toBe(1);
      await steadiness.ensure(look, connected);
      expect(judged).toBe(1);
      steadiness.disturb();
      await steadiness.ensure(change, connected);
      expect(judged).toBe(2);
    });
  });

  it('is made again if the connection for the command itself had to be renewed', async () => {
    const { hosts, lose } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    const judge = () => Promise.reject(new Error('the proxy is joined'));
    const sending = steadiness.relying(judge, 'end', () =>
      steadiness.ensure(change, () => Promise.resolve(lose('node3'))),
    );
    await expect(sending).rejects.toThrow('the proxy is joined');
  });

  it('is valid only until the first command that changes something, if the step changes it itself', async () => {
    const { hosts, lose } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    let judged = 0;
    const judge = () => steadiness.steadily(() => Promise.resolve(void (judged += 1)));
    await steadiness.relying(judge, 'first-change', async () => {
      lose('node3');
      await steadiness.ensure(change, connected);
      lose('node3');
      await steadiness.ensure(change, connected);
    });
    expect(judged).toBe(1);
  });

  it('is repeated until no connection is lost meanwhile; earlier observations do not count', async () => {
    const { hosts, lose } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    const asked: boolean[] = [];
    const seen = await steadiness.steadily((isAnew) => {
      asked.push(isAnew);
      if (asked.length < 3) lose('node3');
      return Promise.resolve(asked.length);
    });
    expect(seen).toBe(3);
    expect(asked).toEqual([false, true, true]);
  });

  it('is not made again while it is in progress', async () => {
    const { hosts, lose } = someHosts();
    const steadiness = new Steadiness(hosts, ['node1', 'node3']);
    let judged = 0;
    const judge = () =>
      steadiness.steadily(async () => {
        judged += 1;
        await steadiness.ensure(look, connected);
      });
    await steadiness.relying(judge, 'end', async () => {
      lose('node3');
      await steadiness.ensure(change, connected);
    });
    expect(judged).toBe(1);
  });
});
