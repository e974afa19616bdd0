/** Nobody reads what a command prints, or there is no room for it: the run continues, since its journal is the record. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments, shadowtape, startCommand, startProgram } from '../support/command-line.ts';
import { expectNormal, expectTape, quick } from '../support/deaths.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { clusterState, normalState, openScene, type Scene } from '../support/lab-run.ts';
import { sampled } from '../support/sampled.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = await sceneArguments(scene);
  await scene.writeSite(quick);
});
afterEach(() => scene.close());

/** A run of the command line below a shell, which closes or redirects what it prints. */
const inShell = (script: string, ...args: string[]) =>
  startProgram(['bash', '-c', script, 'bash', ...shadowtape, ...site, ...args]);

/** Once, when a command line arrives at its host, or has ended there. */
function when(phase: 'started' | 'ended', line: string, act: () => void): void {
  const stop = scene.lab.onCommand((event) => {
    if (event.phase !== phase || !event.line.startsWith(line)) return;
    stop();
    act();
  });
}

const theRun = async () => [...(await scene.state.runs())].sort().at(-1) ?? '';

async function expectEnd(exitStatus: number): Promise<void> {
  const run = await theRun();
  const { events } = await readRun(scene.state, run);
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', exitStatus });
  await expectNormal(scene, run);
  if (exitStatus === 0) await expectTape(scene, run);
}

/** The phases of a run, each by a command that is sent in it. */
const phases = [
  ['before the part', 'started', 'sdxproxy Part'],
  ['after the part', 'ended', 'sdxproxy Part'],
  ['during the dump', 'started', 'dd ibs='],
  ['during the read-back', 'started', 'dd if=/dev/rmt/0 bs=32768'],
  ['during the rejoin', 'started', 'sdxproxy Rejoin'],
] as const;

describe('a run whose output is closed', () => {
  it.each(sampled(phases, 2))('%s is verified', async (_when, phase, line) => {
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    when(phase, line, () => {
      command.process.stdout.destroy();
      command.process.stderr.destroy();
    });
    expect((await command.end).exitStatus).toBe(0);
    await expectEnd(0);
  });

  it('by head is verified; its JSON ends with whole lines', async () => {
    const { stdout } = await inShell(
      '"$@" | head -n 3; echo ${PIPESTATUS[0]}',
      '--trust',
      'run',
      'raw-dd',
      '--json',
    ).end;
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 3).map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3]);
    expect(lines.slice(3)).toEqual(['0']);
    await expectEnd(0);
  });

  it('and that is canceled is rolled back', async () => {
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    when('started', 'dd ibs=', () => {
      command.process.stdout.destroy();
      command.process.stderr.destroy();
      command.process.kill('SIGTERM');
    });
    expect((await command.end).exitStatus).toBe(2);
    await expectEnd(2);
  });
});

describe.runIf(existsSync('/dev/full'))('without room for what is printed', () => {
  const noRoom = 'shadowtape: the output could not be written: the disk is full\n';

  it('a run is verified, and reports it', async () => {
    const { exitStatus, stderr } = await inShell('"$@" > /dev/full', '--trust', 'run', 'raw-dd').end;
    expect(exitStatus).toBe(0);
    expect(stderr).toContain(noRoom);
    await expectEnd(0);
  });

  it('a failed run is rolled back, even if its JSON and its errors are lost', async () => {
    scene.lab.faults.set('tape-error=2');
    const { exitStatus } = await inShell('"$@" > /dev/full 2>&1', '--trust', 'run', 'raw-dd', '--json').end;
    expect(exitStatus).toBe(2);
    await expectEnd(2);
  });

  it('unwind and resume end as usual', async () => {
    const killed = startCommand([...site, '--trust', 'run', 'raw-dd']);
    // The answer to the part is then in the journal: it is proven to be the run's own.
    when('started', 'sdxvolume -F', () => killed.process.kill('SIGKILL'));
    await killed.end;
    expect((await inShell('"$@" > /dev/full', 'unwind', await theRun()).end).exitStatus).toBe(2);
    await expectEnd(2);
    const again = startCommand([...site, 'run', 'raw-dd']);
    when('started', 'sdxvolume -F', () => again.process.kill('SIGKILL'));
    await again.end;
    expect(
      (await inShell('"$@" | true; exit ${PIPESTATUS[0]}', 'resume', await theRun()).end).exitStatus,
    ).toBe(0);
    await expectEnd(0);
    const verified = await inShell('"$@" > /dev/full', 'verify', await theRun()).end;
    expect(verified).toMatchObject({ exitStatus: 0, stderr: expect.stringContaining(noRoom) as string });
  });

  it('a label is written, and a list is refused: exit status 1', async () => {
    const labelled = await inShell('"$@" > /dev/full', '--trust', 'label', 'NIGHTLY-1').end;
    expect(labelled.exitStatus).toBe(0);
    const tapes = await startCommand([...site, 'tapes']).end;
    expect(tapes.stdout).toMatch(/^NIGHTLY-1 /);
    for (const list of [
      ['tapes'],
      ['--trust', 'plan', 'raw-dd'],
      ['--trust', 'check'],
      ['state'],
      ['--help'],
      ['tapes', '--json'],
    ]) {
      const listed = await inShell('"$@" > /dev/full', ...list).end;
      expect(listed.exitStatus, list.join(' ')).toBe(1);
      expect(listed.stderr, list.join(' ')).toContain(noRoom);
    }
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a long list', () => {
  it('is complete with a slow reader, and ends quietly when the reader has enough', async () => {
    const run = '20261122-020004-volume2';
    const bytes = 200_000_000_000;
    writeGeneratedRun(scene.state.path, {
      ...{ run, at: new Date('2026-11-22T02:00:04Z'), job: 'raw-dd', volume: 'Volume2', bytes },
      progress: 4000,
    });
    const whole = await startCommand([...site, 'show', run, '--json']).end;
    expect(whole.stdout.split('\n').length).toBeGreaterThan(4000);
    const slow = await inShell(
      '"$@" | (read -r first; md5sum "$1"; echo "$first"; cat)',
      'show',
      run,
      '--json',
    ).end;
    expect(slow.stdout.slice(slow.stdout.indexOf('\n') + 1)).toBe(whole.stdout);
    const cut = await inShell('"$@" | head -n 1; echo ${PIPESTATUS[0]}', 'show', run, '--json').end;
    expect(cut).toMatchObject({ stdout: `${whole.stdout.split('\n')[0]}\n141\n`, stderr: '' });
  });
});

describe('signals of a run', () => {
  const injected = (code: string) => ({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
  });

  it('SIGTERM rolls it back', async () => {
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    when('started', 'dd ibs=', () => command.process.kill('SIGTERM'));
    expect((await command.end).exitStatus).toBe(2);
    await expectEnd(2);
  });

  it('SIGHUP does not end it under nohup', async () => {
    const command = startProgram(['nohup', ...shadowtape, ...site, '--trust', 'run', 'raw-dd']);
    when('started', 'sdxproxy Part', () => command.process.kill('SIGHUP'));
    when('started', 'dd ibs=', () => command.process.kill('SIGHUP'));
    expect((await command.end).exitStatus).toBe(0);
    await expectEnd(0);
  });

  it.each([
    ['exception', "process.on('SIGUSR2', () => { throw new Error('injected') })"],
    ['rejection', "process.on('SIGUSR2', () => { Promise.reject(new Error('injected')) })"],
  ])('an uncaught %s rolls it back', async (_what, code) => {
    const command = startCommand([...site, '--trust', 'run', 'raw-dd'], undefined, injected(code));
    when('started', 'dd ibs=', () => command.process.kill('SIGUSR2'));
    const { exitStatus, stdout, stderr } = await command.end;
    expect(stdout).toContain('step 6a was canceled: unexpected error: injected\n');
    expect(stderr).toContain('shadowtape: Error: injected\n');
    expect(exitStatus).toBe(2);
    await expectEnd(2);
  });
});
