import { describe, expect, it } from 'vitest';
import type { CommandModel } from '../../../folds/run-model.ts';
import { likeCommands } from './like-commands.ts';

let seq = 0;

/** @param milliseconds unheard: its end was never heard of */
function command(line: string, milliseconds: number | 'unheard' = 100, exitStatus = 0): CommandModel {
  seq += 1;
  const common = { seq, at: '2026-11-22T14:53:07.000Z', run: 'r', prev: '', of: seq };
  const outcome =
    milliseconds === 'unheard'
      ? undefined
      : {
          ...common,
          type: 'outcome' as const,
          exitStatus,
          milliseconds,
          stdout: '',
          stderr: '',
          stdoutBytes: 0,
          stderrBytes: 0,
        };
  const state = milliseconds === 'unheard' ? 'unheard' : exitStatus === 0 ? 'good' : 'bad';
  return { seq, host: 'node1', line, changes: false, state, startedAt: 0, outcome } as CommandModel;
}

const told = (commands: readonly CommandModel[]) =>
  likeCommands(commands).map(({ line, times, numbers, milliseconds }) => ({
    line,
    times,
    numbers,
    milliseconds,
  }));

describe('commands that follow upon each other', () => {
  it('stand once where they are the same', () => {
    expect(told([command('sdxinfo'), command('sdxinfo'), command('mt status')])).toEqual([
      { line: 'sdxinfo', times: 2, numbers: [], milliseconds: 200 },
      { line: 'mt status', times: 1, numbers: [], milliseconds: 100 },
    ]);
  });

  it('stand once where one number differs, which is told', () => {
    const reads = ['0', '66', '72'].map((record) => command(`dd if=/dev/Volume2 iseek=${record} count=1`));
    expect(told(reads)).toEqual([
      { line: 'dd if=/dev/Volume2 iseek=N count=1', times: 3, numbers: ['0', '66', '72'], milliseconds: 300 },
    ]);
  });

  it.each([
    ['two are no list', [command('dd iseek=0'), command('dd iseek=1')], ['dd iseek=0', 'dd iseek=1']],
    [
      'another name is no number',
      [command('umount /app'), command('umount /data'), command('umount /home')],
      ['umount /app', 'umount /data', 'umount /home'],
    ],
    [
      'one that failed stands by itself',
      [command('dd iseek=0'), command('dd iseek=1', 100, 2), command('dd iseek=2')],
      ['dd iseek=0', 'dd iseek=1', 'dd iseek=2'],
    ],
    ['two numbers', [command('a 1 1'), command('a 2 2'), command('a 3 3')], ['a 1 1', 'a 2 2', 'a 3 3']],
  ])('stay apart: %s', (_, commands, lines) => {
    expect(told(commands).map(({ line }) => line)).toEqual(lines);
  });

  it('have no time where the end of one was not heard of', () => {
    expect(told([command('mt rewind', 'unheard'), command('mt rewind', 'unheard')])).toMatchObject([
      { times: 2, milliseconds: undefined },
    ]);
  });
});
