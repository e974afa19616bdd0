import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Command, CommandRunner } from '../hosts/command-runner.ts';
import { settle } from './settle.ts';

const assignment = { platform: 'solaris', job: { mountPoint: '/mnt1' } } as Assignment;

/** A journal of commands whose end is not known, each `step host line`. */
function unheard(...commands: string[]): RunEvent[] {
  return commands.map((text, index) => {
    const [step = '', host = '', ...argv] = text.split(' ');
    const intent: NewEvent = { type: 'intent', step, host, argv, line: argv.join(' '), changes: true };
    return { seq: index + 1, at: '', run: 'run-1', prev: '', ...intent } as RunEvent;
  });
}

/** Hosts on which /app is mounted, and the folder /mnt1 exists or does not. */
function hosts(mounted: boolean, folder: boolean): { runner: CommandRunner; sent: string[] } {
  const sent: string[] = [];
  const send = (_step: string, { host, argv }: Command) => {
    sent.push(`${host} ${argv.join(' ')}`);
    const table = mounted ? '/dev/sfdsk/Class1/dsk/Volume1\t/app\tufs\trw\t1\n' : '';
    const isLook = argv[0] === 'ls';
    return Promise.resolve({ status: isLook && !folder ? 2 : 0, stdout: Buffer.from(table), stderr: '' });
  };
  return { runner: { send } as unknown as CommandRunner, sent };
}

describe('a command whose end is not known', () => {
  it.each([
    ['3-2 node1 umount /app', true, false, 'bad'],
    ['3-2 node1 /sbin/umount /app', false, false, 'good'],
    ['3-4 node1 mount /app', true, false, 'good'],
    ['3-4 node1 mount /app', false, false, 'bad'],
    ['6b-3 node3 mkdir /mnt1', false, true, 'good'],
    ['6b-3 node3 mkdir /mnt1', false, false, 'bad'],
    ['6b-5 node3 rmdir /mnt1', false, false, 'good'],
  ] as const)('%s (mounted: %s, folder: %s) has ended %s', async (command, mounted, folder, ended) => {
    expect(await settle(hosts(mounted, folder).runner, assignment, unheard(command))).toEqual([
      { of: 1, ended },
    ]);
  });

  it('is not settled where its effect cannot be seen, nor where sdxinfo shows it', async () => {
    const { runner, sent } = hosts(true, true);
    const events = unheard(
      '3-2 node1 svcadm disable payroll',
      '3-3 node1 sdxproxy Part',
      'lock node3 mkdir /var/tmp/x',
    );
    expect(await settle(runner, assignment, events)).toEqual([]);
    expect(sent).toEqual([]);
  });
});
