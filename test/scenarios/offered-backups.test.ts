/**
 * What the screens offer, the run does not refuse: for each state of the lab that a look at the hosts can see, a backup is offered exactly where
 * the run that is then started goes beyond its checks. Whether it does is judged by what has arrived at the hosts.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Refusal } from '../../src/contract/job-refusal.ts';
import { situationsOf, whyNoBackup } from '../../src/folds/situation.ts';
import { lockFolder, ownerName, thisOwner } from '../../src/main/procedure/model/lock.ts';
import { jobOf, openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { changingCommands, onHost, removeLocksByHand } from '../support/lab-shell.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let page: TestPage;
let close: () => Promise<void>;

/** Jobs that are refused whatever the hosts say, and one that does without a node. */
function withFurtherJobs(site: SiteTree): void {
  const raw = jobOf(site);
  const volumes = [{ master: 'Volume1', proxy: 'Volume99' }];
  Object.assign(site.jobs, {
    'without-a-node': { ...raw, nodes: 'any' },
    'rejoins-first': { ...raw, part: { synchroniseFirst: true } },
    'unknown-volume': { ...raw, volumes },
    'other-disks': { ...raw, shadow: { ...raw['shadow'], disks: { Disk9: 'c1t1d3' } } },
  });
}

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

// A session that is open already would not meet what is wrong with a login.
beforeEach(async () => {
  await scene.lab.insertCartridge('tape', { blank: true });
  const served = await serveScene(scene, withFurtherJobs);
  page = await TestPage.open(served);
  close = async () => {
    await page.close();
    await served.close();
  };
});
afterEach(() => close());

/** Why no screen offers a backup of the job; undefined if one is offered. */
async function whyNotOffered(job: string): Promise<Refusal | undefined> {
  const view = await page.result('look', { fresh: true });
  const site = await page.result('site', {});
  const { open } = await page.result('protection', {});
  const class1 = situationsOf({
    ...{
      connection: 'connected',
      site,
      active: [],
      open,
      view,
      lookTrouble: undefined,
      historyTrouble: undefined,
    },
  }).find((situation) => situation.class === 'Class1');
  if (!class1) throw new Error('the site has jobs of Class1');
  return whyNoBackup(class1, job);
}

/** Starts a backup. @returns true if it has changed something before its end */
async function goesBeyondItsChecks(job: string): Promise<boolean> {
  const from = scene.lab.commands.length;
  const reply = await page.ask('start', { job });
  if ('result' in reply) {
    const { run } = reply.result;
    await page.follow('run', { run }).until(({ end }) => end !== undefined);
  }
  return changingCommands(scene, from).length > 0;
}

interface State {
  readonly job?: string;
  readonly fault?: string;
  readonly make?: () => Promise<unknown>;
  readonly unmake?: () => Promise<unknown>;
  /** Why no backup is offered; undefined if one is. */
  readonly why: string | RegExp | undefined;
  /** A part of what to do instead. */
  readonly instead?: RegExp;
}

const stranger = {
  ...thisOwner('20261122-020004-volume2'),
  console: 'jump.example.com',
  machine: '0123456789ab',
};
const locked = (folder: string, ...names: string[]) =>
  onHost(scene, 'node3', ['mkdir', folder], ...names.map((name) => ['mkdir', `${folder}/${name}`]));
const unlocked = () => Promise.resolve(removeLocksByHand(scene));

/** The guide's commands for the shadow of the job, sent by somebody else. */
async function shadowCommands(step: '5' | '7'): Promise<unknown> {
  const { steps } = await page.result('plan', { job: 'raw-dd' });
  const commands = steps.find((each) => each.step === step)?.commands ?? [];
  return onHost(scene, 'node3', ...commands.map(({ argv }) => [...argv]));
}

const rejoined = () =>
  onHost(
    scene,
    'node1',
    ['sdxvolume', '-F', '-c', 'Class1', '-v', 'Volume2', '-e', 'allnodes'],
    ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2', '-e', 'waitsync'],
  );

const states: Readonly<Record<string, State>> = {
  'the cluster is as a backup needs it': { why: undefined },
  'the proxy is parted': {
    ...{ fault: 'proxy-parted', unmake: rejoined },
    why: 'Volume2 is not joined: Part of Volume1 (node1)',
    instead:
      /^a run that was interrupted or needs action may have left it parted: .* resume it or roll it back/,
  },
  'the proxy is being copied': {
    fault: 'slice=COPY',
    why: 'Volume2 is not in sync: slice of Disk3 COPY (node1)',
    instead: /^COPY: wait for the copy to finish/,
  },
  'a slice is INVALID': {
    fault: 'slice=INVALID',
    why: 'Volume2 is not in sync: slice of Disk3 INVALID (node1)',
    instead: /repair the slice/,
  },
  'a status is unknown': {
    fault: 'unknown-status=SLEEPING',
    why: 'sdxinfo shows an unknown status: volume Volume2 SLEEPING on node1, volume Volume2 SLEEPING on node2',
  },
  'another console has locked the class': {
    make: () => locked(lockFolder('Class1'), ownerName(stranger)),
    ...{ unmake: unlocked, instead: /^wait until that run ends/ },
    why: /^Class1 is locked on node3 by run 20261122-020004-volume2 of \S+ on jump\.example\.com/,
  },
  'the class is locked by nobody who says his name': {
    ...{ make: () => locked(lockFolder('Class1')), unmake: unlocked },
    why: 'Class1 is locked on node3, and the lock names no owner',
  },
  'another console has locked the drive': {
    make: () => locked('/var/tmp/shadowtape-dev.rmt.0.lock', ownerName(stranger)),
    ...{ unmake: unlocked },
    why: /^the drive \/dev\/rmt\/0 on node3 is in use: run 20261122-020004-volume2 of \S+ on jump\.example\.com/,
  },
  'somebody has made the shadow': {
    ...{ make: () => shadowCommands('5'), unmake: () => shadowCommands('7') },
    why: 'Volume2 is joined while its shadow Class2/Volume2 exists',
  },
  'a node refuses the login': { fault: 'login-refused=node2', why: 'node2 refuses the login' },
  'a node is down': { fault: 'host-down=node2', why: 'node2 is not reached' },
  'sdxinfo of a node cannot be read': { fault: 'missing-column=STATUS', why: /has no column STATUS$/ },
  'the proxy is parted, and the job rejoins it first': {
    ...{ job: 'rejoins-first', fault: 'proxy-parted' },
    why: undefined,
  },
  'a volume of the job does not exist': { job: 'unknown-volume', why: /Volume99/ },
  'the disks of the job are others': { job: 'other-disks', why: /Disk9/ },
};

it.each(Object.entries(states))(
  '%s',
  async (_name, { job = 'raw-dd', fault, make, unmake, why, instead }) => {
    if (fault !== undefined) scene.lab.faults.set(fault);
    await make?.();
    const refusal = await whyNotOffered(job);
    const begun = await goesBeyondItsChecks(job);
    if (fault !== undefined) scene.lab.faults.clear(fault.split('=')[0] ?? '');
    await unmake?.();
    expect({ reason: refusal?.reason, begun }).toEqual({
      reason: why instanceof RegExp ? expect.stringMatching(why) : why,
      begun: why === undefined,
    });
    if (instead) expect(refusal?.instead).toMatch(instead);
  },
);

// The run would wait for the node until the outage is long enough.
it('a node is down, and the job does without: a backup is offered', async () => {
  scene.lab.faults.set('host-down=node2');
  const [whole, without] = [await whyNotOffered('raw-dd'), await whyNotOffered('without-a-node')];
  scene.lab.faults.clear('host-down');
  expect([whole?.reason, without]).toEqual(['node2 is not reached', undefined]);
});
