import { describe, expect, it } from 'vitest';
import { foldMedia, type MediaEvent } from './media-catalogue.ts';
import { keptWords, nextOfPool } from './pool.ts';

const pool = ['W1', 'W2', 'W3'];

/** A tape that was labeled by a run on a day of December 2026. */
const written = (name: string, day: number, until?: string): MediaEvent => ({
  what: 'labelled',
  at: `2026-12-${String(day).padStart(2, '0')}T02:00:00Z`,
  uuid: `${name}-${day}`,
  name,
  run: `run-${day}`,
  host: 'node3',
  device: '/dev/rmt/0',
  onto: 'blank',
  ...(until === undefined ? {} : { keepUntil: `${until}T00:00:00.000Z` }),
});

const next = (day: string, ...events: MediaEvent[]) =>
  nextOfPool(pool, foldMedia(events), new Date(`${day}T02:00:00Z`));

describe('the next tape of a pool', () => {
  it('is one that was never written, in the order of the pool', () => {
    expect(next('2026-12-01').next?.name).toBe('W1');
    expect(next('2026-12-02', written('W1', 1, '2026-12-22')).next?.name).toBe('W2');
    const byHand = { ...written('W2', 2), run: undefined };
    expect(next('2026-12-02', written('W1', 1, '2026-12-02'), byHand).next?.name).toBe('W2');
  });

  it('is then the one that was written the longest ago, if its retention has ended', () => {
    const all = [
      written('W2', 1, '2026-12-22'),
      written('W3', 8, '2026-12-29'),
      written('W1', 15, '2027-01-05'),
    ];
    expect(next('2026-12-22', ...all).next?.name).toBe('W2');
    expect(next('2027-02-01', ...all).next?.name).toBe('W2');
    expect(next('2027-02-01', ...all, written('W2', 28, '2027-01-18')).next?.name).toBe('W3');
  });

  it('is none while all are in retention', () => {
    const all = [written('W1', 1, '2026-12-22'), written('W2', 8, '2026-12-29'), written('W3', 15)];
    const choice = next('2026-12-21', ...all);
    expect(choice.next).toBeUndefined();
    expect(keptWords(choice)).toBe(
      'W1 is in retention until 2026-12-22, W2 is in retention until 2026-12-29, W3 has no end of retention',
    );
  });

  it('may be one whose contents were overwritten, and is named with its place', () => {
    const tape = written('W1', 1, '2027-12-22');
    const lost: MediaEvent = { ...tape, what: 'lost', at: '2026-12-02T02:00:00Z' };
    const moved: MediaEvent = { ...tape, what: 'moved', at: '2026-12-03T02:00:00Z', location: 'fire safe 2' };
    expect(next('2026-12-04', tape, lost, moved).next).toEqual({ name: 'W1', location: 'fire safe 2' });
  });

  it('is none that was declared lost, until it is found or a tape gets its name', () => {
    const tape = written('W1', 1, '2026-12-04');
    const missing: MediaEvent = { ...tape, what: 'lost', at: '2026-12-02T02:00:00Z', declaredBy: 'ann@host' };
    const others = [written('W2', 2, '2027-12-22'), written('W3', 3, '2027-12-22')];
    const choice = next('2026-12-05', tape, ...others, missing);
    expect(choice.next).toBeUndefined();
    expect(keptWords(choice)).toBe(
      'W2 is in retention until 2027-12-22, W3 is in retention until 2027-12-22, W1 is lost',
    );
    const found: MediaEvent = { ...tape, what: 'moved', at: '2026-12-05T01:00:00Z', found: true };
    expect(next('2026-12-05', tape, ...others, missing, found).next?.name).toBe('W1');
    const bought: MediaEvent = { ...written('W1', 4), uuid: 'W1-new', run: undefined };
    expect(next('2026-12-05', tape, ...others, missing, bought).next?.name).toBe('W1');
  });
});
