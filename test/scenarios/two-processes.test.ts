/** Several processes of the command line against one lab: one class and one drive have one user at a time. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  sceneArguments,
  shadowtape,
  startCommand,
  startProgram,
  type RunningCommand,
} from '../support/command-line.ts';
import { expectNormal, quick } from '../support/deaths.ts';
import { openScene, sha256, type Scene } from '../support/lab-run.ts';
import { allLocks, onHost } from '../support/lab-shell.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = [...(await sceneArguments(scene)), '--trust'];
  await scene.writeSite(quick);
});
afterEach(() => scene.close());

const run = (...args: string[]) => startCommand([...site, ...args]).end;
/** Another console, with its own state folder. */
const elsewhere = (...args: string[]) => {
  const [siteOption = '', file = ''] = site;
  return startCommand([siteOption, file, '--state', join(scene.folder, 'other'), '--trust', ...args]).end;
};

/** Starts a run, and delays the tape from the beginning of its dump on. */
async function whileDumping<Value>(
  start: () => RunningCommand,
  work: (command: RunningCommand) => Promise<Value>,
): Promise<{ value: Value; end: Awaited<RunningCommand['end']> }> {
  scene.lab.faults.set('slow-tape=20000');
  const command = start();
  const dumping = new Promise<void>((resolve) => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.startsWith('dd ibs=')) return;
      stop();
      resolve();
    });
  });
  const early = command.end.then(({ stderr }) => Promise.reject(new Error(`the run ended early: ${stderr}`)));
  await Promise.race([dumping, early]);
  early.catch(() => undefined);
  try {
    const value = await work(command);
    scene.lab.faults.clear('slow-tape');
    return { value, end: await command.end };
  } finally {
    scene.lab.faults.clear('slow-tape');
  }
}

const startRun = () => startCommand([...site, 'run', 'raw-dd']);
const drive = 'the drive /dev/rmt/0 on node3';

const moment = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d';

describe('during a run', () => {
  it('a second process can neither label, read, verify, check nor test the tape, nor run the job, and the run ends verified', async () => {
    const commands = [
      ['label', 'OTHER-01', '--overwrite', 'data'],
      ['identify'],
      ['identify', '--import'],
      ['drive-check', '--scratch', '--overwrite', 'data'],
    ];
    const { value, end } = await whileDumping(startRun, async () => {
      const [name = ''] = await scene.state.runs();
      const ends = [await run('verify', name)];
      for (const words of commands) ends.push(await elsewhere(...words));
      const check = await elsewhere('check');
      return { ends, check, second: await elsewhere('run', 'raw-dd'), run: name };
    });
    for (const { exitStatus, stderr } of value.ends) {
      expect(stderr).toMatch(
        new RegExp(
          `${drive} is in use: run ${value.run} of \\S+ on ${hostname()} \\(process \\d+\\), since ${moment}:\\d\\d UTC\\n`,
        ),
      );
      expect(stderr).toMatch(/shadowtape --site \S+ --state \S+ locks shows whether its process is running/);
      expect(exitStatus).toBe(1);
    }
    expect(value.check.stdout).toContain(`${drive} is in use: run ${value.run} of `);
    expect(value.check.exitStatus).toBe(1);
    expect(value.second.stdout + value.second.stderr).toContain(
      `Class1 is locked on node3 by run ${value.run}`,
    );
    expect(value.second.exitStatus).toBe(1);
    expect(end.exitStatus).toBe(0);
    expect(end.stdout).toContain('verified: Volume2 is on the tape');
    await expectNormal(scene, value.run);
    expect(allLocks(scene)).toEqual([]);
  });
});

describe('a drive locked by a killed process', () => {
  /** SIGKILL as soon as the label is about to be written. */
  async function killedLabel(): Promise<void> {
    const command = startCommand([...site, 'label', 'FIRST-01']);
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && line.startsWith('mt -f')) command.process.kill('SIGKILL');
    });
    expect((await command.end).exitStatus).toBe(null);
    stop();
  }

  it('is listed, and taken by the next command', async () => {
    await killedLabel();
    expect((await run('locks')).stdout).toMatch(
      new RegExp(
        `^/dev/rmt/0 {2}locked on node3 by shadowtape label of \\S+ on ${hostname()} \\(process \\d+\\), since ${moment} UTC; its process has ended\\n$`,
      ),
    );
    expect(await run('label', 'SECOND-01')).toMatchObject({ exitStatus: 0 });
    expect(allLocks(scene)).toEqual([]);
  });

  it('is unlocked by any device of the drive', async () => {
    await killedLabel();
    const { exitStatus, stdout } = await run('unlock', '/dev/rmt/0cbn', '--yes');
    expect(stdout).toContain('unlocked: /dev/rmt/0cbn is free on node3\n');
    expect(exitStatus).toBe(0);
    expect(allLocks(scene)).toEqual([]);
  });

  it('stays locked if a run was interrupted: its dump may still be in progress', async () => {
    scene.lab.faults.set('slow-tape=20000');
    const command = startRun();
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && line.startsWith('dd ibs=')) command.process.kill('SIGKILL');
    });
    await command.end;
    stop();
    scene.lab.faults.clear('slow-tape');
    const [name = ''] = await scene.state.runs();
    const before = sha256(await readFile(scene.lab.tapeFile));
    const label = await run('label', 'OTHER-01', '--overwrite', 'data');
    expect(label.stderr).toContain(`run ${name} of job raw-dd was interrupted at step 6a`);
    expect(label.exitStatus).toBe(1);
    expect((await elsewhere('label', 'OTHER-01', '--overwrite', 'data')).stderr).toContain(
      `/dev/rmt/0 is locked on node3 by run ${name}`,
    );
    expect(sha256(await readFile(scene.lab.tapeFile))).toBe(before);
    expect((await run('unwind', name)).exitStatus).toBe(2);
    expect(allLocks(scene)).toEqual([]);
    expect((await run('label', 'OTHER-01', '--overwrite', 'data')).exitStatus).toBe(0);
  });
});

it('locks and unlock report a host that cannot be checked, and handle the rest', async () => {
  const folder = '/var/tmp/shadowtape-Class1.lock';
  const owner = `${folder}/20261122-020004-volume2,marion,jump1,4711`;
  for (const host of ['node1', 'node3']) await onHost(scene, host, ['mkdir', folder], ['mkdir', owner]);
  scene.lab.faults.set('host-down=node2');
  await scene.lab.faultsSettled();
  const listed = await run('locks');
  expect(listed.stdout).toMatch(
    /^Class1 {2}locked on node3 .*\nClass1 {2}locked on node1 .*\nnode2 {2}not checked/,
  );
  expect(listed.exitStatus).toBe(1);
  const unlocked = await run('unlock', 'Class1', '--yes');
  expect(unlocked.stdout).toContain('unlocked: Class1 is free on node3, node1\nnode2  not checked');
  expect(unlocked.exitStatus).toBe(1);
  expect(allLocks(scene)).toEqual([]);
});

/** Why no PID namespace can be made here; undefined if it can. */
function missing(): string | undefined {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'unshare --pid, which needs root';
  }
}

const lacking = missing();
const isSkipped = lacking !== undefined && process.env['CI'] === undefined;
it.skipIf(isSkipped)(
  `a run in another container neither counts as dead nor is rolled back while it runs${isSkipped ? ` (skipped: this machine lacks ${lacking})` : ''}`,
  async () => {
    const inContainer = ['unshare', '--pid', '--fork', '--mount-proc', ...shadowtape];
    const { value, end } = await whileDumping(
      () => startProgram([...inContainer, ...site, 'run', 'raw-dd']),
      async () => {
        const [name = ''] = await scene.state.runs();
        return { name, listed: await run('locks'), rolledBack: await run('unwind', name) };
      },
    );
    expect(value.listed.stdout).toContain('it is not known whether its process is running');
    expect(value.rolledBack.stderr).toContain(`run ${value.name} is being worked on by`);
    expect(value.rolledBack.exitStatus).toBe(1);
    expect(end.exitStatus).toBe(0);
    await expectNormal(scene, value.name);
  },
);
