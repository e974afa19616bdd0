/** Each command of steps 3-2 to 8-1 fails once, permanently, or silently: the report, and the state afterwards. */
import { describe, expect, it } from 'vitest';
import { clusterState, normalState, runScene } from '../support/lab-run.ts';
import { classLockStands, lockStands } from '../support/lab-shell.ts';
import {
  bringingBack,
  byHand,
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeStands,
  withJob,
} from '../support/failures.ts';

const manual = 'check its output and the man page of the command';
const joined = normalStands[0] ?? '';
const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const shadowLeft = (objects: string) => `node3: shadow objects of Class2: ${objects}`;
const words = (command: string) =>
  `${command.startsWith('sdx') ? `SDX:${command}: ERROR` : command}: the lab was told to fail this command`;

/** A command that always fails; the rest of the rollback works, so that the cluster is normal at the end. */
const unwound: readonly { readonly fails: string; readonly line: string; readonly job?: string }[] = [
  { fails: 'node1:umount', line: 'umount /app' },
  { fails: 'node1:sdxproxy Part', line: 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off' },
  { fails: 'node1:sdxvolume -F', line: 'sdxvolume -F -c Class1 -v Volume2 -e allnodes' },
  { fails: 'node3:sdxshadowdisk -M', line: 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3' },
  { fails: 'node3:sdxshadowdisk -C', line: 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3' },
  { fails: 'node3:sdxshadowvolume -M', line: 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096' },
  {
    fails: 'node3:sdxshadowvolume -N',
    line: 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
    job: 'ufs-tar',
  },
  { fails: 'node3:mkdir /mnt1', line: 'mkdir /mnt1', job: 'ufs-tar' },
  { fails: 'node3:mount', line: 'mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1', job: 'ufs-tar' },
];

describe('a command that fails', () => {
  it.each(unwound)('is rolled back, exit status 2: $fails', async ({ fails, line, job = 'raw-dd' }) => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: [`fail=${fails}`] });
      const host = fails.split(':')[0] ?? '';
      const sentence = `${host}: ${line} ended with exit status 1: ${words(line.split(' ')[0] ?? '')}`;
      expect(end).toMatchObject({ exitStatus: 2, sentence, stands: normalStands });
      expect(end.error).toMatchObject({
        code: 'COMMAND_FAILED',
        hint: manual,
        evidence: { host, command: line, exitStatus: 1 },
      });
      expect(scene.lab.world().directories.node3).toEqual([]);
    });
  });

  it.each([
    { command: bringingBack[0], left: 'volume Volume2 (ACTIVE), group Group2, disk Disk3' },
    { command: bringingBack[1], left: 'volume Volume2 (STOP), group Group2, disk Disk3' },
    { command: bringingBack[2], left: 'group Group2, disk Disk3' },
    { command: bringingBack[3], left: 'disk Disk3' },
  ])(
    'while the shadow is removed leaves the proxy parted, exit status 3: $command',
    async ({ command, left }) => {
      await inScene(async (scene) => {
        const [host = '', name = '', option = ''] = command.split(' ');
        const end = await failingRun(scene, { faults: [`fail=${host}:${name} ${option}`] });
        expect(end).toMatchObject({
          exitStatus: 3,
          sentence: `${command.replace(' ', ': ')} ended with exit status 1: ${words(name)}`,
        });
        const objects = left.replace(/ \(\w+\)/, '').split(', ');
        const [refusal, ...others] = end.stands.filter((line) => line.startsWith('not rolled back'));
        expect(others).toEqual([]);
        expect(refusal).toMatch(
          /^not rolled back: step 8-1: No shadow is left: expected none, seen disk Disk3/,
        );
        for (const object of objects) expect(refusal).toContain(object);
        expect(end.stands.filter((line) => line !== refusal)).toEqual([
          parted,
          shadowLeft(left),
          ...classLockStands,
          tapeStands.verified,
          ...byHand(command),
        ]);
        expect(proceduralCommands(scene)).not.toContain(bringingBack[4]);
      }, 'otherwise');
    },
  );

  it('while the parted proxy is still started: it is stopped on all nodes before it is rejoined', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['fail-once=node1:dd'] });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(proceduralCommands(scene).slice(-2)).toEqual([
        'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
        'node1 sdxproxy Rejoin -c Class1 -p Volume2',
      ]);
    });
  });

  it('at the rejoin leaves the proxy parted, and nothing on the backup server', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['fail=node1:sdxproxy Rejoin:12'] });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: `node1: sdxproxy Rejoin -c Class1 -p Volume2 ended with exit status 12: ${words('sdxproxy')}`,
        stands: [
          parted,
          'node3: no shadow object of Class2',
          ...classLockStands,
          tapeStands.verified,
          ...byHand(bringingBack[4]),
        ],
      });
      expect(await clusterState(scene)).toEqual({ ...normalState, proxy: 'Part', proxyEqualsMaster: false });
    }, 'otherwise');
  });

  it('only once is rolled back, even if it is a command of the rollback', async () => {
    await inScene(async (scene) => {
      const from = scene.lab.commands.length;
      const end = await failingRun(scene, { faults: ['fail-once=node3:sdxshadowgroup -R'] });
      expect(end).toMatchObject({ exitStatus: 2, stands: [...normalStands, tapeStands.verified] });
      const [stop, remove, group, disk, rejoin] = bringingBack;
      expect(proceduralCommands(scene, from).slice(-6)).toEqual([stop, remove, group, group, disk, rejoin]);
    });
  });

  it('because its host is unreachable for a while is not repeated if it had its effect', async () => {
    await inScene(async (scene) => {
      const stop = scene.lab.onCommand(({ phase, line, host }) => {
        if (phase !== 'ended' || host !== 'node3' || !line.startsWith('sdxshadowvolume -R')) return;
        stop();
        scene.lab.faults.set('host-down=node3');
      });
      const end = await failingRun(scene, {
        onEvent(event) {
          if (event.type === 'warning' && event.text.endsWith('; trying again'))
            scene.lab.faults.clear('host-down');
        },
      });
      expect(end).toMatchObject({ exitStatus: 2, stands: [...normalStands, tapeStands.verified] });
      expect(['CONNECTION_LOST', 'HOST_UNREACHABLE']).toContain(end.error?.code);
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
    });
  });
});

describe('a command that exits 0, and did nothing', () => {
  it.each([
    {
      ignored: 'node1:sdxproxy Part',
      said: 'step 3-3: Proxy is parted: expected Part of Volume1, seen Join of Volume1 on node1, node2',
    },
    {
      ignored: 'node1:sdxvolume -F',
      said: 'step 3-5: Proxy is stopped: expected STOP, seen ACTIVE on node1, node2',
    },
    {
      ignored: 'node3:sdxshadowvolume -M',
      said: 'the shadow is not proven to map Volume2: First block: expected 65,536, seen none',
    },
    {
      ignored: 'node3:sdxshadowvolume -N',
      said: 'step 6b-1: The shadow is active: expected ACTIVE, rw, seen STOP, ro',
      job: 'ufs-tar',
    },
    {
      ignored: 'node3:mount',
      said: 'step 6b-3: The shadow is mounted: expected /mnt1, seen none',
      job: 'ufs-tar',
    },
  ])('is detected and rolled back: $ignored', async ({ ignored, said, job = 'raw-dd' }) => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: [`ignore=${ignored}`] });
      expect(end).toMatchObject({ exitStatus: 2, sentence: said, stands: normalStands });
    });
  });

  it('does not rejoin the proxy under a shadow that still exists', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['ignore=node3:sdxshadowdisk -R'] });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: 'step 7: No shadow is left: expected none, seen disk Disk3',
        stands: [
          parted,
          shadowLeft('disk Disk3'),
          ...classLockStands,
          tapeStands.verified,
          'not rolled back: step 8-1: No shadow is left: expected none, seen disk Disk3',
          ...byHand(bringingBack[3]),
        ],
      });
      expect(proceduralCommands(scene)).not.toContain(bringingBack[4]);
      expect(await clusterState(scene)).toMatchObject({
        masterUnchanged: true,
        proxy: 'Part',
        shadowObjects: 1,
      });
    }, 'otherwise');
  });

  it('at the rejoin is detected: the proxy is still parted', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['ignore=node1:sdxproxy Rejoin'] });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: 'step 8-1: Proxy is joined: expected Join of Volume1, seen Part of Volume1 (node1)',
        stands: [
          parted,
          'node3: no shadow object of Class2',
          ...classLockStands,
          tapeStands.verified,
          ...byHand(bringingBack[4]),
        ],
      });
    }, 'otherwise');
  });
});

describe('the services', () => {
  const twoCommands = withJob({
    services: {
      nodes: { node1: { stop: ['true payroll', 'umount /app'], resume: ['mount /app', 'true payroll'] } },
    },
  });
  const servicesSent = (lines: readonly string[]) =>
    lines.filter((line) => /true payroll|u?mount \/app/.test(line));
  const sentTo = (scene: Parameters<typeof proceduralCommands>[0]) =>
    servicesSent(scene.lab.commands.map(({ host, line }) => `${host} ${line}`));

  it('that could not all be stopped are resumed if they were stopped, and nothing is parted', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['fail=node1:umount'], change: twoCommands });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(sentTo(scene)).toEqual(['node1 true payroll', 'node1 umount /app', 'node1 true payroll']);
      expect(proceduralCommands(scene).filter((line) => line.includes('sdx'))).toEqual([]);
    });
  });

  it('that cannot be resumed are reported, with the command to resume them; everything else is rolled back', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['fail=node1:mount'], change: twoCommands });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: `node1: mount /app ended with exit status 1: ${words('mount')}`,
        stands: [
          joined,
          'node3: no shadow object of Class2',
          'services: stopped on node1 (true payroll; umount /app), not all resumed',
          ...classLockStands,
          'run by hand on node1: mount /app',
        ],
      });
      const stops = ['node1 true payroll', 'node1 umount /app'];
      expect(sentTo(scene)).toEqual([...stops, 'node1 mount /app', 'node1 true payroll', 'node1 mount /app']);
      const masterWithoutMount = { masterUnchanged: false, services: 'stopped' };
      expect(await clusterState(scene)).toEqual({ ...normalState, ...masterWithoutMount });
    }, 'otherwise');
  });

  it('are not resumed twice if only another of their commands has failed', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: ['fail-once=node1:true'],
        change: withJob({
          services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app', 'true payroll'] } } },
        }),
      });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(sentTo(scene)).toEqual([
        'node1 umount /app',
        'node1 mount /app',
        'node1 true payroll',
        'node1 true payroll',
      ]);
    });
  });
});

describe('a lock that cannot be removed', () => {
  it('harms neither the tape nor the run, and is reported; the next run takes it over, because its run has ended', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('fail=node3:rmdir');
      const end = await runScene(scene);
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 0,
        stands: [...normalStands, ...lockStands('node3')],
      });
      scene.lab.faults.clear('fail');
      await scene.lab.insertCartridge('tape', { blank: true });
      const next = await runScene(scene);
      expect(next).toMatchObject({ verdict: 'verified', exitStatus: 0, stands: normalStands });
      const text = `run ${end.run} ended and left its lock; the lock was removed`;
      expect(next.events).toContainEqual(expect.objectContaining({ type: 'warning', step: 'lock', text }));
    });
  });
});
