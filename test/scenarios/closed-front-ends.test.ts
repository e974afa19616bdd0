/** The output of serve, lab and lists is closed, or there is no room for it: servers keep serving, and lists end quietly. */
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import { sceneArguments, shadowtape, startCommand, startProgram } from '../support/command-line.ts';
import { freePort } from '../support/free-port.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { ask, enter } from '../support/serve.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = await sceneArguments(scene);
});
afterEach(() => scene.close());

/** Runs the command line below a shell that closes or redirects what it prints; `$!` of the script is its process. */
const inShell = (script: string, onOutput: (text: string) => void, ...args: string[]) =>
  startProgram(['bash', '-c', script, 'bash', ...shadowtape, ...args], onOutput);

/** Ends a process that a test has left running because it failed. */
function endAtLast(pid: number | undefined): void {
  onTestFinished(() => {
    try {
      process.kill(pid ?? Number.NaN, 'SIGKILL');
    } catch {
      // It has ended, as expected.
    }
  });
}

/** Resolves with the first match in what a command prints. */
function printed(pattern: RegExp) {
  let found: (match: RegExpExecArray) => void = () => undefined;
  const match = new Promise<RegExpExecArray>((resolve) => (found = resolve));
  const onOutput = (text: string) => {
    const seen = pattern.exec(text);
    if (seen) found(seen);
  };
  return { match, onOutput };
}

/** The banner of a host of the lab: it is an ssh server. */
async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const [said] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return said.toString('latin1').slice(0, 4);
}

/** Polls until something listens there. */
const answers = <Answer>(ask: () => Promise<Answer>) =>
  expect.poll(() => ask().catch(() => undefined)).toBeTruthy();

const noRoom =
  'shadowtape: the output could not be written: the disk is full\n  hint: the command itself is complete; free some space before you repeat it for its output\n';

/** Serves without pages: the server itself answers a key. */
const url = /http:\/\/127\.0\.0\.1:\d+\/\?\S+/;

describe('serve', () => {
  it('keeps serving when its output is closed, and ends cleanly', async () => {
    const { match, onOutput } = printed(url);
    const command = startCommand([...site, 'serve'], onOutput);
    endAtLast(command.process.pid);
    const [address] = await match;
    command.process.stdout.destroy();
    command.process.stderr.destroy();
    expect((await ask({ url: address }, `/${new URL(address).search}`)).status).toBeLessThan(400);
    command.process.kill('SIGTERM');
    expect((await command.end).exitStatus).toBe(0);
  });

  it('keeps serving after head has read enough', async () => {
    const { match, onOutput } = printed(/pid (\d+)\n/);
    const address = printed(url);
    const command = inShell(
      '{ "$@" & echo pid $! >&2; wait $!; echo status $? >&2; } | head -n 1',
      (text) => {
        onOutput(text);
        address.onOutput(text);
      },
      ...site,
      'serve',
    );
    const [, pid] = await match;
    endAtLast(Number(pid));
    const [shown] = await address.match;
    expect((await enter({ url: shown })).status).toBeLessThan(400);
    process.kill(Number(pid), 'SIGTERM');
    expect((await command.end).stderr).toContain('status 0\n');
  });

  it.runIf(existsSync('/dev/full'))('reports that its address cannot be written, and serves', async () => {
    const port = await freePort();
    const { match, onOutput } = printed(/pid (\d+)\n/);
    const full = printed(/the output could not be written: the disk is full\n/);
    const command = inShell(
      '"$@" > /dev/full & echo pid $! >&2; wait $!; echo status $? >&2',
      (text) => {
        onOutput(text);
        full.onOutput(text);
      },
      ...site,
      'serve',
      '--port',
      String(port),
    );
    const [, pid] = await match;
    endAtLast(Number(pid));
    await answers(() => ask({ url: `http://127.0.0.1:${port}/` }, '/').then(({ status }) => status));
    await full.match;
    process.kill(Number(pid), 'SIGTERM');
    expect((await command.end).stderr).toBe(`pid ${pid}\n${noRoom}status 0\n`);
  });
});

describe('lab', () => {
  // A small one exists already: creating the usual one takes a minute of processor time.
  beforeEach(async () => {
    const lab = await openLab({ folder: scene.state.labFolder, blocks: 4096 });
    await lab.close();
  });

  it('keeps running after head has read enough, and ends cleanly', async () => {
    const pid = printed(/pid (\d+)\n/);
    const first = printed(/node1: ssh -p (\d+) /);
    const command = inShell(
      '{ "$@" & echo pid $! >&2; wait $!; echo status $? >&2; } | head -n 1',
      (text) => {
        pid.onOutput(text);
        first.onOutput(text);
      },
      '--state',
      scene.state.path,
      'lab',
    );
    const [, port] = await first.match;
    const [, number] = await pid.match;
    endAtLast(Number(number));
    expect(await greeting(Number(port))).toBe('SSH-');
    process.kill(Number(number), 'SIGTERM');
    const { stderr } = await command.end;
    expect(stderr).toBe(`pid ${number}\nstatus 0\n`);
  });

  it.runIf(existsSync('/dev/full'))('reports that nothing can be written, and runs', async () => {
    const pid = printed(/pid (\d+)\n/);
    const full = printed(/the output could not be written: the disk is full\n/);
    const command = inShell(
      '"$@" > /dev/full & echo pid $! >&2; wait $!; echo status $? >&2',
      (text) => {
        pid.onOutput(text);
        full.onOutput(text);
      },
      '--state',
      scene.state.path,
      'lab',
    );
    const [, number] = await pid.match;
    endAtLast(Number(number));
    await full.match;
    process.kill(Number(number), 'SIGTERM');
    expect((await command.end).stderr).toBe(`pid ${number}\n${noRoom}status 0\n`);
  });
});

describe('a list below npm', () => {
  it('ends quietly when head has read enough', async () => {
    for (const day of ['20', '21', '22'])
      writeGeneratedRun(scene.state.path, {
        ...{ run: `202611${day}-020004-volume2`, at: new Date(`2026-11-${day}T02:00:04Z`), job: 'raw-dd' },
        ...{ volume: 'Volume2', bytes: 200_000_000_000, progress: 600 },
      });
    const run = '20261122-020004-volume2';
    const npm = (...args: string[]) =>
      startProgram([
        ...['bash', '-c', '"$@" | head -n 1; echo ${PIPESTATUS[0]}', 'bash'],
        ...['npm', 'run', 'shadowtape', '--', ...site, ...args],
      ]).end;
    for (const list of [['runs'], ['show', run, '--json']]) {
      const { stdout, stderr } = await npm(...list);
      expect(stderr, list.join(' ')).toBe('');
      expect(stdout.split('\n'), list.join(' ')).toHaveLength(3);
    }
  });
});
