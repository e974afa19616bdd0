import { describe, expect, it } from 'vitest';
import { refusalByHand, refusalOfRun, type FoundTape } from './overwrite-rule.ts';
import type { TapeLabel } from './tape-label.ts';

const now = new Date('2026-11-22T02:00:00Z');
const place = { host: 'node3', device: '/dev/rmt/0' };
const labelOf = (more: Partial<TapeLabel> = {}): TapeLabel => ({
  name: 'A',
  uuid: 'u',
  writtenAt: '2026-11-01T00:00:00.000Z',
  site: 's',
  run: 'r0',
  volumes: [],
  recordBytes: 32_768,
  ...more,
});
const blank: FoundTape = { ...place, found: 'blank', blank: true, label: undefined };
const foreign: FoundTape = { ...place, found: 'a ufsdump', blank: false, label: undefined };
const ours = (more?: Partial<TapeLabel>): FoundTape => ({
  ...place,
  found: 'the label "A"',
  blank: false,
  label: labelOf(more),
});
const kept = ours({ keepUntil: '2026-12-01T00:00:00.000Z' });
const passed = ours({ keepUntil: '2026-11-21T00:00:00.000Z' });

describe('by hand', () => {
  const rule = (tape: FoundTape, named?: string) => refusalByHand(tape, named, now)?.code;

  it('a blank tape may be written, whatever was named', () => {
    expect([rule(blank), rule(blank, 'A'), rule(blank, 'data')]).toEqual([undefined, undefined, undefined]);
  });

  it('the contents of a tape may be lost only if it is named', () => {
    expect([rule(foreign), rule(foreign, 'A'), rule(foreign, 'data')]).toEqual([
      'TAPE_NOT_BLANK_NAME_IT',
      'TAPE_IS_ANOTHER',
      undefined,
    ]);
    expect([rule(ours()), rule(ours(), 'data'), rule(ours(), 'a'), rule(ours(), 'A')]).toEqual([
      'TAPE_NOT_BLANK_NAME_IT',
      'TAPE_IS_ANOTHER',
      'TAPE_IS_ANOTHER',
      undefined,
    ]);
  });

  it('a tape in retention is refused, even if it is named', () => {
    expect([rule(kept, 'A'), rule(kept), rule(passed, 'A')]).toEqual(['TAPE_KEPT', 'TAPE_KEPT', undefined]);
  });

  it('says what to name', () => {
    expect(refusalByHand(foreign, undefined, now)?.hint).toBe(
      'insert a blank tape; or, if its contents may be lost, name it: --overwrite data',
    );
    expect(refusalByHand(ours(), 'B', now)).toMatchObject({
      message: 'the tape in /dev/rmt/0 on node3 is not the tape "B": it holds the label "A"',
      hint: 'insert the tape "B"',
    });
  });
});

describe('by a run', () => {
  const rule = (tape: FoundTape, wish: { name?: string; overwrite?: boolean } = {}) =>
    refusalOfRun(tape, { name: wish.name, overwrite: wish.overwrite ?? false, run: 'r1' }, now)?.code;

  it('a blank tape and the run’s own may be written', () => {
    expect([rule(blank), rule(blank, { name: 'B' })]).toEqual([undefined, undefined]);
    expect(rule(ours({ run: 'r1', keepUntil: '2026-12-01T00:00:00.000Z' }))).toBeUndefined();
  });

  it('one that was labeled by hand is empty: a job may write it that names it, or names none', () => {
    const empty = ours({ run: undefined });
    expect([rule(empty, { name: 'A' }), rule(empty), rule(empty, { name: 'B' })]).toEqual([
      undefined,
      undefined,
      'TAPE_IS_ANOTHER',
    ]);
  });

  it('data without a label is never overwritten', () => {
    expect([rule(foreign), rule(foreign, { name: 'A', overwrite: true })]).toEqual([
      'TAPE_NOT_LABELLED',
      'TAPE_NOT_LABELLED',
    ]);
  });

  it('the named tape is overwritten if the job allows it, or its retention has ended', () => {
    const name = 'A';
    expect([rule(ours(), { name }), rule(kept, { name }), rule(passed, { name })]).toEqual([
      'TAPE_NOT_BLANK',
      'TAPE_KEPT',
      undefined,
    ]);
    expect([rule(ours(), { name, overwrite: true }), rule(kept, { name, overwrite: true })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a tape other than the named one is never overwritten', () => {
    expect([rule(passed, { name: 'B' }), rule(ours(), { name: 'B', overwrite: true })]).toEqual([
      'TAPE_IS_ANOTHER',
      'TAPE_IS_ANOTHER',
    ]);
  });

  it('a job that names none overwrites a tape only with overwrite: true', () => {
    expect([rule(passed), rule(kept), rule(ours()), rule(ours(), { overwrite: true })]).toEqual([
      'TAPE_NOT_BLANK',
      'TAPE_KEPT',
      'TAPE_NOT_BLANK',
      undefined,
    ]);
  });
});
