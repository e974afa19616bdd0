/** Fingerprints as journals have them, those of earlier releases included. */
import { describe, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../../../contract/events.ts';
import { fingerprintIn, fingerprintSeedOf } from './fingerprint.ts';
import type { Assignment } from '../assignment.ts';

const sha256 = 'a'.repeat(64);
const blocksOf = (records: readonly number[]) => records.map((record) => ({ record, sha256 }));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

const taken = (fields: Partial<EventOf<'fingerprint'>>): RunEvent => ({
  type: 'fingerprint',
  seq: 1,
  at: '2026-11-28T17:00:00.000Z',
  run: '20261128-170000-Volume2-2',
  prev: '0'.repeat(64),
  step: 'fingerprint',
  volume: 'Volume2',
  side: 'primary',
  host: 'node1',
  seed: '20261128-170000-Volume2',
  recordBytes: 32_768,
  blocks: [],
  ...fields,
});

const wanting = (fingerprint: number) => ({ job: { verify: { fingerprint } } }) as Assignment;
/** 100 records. */
const volume = { proxy: 'Volume2', blocks: 6400 };

describe('the seed of a run', () => {
  it('is the one that its fingerprint was taken with, whatever the run is called', () => {
    expect(fingerprintSeedOf([taken({})])).toBe('20261128-170000-Volume2');
    expect(fingerprintSeedOf([taken({ side: 'backup' })])).toBeUndefined();
  });
});

describe('the fingerprint in a journal', () => {
  it('of an earlier release has one set', () => {
    const event = taken({ blocks: blocksOf(upTo(64)) });
    expect(fingerprintIn([event], wanting(64), volume)).toEqual({ first: blocksOf(upTo(64)), second: [] });
  });

  it('has two sets', () => {
    const [blocks, second] = [blocksOf([0, 99]), blocksOf([10, 60])];
    expect(fingerprintIn([taken({ blocks, second })], wanting(2), volume)).toEqual({ first: blocks, second });
  });

  it('is complete where both sets together are the whole volume', () => {
    const [blocks, second] = [blocksOf(upTo(50)), blocksOf(upTo(50))];
    expect(fingerprintIn([taken({ blocks, second })], wanting(64), volume)?.first).toEqual(blocks);
  });

  it('is ignored where it has fewer records than the job wants', () => {
    expect(fingerprintIn([taken({ blocks: blocksOf(upTo(63)) })], wanting(64), volume)).toBeUndefined();
    expect(fingerprintIn([], wanting(64), volume)).toBeUndefined();
  });
});
