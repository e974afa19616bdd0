/**
 * A command that ends with another exit status than 0 because that is its answer is in the journal as expected: where
 * all is well, there is no other one. What fails is never expected.
 */
import { expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import { commandRun, ownerName, thisOwner } from '../../src/main/procedure/model/lock.ts';
import { inScene } from '../support/failures.ts';
import { runScene } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';

type End = Pick<EventOf<'intent'>, 'host' | 'line'> & Pick<EventOf<'outcome'>, 'exitStatus' | 'expected'>;

/** Commands that did not end with exit status 0. */
function otherEnds(events: readonly RunEvent[]): End[] {
  const intents = new Map(events.flatMap((event) => (event.type === 'intent' ? [[event.seq, event]] : [])));
  return events.flatMap((event) => {
    const intent = event.type === 'outcome' && event.exitStatus !== 0 ? intents.get(event.of) : undefined;
    if (event.type !== 'outcome' || !intent) return [];
    return [{ host: intent.host, line: intent.line, exitStatus: event.exitStatus, expected: event.expected }];
  });
}

it.each(['raw-dd', 'ufs-tar', 'sfxdump'])(
  'a verified backup of job %s onto a blank tape has no other end that is not expected',
  async (job) => {
    await inScene(
      async (scene) => {
        const end = await runScene(scene, { job });
        expect(end.verdict).toBe('verified');
        const ends = otherEnds(end.events);
        expect(ends.filter(({ expected }) => !expected)).toEqual([]);
        // The blank tape has nothing to read.
        expect(ends.filter(({ line }) => line.startsWith('dd if=/dev/rmt/'))).not.toEqual([]);
      },
      'otherwise',
      { jobs: [job] },
    );
  },
);

it('a run that takes over the lock of a dead command expects to find it', async () => {
  await inScene(async (scene) => {
    // No process has a number that high.
    const dead = { ...thisOwner(commandRun('label')), processId: 2 ** 22 + 1 };
    const folder = '/var/tmp/shadowtape-dev.rmt.0.lock';
    await onHost(scene, 'node3', ['mkdir', folder], ['mkdir', `${folder}/${ownerName(dead)}`]);
    const end = await runScene(scene);
    expect(end.verdict).toBe('verified');
    const ends = otherEnds(end.events);
    expect(ends.filter(({ expected }) => !expected)).toEqual([]);
    expect(ends.filter(({ line }) => line === `mkdir ${folder}`)).toHaveLength(1);
  }, 'otherwise');
});

it('a dump that the tape drive ends is not expected', async () => {
  await inScene(async (scene) => {
    scene.lab.faults.set('tape-error=3');
    const { events } = await runScene(scene);
    scene.lab.faults.clear('tape-error');
    const failed = otherEnds(events).filter(({ expected }) => !expected);
    expect(failed.map(({ line }) => line)).toEqual(['dd ibs=262144 obs=32768 of=/dev/rmt/0']);
  }, 'otherwise');
});
