/** The plan of route `server`: the guide's commands, and how they run so that they outlive the console. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import { planLines } from '../../src/main/cli/plan-text.ts';
import { jobOf, openScene, openSceneConsole, type Scene, type SiteTree } from '../support/lab-run.ts';
import { changingCommands } from '../support/lab-shell.ts';

type GuideSteps = [step: string, lines: string[]][];
const guide = JSON.parse(readFileSync(new URL('fixtures/guide-commands.json', import.meta.url), 'utf8')) as {
  before: GuideSteps;
  methods: Record<string, GuideSteps>;
  after: GuideSteps;
};

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar', 'ufsdump', 'three-volumes'] });
});
afterAll(() => scene.close());

async function planOf(job: string, more: Record<string, unknown> = {}): Promise<Plan> {
  const change = (site: SiteTree) => void Object.assign(jobOf(site, job), more);
  const console = await openSceneConsole(scene, change);
  return console.plan({ job, route: 'server' }).finally(() => console.close());
}

const runAsOf = (plan: Plan) => plan.steps.flatMap(({ runAs }) => runAs);

describe('a plan of route server', () => {
  it.each([
    ['raw-dd', '6a'],
    ['ufs-tar', '6b'],
    ['ufsdump', '6c'],
  ] as const)(
    '%s: the lines are the guide’s; between them are only views and checks',
    async (job, method) => {
      const plan = await planOf(job);
      const inGuide: GuideSteps = [...guide.before, ...(guide.methods[method] ?? []), ...guide.after];
      const lines = plan.steps.flatMap(({ commands }) => commands.filter((command) => command.guide));
      // The lab's volume is smaller than the guide's; everything else has the guide's names.
      expect(lines.map(({ line }) => line.replace('-s 4096', '-s 1048576'))).toEqual(
        inGuide.flatMap(([, commands]) => commands),
      );
      const others = plan.steps.flatMap(({ step, commands }) =>
        commands.filter((command) => !command.guide).map(({ line }) => `${step} ${line}`),
      );
      const looks =
        /^(tools command -v \w+|drive(-after)? (sg_logs --page=0x\w+ \S+|stenc -f \S+|mt -f \S+ status)|tape (mt -f \S+ (status|rewind)|dd if=\/dev\/rmt\/0n .*count=1)|(fingerprint|verify) dd if=\S+ .*count=1|mount-point ls -d \/mnt1|read-back (mt -f \/dev\/rmt\/0n (rewind|status)|dd if=\/dev\/rmt\/0n bs=32768)|(un)?lock (mk|rm)dir \/var\/tmp\/shadowtape-(Class1|dev\.rmt\.0)\.lock|3-[24] u?mount \/app)$/;
      expect(others.filter((line) => !looks.test(line))).toEqual([]);
      expect(changingCommands(scene)).toEqual([]);
    },
  );

  it('shows how the dump is run: the reader, what distributes it, the digests, dd to the tape', async () => {
    expect(runAsOf(await planOf('raw-dd'))).toEqual([
      'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 > read',
      'tee to-cksum to-sha256 < read > to-writer',
      'cksum < to-cksum > cksum.output',
      'digest -a sha256 < to-sha256 > sha256.output',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0 < to-writer',
      // Then the tape is read back.
      'dd if=/dev/rmt/0n bs=32768 > read',
      'tee to-cksum < read > to-sha256',
      'cksum < to-cksum > cksum.output',
      'digest -a sha256 < to-sha256 > sha256.output',
    ]);
    expect(runAsOf(await planOf('ufs-tar', { verify: { digest: 'cksum' } }))).toEqual([
      'cd /mnt1 && tar cbf 64 - . > read',
      'tee to-cksum < read > to-writer',
      'cksum < to-cksum > cksum.output',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0 < to-writer',
      'dd if=/dev/rmt/0n bs=32768 > read',
      'cksum < read > cksum.output',
    ]);
  });

  it('without a digest it is the guide’s own command', async () => {
    expect(runAsOf(await planOf('ufsdump', { verify: { digest: 'none' } }))).toEqual([
      'ufsdump 0ucf /dev/rmt/0 /dev/sfdsk/Class2/rdsk/Volume2',
    ]);
    expect(runAsOf(await planOf('ufs-tar', { verify: { digest: 'none' } }))).toEqual([
      'cd /mnt1 && tar cvf /dev/rmt/0 .',
    ]);
  });

  it('of several volumes shows it for each, on the no-rewind device', async () => {
    const writers = runAsOf(await planOf('three-volumes')).filter((line) => line.includes('of='));
    expect(writers).toEqual(Array(3).fill('dd ibs=262144 obs=32768 of=/dev/rmt/0n < to-writer'));
  });

  it('is printed with these lines below the guide’s', async () => {
    const text = planLines(await planOf('raw-dd'), true).join('\n');
    expect(text).toContain(
      [
        '    runs there, detached from the console, as:',
        '      dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 > read',
      ].join('\n'),
    );
  });
});
