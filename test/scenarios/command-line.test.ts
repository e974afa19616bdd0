import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { clusterState, normalState, openScene, type Scene } from '../support/lab-run.ts';

const run = (args: readonly string[]) => startCommand(args).end;

describe('the command line, without a site', () => {
  it('says how it is used, and what each exit status means', async () => {
    const { exitStatus, stdout } = await run(['--help']);
    expect(exitStatus).toBe(0);
    expect(stdout).toContain(
      '  3  action required: the cluster is not proven to be normal; the last lines\n     show its state. The backup may be verified\n',
    );
  });

  it.each([
    [['bogus'], "error: unknown command 'bogus'"],
    [['run', '--method', '9z'], "argument '9z' is invalid. Allowed choices are 6a, 6b, 6c, 6d, 6e."],
    [
      ['--site', '/nonexistent/site.yaml', 'plan'],
      'shadowtape: there is no site file at /nonexistent/site.yaml\n  hint: name it with --site FILE; without --site the embedded lab is used\n',
    ],
    [
      ['--site', 'x', 'run', '--fresh-lab'],
      'shadowtape: --fresh-lab is for the embedded lab and cannot be used with --site',
    ],
    [
      ['--state', '/dev/null/state', 'plan'],
      'shadowtape: the state folder /dev/null/state cannot be used: a part of its path is not a folder',
    ],
    [['state', 'remove', 'nosuch'], 'shadowtape: there is no run nosuch'],
    [['show', '../../etc/passwd'], 'shadowtape: there is no run ../../etc/passwd'],
  ])('refuses %j', async (args, message) => {
    const { exitStatus, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect(exitStatus).toBe(1);
  });
});

describe('the command line, on a site', () => {
  let scene: Scene;
  let site: string[];
  beforeEach(async () => {
    scene = await openScene();
    site = await sceneArguments(scene);
  });
  afterEach(() => scene.close());

  it('requires --trust if nobody can be asked about a host key, and keeps trusted keys', async () => {
    const refused = await run([...site, 'plan', 'raw-dd']);
    expect(refused.exitStatus).toBe(1);
    expect(refused.stderr).toMatch(
      /node1 \(127\.0\.0\.1, port \d+\) shows an unknown ssh-ed25519 host key: SHA256:/,
    );
    const trusted = await run([...site, '--trust', 'check']);
    expect(trusted.stderr).toMatch(
      /node3 .* shows a new ssh-ed25519 host key: SHA256:.* - accepted \(--trust\)/,
    );
    expect(trusted.exitStatus).toBe(0);
    const plan = await run([...site, 'plan', 'raw-dd']);
    expect(plan.exitStatus).toBe(0);
    expect(plan.stdout).toContain('    node1 # sdxproxy Part -c Class1 -p Volume2 -a pjrm=off\n');
  });

  it('runs a job, prints its journal as JSON, shows it again and verifies its tape', async () => {
    const ended = await run([...site, '--trust', 'run', 'raw-dd', '--json']);
    expect(ended.exitStatus).toBe(0);
    const events = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    const name = events[0]?.run ?? '';
    expect(await readFile(scene.state.journalFile(name), 'utf8')).toBe(ended.stdout);
    expect(ended.stderr).toContain(`show it again: shadowtape show ${name} --state ${scene.state.path}\n`);

    const runs = await run([...site, 'runs']);
    expect(runs.stdout).toMatch(new RegExp(`^${name} +verified +raw-dd +6a +2 MiB +Volume2 `));
    const shown = await run([...site, 'show', name]);
    expect(shown.stdout).toContain('node1 # sdxproxy Rejoin -c Class1 -p Volume2');
    expect(shown.stdout).toContain('events, chain intact');
    const verified = await run([...site, 'verify', name]);
    expect(verified).toMatchObject({ exitStatus: 0 });
    expect(verified.stdout).toMatch(
      /^verified: the tape holds Volume2 of run .*: 2,097,152 bytes, 64 records, sha256 [0-9a-f]{64}\n$/,
    );
  });

  it('rolls the cluster back on Ctrl-C during the dump, and exits 2', async () => {
    scene.lab.faults.set('slow-tape=400000');
    const command = startCommand([...site, '--trust', 'run', 'raw-dd'], () => undefined);
    const stopListening = scene.lab.onCommand(({ line, phase }) => {
      if (phase === 'started' && line.startsWith('dd ibs=')) command.process.kill('SIGINT');
    });
    const { exitStatus, stdout } = await command.end;
    stopListening();
    expect(stdout).toContain(
      'stopping: rolling the cluster back to its normal state; press again to stop immediately and leave everything as it is\n',
    );
    expect(stdout).toContain('failed, rolled back: step 6a was canceled\n');
    expect(exitStatus).toBe(2);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
