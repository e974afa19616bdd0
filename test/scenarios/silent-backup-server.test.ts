/**
 * A backup server whose sdxinfo prints nothing, or not everything: whether a shadow exists is then not known, and
 * nothing is rejoined on a guess.
 */
import { describe, expect, it } from 'vitest';
import { clusterState, normalState, runScene, type Scene } from '../support/lab-run.ts';
import {
  bringingBack,
  byHand,
  failingRun,
  inScene,
  normalStands,
  watchRejoins,
  withJob,
} from '../support/failures.ts';
import { classLockStands, onHost } from '../support/lab-shell.ts';

const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const notKnown = (reason: string) =>
  `node3: unknown whether shadow objects exist: sdxinfo printed nothing, and ${reason}`;
const check = (step: string, actual: string) =>
  `step ${step}: No shadow is left: expected none, seen ${actual}`;

/** Does something once, when a command begins or has ended. */
function when({ lab }: Scene, phase: 'started' | 'ended', begins: string, act: () => void): void {
  let isDone = false;
  lab.onCommand(({ line, phase: now }) => {
    if (isDone || now !== phase || !line.startsWith(begins)) return;
    isDone = true;
    act();
  });
}

const build = (device: string) => [
  ['sdxshadowdisk', '-M', '-c', 'Class9', '-d', `${device}=Disk1`],
  ['sdxshadowdisk', '-C', '-c', 'Class9', '-g', 'Group1', '-d', 'Disk1'],
  ['sdxshadowvolume', '-M', '-c', 'Class9', '-g', 'Group1', '-v', 'Volume1', '-s', '2048'],
];

describe('sdxinfo of a backup server prints nothing if there is nothing to show', () => {
  it('a run succeeds: other witnesses show that there is no shadow', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('no-titles');
      const expectNoRejoinUnderShadow = watchRejoins(scene);
      const end = await runScene(scene);
      expectNoRejoinUnderShadow();
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, stands: normalStands });
      expect(await clusterState(scene)).toEqual(normalState);
      const seen = end.events.flatMap((event) =>
        event.type === 'check' && event.rule === 'no-shadow-objects' ? [[event.step, event.actual]] : [],
      );
      const before = 'none (sdxinfo printed nothing; no device file of GDS exists, and none is mounted)';
      const after =
        'none (sdxinfo printed nothing; it showed the shadow before, each removal ended with exit status 0, the device files are gone, and the server has not rebooted)';
      expect(seen).toEqual([
        ['3-1', before],
        ['5', before],
        ['7', after],
        ['8-1', after],
      ]);
    });
  });

  it('a shadow that is partly removed, and a reboot: the remaining device files are not a shadow', async () => {
    await inScene(async (scene) => {
      when(scene, 'ended', 'sdxshadowvolume -M', () => scene.lab.faults.set('reboot=node3'));
      const end = await failingRun(scene, { faults: ['no-titles'] });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(await onHost(scene, 'node3', ['ls', '/dev/sfdsk/Class2/dsk'])).toBe('Volume2\n');
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });

  it('a device file of another class is found before anything is changed', async () => {
    await inScene(async (scene) => {
      await onHost(scene, 'node3', ...build('c1t1d6'));
      scene.lab.faults.set('ignore=node3:sdxinfo');
      const end = await runScene(scene);
      const actual = 'unknown: sdxinfo printed nothing, and /dev/sfdsk/Class9/rdsk/Volume1 exists';
      expect(end).toMatchObject({ exitStatus: 1, sentence: check('3-1', actual) });
    }, 'otherwise');
  });
});

describe('sdxinfo of a backup server falls silent while the shadow exists', () => {
  it('and the removal does nothing, although each command exits 0: nothing is rejoined, exit status 3', async () => {
    await inScene(async (scene) => {
      when(scene, 'started', 'sdxshadowvolume -F', () => {
        for (const command of ['sdxinfo', 'sdxshadowvolume', 'sdxshadowgroup', 'sdxshadowdisk'])
          scene.lab.faults.set(`ignore=node3:${command}`);
      });
      const end = await failingRun(scene);
      const reason = '/dev/sfdsk/Class2/rdsk/Volume2 exists';
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: check('7', `unknown: sdxinfo printed nothing, and ${reason}`),
      });
      expect(end.stands).toEqual(
        expect.arrayContaining([parted, notKnown(reason), ...byHand(bringingBack[0])]),
      );
      expect(scene.lab.world().proxy.state).toBe('Part');
      expect(scene.lab.world().shadow.volumes).toHaveLength(1);
    }, 'otherwise');
  });

  it('once, in an answer that is lost: it is queried again, and the run succeeds', async () => {
    await inScene(async (scene) => {
      when(scene, 'ended', 'sdxshadowvolume -M', () => scene.lab.faults.set('ignore-once=node3:sdxinfo'));
      const end = await runScene(scene);
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });

  it('permanently, while the run is rolled back: the shadow is removed, and the witnesses agree', async () => {
    await inScene(async (scene) => {
      when(scene, 'started', 'dd if=/dev/sfdsk/Class2', () => scene.lab.faults.set('ignore=node3:sdxinfo'));
      const end = await failingRun(scene, { faults: ['fail=node3:dd if=/dev/sfdsk/Class2/rdsk/Volume2'] });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});

describe('an answer of sdxinfo that does not end', () => {
  it('is a failed query, which is sent again', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('cut-once=node3:sdxinfo');
      const { events, ...end } = await runScene(scene);
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(events.flatMap((event) => (event.type === 'warning' ? [event.text] : []))).toContain(
        'sdxinfo on node3 ended with exit status 0, but its output stayed open and may be incomplete; sdxinfo is sent again now',
      );
    });
  });
});

describe('the disks of the devices of a job', () => {
  const shown = async (scene: Scene) => {
    const { events, ...end } = await runScene(scene);
    const checks = events.flatMap((event) =>
      event.type === 'check' && event.rule === 'disk-identity' ? [event] : [],
    );
    return { end, seen: checks.map(({ step, verdict, actual }) => `${step} ${verdict}: ${actual}`) };
  };

  it('are compared before the part, and before the shadow is built', async () => {
    await inScene(async (scene) => {
      const { end, seen } = await shown(scene);
      expect(end.exitStatus).toBe(0);
      expect(seen).toEqual([
        '3-1 equal: Disk3 FUJITSU E4000 0000000003',
        '5 equal: Disk3 FUJITSU E4000 0000000003',
      ]);
    });
  });

  it('are not shown by every host: the checks say so, and the run succeeds', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('no-serial');
      const { end, seen } = await shown(scene);
      expect(end.exitStatus).toBe(0);
      expect(seen).toEqual(['3-1 holds: Disk3 not shown', '5 holds: Disk3 not shown']);
    });
  });

  it('differ from the site file: the run is refused before the part', async () => {
    await inScene(async (scene) => {
      const change = withJob({ shadow: { class: 'Class2', disks: { Disk3: 'c1t1d6' } } });
      expect(await runScene(scene, { change })).toMatchObject({
        exitStatus: 1,
        sentence:
          'step 3-1: Same physical disks: expected Disk3 FUJITSU E4000 0000000003, seen Disk3 FUJITSU E4000 0000000006',
      });
    });
  });
});

describe('a shadow of another class on a disk of the job', () => {
  const actual = 'disk Disk1 of class Class9 on c1t1d3, volume Volume1 of class Class9';

  it('is found before the part', async () => {
    await inScene(async (scene) => {
      await onHost(scene, 'node3', ...build('c1t1d3'));
      const end = await runScene(scene);
      expect(end).toMatchObject({ exitStatus: 1, sentence: check('3-1', actual) });
    }, 'otherwise');
  });

  it('is found before the shadow is built: nothing is rejoined below it', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        change: withJob({ services: 'ask' }),
        async ask({ id }) {
          if (id === 'services-resumed') await onHost(scene, 'node3', ...build('c1t1d3'));
          return { choice: id.replace('services-', ''), by: 'operator' };
        },
      });
      expect(end).toMatchObject({ exitStatus: 3, sentence: check('5', actual) });
      expect(end.stands).toEqual([
        parted,
        'node3: no shadow object of Class2',
        `node3: on disks of the job: ${actual}`,
        ...classLockStands,
        `not rolled back: ${check('8-1', actual)}`,
        'run by hand on node1, once sdxinfo on node3 shows nothing on c1t1d3: sdxproxy Rejoin -c Class1 -p Volume2',
        'run by hand on node1: sdxinfo -S -c Class1 -o Volume2',
      ]);
      expect(scene.lab.world().proxy.state).toBe('Part');
    }, 'otherwise');
  });
});
