/** The terminal of a run is closed, or its input ends: the run continues, and rolls back only where a question needs an answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments } from '../support/command-line.ts';
import { expectNormal, expectTape, quick } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState, openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { sampled } from '../support/sampled.ts';
import { hasTerminals, startOnTerminal, terminalHint, type OnTerminal } from '../support/terminal.ts';

describe.runIf(hasTerminals)(`a run on a terminal${terminalHint}`, () => {
  let scene: Scene;
  let site: string[];
  beforeEach(async () => {
    scene = await openScene({ blocks: 4096 });
    site = await sceneArguments(scene);
    await scene.writeSite(quick);
  });
  afterEach(() => scene.close());

  const asking = (site: SiteTree) => {
    quick(site);
    withJob({ approve: 'operator' })(site);
  };

  /** Once, when a command line arrives at its host. */
  function when(line: string, act: () => void): void {
    const stop = scene.lab.onCommand((event) => {
      if (event.phase !== 'started' || !event.line.startsWith(line)) return;
      stop();
      act();
    });
  }

  async function lastEvent() {
    const run = [...(await scene.state.runs())].sort().at(-1) ?? '';
    const { events } = await readRun(scene.state, run);
    return { run, last: events.at(-1) };
  }

  async function expectVerified(): Promise<void> {
    const { run, last } = await lastEvent();
    expect(last).toMatchObject({ type: 'run-finished', verdict: 'verified', exitStatus: 0 });
    await expectNormal(scene, run);
    await expectTape(scene, run);
  }

  async function expectRolledBack(sentence: string): Promise<void> {
    const { run, last } = await lastEvent();
    expect(last).toMatchObject({ type: 'run-finished', verdict: 'failed', exitStatus: 2, sentence });
    await expectNormal(scene, run);
  }

  /** Wide and without colors: the output is parsed here. */
  const start = (...args: string[]) =>
    startOnTerminal([...site, '--trust', ...args], { environment: { NO_COLOR: '1' }, columns: 200 });

  const moments = [
    ['before the part', 'mkdir /var/tmp/shadowtape'],
    ['while the proxy is parted', 'sdxproxy Part'],
    ['during the dump', 'dd ibs='],
    ['while the tape is read back', 'dd if=/dev/rmt/0 bs=32768'],
    ['during the rejoin', 'sdxproxy Rejoin'],
  ] as const;
  it.each(sampled(moments, 2))('that is closed %s continues, and is verified', async (_when, line) => {
    const terminal = start('run', 'raw-dd');
    when(line, () => terminal.close());
    expect(await terminal.end).toBe(0);
    await expectVerified();
  });

  const unanswered = 'step verify was canceled: nobody can answer "approve-shadow": the terminal is closed';

  it('that is closed while a question is open is rolled back', async () => {
    await scene.writeSite(asking);
    const terminal = start('run', 'raw-dd');
    await terminal.see('your choice');
    terminal.close();
    expect(await terminal.end).toBe(2);
    await expectRolledBack(unanswered);
  });

  it('that is closed before a question comes up is rolled back then', async () => {
    await scene.writeSite(asking);
    const terminal = start('run', 'raw-dd');
    when('sdxproxy Part', () => terminal.close());
    expect(await terminal.end).toBe(2);
    await expectRolledBack(unanswered);
  });

  it('that gets SIGHUP continues, and is rolled back if a question comes up later', async () => {
    const verified = start('run', 'raw-dd');
    when('dd ibs=', () => void verified.signal('SIGHUP'));
    expect(await verified.end).toBe(0);
    await expectVerified();
    await scene.lab.insertCartridge('tape', { blank: true });
    await scene.writeSite(asking);
    const asked = start('run', 'raw-dd');
    when('sdxproxy Part', () => void asked.signal('SIGHUP'));
    expect(await asked.end).toBe(2);
    await expectRolledBack(unanswered);
    expect(asked.shown).toContain(`failed, rolled back: ${unanswered}`);
  });

  it('that gets SIGHUP while a question is open is rolled back', async () => {
    await scene.writeSite(asking);
    const terminal = start('run', 'raw-dd');
    await terminal.see('your choice');
    await terminal.signal('SIGHUP');
    expect(await terminal.end).toBe(2);
    await expectRolledBack(unanswered);
  });

  it('that asks what to do after a failed step, and is closed, is rolled back', async () => {
    await scene.writeSite((tree) => {
      quick(tree);
      withJob({ onFailure: 'halt' })(tree);
    });
    scene.lab.faults.set('tape-error=2');
    const terminal = start('run', 'raw-dd');
    await terminal.see('your choice');
    terminal.close();
    expect(await terminal.end).toBe(2);
    await expectRolledBack('writing to the tape failed: write: I/O error');
  });

  it('does not accept Ctrl-D as an answer, and asks again', async () => {
    await scene.writeSite(asking);
    const terminal = start('run', 'raw-dd');
    for (const time of [1, 2, 3]) {
      await terminal.see('your choice');
      if (time < 3) terminal.type('\x04');
    }
    expect(terminal.shown).toContain('  Ctrl-D gives no answer; Ctrl-C cancels');
    terminal.type('approve\r');
    expect(await terminal.end).toBe(0);
    await expectVerified();
  });

  it('accepts only the name of a node as confirmation that it is down, not the number of that choice', async () => {
    await scene.writeSite((tree) => {
      quick(tree);
      withJob({ nodes: 'any' })(tree);
    });
    scene.lab.faults.set('host-down=node2');
    await scene.lab.faultsSettled();
    const terminal = start('run', 'raw-dd');
    await terminal.see('node2 is down (type node2)');
    await terminal.see('your choice');
    terminal.type('1\r');
    await terminal.see('your choice');
    terminal.type('end-run\r');
    expect(await terminal.end).toBe(1);
    expect((await lastEvent()).last).toMatchObject({
      type: 'run-finished',
      verdict: 'failed',
      exitStatus: 1,
    });
  });

  async function interrupted(terminal: OnTerminal): Promise<void> {
    await terminal.see('? ');
    await terminal.see('your choice');
    terminal.type('\x03');
    await terminal.see('stopping: rolling the cluster back');
  }

  it('is rolled back by Ctrl-C at a question, and stopped immediately by a second one', async () => {
    await scene.writeSite(asking);
    const once = start('run', 'raw-dd');
    await interrupted(once);
    expect(await once.end).toBe(2);
    await expectRolledBack('step verify was canceled');
    const twice = start('run', 'raw-dd');
    when('sdxshadowvolume -F', () => twice.type('\x03'));
    await interrupted(twice);
    expect(await twice.end).toBe(3);
    expect(twice.shown).toContain('this is the last known state; nothing was checked since');
    expect((await lastEvent()).last).toMatchObject({ type: 'run-finished', exitStatus: 3 });
    expect(await clusterState(scene)).toMatchObject({ proxy: 'Part' });
    expect(locksLeft(scene)).not.toEqual([]);
  });

  it.each([
    ['npm', { npm_lifecycle_script: 'node src/main/cli/shadowtape.ts' }],
    ['npm start', { SHADOWTAPE_SIGNALS: 'forwarded' }],
  ])('below %s treats the forwarded Ctrl-C as the one from the keyboard', async (_who, environment) => {
    const terminal = startOnTerminal([...site, '--trust', 'run', 'raw-dd'], { environment });
    when('dd ibs=', () => {
      terminal.type('\x03');
      void terminal.signal('SIGINT');
    });
    expect(await terminal.end).toBe(2);
    await expectRolledBack('step 6a was canceled');
  });

  it('whose host key is not confirmed, but Ctrl-D or Ctrl-C typed or the terminal closed, is refused before anything is sent', async () => {
    for (const act of ['\x04', '\x03', 'close'] as const) {
      const terminal = startOnTerminal([...site, 'run', 'raw-dd']);
      await terminal.see('[yes/no] ');
      if (act === 'close') terminal.close();
      else terminal.type(act);
      expect(await terminal.end).toBe(1);
      expect(scene.lab.commands).toEqual([]);
    }
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
