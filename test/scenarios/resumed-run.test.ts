/** Runs that are resumed in a world that has changed meanwhile: reboots, other tapes, other locks, other runs. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { runName } from '../../src/main/journal/state-folder.ts';
import { flipped } from '../support/changed-tape.ts';
import { around, expectNormal, expectTape } from '../support/deaths.ts';
import {
  byHand,
  bringingBack,
  inScene,
  normalStands,
  proceduralCommands,
  withJob,
} from '../support/failures.ts';
import { clusterState, normalState, runScene, type Scene } from '../support/lab-run.ts';
import { changingCommands, locksLeft, onHost, removeLocksByHand } from '../support/lab-shell.ts';
import { dyingRun, recoverScene, type Death } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';

/** Dies when a step is done. */
const after =
  (step: string): Death =>
  (event) =>
    event.type === 'step-finished' && event.step === step ? 'after' : undefined;

/** Dies before the end of a step's first changing command arrives. */
const amid = (step: string): Death => around({ step, place: 0 }, 'unheard');

const warnings = (end: { events: readonly { type: string }[] }) =>
  end.events.flatMap((event) => (event.type === 'warning' && 'text' in event ? [event.text] : []));

async function resumed(scene: Scene, run: string) {
  const end = await recoverScene(scene, 'resume', run);
  expect(end, [end.sentence, ...end.stands].join('\n')).toMatchObject({ exitStatus: 0, verdict: 'verified' });
  const identified = end.events.findLast((event) => event.type === 'hosts-identified');
  expect(identified?.hosts.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);
  await expectNormal(scene, run);
  await expectTape(scene, run);
  return end;
}

describe('a run that continues after a reboot', () => {
  it('of the backup server: the shadow is created and verified again', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('verify'));
      await scene.lab.rebootNode('node3');
      const from = scene.lab.commands.length;
      const end = await resumed(scene, run);
      expect(warnings(end)).toContain('node3 shows no shadow (a reboot removes it): it is created again');
      expect(proceduralCommands(scene, from)[0]).toBe('node3 sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3');
    });
  });

  it('of a primary node: the proxy that was started again is stopped again', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('5'));
      await scene.lab.rebootNode('node1');
      expect(scene.lab.world().proxy.statusOn).toMatchObject({ node1: 'ACTIVE' });
      const from = scene.lab.commands.length;
      const end = await resumed(scene, run);
      expect(warnings(end)).toContain(
        'Volume2 is started, as after a reboot of a node: it is stopped again (step 3-5)',
      );
      expect(proceduralCommands(scene, from)[0]).toBe('node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes');
    });
  });

  it('of a primary node while the tape was written: the tape is written again', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', (event) =>
        event.type === 'digest' && event.hop === 'counted' ? 'after' : undefined,
      );
      await scene.lab.rebootNode('node1');
      const end = await resumed(scene, run);
      expect(warnings(end)).toContain(
        'step 6a was interrupted: the tape is written again from its beginning',
      );
    });
  });
});

describe('a run that continues', () => {
  it('after its dump was complete, but not recorded, reads the tape back at once', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', (event) =>
        event.type === 'digest' && event.hop === 'counted' ? 'after' : undefined,
      );
      const from = scene.lab.commands.length;
      await resumed(scene, run);
      expect(proceduralCommands(scene, from)).toEqual(['node3 dd if=/dev/rmt/0 bs=32768', ...bringingBack]);
    });
  });

  it('does not stop twice what it had stopped, and resumes it once', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('3-2'));
      const from = scene.lab.commands.length;
      const end = await resumed(scene, run);
      expect(warnings(end)).toContain('services that are stopped stay stopped until step 3-4');
      const sent = proceduralCommands(scene, from);
      expect(sent.slice(0, 2)).toEqual([
        'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
        'node1 mount /app',
      ]);
    });
  });

  it('with files begins a new list, next to the unfinished one', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'ufs-tar', amid('6b-4'));
      expect(existsSync(scene.state.catalogueFile(run))).toBe(true);
      const end = await resumed(scene, run);
      const catalogue = end.events.find((event) => event.type === 'catalogue');
      const file = catalogue?.type === 'catalogue' ? catalogue.file : '';
      expect(file).toBe(scene.state.catalogueFile(run).replace('.catalogue', '.2.catalogue'));
      expect((await readFile(file, 'utf8')).split('\n').length).toBeGreaterThan(100);
      expect(await scene.state.runs()).toEqual([run]);
    });
  });

  it('overwrites its own unfinished file, and no other', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', amid('6a'));
      scene.lab.faults.set('tape-not-blank');
      const end = await recoverScene(scene, 'resume', run);
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      expect(end.error?.code).toBe('TAPE_NOT_BLANK');
      await expectNormal(scene, run);
    });
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', amid('6a'));
      const end = await resumed(scene, run);
      expect(warnings(end)).toContain(
        'the tape holds data that is neither tar nor ufsdump (first record 32,768 bytes): the unfinished file of this run, which is overwritten',
      );
    });
  });

  it('under the name of its journal, because another run began in the same second', async () => {
    await inScene(async (scene) => {
      mkdirSync(dirname(scene.state.journalFile('x')), { recursive: true });
      const from = Date.now();
      for (let second = 0; second < 120; second += 1)
        writeFileSync(scene.state.journalFile(runName(new Date(from + second * 1000), 'Volume2')), '');
      scene.lab.faults.set('tape-error=3');
      const first = await runScene(scene, { change: withJob({ onFailure: 'halt' }) });
      expect(first.run).toMatch(/-2$/);
      const taken = first.events.find(({ type }) => type === 'fingerprint');
      expect(taken).toMatchObject({ seed: first.run });
      scene.lab.faults.clear('tape-error');
      const end = await recoverScene(scene, 'resume', first.run);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    });
  });

  it('after it had halted with exit status 3', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-error=3');
      const first = await runScene(scene, { change: withJob({ onFailure: 'halt' }) });
      expect(first.exitStatus).toBe(3);
      scene.lab.faults.clear('tape-error');
      await resumed(scene, first.run);
      const { events } = await readRun(scene.state, first.run);
      expect(events.filter(({ type }) => type === 'run-finished')).toHaveLength(2);
    });
  });
});

describe('a run that cannot continue', () => {
  it('because the proxy was stopped before its fingerprint was taken', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('3-4'));
      await onHost(scene, 'node1', ['sdxvolume', '-F', '-c', 'Class1', '-v', 'Volume2', '-e', 'allnodes']);
      const locks = locksLeft(scene);
      expect(locks).not.toEqual([]);
      const error = await failureOf(recoverScene(scene, 'resume', run));
      expect(error).toMatchObject({
        code: 'RESUME_IMPOSSIBLE',
        sentence: `run ${run} cannot be resumed: Volume2 is stopped, and the journal has no complete fingerprint: a shadow cannot be proven`,
        hint: `roll the cluster back with shadowtape rollback ${run}, then start the job again`,
      });
      // The proxy is still stopped: nobody else may start here.
      expect(locksLeft(scene)).toEqual(locks);
      expect(await recoverScene(scene, 'unwind', run)).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(locksLeft(scene)).toEqual([]);
    });
  });

  it('because somebody has rejoined the proxy', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('4'));
      await onHost(scene, 'node1', ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2']);
      await scene.lab.copyingFinished();
      expect((await failureOf(recoverScene(scene, 'resume', run))).sentence).toBe(
        `run ${run} cannot be resumed: Volume2 is joined again: the data from the moment of the part is lost`,
      );
      const end = await recoverScene(scene, 'unwind', run);
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `nothing to roll back for run ${run}: everything is in its normal state`,
      });
      await expectNormal(scene, run);
    });
  });

  it('because the site file has another job under its name', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('4'));
      const change = withJob({ media: { recordBytes: 65_536 } });
      expect(await failureOf(recoverScene(scene, 'resume', run, { change }))).toMatchObject({
        code: 'RESUME_IMPOSSIBLE',
        sentence: `run ${run} cannot be resumed: it began with media.recordBytes 32768, and now it is 65536`,
        hint: `restore the job in the site file as it was when the run started; or roll back by hand with the commands from shadowtape show ${run}`,
      });
      expect(await failureOf(recoverScene(scene, 'unwind', run, { change }))).toMatchObject({
        code: 'UNWIND_IMPOSSIBLE',
      });
      await recoverScene(scene, 'unwind', run);
    });
  });
});

describe('a run that is rolled back', () => {
  it('after the backup server rebooted while the shadow was partly removed', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', amid('7'));
      await scene.lab.rebootNode('node3');
      const from = scene.lab.commands.length;
      const end = await recoverScene(scene, 'unwind', run);
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed', sentence: `run ${run} was rolled back` });
      expect(proceduralCommands(scene, from)).toEqual(bringingBack.slice(-1));
      await expectNormal(scene, run);
    });
  });

  it('after a primary node rebooted', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('5'));
      await scene.lab.rebootNode('node1');
      expect(await recoverScene(scene, 'unwind', run)).toMatchObject({ exitStatus: 2 });
      await expectNormal(scene, run);
    });
  });

  it('although the dead console still reads the shadow for a moment, which fails the first command', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('verify'));
      scene.lab.faults.set('fail-once=node3:sdxshadowvolume -F');
      const end = await recoverScene(scene, 'unwind', run);
      expect(end).toMatchObject({ exitStatus: 2, sentence: `run ${run} was rolled back` });
      expect(warnings(end)).toContainEqual(
        expect.stringMatching(/^node3: sdxshadowvolume -F -c Class2 -v Volume2 ended with .*; trying again$/),
      );
      await expectNormal(scene, run);
    });
  });

  it('in part reports what remains, and is rolled back when the cause is gone', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('verify'));
      scene.lab.faults.set('fail=node3:sdxshadowgroup -R');
      const end = await recoverScene(scene, 'unwind', run);
      expect(end).toMatchObject({ exitStatus: 3, verdict: 'failed' });
      expect(end.sentence).toMatch(
        new RegExp(
          `^run ${run} was not rolled back: node3: sdxshadowgroup -R -c Class2 -g Group2 ended with`,
        ),
      );
      expect(end.stands).toEqual(expect.arrayContaining(byHand(bringingBack[2])));
      scene.lab.faults.clear('fail');
      const from = scene.lab.commands.length;
      expect(await recoverScene(scene, 'unwind', run)).toMatchObject({ exitStatus: 2 });
      // What the first rollback has removed is not removed again.
      expect(proceduralCommands(scene, from)).toEqual(bringingBack.slice(2));
      await expectNormal(scene, run);
    });
  });

  it('does not touch what a later run has parted', async () => {
    await inScene(async (scene) => {
      const first = await dyingRun(scene, 'raw-dd', after('4'));
      await onHost(scene, 'node1', ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2']);
      await scene.lab.copyingFinished();
      removeLocksByHand(scene);
      const second = await dyingRun(scene, 'raw-dd', after('5'));
      removeLocksByHand(scene);
      for (const mode of ['unwind', 'resume'] as const) {
        expect(await failureOf(recoverScene(scene, mode, first.run))).toMatchObject({
          code: 'RUN_SUPERSEDED',
          sentence: `run ${second.run} parted Volume2 after run ${first.run}: the current state is not that of run ${first.run}`,
        });
      }
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
      expect(await recoverScene(scene, 'unwind', second.run)).toMatchObject({ exitStatus: 2 });
    });
  });

  it('does not touch what a later run may have parted, whose journal cannot be read', async () => {
    await inScene(async (scene) => {
      const first = await dyingRun(scene, 'raw-dd', after('4'));
      await onHost(scene, 'node1', ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2']);
      await scene.lab.copyingFinished();
      removeLocksByHand(scene);
      const second = await dyingRun(scene, 'raw-dd', after('5'));
      removeLocksByHand(scene);
      const file = scene.state.journalFile(second.run);
      const content = await readFile(file);
      const from = scene.lab.commands.length;
      // In the middle, and in the first line.
      for (const at of [content.indexOf('"seq":20'), 1])
        for (const mode of ['unwind', 'resume'] as const) {
          await writeFile(file, flipped(Buffer.from(content), at));
          const { code, sentence } = await failureOf(recoverScene(scene, mode, first.run));
          expect(code).toBe('RUN_LATER_UNREAD');
          expect(sentence).toMatch(
            new RegExp(
              `^run ${second.run} may have parted Volume2 after run ${first.run}: ${file}, line \\d+: `,
            ),
          );
        }
      expect(changingCommands(scene, from)).toEqual([]);
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
      await writeFile(file, content);
      expect(await recoverScene(scene, 'unwind', second.run)).toMatchObject({ exitStatus: 2 });
    });
  });

  it('is rolled back once an unreadable journal is put away, as the hint says', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('4'));
      const file = scene.state.journalFile('20261128-171000-volume2');
      await writeFile(file, 'not a journal\n');
      expect(await failureOf(recoverScene(scene, 'unwind', run))).toMatchObject({ code: 'RUN_LATER_UNREAD' });
      await rename(file, join(scene.folder, 'put-away.ndjson'));
      expect(await recoverScene(scene, 'unwind', run)).toMatchObject({ exitStatus: 2 });
      await expectNormal(scene, run);
    });
  });

  it('is refused if it has succeeded', async () => {
    await inScene(async (scene) => {
      const { run } = await runScene(scene);
      expect(await failureOf(recoverScene(scene, 'unwind', run))).toMatchObject({
        code: 'RUN_ALREADY_ENDED',
        hint: `nothing is left to do; shadowtape verify ${run} reads its tape again`,
      });
    });
  });
});

describe('the lock of a run that is resumed', () => {
  it('is not taken from a console on another machine, except on request', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('4'));
      const lock = '/var/tmp/shadowtape-Class1.lock';
      const own = locksLeft(scene).find((path) => path !== lock) ?? '';
      const elsewhere = `${lock}/${[run, 'marion', 'jump1', '4711'].join(',')}`;
      await onHost(scene, 'node3', ['rmdir', own], ['mkdir', elsewhere]);
      const error = await failureOf(recoverScene(scene, 'unwind', run, { takeOverLock: false }));
      expect(error.code).toBe('RUN_BUSY');
      expect(error.sentence).toMatch(
        new RegExp(`^run ${run} is being worked on by marion on jump1 \\(process 4711\\), since \\d{4}-`),
      );
      expect(error.hint).toContain('--take-over-lock');
      expect(locksLeft(scene)).toEqual([lock, elsewhere]);
      const end = await recoverScene(scene, 'unwind', run, { takeOverLock: true });
      expect(warnings(end)).toContain(
        'the lock of marion on jump1 (process 4711) was taken over (--take-over-lock)',
      );
      await expectNormal(scene, run);
    });
  });

  it('is never that of another run', async () => {
    await inScene(async (scene) => {
      const { run } = await dyingRun(scene, 'raw-dd', after('4'));
      const lock = '/var/tmp/shadowtape-Class1.lock';
      const own = locksLeft(scene).find((path) => path !== lock) ?? '';
      await onHost(scene, 'node3', ['rmdir', own], ['mkdir', `${lock}/another-run,marion,jump1,4711`]);
      expect(await failureOf(recoverScene(scene, 'unwind', run, { takeOverLock: true }))).toMatchObject({
        code: 'CLASS_LOCKED',
        sentence: 'Class1 is locked on node3 by run another-run of marion on jump1 (process 4711)',
      });
      await onHost(scene, 'node3', ['rm', '-r', lock]);
      await recoverScene(scene, 'unwind', run);
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});
