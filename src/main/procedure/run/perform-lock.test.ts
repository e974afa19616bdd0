import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../hosts/command-runner.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step } from '../model/step.ts';
import { performLock } from './perform-lock.ts';

const link = (name: string) =>
  `lrwxrwxrwx 1 root root 42 Jan 5 2012 ${name} -> ../../devices/pci@1f,4000/scsi@3/st@5,0:\n`;

/** A run whose tape host has the drive under these numbers, and whose name was known, or not, when it was planned. */
function runOf(numbers: readonly string[], driveName?: string) {
  const sent: string[] = [];
  const owners = new Map<string, string>();
  const answer = ([command, ...words]: readonly string[]): string => {
    const path = words.at(-1) ?? '';
    if (command === 'ls' && path === '/dev/rmt') return numbers.map(link).join('');
    if (command === 'ls') return `${owners.get(path) ?? ''}\n`;
    const [folder = '', owner] = path.split('.lock/');
    if (owner !== undefined) owners.set(`${folder}.lock`, owner);
    return '';
  };
  const send: Pick<CommandRunner, 'send'>['send'] = (_step, { argv }) => {
    const line = argv.join(' ');
    if (!line.startsWith('ls /var/tmp/')) sent.push(line.replace(/\.lock\/.*/, '.lock/OWNER'));
    const stdout = Buffer.from(answer(argv));
    return Promise.resolve({ status: 0, signal: undefined, stdout, stderr: '', milliseconds: 1 });
  };
  const context = {
    assignment: {
      class: 'Class1',
      backupServer: 'node3',
      primaryNodes: [],
      tapeHost: 'node3',
      tapeDevice: '/dev/rmt/4cbn',
      driveName,
    },
    runner: { send },
    journal: { run: 'nightly', append: () => undefined },
    nodes: { isMissing: () => false, isGone: () => false },
    lockGuard: { hold: () => undefined },
    options: {},
  } as unknown as RunContext;
  return { sent, locked: () => performLock(context, { id: 'lock' } as Step) };
}

const ofClass = ['mkdir /var/tmp/shadowtape-Class1.lock', 'mkdir /var/tmp/shadowtape-Class1.lock/OWNER'];
const ofDrive = (number: number) => `mkdir /var/tmp/shadowtape-dev.rmt.${number}.lock`;

describe('the lock of the drive', () => {
  it('has the name that was known when the run was planned', async () => {
    const { sent, locked } = runOf(['0', '4'], '/dev/rmt/0');
    await locked();
    expect(sent).toEqual([...ofClass, ofDrive(0), `${ofDrive(0)}/OWNER`]);
  });

  it('gets its name later if the tape host did not answer then', async () => {
    const { sent, locked } = runOf(['4']);
    await locked();
    expect(sent).toEqual([...ofClass, 'ls -l /dev/rmt', ofDrive(4), `${ofDrive(4)}/OWNER`]);
  });

  it('is not taken if its name differs from the planned one', async () => {
    const { sent, locked } = runOf(['0', '4']);
    await expect(locked()).rejects.toMatchObject({
      code: 'DRIVE_NAME_LATE',
      message: 'node3 did not identify /dev/rmt/4cbn as the drive /dev/rmt/0 before the run was planned',
    });
    expect(sent).toEqual([...ofClass, 'ls -l /dev/rmt']);
  });
});
