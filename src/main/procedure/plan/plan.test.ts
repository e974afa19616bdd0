/**
 * What a plan shows in addition to the guide's lines: what is held open, run detached, left to an operator, and not
 * done where a node is missing.
 */
import { describe, expect, it } from 'vitest';
import type { Plan, PlannedCommand } from '../../../contract/plan.ts';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment, restoreOrder as order } from '../model/guide-cluster.test-support.ts';
import { severalJoined } from '../recover/resume-story.test-support.ts';
import { planOf } from './plan.ts';

const services = { stop: ['umount /app'], resume: ['mount /app'] };
const planned = (job: object = {}, differing: Partial<Assignment> = {}, text?: string) =>
  planOf({ ...guideAssignment(job, text), ...differing });

const stepOf = ({ steps }: Plan, id: string) => {
  const step = steps.find((each) => each.step === id);
  if (!step) throw new Error(`the plan has no step ${id}`);
  return step;
};
const sent = (commands: readonly PlannedCommand[] = []) =>
  commands.map(({ host, line }) => `${host} ${line}`);
const runAsOf = ({ steps }: Plan) => steps.flatMap(({ runAs }) => runAs);

describe('the lines of a plan', () => {
  it('are shown as sudo gets them, on the hosts whose login is not root', () => {
    const plan = planned({}, { become: { node3: 'sudo' } });
    expect(sent(stepOf(plan, '7').commands)[0]).toBe('node3 sudo -n sdxshadowvolume -F -c Class2 -v Volume2');
    expect(sent(stepOf(plan, '3-3').commands)).toEqual([
      'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
    expect(stepOf(plan, '7').commands[0]).toMatchObject({
      argv: ['sdxshadowvolume', '-F', '-c', 'Class2', '-v', 'Volume2'],
      guide: true,
    });
    expect(sent(plan.looks)).toContain('node3 sudo -n sdxinfo -DGSV');
  });

  it('are sent to the node that has the file system mounted, for services that run there', () => {
    const mountedOn = (nodes: readonly string[]) => ({
      mounted: nodes.map((node) => ({ node, master: 'Volume1', mountPoint: '/app' })),
    });
    const whereMounted = (nodes?: readonly string[]) => {
      const plan = planned({ services: { whereMounted: services } }, nodes ? mountedOn(nodes) : {});
      return ['3-2', '3-4'].map((id) => sent(stepOf(plan, id).commands));
    };
    expect(whereMounted(['node2'])).toEqual([['node2 umount /app'], ['node2 mount /app']]);
    expect(whereMounted([])).toEqual([[], []]);
    // Nobody has looked yet.
    expect(whereMounted()).toEqual([
      ['node1 umount /app', 'node2 umount /app'],
      ['node1 mount /app', 'node2 mount /app'],
    ]);
    // Nothing else depends on it.
    const elsewhere = planned({ services }, mountedOn(['node2']));
    expect(sent(stepOf(elsewhere, '3-2').commands)).toEqual(['node1 umount /app', 'node2 umount /app']);
  });

  it('have what is read around a dump, and notes, only where there are any', () => {
    const plan = planned({ route: 'server', method: '6c' });
    expect(sent(stepOf(plan, '6c-1').after)).toEqual(['node3 mkfs -F ufs -m /dev/sfdsk/Class2/rdsk/Volume2']);
    expect(sent(stepOf(plan, '6c-3').before).slice(-4)).toEqual([
      'node3 mt -f /dev/rmt/0n status',
      'node3 mt -f /dev/rmt/0n rewind',
      'node3 dd if=/dev/rmt/0n bs=262144 count=1',
      'node3 mt -f /dev/rmt/0n rewind',
    ]);
    expect(sent(stepOf(plan, '6c-3').after)[0]).toBe('node3 mt -f /dev/rmt/0n rewind');
    for (const key of ['notes', 'before', 'after', 'holds', 'without'])
      expect(key in stepOf(plan, '7'), key).toBe(false);
    expect('notes' in stepOf(plan, '8-1')).toBe(true);
  });
});

describe('what a run asks its hosts', () => {
  const cluster = (node: string) => [
    `${node} sdxinfo -DGSV -c Class1`,
    `${node} sdxinfo -GV -c Class1 -e long`,
    `${node} sdxinfo -DGSV -c Class1 -e long`,
  ];
  const backup = [
    'node3 sdxinfo -DGSV',
    'node3 sdxinfo -GV -e long',
    'node3 sdxinfo -DGSV -e long',
    'node3 cat /etc/mnttab',
    'node3 kstat -p unix:0:system_misc:boot_time',
  ];
  const asked = (job: object = {}, differing: Partial<Assignment> = {}) =>
    sent(planned(job, differing).looks).filter((line) => !line.includes('shadowtape-login-shell'));

  it('is which machines they are, the drive, and both sides', () => {
    const shells = sent(planned().looks).filter((line) => line.includes('shadowtape-login-shell'));
    expect(shells.map((line) => line.split(' ')[0])).toEqual(['node1', 'node2', 'node3']);
    expect(asked()).toEqual([
      ...['node1 hostid', 'node2 hostid', 'node3 hostid', 'node3 ls -l /dev/rmt'],
      ...[...cluster('node1'), ...cluster('node2'), ...backup],
      ...['node1 iostat -En', 'node3 iostat -En'],
    ]);
    for (const look of planned().looks) expect(look.guide).toBe(false);
  });

  it('is on Linux what Linux has; a drive that the kernel named says itself which one it is', () => {
    const onLinux = asked({}, { platform: 'linux', tapeDevice: '/dev/nst0' });
    expect(onLinux.filter((line) => !line.includes('sdxinfo'))).toEqual([
      ...['node1', 'node2', 'node3'].map((host) => `${host} cat /etc/machine-id`),
      'node3 cat /proc/mounts',
      'node3 cat /proc/sys/kernel/random/boot_id',
      ...['node1', 'node3'].map((host) => `${host} lsblk -dnP -o NAME,WWN,SERIAL`),
    ]);
  });

  it('is what the nodes have mounted if services run there or unmount it', () => {
    const tables = (of: object) => asked({ services: of }).filter((line) => line.endsWith('mnttab'));
    const all = ['node1', 'node2', 'node3'].map((host) => `${host} cat /etc/mnttab`);
    expect(tables({ whereMounted: services })).toEqual(all);
    expect(tables(services)).toEqual(all);
    expect(tables({ stop: ['svcadm disable app'], resume: [] })).toEqual(['node3 cat /etc/mnttab']);
  });

  it('is nothing of a node that does not answer', () => {
    const missing = [{ node: 'node1', since: '2026-11-28T17:00:00.000Z', reason: 'no answer' }];
    const looks = sent(planned({ nodes: 'any' }, { missing }).looks);
    expect(looks.filter((line) => line.startsWith('node1 '))).toEqual([]);
    expect(looks.at(-2)).toBe('node2 iostat -En');
    const withoutGds = missing.map((each) => ({ ...each, gds: true as const }));
    expect(sent(planned({ nodes: 'any' }, { missing: withoutGds }).looks)).toEqual(sent(planned().looks));
  });
});

describe('a plan without a node', () => {
  const since = '2026-11-28T17:00:00.000Z';
  const silent = { node: 'node2', since, reason: 'node2 cannot be reached' };
  const failing = { node: 'node2', since, reason: 'sdxinfo ended with 1', gds: true as const };
  const job = { services, nodes: 'any' };
  const told = ({ steps }: Plan) =>
    steps.flatMap(({ step, without }) => (without === undefined ? [] : [`${step}: ${without}`]));

  const looking = ['3-1', '3-3', 'fingerprint', '3-5', '5', 'verify', '6a', '8-1', '8-2'];
  const sending = ['lock', '3-2', '3-4', 'unlock'];

  it('that does not answer has none of its commands, and says which checks do not run there', () => {
    const plan = planned(job, { missing: [silent] });
    const everything = plan.steps.flatMap(({ commands }) => sent(commands));
    expect(everything.filter((line) => line.startsWith('node2 '))).toEqual([]);
    expect(everything).toContain('node1 umount /app');
    const words = plan.steps.flatMap(({ step }) => {
      if (looking.includes(step))
        return [`${step}: node2 does not answer: the checks of this step do not run there`];
      return sending.includes(step)
        ? [`${step}: node2 does not answer: its commands are not sent there`]
        : [];
    });
    expect(told(plan)).toEqual(words);
    expect(words).toHaveLength(looking.length + sending.length);
  });

  it('whose GDS does not answer has its other commands', () => {
    const plan = planned(job, { missing: [failing] });
    expect(sent(stepOf(plan, '3-2').commands)).toEqual(['node1 umount /app', 'node2 umount /app']);
    expect(told(plan)).toEqual(
      looking.map(
        (step) => `${step}: GDS on node2 does not answer: the checks of this step do not run there`,
      ),
    );
  });

  it('names each of several', () => {
    const three = { primaryNodes: ['node1', 'node2', 'node4'] };
    const plan = planned(job, { ...three, missing: [silent, { ...failing, node: 'node4' }] });
    expect(stepOf(plan, '3-3').without).toBe(
      'node2 does not answer: the checks of this step do not run there; GDS on node4 does not answer: the checks of this step do not run there',
    );
    expect(stepOf(plan, '3-2').without).toBe('node2 does not answer: its commands are not sent there');
    const both = planned(job, { ...three, missing: [silent, { ...silent, node: 'node4' }] });
    expect(stepOf(both, 'lock').without).toBe(
      'node2 and node4 do not answer: their commands are not sent there',
    );
  });

  it('says what is neither sent nor checked, where a step does both', () => {
    const restoring = planned(job, { restore: order, missing: [silent] });
    expect(stepOf(restoring, '3-2').without).toBe(
      'node2 does not answer: its commands are not sent there, and the checks of this step do not run there',
    );
  });

  it('says why it is missing, and what is not checked on it', () => {
    const unchecked = [
      'whether node2 shows Volume2 parted, stopped and in sync',
      'whether Volume2 is mounted on node2',
    ];
    expect(planned(job, { missing: [failing] })).toMatchObject({
      nodes: 'any',
      missing: [{ node: 'node2', since, unchecked, gds: 'sdxinfo ended with 1' }],
    });
    const [entry] = planned(job, { missing: [silent] }).missing ?? [];
    expect(entry).toEqual({
      node: 'node2',
      since,
      unchecked: [
        ...unchecked,
        'whether services on node2 use Volume1',
        'the lock of Class1 on node2',
        'which machine node2 is',
      ],
    });
    const whole = planned({ services });
    expect(['nodes', 'missing', 'outside', 'restores', 'wholeHash'].filter((key) => key in whole)).toEqual(
      [],
    );
    expect(told(whole)).toEqual([]);
  });

  it('that does not share the class says so', () => {
    const outside = [{ node: 'node4', scope: ['node1', 'node2'] }];
    expect(planned({}, { outside }).outside).toEqual([
      {
        node: 'node4',
        why: 'node4 is not used: it does not share Class1, whose scope is node1, node2',
      },
    ]);
  });
});

describe('the shadows that a plan holds open', () => {
  const held = ({ steps }: Plan) =>
    steps.flatMap(({ step, holds = [] }) =>
      holds.map(({ host, argv, guide }) => `${step} ${host} ${argv[2]?.split(';')[0]} ${argv[4]} ${guide}`),
    );
  const holder = (step: string, volume: string) =>
    `${step} node3 : shadowtape-holder RUN /dev/sfdsk/Class2/rdsk/${volume} false`;

  it('are none where the console compares the raw device itself', () => {
    expect(held(planned())).toEqual([]);
    expect(held(planned({ route: 'server' }))).toEqual([holder('verify', 'Volume2')]);
  });

  it('are held again after each step that needs the volume for itself', () => {
    expect(held(planned({ method: '6b' }))).toEqual([holder('verify', 'Volume2'), holder('6b-3', 'Volume2')]);
    expect(held(planned({ method: '6e' }))).toEqual([holder('verify', 'Volume2'), holder('6e-4', 'Volume2')]);
  });

  it('are one for each volume, and no more at once than a connection has room for', () => {
    const pairs = [
      { master: 'Volume3', proxy: 'Volume4' },
      { master: 'Volume5', proxy: 'Volume6' },
    ];
    const several = { volumes: pairs, shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } } };
    const assignment = guideAssignment({ ...several, route: 'server' }, severalJoined);
    expect(held(planOf(assignment))).toEqual([holder('verify', 'Volume4'), holder('verify', 'Volume6')]);
    const [volume] = assignment.volumes;
    if (!volume) throw new Error('the job has volumes');
    const volumes = [1, 2, 3, 4, 5].map((number) => ({
      ...volume,
      proxy: `Volume${number}`,
      shadow: { ...volume.shadow, volume: `Volume${number}` },
    }));
    // The last waits until the first is let go, after its dump.
    expect(held(planOf({ ...assignment, volumes }))).toEqual([
      ...[1, 2, 3, 4].map((number) => holder('verify', `Volume${number}`)),
      holder('6a:Volume5', 'Volume5'),
    ]);
  });
});

describe('what an operator does in a plan', () => {
  const asked = (plan: Plan) =>
    plan.steps.flatMap(({ step, operator }) => (operator === undefined ? [] : [[step, operator]]));
  const other = { by: 'other', signers: '/etc/signers' };

  it('is to check the result, unless a second person does, or every rule', () => {
    expect(asked(planned())).toEqual([['verify', 'the operator checks the result and approves']]);
    expect(asked(planned({ approve: 'when-verified' }))).toEqual([]);
    expect(asked(planned({ approve: other }))).toEqual([
      ['verify', 'a second person checks the result, and approves with a signature: shadowtape approve RUN'],
    ]);
  });

  it('is to stop and start what uses the master, where the job asks', () => {
    expect(asked(planned({ services: 'ask', approve: 'when-verified' }))).toEqual([
      ['3-2', 'the operator stops whatever uses Volume1, and confirms'],
      ['3-4', 'the operator starts it again, and confirms'],
    ]);
  });

  it('of a restore is to name what is lost, also where somebody else approves backups', () => {
    const typed =
      'the operator types the name of the volume, unless the command line has named and approved it';
    for (const approve of ['operator', other]) {
      const restoring = planned({ approve }, { restore: order });
      expect(asked(restoring).map(([, words]) => words)).toEqual([typed, typed]);
      expect(asked(restoring).map(([step]) => step)).toEqual(['approve-overwrite', 'approve-replace']);
      expect(restoring.restores).toEqual({ run: 'backup-1', at: order.at, from: 'tape' });
    }
    const fromProxy = planned({}, { restore: { ...order, from: 'proxy', begins: 'parted' } });
    expect(asked(fromProxy)).toEqual([['approve-replace', typed]]);
  });
});

describe('what a plan runs detached', () => {
  const readBack = [
    'dd if=/dev/rmt/0n bs=32768 > read',
    'tee to-cksum < read > to-sha256',
    'cksum < to-cksum > cksum.output',
    'digest -a sha256 < to-sha256 > sha256.output',
  ];

  it('is nothing through the console', () => {
    expect(runAsOf(planned({ method: '6b' }))).toEqual([]);
  });

  it('is the dump and the reading back, each in its step', () => {
    const plan = planned({ route: 'server', method: '6c' });
    expect(stepOf(plan, '6c-3').runAs).toEqual([
      'ufsdump 0ucf - /dev/sfdsk/Class2/rdsk/Volume2 > read',
      'tee to-cksum to-sha256 < read > to-writer',
      'cksum < to-cksum > cksum.output',
      'digest -a sha256 < to-sha256 > sha256.output',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0 < to-writer',
    ]);
    expect(stepOf(plan, 'read-back').runAs).toEqual(readBack);
    expect(runAsOf(plan)).toHaveLength(9);
  });

  it('is no reading back where the job leaves that out, and none by this program where no digest is taken', () => {
    const plan = planned({ route: 'server', verify: { readback: false } });
    expect(stepOf(plan, 'read-back').leftOut).not.toBeUndefined();
    expect(stepOf(plan, 'read-back').runAs).toEqual([]);
    expect(runAsOf(planned({ route: 'server', verify: { digest: 'none' } }))).toEqual([
      'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=32768',
    ]);
  });

  it('gets the rights that it needs: tar goes into the folder by itself', () => {
    const become = { node3: 'sudo' } as const;
    const lines = (job: object) => stepOf(planned({ route: 'server', ...job }, { become }), '6b-4').runAs;
    expect(lines({ method: '6b' }).slice(0, 2)).toEqual([
      'sudo -n tar cbf 64 - -C /mnt1 . > read',
      'tee to-cksum to-sha256 < read > to-writer',
    ]);
    const guide = { method: '6b', verify: { digest: 'none' } };
    expect(lines(guide)).toEqual(['sudo -n tar cvf /dev/rmt/0 -C /mnt1 .']);
    const asRoot = stepOf(planned({ route: 'server', ...guide }), '6b-4').runAs;
    expect(asRoot).toEqual(['cd /mnt1 && tar cvf /dev/rmt/0 .']);
  });

  it('is the dump of its own volume in each step, and all of the reading back in one', () => {
    const volumes = [
      { master: 'Volume3', proxy: 'Volume4' },
      { master: 'Volume5', proxy: 'Volume6' },
    ];
    const several = { volumes, shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } } };
    const plan = planned({ ...several, route: 'server' }, {}, severalJoined);
    const readers = ['6a:Volume4', '6a:Volume6'].map((id) => stepOf(plan, id).runAs[0]);
    expect(readers).toEqual(
      ['Volume4', 'Volume6'].map((name) => `dd if=/dev/sfdsk/Class2/rdsk/${name} bs=32768 > read`),
    );
    expect(stepOf(plan, 'read-back').runAs).toEqual([...readBack, ...readBack]);
  });
});

describe('the head of a plan', () => {
  it('has the job, its volumes and their size', () => {
    const routes = [{ route: 'console', bytesPerSecond: 1, seconds: 2, notes: [] }] as const;
    expect(planOf(guideAssignment(), routes)).toMatchObject({
      site: 'payroll-cluster',
      job: 'nightly',
      method: '6a',
      route: 'console',
      volume: 'Volume2',
      bytes: 536_870_912,
      routes,
    });
    expect(planned().routes).toEqual([]);
  });

  it('has what the hash of the whole proxy costs, where the job asks for it', () => {
    const assignment = guideAssignment({ verify: { fingerprint: 'all' } });
    const earlier = { run: 'run-0', bytesPerSecond: 1_048_576 };
    expect(planOf(assignment, [], earlier).wholeHash).toMatchObject({
      node: 'node1',
      bytes: 536_870_912,
      seconds: 512,
    });
    expect(planOf(assignment).wholeHash).toMatchObject({ seconds: undefined });
  });
});
