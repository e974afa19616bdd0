import { describe, expect, it } from 'vitest';
import { provenRestorable } from './proven-restorable.ts';

const restored = { run: '20261123-090000-volume2-restore', at: '2026-11-23T10:00:00.000Z' };
const drilled = { at: '2026-11-24T10:00:00.000Z' };

describe('a backup is proven restorable', () => {
  it('by nothing, where neither a restore nor a drill is known', () => {
    expect(provenRestorable({}, 'Volume2')).toBeUndefined();
  });

  it('by the newer of a restore and a drill', () => {
    expect(provenRestorable({ restored, drilled }, 'Volume2')).toEqual({ at: drilled.at, by: 'drill' });
    const later = { ...restored, at: '2026-11-25T10:00:00.000Z' };
    expect(provenRestorable({ restored: later, drilled }, 'Volume2')).toEqual({
      at: later.at,
      by: 'restore',
      level: 'restored',
      run: restored.run,
    });
  });

  it('only for the volumes that the proof names', () => {
    const some = { ...drilled, volumes: ['Volume4'] };
    expect(provenRestorable({ drilled: some }, 'Volume2')).toBeUndefined();
    expect(provenRestorable({ drilled: some }, 'Volume4')).toEqual({ at: drilled.at, by: 'drill' });
    expect(provenRestorable({ drilled: some }, undefined)).toBeUndefined();
    const levelled = { drilled: { ...drilled, level: 'read' as const } };
    expect(provenRestorable(levelled, 'Volume2')).toEqual({ at: drilled.at, by: 'drill', level: 'read' });
  });
});
