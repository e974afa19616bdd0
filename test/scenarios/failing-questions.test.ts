/** The questions to the operator, what the answers do, and who gave them. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Ask } from '../../src/main/application/console.ts';
import {
  bringingBack,
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeWasWritten,
  withJob,
} from '../support/failures.ts';
import { runScene } from '../support/lab-run.ts';
import { lockStands } from '../support/lab-shell.ts';

/** Answers each question with the next choice, as the operator. */
function answers(...choices: string[]): { ask: Ask; texts: string[] } {
  const texts: string[] = [];
  const ask: Ask = ({ text }) => {
    texts.push(text);
    const choice = choices.shift();
    if (choice === undefined) throw new Error(`nobody expected to be asked: ${text}`);
    return Promise.resolve({ choice, by: 'Marion' });
  };
  return { ask, texts };
}

const answered = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'answered' ? [[event.question, event.answer, event.by]] : []));

const stopped = 'Stop everything that uses Volume1 on node1 and node2; unmount file systems.';
const started = 'Start again what was stopped in step 3-2; mount the file systems on Volume1.';

describe('the operator', () => {
  it('declines the shadow: it is removed, and nothing is written to the tape', async () => {
    await inScene(async (scene) => {
      const { ask, texts } = answers('stop');
      const end = await failingRun(scene, {
        ask,
        change: withJob({ approve: 'operator', onFailure: 'halt' }),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'step verify: Marion chose to stop',
        stands: normalStands,
      });
      expect(end.error).toMatchObject({
        code: 'OPERATOR_DECLINED',
        hint: 'start the run again when ready',
      });
      expect(texts).toEqual([
        'Every rule holds and every sampled record matches: Class2/Volume2 matches Volume2. Dump it to /dev/rmt/0 on node3?',
      ]);
      expect(tapeWasWritten(scene)).toBe(false);
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
      expect(answered(end.events)).toEqual([['approve-shadow', 'stop', 'Marion']]);
    });
  });

  it('declines the shadow, and it cannot be removed: the hint is not to start another run', async () => {
    await inScene(async (scene) => {
      const { ask } = answers('stop');
      scene.lab.faults.set('fail=node3:sdxshadowvolume -R');
      const end = await failingRun(scene, {
        ask,
        change: withJob({ approve: 'operator', onFailure: 'unwind' }),
      });
      expect(end).toMatchObject({ exitStatus: 3, sentence: 'step verify: Marion chose to stop' });
      expect(end.error).toMatchObject({
        code: 'OPERATOR_DECLINED',
        hint: 'resume the run or roll it back',
      });
    }, 'otherwise');
  });

  it('approves the shadow; or has approved it beforehand, with --yes', async () => {
    await inScene(async (scene) => {
      const change = withJob({
        approve: 'operator',
        media: { overwrite: true },
        verify: { fingerprint: 2, readback: false },
      });
      const { ask } = answers('approve');
      const asked = await runScene(scene, { ask, change });
      expect(asked).toMatchObject({
        exitStatus: 0,
        verdict: 'unverified',
        sentence: 'Volume2 is on the tape in /dev/rmt/0 on node3; it was not read back',
      });
      expect(answered(asked.events)).toEqual([['approve-shadow', 'approve', 'Marion']]);
      const before = await runScene(scene, { approveVerified: true, change });
      expect(before.exitStatus).toBe(0);
      expect(answered(before.events)).toEqual([['approve-shadow', 'approve', '--yes']]);
    });
  });

  it('stops and resumes the services by hand, and is asked for each once', async () => {
    await inScene(async (scene) => {
      const { ask, texts } = answers('stopped', 'resumed');
      const end = await runScene(scene, { ask, change: withJob({ services: 'ask' }) });
      expect(end.exitStatus).toBe(0);
      expect(texts).toEqual([stopped, started]);
      expect(answered(end.events)).toEqual([
        ['services-stopped', 'stopped', 'Marion'],
        ['services-resumed', 'resumed', 'Marion'],
      ]);
      expect(proceduralCommands(scene).filter((line) => / u?mount /.test(line))).toEqual([]);
    });
  });

  it('does not stop the services: nothing was touched', async () => {
    await inScene(async (scene) => {
      const { ask } = answers('stop');
      const end = await failingRun(scene, { ask, change: withJob({ services: 'ask' }) });
      expect(end).toMatchObject({
        exitStatus: 1,
        sentence: 'step 3-2: Marion chose to stop',
        stands: ['nothing was touched'],
      });
      expect(proceduralCommands(scene)).toEqual([]);
    });
  });

  it('is asked to resume the services when the part fails', async () => {
    await inScene(async (scene) => {
      const { ask, texts } = answers('stopped', 'resumed');
      const faults = ['fail=node1:sdxproxy Part'];
      const end = await failingRun(scene, { faults, ask, change: withJob({ services: 'ask' }) });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(texts).toEqual([stopped, started]);
    });
  });

  it('stops immediately while asked to resume: the last lines say that the services are down', async () => {
    await inScene(async (scene) => {
      const halt = new AbortController();
      const ask: Ask = ({ id }) => {
        if (id === 'services-stopped') return Promise.resolve({ choice: 'stopped', by: 'Marion' });
        halt.abort();
        return new Promise(() => undefined);
      };
      const end = await failingRun(scene, { ask, halt: halt.signal, change: withJob({ services: 'ask' }) });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: 'step 3-4 was stopped immediately, and nothing was rolled back',
      });
      expect(end.stands).toEqual([
        'this is the last known state; nothing was checked since',
        'Volume2: PROXY Part, STATUS ACTIVE, slice of Disk3 ACTIVE (as node1 shows it)',
        'node3: no shadow object of Class2 - it may have changed since then',
        'services: stopped by the operator, not resumed',
        ...lockStands('node3', 'node1', 'node2'),
        'run by hand on node1: sdxvolume -F -c Class1 -v Volume2 -e allnodes',
        'run by hand on node1: sdxproxy Rejoin -c Class1 -p Volume2',
        'run by hand on node1: sdxinfo -S -c Class1 -o Volume2',
      ]);
    }, 'otherwise');
  });
});
