import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateFolder } from '../../src/main/application/console.ts';
import {
  jobOf,
  openScene,
  openSceneConsole,
  runScene,
  type RunSetting,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { changingCommands, locksLeft } from '../support/lab-shell.ts';
import { checkScene, failureOf, refusedBeforeJournal } from '../support/refusals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

/** Refused by the job alone: no host was queried. */
async function refusedUnasked(setting: RunSetting): Promise<object> {
  const from = scene.lab.commands.length;
  const { code, sentence, hint } = await refusedBeforeJournal(scene, setting);
  expect(scene.lab.commands.slice(from)).toEqual([]);
  return { code, sentence, hint };
}

const job = (change: (job: ReturnType<typeof jobOf>) => void) => (site: SiteTree) => change(jobOf(site));

const elsewhereWords = {
  code: 'ROUTE_SERVER_ELSEWHERE',
  sentence: 'route server writes on the backup server, and the drive is on node1, not on node3',
  hint: 'use route console, or a drive on the backup server',
};
const driveElsewhere = (site: SiteTree) => {
  site.tape['host'] = 'node1';
  jobOf(site)['route'] = 'server';
};

describe('what cannot be run at this site', () => {
  it('is route server with a drive on another host', async () => {
    expect(await refusedUnasked({ change: driveElsewhere })).toEqual(elsewhereWords);
    const change = (site: SiteTree) => (site.tape['host'] = 'node1');
    expect(await refusedUnasked({ route: 'server', change })).toEqual(elsewhereWords);
  });

  it.each([
    ['6d', 'sfxfs'],
    ['6e', 'sfxfs'],
  ] as const)('is %s on Linux, which has no %s', async (method, fileSystem) => {
    const linux = (site: SiteTree) => {
      site.platform = 'linux';
      site.tape['device'] = '/dev/st0';
    };
    expect(await refusedUnasked({ method, change: linux })).toEqual({
      code: 'METHOD_NOT_ON_PLATFORM',
      sentence: `method ${method} backs up a ${fileSystem} file system, which Linux does not have`,
      hint: 'use 6a (the raw device, dd), 6b (ext3, tar) or 6c (ext3, dump)',
    });
  });

  it('cannot be planned either if its method does not exist', async () => {
    const from = scene.lab.commands.length;
    const console = await openSceneConsole(scene, (site) => {
      site.platform = 'linux';
      site.tape['device'] = '/dev/st0';
    });
    try {
      const error = await failureOf(console.plan({ job: 'raw-dd', method: '6d' }));
      expect(error.code).toBe('METHOD_NOT_ON_PLATFORM');
      expect(scene.lab.commands.slice(from)).toEqual([]);
    } finally {
      await console.close();
    }
  });

  it('is reported by check as well, a day before the run', async () => {
    const { hint, sentence } = elsewhereWords;
    const told = (await checkScene(scene, driveElsewhere)).find(({ what }) => what === 'job raw-dd');
    expect(told).toMatchObject({ host: 'node1', good: false, said: sentence, hint });
  });
});

describe('a job that asks an operator if nobody can be asked', () => {
  const unattended = { ask: undefined, approveVerified: false };

  it('asks about the services', async () => {
    const words = {
      code: 'OPERATOR_NEEDED',
      sentence: 'the job needs an answer from an operator (services: ask), and there is no terminal',
      hint: 'name the commands in services.stop and services.resume, or run it on a terminal',
    };
    const change = job((one) => (one['services'] = 'ask'));
    const asking = await openSceneConsole(scene, change);
    try {
      for (const approveVerified of [false, true]) {
        const signal = new AbortController().signal;
        const run = asking.run({
          job: 'raw-dd',
          ask: undefined,
          approveVerified,
          cancel: signal,
          halt: signal,
          onEvent: () => undefined,
        });
        expect(await failureOf(run)).toMatchObject(words);
      }
    } finally {
      await asking.close();
    }
  });

  it('asks for approval, and --yes was not given', async () => {
    const from = scene.lab.commands.length;
    const asking = await openSceneConsole(
      scene,
      job((one) => (one['approve'] = 'operator')),
    );
    try {
      const signal = new AbortController().signal;
      const run = asking.run({
        job: 'raw-dd',
        ...unattended,
        cancel: signal,
        halt: signal,
        onEvent: () => undefined,
      });
      expect(await failureOf(run)).toMatchObject({
        code: 'OPERATOR_NEEDED',
        sentence: 'the job needs an answer from an operator (approve: operator), and there is no terminal',
        hint: 'run with --yes, or set approve: when-verified in the job: the dump then starts when every rule holds',
      });
    } finally {
      await asking.close();
    }
    expect(scene.lab.commands.slice(from)).toEqual([]);
    expect(await scene.state.runs()).toEqual([]);
  });
});

describe('a job that does not exist', () => {
  it('is refused with the names of those that do', async () => {
    expect(await refusedUnasked({ job: 'nightly' })).toEqual({
      code: 'JOB_UNKNOWN',
      sentence: `there is no job "nightly" in ${scene.folder}/site.yaml`,
      hint: 'jobs of this site: raw-dd, ufs-tar',
    });
  });

  it('cannot be planned either', async () => {
    const console = await openSceneConsole(scene);
    try {
      expect(await failureOf(console.plan({}))).toMatchObject({
        code: 'JOB_NOT_CHOSEN',
        sentence: `${scene.folder}/site.yaml has 2 jobs, and none was named`,
        hint: 'name one: raw-dd, ufs-tar',
      });
    } finally {
      await console.close();
    }
  });
});

describe('a state folder', () => {
  it('that is a file is refused before any host is asked', async () => {
    const path = join(scene.folder, 'state-that-is-a-file');
    await writeFile(path, '');
    const from = scene.lab.commands.length;
    expect(await failureOf(runScene({ ...scene, state: new StateFolder(path) }))).toMatchObject({
      code: 'STATE_FOLDER_UNUSABLE',
      hint: 'journals and known hosts are kept there; name a folder that this user can write with --state DIR',
    });
    expect(scene.lab.commands.slice(from)).toEqual([]);
  });

  it('in which no journal can be created prevents the run', async () => {
    const state = new StateFolder(join(scene.folder, 'state-without-runs'));
    await mkdir(state.path);
    await writeFile(join(state.path, 'runs'), '');
    const from = scene.lab.commands.length;
    const error = await failureOf(runScene({ ...scene, state }));
    expect(error).toMatchObject({
      code: 'JOURNAL_UNWRITABLE',
      hint: 'free some space, or keep the state elsewhere with --state DIR; Shadowtape does not run without a journal',
    });
    expect(error.sentence).toMatch(
      /^the journal \S+\/runs\/\d{8}-\d{6}-volume2\.ndjson cannot be written: its folder is a file$/,
    );
    expect(changingCommands(scene, from)).toEqual([]);
    expect(locksLeft(scene)).toEqual([]);
  });
});
