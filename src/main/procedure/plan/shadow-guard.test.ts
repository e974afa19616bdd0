/** How a run has left its shadow, according to its own commands. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import type { VolumeAssignment } from '../model/assignment.ts';
import { shadowStateOf } from './shadow-guard.ts';

const volume = { shadow: { class: 'Class2', group: 'Group2', volume: 'Volume2' } } as VolumeAssignment;
const common = { at: '2026-11-28T17:00:00.000Z', run: 'run', prev: '0'.repeat(64), step: '5' };

/** `-F`, `-F fails` or `-F unheard`: a command on Volume2 and how it ended. */
function events(...commands: readonly string[]): RunEvent[] {
  return commands.flatMap((command, index): RunEvent[] => {
    const [option = '', ending] = command.split(' ');
    const seq = index * 2 + 1;
    const argv = ['sdxshadowvolume', option, '-c', 'Class2', '-v', 'Volume2'];
    const intent: RunEvent = {
      ...common,
      type: 'intent',
      seq,
      host: 'node3',
      argv,
      line: argv.join(' '),
      changes: true,
    };
    if (ending === 'unheard') return [intent];
    const output = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
    const exitStatus = ending === 'fails' ? 1 : 0;
    return [intent, { ...common, ...output, type: 'outcome', seq: seq + 1, of: seq, exitStatus }];
  });
}

describe('the shadow of a run', () => {
  it.each([
    { what: 'as it is made', commands: ['-M'], state: 'ro' },
    { what: 'stopped', commands: ['-M', '-F'], state: 'between' },
    { what: 'started for writing', commands: ['-M', '-F', '-N'], state: 'rw' },
    { what: 'not stopped, since that failed', commands: ['-M', '-F fails'], state: 'ro' },
    { what: 'stopped, since starting it failed', commands: ['-M', '-F', '-N fails'], state: 'between' },
    { what: 'with an end that was not seen', commands: ['-M', '-F', '-N unheard'], state: 'between' },
    { what: 'removed', commands: ['-M', '-F', '-R'], state: 'between' },
    { what: 'made anew', commands: ['-M', '-F', '-N', '-F', '-R', '-M'], state: 'ro' },
  ])('is $what', ({ commands, state }) => {
    expect(shadowStateOf(events(...commands), volume)).toBe(state);
  });

  it.each([
    'sdxshadowvolume -F -c Class2 -v Volume9',
    'sdxshadowvolume -F -c Class9 -v Volume2',
    'sdxvolume -F -c Class2 -v Volume2',
    'sdxshadowvolume -F -c Class2',
  ])('is not changed by %s', (line) => {
    const [intent, ...others] = events('-F');
    const other = { ...intent, argv: line.split(' ') } as RunEvent;
    expect(shadowStateOf([other, ...others], volume)).toBe('ro');
  });

  it('is changed with others in one command', () => {
    const [intent, ...others] = events('-F');
    const both = {
      ...intent,
      argv: 'sdxshadowvolume -F -c Class2 -v Volume9,Volume2'.split(' '),
    } as RunEvent;
    expect(shadowStateOf([both, ...others], volume)).toBe('between');
  });
});
