/** What the hash of the whole proxy costs, according to the plan. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../../contract/events.ts';
import type { Assignment } from '../assignment.ts';
import { measuredHash, wholeHashCost } from './whole-hash-cost.ts';

const assignment = (job: object = {}, ...proxies: readonly string[]) =>
  ({
    siteName: 'payroll',
    jobName: 'nightly',
    primaryNodes: ['node1', 'node2'],
    volumes: (proxies.length === 0 ? ['Volume2'] : proxies).map((proxy) => ({
      master: proxy.replace(/\d/, (digit) => `${Number(digit) - 1}`),
      proxy,
      blocks: 2_097_152,
    })),
    job: { verify: { fingerprint: 'all' }, services: 'ask', rejoin: 'after-backup', ...job },
  }) as unknown as Assignment;

const waits =
  'the rejoin and its copy wait for the hash: Volume1 has no synchronized copy until they finish. The services do not wait: they resume in step 3-4';

describe('the cost of the hash', () => {
  it('is the bytes to be read, the node that reads them, and what waits; no time is estimated', () => {
    expect(wholeHashCost(assignment(), 'none')).toEqual({
      node: 'node1',
      bytes: 1_073_741_824,
      bytesPerSecond: undefined,
      seconds: undefined,
      notes: [
        'node1 reads 1 GiB: all of Volume2',
        'its duration is not known: no earlier run of this job hashed a whole proxy on node1',
        waits,
      ],
    });
  });

  it('includes a time where an earlier run of the job has hashed its proxies', () => {
    const earlier = { run: '20261122-020004-volume2', bytesPerSecond: 107_374_182.4 };
    expect(wholeHashCost(assignment(), earlier)).toMatchObject({
      bytesPerSecond: 107_374_182.4,
      seconds: 10,
      notes: ['node1 reads 1 GiB: all of Volume2', 'run 20261122-020004-volume2 hashed at this rate', waits],
    });
  });

  it('names all volumes of the job, and services and rejoin only if the job has them', () => {
    const notesOf = (job: object, ...proxies: readonly string[]) =>
      wholeHashCost(assignment(job, ...proxies), undefined)?.notes;
    expect(notesOf({ services: 'not-needed' }, 'Volume2', 'Volume4')).toEqual([
      'node1 reads 2 GiB: all of Volume2 and Volume4',
      'the rejoin and its copy wait for the hash: Volume1 and Volume3 have no synchronized copy until they finish',
    ]);
    expect(notesOf({ rejoin: 'leave-parted' })).toEqual([
      'node1 reads 1 GiB: all of Volume2',
      'the end of the run waits for the hash',
    ]);
  });

  it('is none where the job only samples records', () => {
    expect(wholeHashCost(assignment({ verify: { fingerprint: 64 } }), 'none')).toBeUndefined();
  });
});

describe('the rate of an earlier run', () => {
  const hashed = (host: string, bytes: number, milliseconds: number) => ({
    type: 'proxy-hash',
    host,
    bytes,
    milliseconds,
  });
  const measured = (started: object, ...events: readonly object[]) =>
    measuredHash(
      'earlier',
      [{ type: 'run-started', site: 'payroll', job: 'nightly', ...started }, ...events] as RunEvent[],
      assignment(),
    );

  it('is that of all its proxies together', () => {
    expect(measured({}, hashed('node1', 3_000_000, 1000), hashed('node1', 1_000_000, 3000))).toEqual({
      run: 'earlier',
      bytesPerSecond: 1_000_000,
    });
  });

  it.each([
    { what: 'of another job', started: { job: 'weekly' }, host: 'node1', milliseconds: 1000 },
    { what: 'of another site', started: { site: 'lab' }, host: 'node1', milliseconds: 1000 },
    { what: 'on another node', started: {}, host: 'node2', milliseconds: 1000 },
    { what: 'that took no measurable time', started: {}, host: 'node1', milliseconds: 0 },
  ])('is not that of a hash $what', ({ started, host, milliseconds }) => {
    expect(measured(started, hashed(host, 1_000_000, milliseconds))).toBeUndefined();
  });
});
