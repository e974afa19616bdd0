/** Every moment at which a console may die: around each changing command of a run; and what must be true after it was taken up. */
import { expect } from 'vitest';
import type { NewEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/console.ts';
import { readFixture } from '../../src/main/gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../src/main/gds/sdxinfo.ts';
import { assign } from '../../src/main/procedure/assign.ts';
import { stepsOf } from '../../src/main/procedure/steps.ts';
import { chooseJob, siteOf } from '../../src/main/site/site-file.ts';
import { commandLine } from '../../src/main/ssh/quoting.ts';
import { clusterState, normalState, sha256, type Scene, type SiteTree } from './lab-run.ts';
import { locksLeft } from './lab-shell.ts';
import type { Death } from './mortal-console.ts';
import { firstFileOfTape } from './tap-file.ts';

/** A fingerprint of few records. */
export const quick = (site: SiteTree) => {
  for (const job of Object.values(site.jobs)) job['verify'] = { fingerprint: 4, readback: true };
};

/** The lab's site as far as the steps depend on it. */
const site = siteOf('the scene', {
  site: 'lab',
  platform: 'solaris',
  hosts: { node1: { role: 'primary' }, node2: { role: 'primary' }, node3: { role: 'backup' } },
  tape: { host: 'node3', device: '/dev/rmt/0' },
  jobs: Object.fromEntries(
    [
      ['raw-dd', '6a'],
      ['ufs-tar', '6b'],
    ].map(([name, method]) => [
      name,
      {
        class: 'Class1',
        volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
        shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
        method,
        services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app'] } } },
      },
    ]),
  ),
});

/** A command of a run, by its step and its place among the step's commands that change something, from 0. */
export interface Place {
  readonly job: string;
  readonly step: string;
  readonly place: number;
  readonly line: string;
}

/** Never sent though its intent is written; or sent, and nobody heard of its end. */
export type Moment = 'unsent' | 'unheard';

/** The changing commands of a job's steps, as the step data has them; the lock's, which leave cluster and backup server alone, too. */
function placesOf(job: string): Place[] {
  const report = parseSdxinfo(readFixture('primary-joined'));
  const named = chooseJob('the scene', site, job, false);
  const steps = stepsOf(assign(site, named, [{ node: 'node1', report }], 'run'));
  return steps
    .filter(({ leftOut }) => leftOut === undefined)
    .flatMap(({ id, performance, commands }) =>
      commands
        .filter(({ changes }) => changes || performance === 'lock' || performance === 'unlock')
        .map(({ argv }, place) => ({ job, step: id, place, line: commandLine(argv) })),
    );
}

const ofRawDevice = placesOf('raw-dd');
/** What both methods have in common need not be broken off twice. */
const ofFiles = placesOf('ufs-tar').filter(({ step }) => step.startsWith('6b'));

export const deaths = [...ofRawDevice, ...ofFiles].flatMap((place) =>
  (['unsent', 'unheard'] as const).map((moment) => ({ ...place, moment })),
);

/** Dies around one command. */
export function around({ step, place }: Pick<Place, 'step' | 'place'>, moment: Moment): Death {
  let seq = 0;
  let passed = 0;
  let intent: number | undefined;
  return (event: NewEvent) => {
    seq += 1;
    if (event.type === 'intent' && event.step === step && event.changes) {
      passed += 1;
      if (passed === place + 1) {
        intent = seq;
        return moment === 'unsent' ? 'after' : undefined;
      }
    }
    return event.type === 'outcome' && event.of === intent ? 'before' : undefined;
  };
}

/** The cluster is as it was, no lock is left, and the chain of the journal holds. */
export async function expectNormal(scene: Scene, run: string): Promise<void> {
  await scene.lab.copyingFinished();
  expect(await clusterState(scene)).toEqual(normalState);
  expect(locksLeft(scene)).toEqual([]);
  expect(scene.lab.world().directories.node3).toEqual([]);
  const { truncated } = await readRun(scene.state, run);
  expect(truncated).toBe(false);
}

/** The tape holds what was handed to it last. */
export async function expectTape(scene: Scene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const handed = events.findLast((event) => event.type === 'digest' && event.hop === 'handed');
  const tape = sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
  expect(handed).toMatchObject({ onTapeSha256: tape });
}
