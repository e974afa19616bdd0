import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../hosts/command-runner.ts';
import type { RetryClock } from '../hosts/query-retry.ts';
import { threadingSeconds, waitForReadyDrive } from './drive-ready.ts';

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
}

const ready = {
  stdout: `SCSI 2 tape drive:
File number=0, block number=0, partition=0.
General status bits on (41010000):
 BOT ONLINE IM_REP_EN
`,
};
const empty = {
  stdout: `SCSI 2 tape drive:
File number=-1, block number=-1, partition=0.
General status bits on (50000):
 DR_OPEN IM_REP_EN
`,
};

/** A drive with these answers, the last one repeated, and a clock that moves only in pauses. */
function bench(...answers: readonly Answer[]) {
  const left = [...answers];
  const abort = new AbortController();
  const waits: string[] = [];
  let now = 0;
  const clock: RetryClock = {
    now: () => now,
    pause(milliseconds, signal) {
      now += milliseconds;
      return signal.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
  };
  const runner = {
    send() {
      const { stdout = '', stderr = '' } = (left.length > 1 ? left.shift() : left[0]) ?? {};
      return Promise.resolve({ status: stderr === '' ? 0 : 1, stdout: Buffer.from(stdout), stderr });
    },
    abortOf: () => abort.signal,
  } as unknown as CommandRunner;
  const drive = { tapeHost: 'node3', tapeDevice: '/dev/nst0' };
  const patience = { clock, limitSeconds: threadingSeconds, onWait: (text: string) => void waits.push(text) };
  return {
    abort,
    waits,
    seconds: () => now / 1000,
    wait: () => waitForReadyDrive(runner, 'tape', drive, 'write', patience),
  };
}

describe('a drive that threads a tape', () => {
  it.each<[string, Answer]>([
    ['without a tape (Linux)', empty],
    ['offline (Solaris)', { stderr: '/dev/rmt/0n: no tape loaded or drive offline\n' }],
    ['busy', { stderr: '/dev/nst0: Device or resource busy\n' }],
    ['without a medium', { stderr: '/dev/nst0: No medium found\n' }],
    ['with an I/O error', { stderr: '/dev/nst0: Input/output error\n' }],
  ])('and is %s meanwhile is queried again until it is ready', async (_how, answer) => {
    const { wait, waits, seconds } = bench(answer, answer, answer, ready);
    expect(await wait()).toMatchObject({ state: 'ready', file: 0 });
    expect(seconds()).toBe(15);
    expect(waits).toHaveLength(1);
  });

  it('is given up after five minutes, with its last answer', async () => {
    const { wait, seconds } = bench(empty);
    await expect(wait()).rejects.toMatchObject({ code: 'TAPE_NOT_LOADED' });
    expect(seconds()).toBe(300);
  });

  it('is no longer waited for once the run is canceled', async () => {
    const { wait, abort, seconds } = bench(empty);
    abort.abort();
    await expect(wait()).rejects.toMatchObject({ code: 'COMMAND_CANCELLED' });
    expect(seconds()).toBe(5);
  });

  it('and holds a tape that is write-protected is not waited for', async () => {
    const { wait, seconds } = bench({ stdout: ready.stdout.replace('BOT', 'BOT WR_PROT') });
    await expect(wait()).rejects.toMatchObject({ code: 'TAPE_WRITE_PROTECTED' });
    expect(seconds()).toBe(0);
  });
});
