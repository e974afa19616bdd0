import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { livenessOf, thisPlace, thisProcess, type ProcessOwner } from './process-owner.ts';

/** No process has that number: it is above the highest that Linux gives. */
const nobody = 4_194_305;
const other = '0123456789ab';

describe('an owner of this machine, boot and PID namespace', () => {
  it('is alive while its process is', () => {
    expect(livenessOf(thisProcess())).toBe('alive');
  });

  it('is gone when its process is', () => {
    expect(livenessOf({ ...thisProcess(), process: nobody })).toBe('gone');
  });

  it('is gone where another process has its number by now', () => {
    expect(livenessOf({ ...thisProcess(), started: '1' })).toBe('gone');
  });

  it('is gone when it has ended, and its parent has not asked for its exit status', async () => {
    // The shell starts a process, replaces itself by a program that never waits for it, and only then the process ends.
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    const [printed] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
    const process = Number(printed.toString());
    const statOf = (pid?: number) => readFileSync(`/proc/${pid}/stat`, 'latin1');
    await expect.poll(() => statOf(parent.pid)).toContain('(sleep)');
    (parent.stdio[3] as Duplex).end();
    await expect.poll(() => statOf(process)).toContain(') Z ');
    expect(livenessOf({ ...thisProcess(), process, started: undefined })).toBe('gone');
    parent.kill('SIGKILL');
  });
});

describe('an owner whose process has no number here is not known', () => {
  const gone = { ...thisProcess(), process: nobody };
  it.each<[string, Partial<ProcessOwner>]>([
    ['where the boot is another: a reboot and a clone look alike', { boot: other }],
    ['where it is of a clone: same host name, other machine id', { machine: other }],
    ['where it is of another container', { namespace: '1' }],
    ['where it is of another machine', { host: `not-${hostname()}`, machine: other, boot: other }],
    [
      'where it names host and process alone, as release 0.1.0 does',
      { machine: undefined, boot: undefined, namespace: undefined },
    ],
    ['where its platform does not tell the namespace', { namespace: undefined }],
  ])('%s', (_where, change) => {
    expect(livenessOf({ ...gone, ...change })).toBe('unknown');
  });

  it('where this platform reports nothing: there a process is alive, or not known', () => {
    const bare = { host: hostname() };
    expect(livenessOf(gone, bare)).toBe('unknown');
    expect(livenessOf({ host: hostname(), process: nobody }, bare)).toBe('unknown');
    expect(livenessOf({ host: hostname(), process: process.pid }, bare)).toBe('alive');
  });
});

describe('an owner with the number of a process that runs here', () => {
  it.each<[string, Partial<ProcessOwner>]>([
    ['of a clone', { machine: other }],
    ['of an earlier boot', { boot: other }],
    ['of another container', { namespace: '1' }],
    ['of another machine', { host: `not-${hostname()}`, machine: undefined, boot: undefined }],
  ])('is not taken for that process: %s', (_whose, change) => {
    expect(livenessOf({ ...thisProcess(), ...change })).toBe('unknown');
  });

  it('is alive where it names host and process alone, as release 0.1.0 does', () => {
    expect(livenessOf({ host: hostname(), process: process.pid })).toBe('alive');
  });
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
  `in a PID namespace of its own the process of the other one is neither gone nor alive${isSkipped ? ` (skipped: this machine lacks ${lacking})` : ''}`,
  () => {
    const script = `
      import { livenessOf, thisPlace } from ${JSON.stringify(new URL('./process-owner.ts', import.meta.url).href)};
      const owner = ${JSON.stringify(thisProcess())};
      const { namespace, ...rest } = thisPlace();
      const answers = [owner.process, 1, ${nobody}].map((process) => livenessOf({ ...owner, process }));
      console.log(JSON.stringify({ namespace, rest, answers }));`;
    const argv = [
      '--pid',
      '--fork',
      '--mount-proc',
      process.execPath,
      '--input-type=module-typescript',
      '-e',
      script,
    ];
    const { namespace, ...place } = thisPlace();
    const inside = JSON.parse(execFileSync('unshare', argv, { encoding: 'utf8' })) as {
      namespace: string;
      rest: object;
      answers: string[];
    };
    expect(inside.rest).toEqual(place);
    expect(inside.namespace).not.toBe(namespace);
    expect(inside.answers).toEqual(['unknown', 'unknown', 'unknown']);
  },
);
