import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Runs a separate program, because signals and the end of a process affect all of it. */
function inProcess(program: string) {
  const imports = `import { stopOnSignals, stoppable } from ${JSON.stringify(join(import.meta.dirname, 'stop-signals.ts'))};`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', imports + program], {
    encoding: 'utf8',
  });
  return { status, stdout };
}

const watched = `
  const stop = stopOnSignals({ hangup: 'continues', say: (line) => console.log(line), abandoned: () => (console.log('abandoned'), 3) });
  stop.cancel.addEventListener('abort', () => console.log('cancelled', stop.cancel.reason.message));
  stop.halt.addEventListener('abort', () => console.log('halted'));`;

it('cancels, halts, and ends with the status of the run if there is nothing left to wait for', () => {
  expect(inProcess(`${watched} await new Promise(() => undefined);`)).toEqual({
    status: 3,
    stdout: 'cancelled unexpected error: nothing left to wait for\nhalted\nabandoned\n',
  });
});

it('does not affect a process that has released the signals', () => {
  expect(inProcess(`${watched} stop.release();`)).toEqual({ status: 0, stdout: '' });
});

it('does not treat SIGHUP as a closed terminal if no stream is one, as below nohup', () => {
  const work = `await stoppable(async (abort) => { const alive = setInterval(() => undefined, 1000); const heard = new Promise((go) => process.once('SIGHUP', go)); process.kill(process.pid, 'SIGHUP'); await heard; clearInterval(alive); console.log(abort.aborted); });`;
  expect(inProcess(work)).toEqual({ status: 0, stdout: 'false\n' });
});

it('ends work with 70 after an error that nothing caught', () => {
  const work = `await stoppable((abort) => new Promise((end) => { abort.addEventListener('abort', end); setImmediate(() => { throw new Error('injected'); }); }));`;
  expect(inProcess(work)).toEqual({ status: 70, stdout: '' });
});
