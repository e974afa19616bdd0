import { expect, it } from 'vitest';
import type { PairProtection } from '../contract/protection.ts';
import { protectionWords, serviceStateOf, volumesOf, worstServiceState } from './volume-protection.ts';

const hour = 3600;
const trouble = { run: '20261101-020000-volume2', sentence: 'the dump failed' };

const pair = (more: Partial<PairProtection>): PairProtection => ({
  job: 'nightly',
  class: 'Class1',
  master: 'Volume1',
  proxy: 'Volume2',
  everySeconds: 24 * hour,
  state: 'protected',
  reason: '',
  backup: undefined,
  trouble: undefined,
  runningRun: undefined,
  ...more,
});

const aged = (hours: number) => ({ run: 'R', at: '', ageSeconds: hours * hour, tapeNames: [] });

const missedDrill = { due: '2026-11-28T14:00:00.000Z', sentence: 'the drill was missed' };

it('a drill that one of its jobs missed is shown for the volume, before those that missed none', () => {
  const volumes = volumesOf([
    pair({ proxy: 'Volume4' }),
    pair({}),
    pair({ job: 'weekly', missedDrill }),
    pair({ proxy: 'Volume6', state: 'failed' }),
  ]);
  expect(volumes.map((each) => [each.key, protectionWords(each), serviceStateOf(each)])).toEqual([
    ['Class1/Volume6', 'failed', 'CRITICAL'],
    ['Class1/Volume2', 'protected, drill missed', 'CRITICAL'],
    ['Class1/Volume4', 'protected', 'OK'],
  ]);
});

it('a volume of two jobs is one entry with the gravest judgment', () => {
  const volumes = volumesOf([pair({}), pair({ job: 'weekly', state: 'missed' }), pair({ proxy: 'Volume4' })]);
  expect(volumes.map(({ key, state, jobs }) => [key, state, jobs])).toEqual([
    ['Class1/Volume2', 'missed', ['weekly', 'nightly']],
    ['Class1/Volume4', 'protected', ['nightly']],
  ]);
});

it.each([
  ['protected', {}, 'OK'],
  ['unknown', {}, 'UNKNOWN'],
  ['failed', { trouble, backup: aged(20) }, 'CRITICAL'],
  ['action required', { trouble }, 'CRITICAL'],
  ['missed', { backup: aged(25) }, 'WARNING'],
  ['missed', { backup: aged(48) }, 'WARNING'],
  ['missed', { backup: aged(49) }, 'CRITICAL'],
  ['missed', { backup: aged(20), missedNight: { due: '', sentence: '' } }, 'CRITICAL'],
  ['overdue', {}, 'WARNING'],
  ['overdue', { trouble, backup: aged(25) }, 'CRITICAL'],
] as const)('%s with %o is %s for a monitor', (state, more, service) => {
  expect(serviceStateOf(pair({ state, ...more }))).toBe(service);
});

it('the worst volume counts, UNKNOWN less than what is known to be wrong', () => {
  const [ok, unknown, late, failed] = [
    pair({}),
    pair({ state: 'unknown' }),
    pair({ state: 'overdue' }),
    pair({ state: 'failed' }),
  ];
  expect(worstServiceState([])).toBe('UNKNOWN');
  expect(worstServiceState([ok])).toBe('OK');
  expect(worstServiceState([ok, unknown])).toBe('UNKNOWN');
  expect(worstServiceState([ok, unknown, late])).toBe('WARNING');
  expect(worstServiceState([ok, unknown, late, failed])).toBe('CRITICAL');
});
