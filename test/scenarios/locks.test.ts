import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { HeldLock } from '../../src/main/application/lock-service.ts';
import {
  lockFolder,
  ownerName,
  parseOwner,
  thisOwner,
  type LockOwner,
} from '../../src/main/procedure/model/lock.ts';
import { sceneArguments } from '../support/command-line.ts';
import { openScene, openSceneConsole, runScene, type Scene } from '../support/lab-run.ts';
import { allLocks, changingCommands, locksLeft, onHost } from '../support/lab-shell.ts';
import { failureOf } from '../support/refusals.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const folder = lockFolder('Class1');
const since = `${new Date().toISOString().slice(0, 19)}Z`;
/** No process has an id this high. */
const nobody = 2 ** 22 + 1;
const owner = (change: Partial<LockOwner> = {}): LockOwner => ({
  ...thisOwner('x'),
  consoleId: 'abc',
  run: '20261122-020004-volume2',
  user: 'marion',
  console: hostname(),
  processId: nobody,
  since,
  ...change,
});
/** The fields of an owner that release 0.1.0 does not have. */
const former = {
  machine: undefined,
  boot: undefined,
  namespace: undefined,
  started: undefined,
  consoleId: undefined,
};
const lockAs = (one: LockOwner) =>
  onHost(scene, 'node3', ['mkdir', folder], ['mkdir', `${folder}/${ownerName(one)}`]);

async function withDesk<Value>(
  work: (desk: Awaited<ReturnType<typeof openSceneConsole>>['lockService']) => Promise<Value>,
): Promise<Value> {
  const console = await openSceneConsole(scene);
  try {
    return await work(console.lockService);
  } finally {
    await console.close();
  }
}

const listed = () => withDesk((desk) => desk.list());
const yes = () => Promise.resolve(true);

describe('the locks of a site', () => {
  it('are none if no run is active, and listing changes nothing', async () => {
    expect(await listed()).toEqual([]);
    expect(changingCommands(scene).filter((line) => !line.endsWith(' ls /var/tmp'))).toEqual([]);
  });

  it.each<[string, Partial<LockOwner>, Partial<HeldLock>]>([
    ['whose process is gone', {}, { holder: 'gone', old: false }],
    ['whose process lives', { processId: process.pid }, { holder: 'lives', old: false }],
    [
      'of another machine',
      { console: 'jump.example.com', machine: '0123456789ab' },
      { holder: 'elsewhere', old: false },
    ],
    ['of a clone of this machine', { machine: '0123456789ab' }, { holder: 'unknown', old: false }],
    ['of this machine before it was restarted', { boot: '0123456789ab' }, { holder: 'unknown', old: false }],
    ['of another container', { namespace: '1' }, { holder: 'unknown', old: false }],
    ['that are old', { since: '2020-01-01T00:00:00Z' }, { holder: 'gone', old: true }],
    ['of an early release', { ...former, since: undefined }, { holder: 'unknown', old: false }],
    ['of release 0.1.0', former, { holder: 'unknown', old: false }],
  ])('include those %s', async (_whose, change, shown) => {
    const one = owner(change);
    await lockAs(one);
    expect(await listed()).toEqual([
      {
        class: 'Class1',
        host: 'node3',
        folder,
        owner: parseOwner(ownerName(one)),
        names: [ownerName(one)],
        ...shown,
      },
    ]);
  });

  it('do not count as released if their folder cannot be read', async () => {
    await lockAs(owner({}));
    scene.lab.faults.set(`fail=node3:ls ${folder}`);
    onTestFinished(() => scene.lab.faults.clear('fail'));
    await expect(listed()).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
  });

  it('include one without an owner', async () => {
    await onHost(scene, 'node3', ['mkdir', folder]);
    expect(await listed()).toEqual([
      {
        class: 'Class1',
        host: 'node3',
        folder,
        owner: undefined,
        holder: 'nameless',
        old: false,
        names: [],
      },
    ]);
  });

  it('are held by a run from its first step to its last, since that step', async () => {
    let during: Promise<readonly HeldLock[]> | undefined;
    // The tape is delayed until the locks are listed.
    scene.lab.faults.set('slow-tape=20000');
    const end = await runScene(scene, {
      onEvent(event) {
        if (event.type !== 'step-started' || event.step !== '6a') return;
        during ??= listed().finally(() => scene.lab.faults.clear('slow-tape'));
      },
    });
    const locks = (await during) ?? [];
    expect(locks.map(({ class: name, drive, host }) => `${host} ${name ?? drive}`)).toEqual([
      'node3 Class1',
      'node3 /dev/rmt/0',
      'node1 Class1',
      'node2 Class1',
    ]);
    const [lock] = locks;
    expect(lock).toMatchObject({ holder: 'lives', owner: { run: end.run, processId: process.pid } });
    const began = Date.parse(end.events[0]?.at ?? '');
    expect(Math.abs(Date.parse(lock?.owner?.since ?? '') - began)).toBeLessThan(60_000);
    expect(allLocks(scene)).toEqual([]);
  });
});

describe('a stale lock', () => {
  it('is removed once it was shown and confirmed, and the class is free', async () => {
    await lockAs(owner({ console: 'jump.example.com' }));
    const shown: HeldLock[] = [];
    await withDesk((desk) =>
      desk.remove('Class1', (locks) => {
        shown.push(...locks);
        return Promise.resolve(true);
      }),
    );
    expect(shown.map((lock) => lock.owner?.user)).toEqual(['marion']);
    expect(locksLeft(scene)).toEqual([]);
    expect((await runScene(scene)).exitStatus).toBe(0);
  });

  it('stays if it is not confirmed', async () => {
    await lockAs(owner());
    const removed = withDesk((desk) => desk.remove('Class1', () => Promise.resolve(false)));
    expect(await failureOf(removed)).toMatchObject({
      code: 'UNLOCK_NOT_CONFIRMED',
      sentence: 'the lock of Class1 was not removed because nobody confirmed it',
    });
    expect(locksLeft(scene)).toHaveLength(2);
  });

  it('stays if its process is running, without a question', async () => {
    await lockAs(owner({ processId: process.pid }));
    const asked: HeldLock[] = [];
    const removed = withDesk((desk) =>
      desk.remove('Class1', (locks) => {
        asked.push(...locks);
        return Promise.resolve(true);
      }),
    );
    expect(await failureOf(removed)).toMatchObject({
      code: 'LOCK_HELD',
      sentence: `Class1 is locked on node3 by run 20261122-020004-volume2 of marion on ${hostname()} (process ${process.pid}), and that process is running`,
    });
    expect(asked).toEqual([]);
    expect(locksLeft(scene)).toHaveLength(2);
  });

  it('stays if somebody else has taken it meanwhile', async () => {
    const [first, second] = [owner(), owner({ run: 'another' })];
    await lockAs(first);
    const removed = withDesk((desk) =>
      desk.remove('Class1', async () => {
        const paths = [first, second].map((one) => `${folder}/${ownerName(one)}`);
        await onHost(scene, 'node3', ['rmdir', paths[0] ?? ''], ['mkdir', paths[1] ?? '']);
        return true;
      }),
    );
    expect(await failureOf(removed)).toMatchObject({
      code: 'LOCK_CHANGED',
      sentence: 'the lock of Class1 on node3 has changed and was not removed',
    });
    expect(locksLeft(scene)).toEqual([folder, `${folder}/${ownerName(second)}`]);
  });

  it.each(['Class1', 'Class7', '../../etc'])('cannot be removed if there is none: %s', async (name) => {
    const from = scene.lab.commands.length;
    expect(await failureOf(withDesk((desk) => desk.remove(name, yes)))).toMatchObject({
      code: 'LOCK_MISSING',
      sentence: `${name} is not locked on node3`,
      hint: 'nothing to do; classes of this site: Class1; drive: /dev/rmt/0',
    });
    expect(scene.lab.commands.slice(from).map(({ line }) => line)).toEqual(
      expect.arrayContaining(['ls /var/tmp']),
    );
    expect(scene.lab.commands.slice(from).some(({ line }) => line.startsWith('rmdir'))).toBe(false);
  });
});

describe('the command line', () => {
  const run = async (...args: string[]) => performed([...(await sceneArguments(scene)), '--trust', ...args]);

  it('lists locks, and removes one only on request', async () => {
    expect(await run('locks')).toMatchObject({ exitStatus: 0, stdout: 'no class of this site is locked\n' });
    await lockAs(owner());
    const line = `Class1  locked on node3 by run 20261122-020004-volume2 of marion on ${hostname()} (process ${nobody}), since ${since.slice(0, 10)} ${since.slice(11, 16)} UTC; its process has ended\n`;
    expect(await run('locks')).toMatchObject({ exitStatus: 0, stdout: line });
    expect(JSON.parse((await run('locks', '--json')).stdout)).toMatchObject({
      class: 'Class1',
      holder: 'gone',
    });
    const refused = await run('unlock', 'Class1');
    expect(refused.exitStatus).toBe(1);
    expect(refused.stderr).toContain('without a terminal use --yes');
    const unlocked = await run('unlock', 'Class1', '--yes');
    expect(unlocked).toMatchObject({ exitStatus: 0 });
    expect(unlocked.stdout).toBe(
      `${line}run 20261122-020004-volume2 may have left the proxy parted, or a shadow. If it has not ended, roll it back instead\nunlocked: Class1 is free on node3\n`,
    );
    expect(locksLeft(scene)).toEqual([]);
  });
});
