/** The command that holds a shadow open, run by the shells of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sentLine } from '../../ssh/quoting.ts';
import type { VolumeAssignment } from './assignment.ts';
import { holderCommand, holdersIn, isHeldOpen, parseHeld } from './shadow-holder.ts';

const volume = (method: string) =>
  ({ method, shadow: { class: 'Class2', group: 'Group2', volume: 'Volume2' } }) as VolumeAssignment;
const command = holderCommand('20261128-170000', volume('6b'));

it('has the raw device of the shadow opened, on one line for csh', () => {
  expect(command).toEqual([
    'sh',
    '-c',
    ': shadowtape-holder 20261128-170000; exec 3< "$1" || exit 1; echo "held $$"; while read line; do echo "held $$"; done',
    'sh',
    '/dev/sfdsk/Class2/rdsk/Volume2',
  ]);
});

it('is sent for every dump but that of a raw device that passes through this program', () => {
  expect(isHeldOpen({ route: 'console' }, volume('6a'))).toBe(false);
  expect(isHeldOpen({ route: 'server' }, volume('6a'))).toBe(true);
  for (const method of ['6b', '6c', '6d', '6e'])
    expect(isHeldOpen({ route: 'console' }, volume(method))).toBe(true);
});

/** Starts the command in a login shell, with a file instead of the device. */
function begin(shell: string, file: string) {
  const child = spawn(shell, ['-c', sentLine([...command.slice(0, -1), file])], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8');
  return child;
}

const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/ksh', '/bin/csh', '/bin/tcsh'].filter((path) =>
  existsSync(path),
);

describe.each(shells)('in a login shell %s', (shell) => {
  it('holds the file open, answers each line, and ends with its input', async () => {
    const file = join(realpathSync(tmpdir()), `shadowtape-held-${process.pid}`);
    writeFileSync(file, 'device');
    const child = begin(shell, file);
    try {
      const pid = parseHeld(String(await once(child.stdout, 'data')));
      expect(readlinkSync(`/proc/${pid ?? 0}/fd/3`)).toBe(file);
      child.stdin.write('\n');
      expect(parseHeld(String(await once(child.stdout, 'data')))).toBe(pid);
      child.stdin.end();
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(existsSync(`/proc/${pid ?? 0}`)).toBe(false);
    } finally {
      child.kill('SIGKILL');
      rmSync(file);
    }
  });

  it('fails where the device cannot be opened', async () => {
    const child = begin(shell, '/nowhere');
    const [status] = (await once(child, 'close')) as [number];
    expect(status).toBeGreaterThan(0);
  });
});

describe('the process list', () => {
  const words = command.join(' ');

  it('lists the holders of this run and nothing else', () => {
    const list = [
      '  PID  PPID COMMAND',
      `  412   400 ${words}`,
      `  413   400 ${words.slice(0, 79)}`,
      `  414   400 ${words.replace('20261128-170000', '20261128-180000')}`,
      '  415   400 dd if=/dev/sfdsk/Class2/rdsk/Volume2',
      '  416   400 sh <defunct>',
    ].join('\n');
    expect(holdersIn(list, '20261128-170000')).toEqual([412, 413]);
  });

  it('is truncated by Solaris in the middle of a long run name', () => {
    const run = `20261128-170000-${'a'.repeat(80)}`;
    const shown = holderCommand(run, volume('6b')).join(' ').slice(0, 79);
    expect(holdersIn(`412 400 ${shown}`, run)).toEqual([412]);
  });
});
