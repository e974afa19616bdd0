import { describe, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Step } from '../model/step.ts';
import type { Mount, World } from '../model/world.ts';
import { judgeOwnMount } from '../plan/shadow-checks.ts';
import { performCommands } from './perform-commands.ts';

const assignment = { shadow: { class: 'Class2' }, job: { mountPoint: '/mnt1' } } as unknown as Assignment;
const mount = (device: string): Mount => ({ device, mountPoint: '/mnt1', type: 'ufs', options: 'ro' });
const shadow = mount('/dev/sfdsk/Class2/dsk/Volume2');
const worldOf = (mounts: readonly Mount[]): World =>
  ({ primaries: [], backup: { node: 'node3', mounts } }) as unknown as World;

const isUnmounted = ({ backup }: World) =>
  backup?.mounts.every(({ device }) => !device.startsWith('/dev/sfdsk/Class2/')) ?? false;
const umount: Step = {
  id: '6b-5',
  commands: [{ host: 'node3', argv: ['umount', '/mnt1'], guide: true, changes: true, isDone: isUnmounted }],
  before: { looks: ['backup'], judge: (world: World) => judgeOwnMount(assignment, world) },
} as unknown as Step;

/** A step whose first command fails because a reader has the file system open. @param meanwhile what is mounted after the wait */
function contextOf(meanwhile: readonly Mount[]) {
  let mounts: readonly Mount[] = [shadow];
  const sent: string[] = [];
  const observer = { look: () => Promise.resolve(worldOf(mounts)), forget: () => undefined };
  const context = {
    patience: 3,
    observer,
    marks: {},
    journal: { append: () => 0 },
    throwIfCancelled: () => undefined,
    runner: {
      send(_step: string, { argv }: { argv: readonly string[] }) {
        sent.push(argv.join(' '));
        const failed = failure('COMMAND_FAILED', { host: 'node3', command: 'umount', how: 'busy' });
        return sent.length === 1 ? Promise.reject(failed) : Promise.resolve();
      },
    },
    waitForHost() {
      mounts = meanwhile;
      return Promise.resolve(true);
    },
    judgeBefore() {
      const [verdict] = umount.before?.judge(worldOf(mounts)) ?? [];
      return verdict?.verdict === 'holds' ? Promise.resolve() : Promise.reject(new Error('CHECK_FAILED'));
    },
  } as unknown as RunContext;
  return { context, sent };
}

describe('a command that fails while a reader holds the shadow open', () => {
  it('is sent again if it still has something to do', async () => {
    const { context, sent } = contextOf([shadow]);
    await performCommands(context, umount);
    expect(sent).toEqual(['umount /mnt1', 'umount /mnt1']);
  });

  it('is not sent again if somebody else has done it meanwhile', async () => {
    const { context, sent } = contextOf([]);
    await performCommands(context, umount);
    expect(sent).toEqual(['umount /mnt1']);
  });

  it('is not sent again if something else is mounted there by now', async () => {
    const { context, sent } = contextOf([mount('/dev/dsk/c0t0d0s5')]);
    await expect(performCommands(context, umount)).rejects.toThrow('CHECK_FAILED');
    expect(sent).toEqual(['umount /mnt1']);
  });
});
