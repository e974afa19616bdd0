/** What a drill reads of a run, and how far it has proven it. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { fixtureEvents } from '../../folds/journals.test-support.ts';
import { drillSources, levelOfDrill, type DrilledVolume } from './drill.ts';

const volumesOf = (events: readonly RunEvent[], volume?: string): string[] =>
  drillSources('backup-1', events, volume).map((source) => source.volume);

describe('a drill reads', () => {
  it('every volume of a run in the order of its files on tape, or the one that is named', () => {
    const events = fixtureEvents('three-volumes');
    expect(volumesOf(events)).toEqual(['Volume2', 'Volume4', 'Volume6']);
    expect(volumesOf(events, 'Volume4')).toEqual(['Volume4']);
  });

  it('no run that has written no tape', () => {
    expect(() => volumesOf(fixtureEvents('restore'))).toThrow(
      failure('RUN_HAS_NO_TAPE', { run: 'backup-1' }),
    );
  });

  it('no volume without a digest: there is nothing to compare it with', () => {
    const events = fixtureEvents('raw-dd').map((event) =>
      event.type === 'digest'
        ? { ...event, sha256: undefined, crc32: undefined, cksum: undefined, onTapeSha256: undefined }
        : event,
    );
    expect(() => volumesOf(events)).toThrow(
      failure('RUN_HAS_NO_DIGEST', { run: 'backup-1', volume: 'Volume2' }),
    );
  });
});

describe('the level of a drill', () => {
  const read: DrilledVolume = { volume: 'Volume2', bytes: 1, sha256: 'f8' };
  const extracted: DrilledVolume = { ...read, volume: 'Volume4', extracted: { entries: 1, leftOut: 0 } };

  it('is that of the volume with which it got least far', () => {
    expect(levelOfDrill([extracted, extracted])).toBe('extracted');
    expect(levelOfDrill([extracted, read])).toBe('read');
  });
});
