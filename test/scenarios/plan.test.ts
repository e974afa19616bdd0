import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlannedCommand } from '../../src/contract/plan.ts';
import { planLines } from '../../src/main/cli/plan-text.ts';
import { parseSdxinfo } from '../../src/main/gds/sdxinfo.ts';
import { assign } from '../../src/main/procedure/model/assign.ts';
import { guideSite } from '../../src/main/procedure/model/guide-cluster.test-support.ts';
import { planOf } from '../../src/main/procedure/plan/plan.ts';
import { chooseJob, siteOf } from '../../src/main/site/site-file.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { changingCommands } from '../support/lab-shell.ts';

type GuideSteps = [step: string, lines: string[]][];
const guide = JSON.parse(readFileSync(new URL('fixtures/guide-commands.json', import.meta.url), 'utf8')) as {
  before: GuideSteps;
  methods: Record<string, GuideSteps>;
  after: GuideSteps;
};

/** The cluster of the guide's example, as sdxinfo shows it on node1 and node2. */
const guideCluster = `
OBJ    NAME    TYPE   CLASS   GROUP   DEVNAM  DEVBLKS  DEVCONNECT       STATUS
------ ------- ------ ------- ------- ------- -------- ---------------- -------
disk   Disk1   mirror Class1  Group1  c1t1d1   1736704 node1:node2      ENABLE
disk   Disk2   mirror Class1  Group1  c1t1d2   1736704 node1:node2      ENABLE
disk   Disk3   mirror Class1  Group2  c1t1d3   1736704 node1:node2      ENABLE

OBJ    NAME    CLASS   DISKS               BLKS     FREEBLKS SPARE
------ ------- ------- ------------------- -------- -------- -----
group  Group1  Class1  Disk1:Disk2          1736704   622592     0
group  Group2  Class1  Disk3                1736704   622592     0

OBJ    NAME    CLASS   GROUP   SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS
------ ------- ------- ------- ---- --- -------- -------- -------- --------
volume Volume1 Class1  Group1  off  on     65536  1114111  1048576 ACTIVE
volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 STOP

OBJ    NAME    TYPE   CLASS   GROUP   DISK   MASTER  PROXY
------ ------- ------ ------- ------- ------ ------- -----
volume Volume1 mirror Class1  Group1  *      *       *
volume Volume2 mirror Class1  Group2  *      Volume1 Join
`;

/** The plan of a job on the guide's own cluster: pure, no host is asked. */
function planOfGuide(job: object): Plan {
  const site = siteOf('site.yaml', guideSite(job));
  const report = parseSdxinfo(guideCluster);
  return planOf(
    assign(
      site,
      chooseJob('site.yaml', site, undefined),
      {
        primaries: [
          { node: 'node1', report },
          { node: 'node2', report },
        ],
      },
      'plan',
    ),
  );
}

const linesOf = (commands: readonly PlannedCommand[]) => commands.map(({ line }) => line);
const guideLines = (plan: Plan): GuideSteps =>
  plan.steps
    .map(({ step, commands }): GuideSteps[number] => [
      step,
      linesOf(commands.filter((command) => command.guide)),
    ])
    .filter(([, lines]) => lines.length > 0);
const stepOf = (plan: Plan, id: string) => {
  const step = plan.steps.find((one) => one.step === id);
  if (!step) throw new Error(`the plan has no step ${id}`);
  return step;
};

describe('the notes of a plan', () => {
  it('are those of the guide on just resynchronization, array copy and a GFS Shared File System', () => {
    const plan = planOfGuide({ fileSystem: 'gfs-shared' });
    expect(stepOf(plan, '3-3').notes).toEqual([
      expect.stringContaining('With just resynchronization (pjrm=on) a rejoin could leave those blocks out'),
      expect.stringContaining('where the disk array copies between master and proxy'),
    ]);
    expect(stepOf(plan, '8-1').notes).toEqual([expect.stringContaining('copies only the differences')]);
    expect(stepOf(plan, '6a').notes).toEqual([
      'a GFS Shared File System can only be backed up as a raw device (6a)',
    ]);
    expect(stepOf(planOfGuide({}), '6a').notes).toBeUndefined();
  });

  it('say that mt on Solaris does not show write protection, and are printed', () => {
    const plan = planOfGuide({});
    const note =
      'mt on Solaris does not show write protection: check the tab of the cartridge. A protected cartridge fails at the first write, after the part';
    expect(stepOf(plan, 'tape').notes).toEqual([note]);
    expect(planLines(plan, false).join('\n')).toContain(`\n    note: ${note}\n`);
  });
});

describe('a plan through the backup server', () => {
  it.each(Object.keys(guide.methods))(
    '%s: has the guide’s commands, word for word and in its order',
    (method) => {
      const plan = planOfGuide({ route: 'server', method });
      expect(guideLines(plan)).toEqual([...guide.before, ...(guide.methods[method] ?? []), ...guide.after]);
    },
  );

  it.each(Object.keys(guide.methods))('%s: sends each of them to the host that the guide names', (method) => {
    const hosts = planOfGuide({ route: 'server', method }).steps.flatMap(({ step, commands }) =>
      commands.filter((command) => command.guide).map(({ host }) => [step, host] as const),
    );
    expect(new Set(hosts.filter(([step]) => /^(3|4|8)/.test(step)).map(([, host]) => host))).toEqual(
      new Set(['node1']),
    );
    expect(new Set(hosts.filter(([step]) => /^[567]/.test(step)).map(([, host]) => host))).toEqual(
      new Set(['node3']),
    );
  });

  it.each(Object.keys(guide.methods))('%s: prints fsck even if it is skipped, with the reason', (method) => {
    const unmounting = planOfGuide({
      route: 'server',
      method,
      services: { stop: ['umount /dev/sfdsk/Class1/dsk/Volume1'], resume: ['mount /app'] },
    });
    expect(guideLines(unmounting)).toEqual(guideLines(planOfGuide({ route: 'server', method })));
    const leftOut = unmounting.steps.flatMap(({ leftOut: reason, commands }) =>
      reason === undefined ? [] : [[linesOf(commands)[0]?.split(' ')[0], reason]],
    );
    const reason =
      'the file system is unmounted when Volume2 is parted (services.stop): the guide allows skipping this';
    expect(leftOut).toEqual(method === '6a' ? [] : [['fsck', reason]]);
    const umount = 'umount /dev/sfdsk/Class1/dsk/Volume1';
    expect(linesOf(stepOf(unmounting, '3-2').commands)).toEqual([umount, umount]);
    expect(linesOf(stepOf(unmounting, '3-4').commands)).toEqual(['mount /app', 'mount /app']);
  });

  it('skips steps 3-2 and 3-4 if the data is always consistent, and shows the reason', () => {
    const plan = planOfGuide({ route: 'server' });
    const reason =
      'the site file says that the data on the volume is always consistent (services: not-needed)';
    expect(['3-2', '3-4'].map((id) => stepOf(plan, id).leftOut)).toEqual([reason, reason]);
  });

  it('makes fsck answer yes if the job says so; the line is then no longer the guide’s', () => {
    const asking = stepOf(planOfGuide({ route: 'server', method: '6b' }), '6b-2').commands;
    const answering = stepOf(
      planOfGuide({ route: 'server', method: '6b', fsck: { answerYes: true } }),
      '6b-2',
    ).commands;
    expect(asking).toMatchObject([{ line: 'fsck -F ufs /dev/sfdsk/Class2/rdsk/Volume2', guide: true }]);
    expect(answering).toMatchObject([
      { line: 'fsck -F ufs -y /dev/sfdsk/Class2/rdsk/Volume2', guide: false },
    ]);
    const always = stepOf(
      planOfGuide({ route: 'server', method: '6c', fsck: { answerYes: true } }),
      '6c-2',
    ).commands;
    expect(always).toMatchObject([{ line: 'fsck -F ufs -y /dev/sfdsk/Class2/rdsk/Volume2', guide: true }]);
  });

  it('takes size, record size, names and mount point from cluster and job', () => {
    const plan = planOfGuide({
      route: 'server',
      method: '6b',
      mountPoint: '/var/tmp/volume2',
      shadow: { class: 'Shadow9', group: 'Group9', volume: 'Volume9', disks: { Disk3: 'emcpower7' } },
    });
    expect(linesOf(stepOf(plan, '5').commands)).toEqual([
      'sdxshadowdisk -M -c Shadow9 -d emcpower7=Disk3',
      'sdxshadowdisk -C -c Shadow9 -g Group9 -d Disk3',
      'sdxshadowvolume -M -c Shadow9 -g Group9 -v Volume9 -s 1048576',
    ]);
    expect(linesOf(stepOf(plan, '6b-3').commands)).toEqual([
      'mkdir /var/tmp/volume2',
      'mount -F ufs -o ro /dev/sfdsk/Shadow9/dsk/Volume9 /var/tmp/volume2',
    ]);
    const dump = stepOf(planOfGuide({ route: 'server', media: { recordBytes: 65_536 } }), '6a').commands;
    expect(linesOf(dump)).toEqual(['dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=65536']);
  });
});

describe('a plan through the console', () => {
  it.each(Object.keys(guide.methods))(
    '%s: is the guide’s, except the line that is split into one that reads and one that writes',
    (method) => {
      const plan = planOfGuide({ method });
      const withoutDump = (steps: GuideSteps) =>
        steps
          .map(
            ([step, lines]) =>
              [step, lines.filter((line) => !/^(cd|tar|dd|ufsdump|sfxdump) /.test(line))] as const,
          )
          .filter(([, lines]) => lines.length > 0);
      expect(guideLines(plan)).toEqual(
        withoutDump([...guide.before, ...(guide.methods[method] ?? []), ...guide.after]),
      );
      const reader = {
        '6a': 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768',
        '6b': 'tar cf - -C /mnt1 .',
        '6c': 'ufsdump 0uf - /dev/sfdsk/Class2/rdsk/Volume2',
        '6d': 'tar cf - -C /mnt1 .',
        '6e': 'sfxdump 0uf - /dev/sfdsk/Class2/rdsk/Volume2',
      }[method];
      const dump = plan.steps.find(({ commands }) => commands.some(({ line }) => line === reader));
      expect(linesOf(dump?.commands ?? [])).toEqual([reader, 'dd ibs=262144 obs=32768 of=/dev/rmt/0']);
    },
  );

  it('shows where an operator is asked', () => {
    const asked = (job: object) =>
      planOfGuide(job).steps.flatMap(({ step, operator }) =>
        operator === undefined ? [] : [[step, operator]],
      );
    expect(asked({ services: 'ask', approve: 'operator' })).toEqual([
      ['3-2', 'the operator stops whatever uses Volume1, and confirms'],
      ['3-4', 'the operator starts it again, and confirms'],
      ['verify', 'the operator checks the result and approves'],
    ]);
    expect(asked({ approve: 'when-verified' })).toEqual([]);
  });
});

describe('what a run sends', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  const overwrite = (site: SiteTree) =>
    Object.values(site.jobs).forEach((job) => (job['media'] = { overwrite: true }));

  /** Which records are sampled depends on the run's name, which the holder of the shadow has; the owner in the lock is the process. */
  const comparable = ({ host, line }: { host: string; line: string }) =>
    `${host} ${line
      .replace(/ iseek=\d+ /, ' iseek=N ')
      .replace(/shadowtape-holder [^;]*/, 'shadowtape-holder RUN')
      .replace(/(: shadowtape-login-shell;.* sh) \S+/, '$1 MARK')
      .replace(/(\/var\/tmp\/shadowtape-\S+\.lock)\/\S+/, '$1/OWNER')}`;

  it.each(['raw-dd', 'ufs-tar'])(
    'is what the plan of %s shows, line by line, and nothing else',
    async (job) => {
      const console = await openSceneConsole(scene, overwrite);
      const planned = scene.lab.commands.length;
      const plan = await console.plan({ job }).finally(() => console.close());
      expect(changingCommands(scene, planned)).toEqual([]);
      const from = scene.lab.commands.length;
      expect((await runScene(scene, { job, change: overwrite })).exitStatus).toBe(0);
      const sent = scene.lab.commands.slice(from).map(comparable);
      const looks = new Set(plan.looks.map(comparable));
      // Queries are sent as often as something may have changed, including those of the locks; the owner is named
      // inside the lock; the copy is checked until it has ended; mt status is sent again if the first record cannot be
      // read, as on a blank tape.
      const [watch] = stepOf(plan, '8-2').commands.map(comparable);
      const around = (line: string) =>
        looks.has(line) || line.endsWith('/OWNER') || / ls \S+\.lock$/.test(line) || line === watch;
      const steps = plan.steps
        .filter(({ leftOut }) => leftOut === undefined)
        .flatMap(({ holds = [], before = [], commands, after = [] }) =>
          [...holds, ...before, ...commands, ...after].map(comparable),
        );
      expect(
        sent
          .filter((line) => !around(line))
          .filter(
            (line, index, all) =>
              !(line.endsWith(' status') && all[index - 1]?.includes('dd if=/dev/rmt/0n')),
          ),
      ).toEqual(steps.filter((line) => !around(line)));
      // If the long form alone is sufficient, it replaces both forms.
      const isLong = (line: string) => /^\S+ sdxinfo -DGSV( -c \S+)? -e long$/.test(line);
      const spared = sent.filter(isLong).map((line) => line.split(' ')[0]);
      expect(spared.length).toBeGreaterThan(0);
      for (const look of [...looks, watch])
        if (!(look?.includes(' sdxinfo ') && spared.includes(look.split(' ')[0])))
          expect(sent).toContain(look);
      const locks = [
        'node3 * /var/tmp/shadowtape-Class1.lock/OWNER',
        'node1 * /var/tmp/shadowtape-Class1.lock/OWNER',
        'node2 * /var/tmp/shadowtape-Class1.lock/OWNER',
        'node3 * /var/tmp/shadowtape-dev.rmt.0.lock/OWNER',
      ];
      expect(sent.filter((line) => / (mkdir|rmdir) \S+\/OWNER$/.test(line))).toEqual([
        ...locks.map((line) => line.replace('*', 'mkdir')),
        ...locks.toReversed().map((line) => line.replace('*', 'rmdir')),
      ]);
      const leftOut = plan.steps
        .filter(({ leftOut: reason }) => reason !== undefined)
        .map(({ step }) => step);
      expect(leftOut).toEqual(job === 'ufs-tar' ? ['6b-2'] : []);
    },
  );
});
