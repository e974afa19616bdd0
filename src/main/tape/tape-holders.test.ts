import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { foldMedia, type MediaEvent } from './media-catalogue.ts';
import type { FoundTape } from './overwrite-rule.ts';
import { lossesOfRuns, lossEvents, plainTapeEvent, withWriters, writersOf } from './tape-holders.ts';

const place = { host: 'node3', device: '/dev/rmt/0' };
const at = (hour: number) => `2026-11-22T0${hour}:00:00.000Z`;
const record = Buffer.alloc(32_768, 7);
const sha256 = createHash('sha256').update(record).digest('hex');
const plain = (run: string, hour: number) =>
  plainTapeEvent({ run, sha256, files: [] }, { ...place, at: at(hour) });
const found: FoundTape = {
  ...place,
  found: 'a ufsdump',
  blank: false,
  label: undefined,
  firstRecord: record,
};

/** What the inventory shows once run `by` has overwritten the tape that was found. */
function overwritten(events: readonly MediaEvent[], by: string | undefined, hour: number): MediaEvent[] {
  return [...events, ...lossEvents(foldMedia(events), found, by, at(hour))];
}

describe('a tape without a label', () => {
  it('is recognized by its first record, and is lost once it is overwritten', () => {
    const events = [plain('r1', 1)];
    expect(writersOf(foldMedia(events), found)).toEqual(['r1']);
    expect(withWriters(found, ['r1']).found).toBe('a ufsdump, written by run r1');
    const after = foldMedia(overwritten(events, 'r2', 2));
    expect(lossesOfRuns(after)).toEqual(
      new Map([['r1', [{ tape: undefined, at: at(2), by: 'r2', certain: true }]]]),
    );
    expect(writersOf(after, found)).toEqual([]);
  });

  it('is one of several that begin alike: each of them may be lost, and none is known to be', () => {
    const events = [plain('r1', 1), plain('r2', 2)];
    expect(withWriters(found, writersOf(foldMedia(events), found)).found).toBe(
      'a ufsdump, written by one of the runs r1, r2',
    );
    const after = foldMedia(overwritten(events, 'r3', 3));
    expect([...lossesOfRuns(after).values()].flat().map(({ certain }) => certain)).toEqual([false, false]);
    expect(writersOf(after, found)).toEqual(['r1', 'r2']);
  });

  it('may be the unfinished one of a run that begins alike: the older one may be lost, but that is not known', () => {
    const known = foldMedia([plain('r1', 1)]);
    const writers = writersOf(known, found, 'r2');
    expect(writers).toEqual(['r1', 'r2']);
    const lost = lossEvents(known, found, 'r2', at(2), writers);
    expect(lost.map(({ run, certain }) => ({ run, certain }))).toEqual([{ run: 'r1', certain: false }]);
    expect(writersOf([], found, 'r2')).toEqual([]);
  });

  it('that its own run writes again is not lost', () => {
    expect(lossesOfRuns(foldMedia(overwritten([plain('r1', 1)], 'r1', 2))).size).toBe(0);
  });

  it('is unknown if its first record differs, or cannot be read', () => {
    const known = foldMedia([plain('r1', 1)]);
    expect(writersOf(known, { ...found, firstRecord: Buffer.alloc(512) })).toEqual([]);
    expect(writersOf(known, { ...found, firstRecord: undefined })).toEqual([]);
  });
});

describe('an inventory of an earlier release', () => {
  const labelled = (uuid: string, run: string, hour: number): MediaEvent => ({
    ...place,
    what: 'labelled',
    at: at(hour),
    uuid,
    name: 'A',
    run,
  });

  it('does not show what a label of the same name replaced: the earlier tape may be lost', () => {
    const tapes = foldMedia([labelled('u1', 'r1', 1), labelled('u2', 'r2', 2)]);
    expect(lossesOfRuns(tapes)).toEqual(
      new Map([['r1', [{ tape: 'A', at: at(2), by: 'r2', certain: false }]]]),
    );
    expect(tapes.find(({ uuid }) => uuid === 'u1')).toMatchObject({ replaced: true, lost: false });
  });

  it('is extended: a label on a blank tape with the same name loses nothing', () => {
    const second: MediaEvent = { ...labelled('u2', 'r2', 2), onto: 'blank' };
    expect(lossesOfRuns(foldMedia([labelled('u1', 'r1', 1), second])).size).toBe(0);
  });

  it('has tapes whose drive was checked: they are lost by hand', () => {
    const events: MediaEvent[] = [labelled('u1', 'r1', 1), { ...labelled('u1', 'r1', 2), what: 'lost' }];
    expect(lossesOfRuns(foldMedia(events))).toEqual(
      new Map([['r1', [{ tape: 'A', at: at(2), by: undefined, certain: true }]]]),
    );
  });
});
