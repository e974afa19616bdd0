/** Logins of the lab whose shell or sshd does not do what a run needs: refused before anything is touched, or handled. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { checkScene, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';
import { runServer } from '../support/server-run.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ jobs: ['raw-dd'] });
});
afterAll(() => scene.close());
afterEach(() => {
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
});

const greets = (host: string) => ({
  code: 'LOGIN_SHELL_PRINTS',
  sentence: `${host}: the login shell /bin/sh of root prints 23 bytes before the output of each command: "Welcome to ${host}, root"`,
  hint: 'in ~/.ssh/rc, /etc/ssh/sshrc or what ForceCommand names, print only where "test -t 1" succeeds; then run "shadowtape check" again',
});

describe('a host whose login prints a greeting', () => {
  it('is reported by check, which continues to check the rest', async () => {
    scene.lab.faults.set('greeting=node3');
    const { sentence: said, hint } = greets('node3');
    expect((await checkScene(scene)).filter(({ good }) => !good)).toEqual([
      { host: 'node3', what: 'login shell', good: false, said, hint },
      {
        host: 'node3',
        what: 'job raw-dd',
        good: false,
        said: 'not checked: node3 cannot be used',
        hint: undefined,
      },
    ]);
  });

  it('prevents a run from touching anything, on either side', async () => {
    scene.lab.faults.set('greeting=node1');
    expect(await refusedBeforeJournal(scene)).toMatchObject(greets('node1'));
    scene.lab.faults.clear('greeting');
    scene.lab.faults.set('greeting=node3');
    expect(await refusedRun(scene)).toMatchObject(greets('node3'));
  });
});

describe('hosts that open one channel a connection', () => {
  const change = (site: SiteTree) => void (jobOf(site)['media'] = { overwrite: true });

  it.each([
    ['console', runScene],
    ['server', runServer],
  ] as const)('are backed up by route %s like any other', async (_route, run) => {
    for (const host of ['node1', 'node2', 'node3']) scene.lab.faults.set(`max-sessions=${host}:1`);
    const { verdict, exitStatus, events } = await run(scene, { change });
    expect({ verdict, exitStatus }).toEqual({ verdict: 'verified', exitStatus: 0 });
    // The rewritten tape shows nothing about the connections.
    const warnings = events.filter((event) => event.type === 'warning' && event.step !== 'tape');
    expect(warnings).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
