/** Consoles that are genuinely killed, in separate processes, and resumed on the command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { expectNormal, expectTape, quick } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import { clusterState, openScene, sha256, type Scene } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { performed } from '../support/performed-command.ts';
import { tearLastLine } from '../support/mortal-console.ts';
import { filesOfTape } from '../support/tap-file.ts';

const run = (args: readonly string[]) => performed(args);

describe('a console that was killed', () => {
  let scene: Scene;
  let site: string[];
  beforeEach(async () => {
    scene = await openScene({ blocks: 4096 });
    site = await sceneArguments(scene);
    await scene.writeSite(quick);
  });
  afterEach(() => scene.close());

  /** SIGKILL as soon as a command line arrives at its host, or has ended there. @returns the run's name */
  async function killed(job: string, phase: 'started' | 'ended', line: string): Promise<string> {
    const command = startCommand([...site, '--trust', 'run', job]);
    const stop = scene.lab.onCommand((event) => {
      if (event.phase === phase && event.line.startsWith(line)) command.process.kill('SIGKILL');
    });
    expect((await command.end).exitStatus).toBe(null);
    stop();
    const [name = ''] = await scene.state.runs();
    return name;
  }

  it('during the dump: resume writes the tape again, and verifies it', async () => {
    scene.lab.faults.set('slow-tape=2000000');
    const name = await killed('raw-dd', 'started', 'dd ibs=');
    scene.lab.faults.clear('slow-tape');
    const listed = await run([...site, 'runs']);
    expect(listed.stdout).toMatch(new RegExp(`^${name} +interrupted .* at step 6a\n`));
    const { exitStatus, stdout } = await run([...site, 'resume', name]);
    expect(stdout).toContain('the journal ends in the middle of step 6a\n');
    expect(stdout).toContain('! step 6a was interrupted: the tape is written again from its beginning\n');
    expect(stdout).toMatch(
      /! the lock was left by \S+ on \S+ \(process \d+\), whose process has ended; it was taken over\n/,
    );
    expect(stdout).toContain('\nverified: Volume2 is on the tape in /dev/rmt/0 on node3');
    expect(exitStatus).toBe(0);
    await expectNormal(scene, name);
    await expectTape(scene, name);
    const again = await run([...site, 'resume', name]);
    expect(again.stderr).toContain(`shadowtape: run ${name} has ended: Volume2 is on the tape in /dev/rmt/0`);
    expect(again.exitStatus).toBe(1);
  });

  it('during a dump on a labeled tape: resume continues after the last record', async () => {
    await scene.writeSite((tree) => {
      quick(tree);
      withJob({ services: 'not-needed', media: { layout: 'labelled', name: 'NIGHTLY' } })(tree);
    });
    scene.lab.faults.set('tape-error=41');
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    const starts: number[] = [];
    const stop = scene.lab.onCommand(({ phase, line }) => {
      const { file, block } = scene.lab.world().tape.position;
      if (!line.startsWith('dd ibs=')) return;
      if (phase === 'started' && file === 1) starts.push(block);
      if (phase === 'started' || file < 2 || starts.length > 1) return;
      // The failure of the drive after forty records is not noticed.
      command.process.kill('SIGKILL');
      return command.end;
    });
    expect((await command.end).exitStatus).toBe(null);
    scene.lab.faults.clear('tape-error');
    const [name = ''] = await scene.state.runs();
    const { exitStatus, stdout } = await run([...site, 'resume', name]);
    stop();
    expect(stdout).toContain('! The dump of Volume2 continues after record 40 of 64\n');
    expect(stdout).toContain('\nverified: Volume2 is on the tape "NIGHTLY" in /dev/rmt/0 on node3');
    expect(exitStatus).toBe(0);
    expect(starts).toEqual([0, 40]);
    await expectNormal(scene, name);
    const [, data = []] = await filesOfTape(scene.lab.tapeFile);
    expect(sha256(Buffer.concat(data))).toBe(scene.masterBefore);
  });

  it('while it parted the proxy: unwind resumes the services, and rejoins once the operator confirms whose part it was', async () => {
    const name = await killed('raw-dd', 'ended', 'sdxproxy Part');
    expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', services: 'stopped' });
    expect(locksLeft(scene)).not.toEqual([]);
    tearLastLine(scene, name);
    const { exitStatus, stdout } = await run([...site, 'unwind', name, '--own-part']);
    expect(stdout).toMatch(/! \S+ says that this run has parted Volume2\n/);
    expect(stdout).toContain(
      '! the last line of the journal was incomplete because the console died while writing it; it was removed\n',
    );
    expect(stdout).toContain(`failed, rolled back: run ${name} was rolled back\n`);
    expect(exitStatus).toBe(2);
    await expectNormal(scene, name);
    const { events } = await readRun(scene.state, name);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'failed', exitStatus: 2 });
    const twice = await run([...site, 'unwind', name]);
    expect(twice.stdout).toContain(
      `nothing to roll back for run ${name}: everything is in its normal state\n`,
    );
    expect(twice.exitStatus).toBe(2);
    const resumed = await run([...site, 'resume', name]);
    expect(resumed.stderr).toContain(`has ended: nothing to roll back for run ${name}`);
    expect(resumed.stderr).toContain(`hint: start the job again: shadowtape ${site.join(' ')} run raw-dd\n`);
    expect(resumed.exitStatus).toBe(1);
  });

  it('with a file system mounted on the backup server: unwind unmounts and removes the shadow first', async () => {
    const name = await killed('ufs-tar', 'started', 'tar cf');
    const { exitStatus, stdout } = await run([...site, 'unwind', name, '--json']);
    expect(exitStatus).toBe(2);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ type: 'run-resumed', mode: 'unwind' });
    await expectNormal(scene, name);
  });

  it('while another console works on its run: the second is refused, and changes nothing', async () => {
    const name = await killed('raw-dd', 'started', 'sdxvolume -F');
    // The tape is delayed until the second console has ended.
    scene.lab.faults.set('slow-tape=20000');
    const first = startCommand([...site, 'resume', name]);
    let second: ReturnType<typeof run> | undefined;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.startsWith('dd ibs=')) return;
      second ??= run([...site, 'unwind', name]).finally(() => scene.lab.faults.clear('slow-tape'));
    });
    const ended = await first.end;
    stop();
    const refused = await second;
    expect(refused?.stderr).toMatch(
      new RegExp(
        `shadowtape: run ${name} is being worked on by \\S+ on \\S+ \\(process ${first.process.pid}\\), since 20`,
      ),
    );
    expect(refused?.exitStatus).toBe(1);
    expect(ended.exitStatus).toBe(0);
    await expectNormal(scene, name);
  });
});
