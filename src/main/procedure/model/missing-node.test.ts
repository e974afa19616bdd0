import { describe, expect, it } from 'vitest';
import type { Assignment } from './assignment.ts';
import { missingVerdicts, missingWords, whyDownMustBeKnown } from './missing-node.ts';
import type { Step } from './step.ts';

function job(method: string, services: string): Pick<Assignment, 'class' | 'job' | 'volumes'> {
  const volumes = [{ master: 'Volume1', proxy: 'Volume2', method }];
  return { class: 'Class1', job: { services }, volumes } as unknown as Assignment;
}

const step = (phase: string, performance = 'commands') => ({ phase, performance }) as Step;
const missing = {
  node: 'node2',
  since: '2026-11-22T02:00:04.000Z',
  reason: 'node2 (node2, port 22) cannot be reached: no answer',
};

describe('a node that does not answer', () => {
  const writes = 'method 6b backs up a file system that the node may still write to';
  const unstopped = 'services that run there cannot be stopped';

  it.each([
    ['6a', 'not-needed', false, step('prepare', 'lock'), undefined],
    ['6a', 'ask', false, step('prepare', 'lock'), unstopped],
    ['6a', 'ask', true, step('dump', 'dump'), undefined],
    ['6b', 'not-needed', false, step('prepare', 'lock'), writes],
    ['6b', 'not-needed', true, step('dump', 'dump'), writes],
    ['6b', 'not-needed', true, step('dump', 'read-back'), undefined],
    ['6b', 'ask', true, step('rejoin'), undefined],
  ])('method %s, services %s, parted %s: step %o', (method, services, partBegun, at, why) => {
    expect(whyDownMustBeKnown(job(method, services), { partBegun }, at)).toBe(why);
  });

  it('is reported with everything that is not checked on it', () => {
    expect(missingWords(job('6a', 'ask'), missing)).toBe(
      'node2: no answer since 2026-11-22T02:00:04.000Z; not checked: whether node2 shows Volume2 parted, stopped and in sync; whether Volume2 is mounted on node2; whether services on node2 use Volume1; the lock of Class1 on node2; which machine node2 is',
    );
  });

  it('is listed with the checks as one that neither holds nor fails', () => {
    expect(missingVerdicts([missing])).toMatchObject([
      { verdict: 'not-shown', expected: 'node2 answers', actual: 'no answer since 2026-11-22T02:00:04.000Z' },
    ]);
    expect(missingVerdicts()).toEqual([]);
  });
});
