import { describe, expect, it } from 'vitest';
import type { CommandModel } from '../../../folds/run/run-model.ts';
import { likeCommands } from './like-commands.ts';

let seq = 0;

/** @param milliseconds unheard: its end is not known */
function command(
  line: string,
  milliseconds: number | 'unheard' = 100,
  exitStatus = 0,
  changes = false,
): CommandModel {
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
  return { seq, host: 'node1', line, changes, state, startedAt: 0, outcome } as CommandModel;
}

const told = (commands: readonly CommandModel[]) =>
  likeCommands(commands).map(({ first, times, differs, milliseconds }) => ({
    line: first.line,
    ...{ times, differs, milliseconds },
  }));

const reads = (count: number, changes = false) =>
  Array.from({ length: count }, (_, record) =>
    command(`dd if=/dev/Volume2 iseek=${record * 6} count=1`, 100, 0, changes),
  );

describe('commands that follow upon each other', () => {
  it('are listed once where they are the same', () => {
    expect(told([command('sdxinfo'), command('sdxinfo'), command('mt status')])).toEqual([
      { line: 'sdxinfo', times: 2, differs: false, milliseconds: 200 },
      { line: 'mt status', times: 1, differs: false, milliseconds: 100 },
    ]);
  });

  it('are listed once where one number differs: the first as it was sent', () => {
    expect(told(reads(6))).toEqual([
      { line: 'dd if=/dev/Volume2 iseek=0 count=1', times: 6, differs: true, milliseconds: 600 },
    ]);
  });

  it('are listed one by one where they change something: each is shown as it was sent', () => {
    expect(told(reads(6, true)).map(({ line, times }) => `${line} ${times}`)).toEqual(
      reads(6).map(({ line }) => `${line} 1`),
    );
  });

  it.each([
    [
      'a few volumes are no list',
      ['2', '4', '6'].map((number) => command(`sdxinfo -V -o Volume${number}`)),
      ['sdxinfo -V -o Volume2', 'sdxinfo -V -o Volume4', 'sdxinfo -V -o Volume6'],
    ],
    [
      'another name is no number',
      ['app', 'data', 'home', 'opt', 'srv', 'var'].map((name) => command(`df /${name}`)),
      ['df /app', 'df /data', 'df /home', 'df /opt', 'df /srv', 'df /var'],
    ],
    [
      'one that failed stands by itself',
      [0, 1, 2, 3, 4, 5].map((record) => command(`dd iseek=${record}`, 100, record === 3 ? 2 : 0)),
      ['dd iseek=0', 'dd iseek=1', 'dd iseek=2', 'dd iseek=3', 'dd iseek=4', 'dd iseek=5'],
    ],
    [
      'two numbers',
      [1, 2, 3, 4, 5, 6].map((number) => command(`a ${number} ${number}`)),
      ['a 1 1', 'a 2 2', 'a 3 3', 'a 4 4', 'a 5 5', 'a 6 6'],
    ],
  ])('stay apart: %s', (_, commands, lines) => {
    expect(told(commands).map(({ line }) => line)).toEqual(lines);
  });

  it('have no time where the end of one is not known', () => {
    expect(told([command('mt rewind', 'unheard'), command('mt rewind', 'unheard')])).toMatchObject([
      { times: 2, milliseconds: undefined },
    ]);
  });
});
