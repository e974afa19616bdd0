import { expect, it } from 'vitest';
import type { Command } from '../../hosts/command-runner.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import { performRejoinRestore } from './perform-replace.ts';

/** Two nodes with these boots now, and with other ones when the master was stopped. */
function contextOf(now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>) {
  const changes: string[] = [];
  const context = {
    assignment: { primaryNodes: ['node1', 'node2'], platform: 'solaris', volumes: [{ master: 'Volume1' }] },
    nodeBoots: new Map(Object.entries(before).map(([node, boot]) => [node, `kstat ${boot}`])),
    journal: { append: () => 0 },
    observer: { forget: () => undefined },
    throwIfCancelled: () => undefined,
    runner: {
      send({ host, argv, changes: isChange }: Command) {
        if (isChange) changes.push(argv.join(' '));
        const stdout = Buffer.from(`unix:0:system_misc:boot_time\t${now[host] ?? ''}\n`);
        return Promise.resolve({ status: 0, signal: undefined, stdout, stderr: '' });
      },
    },
  };
  const { send } = context.runner;
  const runner = { send: (_step: string, command: Command) => send(command) };
  return { context: { ...context, runner } as unknown as RunContext, changes };
}

const step = {
  id: 'rejoin-restore',
  commands: [{ host: 'node1', argv: ['sdxproxy', 'RejoinRestore'], changes: true }],
} as unknown as Step;

it('a node that rebooted since the master was stopped prevents the copy, although everything is stopped', async () => {
  const boots = { node1: '1104537600', node2: '1104537600' };
  const { context, changes } = contextOf({ ...boots, node2: '1104541200' }, boots);
  await expect(performRejoinRestore(context, step)).rejects.toMatchObject({
    code: 'RESTORE_NODE_REBOOTED',
    message: 'step rejoin-restore: node2 rebooted since Volume1 was stopped',
  });
  expect(changes).toEqual([]);
  const same = contextOf(boots, boots);
  await performRejoinRestore(same.context, step);
  expect(same.changes).toEqual(['sdxproxy RejoinRestore']);
});
