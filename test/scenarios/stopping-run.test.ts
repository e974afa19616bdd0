/** The operator cancels, or stops immediately; two runs meet. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Ask } from '../../src/main/application/console.ts';
import {
  bringingBack,
  byHand,
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeStands,
  tapeWasWritten,
  withJob,
} from '../support/failures.ts';
import { clusterState, normalState, runScene, type Scene } from '../support/lab-run.ts';
import { lockStands } from '../support/lab-shell.ts';

type Moment = (scene: Scene, stop: () => void) => { onEvent?: (event: RunEvent) => void };

/** When a command line arrives at its host, or has ended there. */
const atCommand =
  (phase: 'started' | 'ended', host: string, beginning: string): Moment =>
  ({ lab }, stop) => {
    const end = lab.onCommand((event) => {
      if (event.phase !== phase || event.host !== host || !event.line.startsWith(beginning)) return;
      end();
      stop();
    });
    return {};
  };

/** When a step has ended. */
const afterStep =
  (step: string): Moment =>
  (_scene, stop) => ({
    onEvent(event) {
      if (event.type === 'step-finished' && event.step === step && event.result === 'done') stop();
    },
  });

const writing = atCommand('started', 'node3', 'dd ibs=');
const readingBack = atCommand('started', 'node3', 'dd if=/dev/rmt/0 bs=32768');
const again = 'start the run again when ready';

interface Cancelled {
  readonly when: string;
  readonly moment: Moment;
  readonly step: string;
  readonly stands: readonly string[];
}

const cancelled: readonly Cancelled[] = [
  { when: 'before the part', moment: afterStep('3-2'), step: '3-3', stands: normalStands },
  {
    when: 'while the proxy is parted',
    moment: atCommand('started', 'node1', 'sdxproxy Part'),
    step: '3-3',
    stands: normalStands,
  },
  { when: 'between two steps', moment: afterStep('3-5'), step: '4', stands: normalStands },
  {
    when: 'while the shadow is made',
    moment: atCommand('started', 'node3', 'sdxshadowdisk -C'),
    step: '5',
    stands: normalStands,
  },
  {
    when: 'while the fingerprint is compared',
    moment: atCommand('started', 'node3', 'dd if=/dev/sfdsk/Class2'),
    step: 'verify',
    stands: normalStands,
  },
  {
    when: 'in the middle of the dump',
    moment: writing,
    step: '6a',
    stands: [...normalStands, tapeStands.incomplete],
  },
  {
    when: 'in the middle of the reading back',
    moment: readingBack,
    step: 'read-back',
    stands: [...normalStands, tapeStands.written],
  },
  {
    when: 'while the shadow is removed',
    moment: atCommand('started', 'node3', 'sdxshadowvolume -R'),
    step: '7',
    stands: [...normalStands, tapeStands.verified],
  },
  {
    when: 'during the resynchronisation',
    moment: atCommand('started', 'node1', 'sdxinfo -S -c Class1 -o Volume2'),
    step: '8-2',
    stands: [...normalStands, tapeStands.verified],
  },
];

describe('a run that is canceled', () => {
  it.each(cancelled)('$when is rolled back: exit status 2', async ({ when, moment, step, stands }) => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      let active = step !== '8-2';
      // The same query is sent before the part: only that of step 8-2 counts.
      const { onEvent } = active ? moment(scene, () => cancel.abort()) : {};
      const end = await failingRun(scene, {
        cancel: cancel.signal,
        change: withJob({ onFailure: 'halt' }),
        onEvent(event) {
          onEvent?.(event);
          if (active || event.type !== 'step-started' || event.step !== step) return;
          active = true;
          moment(scene, () => cancel.abort());
        },
      });
      expect(end, when).toMatchObject({ exitStatus: 2, sentence: `step ${step} was canceled`, stands });
      expect(end.error).toMatchObject({ code: 'RUN_CANCELLED', hint: again });
      expect(scene.lab.world().directories.node3).toEqual([]);
    });
  });

  it('before anything was touched is refused: exit status 1', async () => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      const moment = afterStep('3-1')(scene, () => cancel.abort());
      const end = await failingRun(scene, { ...moment, cancel: cancel.signal });
      expect(end).toMatchObject({
        exitStatus: 1,
        sentence: 'step 3-2 was canceled',
        stands: ['nothing was touched'],
      });
      expect(proceduralCommands(scene)).toEqual([]);
    });
  });

  it('while the operator is asked no longer waits for the answer', async () => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      const ask: Ask = () => {
        cancel.abort();
        return new Promise(() => undefined);
      };
      const end = await failingRun(scene, {
        ask,
        cancel: cancel.signal,
        change: withJob({ approve: 'operator' }),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'step verify was canceled',
        stands: normalStands,
      });
      expect(tapeWasWritten(scene)).toBe(false);
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
    });
  });

  it('when everything except the lock is done is still a successful run', async () => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      const end = await runScene(scene, {
        ...afterStep('8-2')(scene, () => cancel.abort()),
        cancel: cancel.signal,
      });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
      expect(scene.lab.world().directories.node3).toEqual([]);
    });
  });

  it('does not interrupt a command that changes something; an immediate stop does', async () => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      const halt = new AbortController();
      const sent: string[] = [];
      atCommand(
        'started',
        'node1',
        'sdxvolume -F',
      )(scene, () => {
        cancel.abort();
        // If the command were interrupted, its outcome would come before the next query of the host.
        setImmediate(() => {
          sent.push(...proceduralCommands(scene).slice(-1));
          halt.abort();
        });
      });
      const end = await failingRun(scene, {
        faults: ['hang=node1:sdxvolume'],
        cancel: cancel.signal,
        halt: halt.signal,
      });
      expect(sent).toEqual(['node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes']);
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: 'step 3-5 was stopped immediately, and nothing was rolled back',
      });
      expect(end.stands[1]).toBe(
        'Volume2: PROXY Part, STATUS ACTIVE, slice of Disk3 ACTIVE (as node1 shows it) - it may have changed since then',
      );
    }, 'otherwise');
  });
});

const handLines = (stands: readonly string[]) => stands.filter((line) => line.startsWith('run by hand'));
const locked = lockStands('node3', 'node1', 'node2');
const seenLast = 'this is the last known state; nothing was checked since';
const haltHint =
  'the lines below show what may be left to do; check both sides with sdxinfo before each of them';
const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const wholeShadow = 'node3: shadow objects of Class2: volume Volume2 (ACTIVE), group Group2, disk Disk3';

describe('a run that is stopped at once', () => {
  async function halted(scene: Scene, moment: Moment) {
    const halt = new AbortController();
    let sentBefore = 0;
    const { onEvent } = moment(scene, () => {
      sentBefore = scene.lab.commands.length;
      halt.abort();
    });
    const end = await failingRun(scene, { halt: halt.signal, ...(onEvent ? { onEvent } : {}) });
    expect(end).toMatchObject({ exitStatus: 3 });
    expect(end.error).toMatchObject({ code: 'RUN_HALTED', hint: haltHint });
    expect(scene.lab.commands.slice(sentBefore)).toEqual([]);
    return end;
  }

  it('during the dump sends nothing more, and reports what it last saw', async () => {
    await inScene(async (scene) => {
      const end = await halted(scene, writing);
      expect(end.sentence).toBe('step 6a was stopped immediately, and nothing was rolled back');
      expect(end.stands).toEqual([
        seenLast,
        parted,
        wholeShadow,
        ...locked,
        tapeStands.incomplete,
        ...byHand(bringingBack[0]),
      ]);
      expect(await clusterState(scene)).toEqual({
        ...normalState,
        proxy: 'Part',
        proxyEqualsMaster: false,
        shadowObjects: 3,
      });
    }, 'otherwise');
  });

  it('while the proxy is parted says that the proxy may be parted, and that the services are down', async () => {
    await inScene(async (scene) => {
      const end = await halted(scene, atCommand('started', 'node1', 'sdxproxy Part'));
      expect(end.stands).toEqual([
        seenLast,
        'Volume2: joined to Volume1, in sync - it may have changed since then',
        'node3: no shadow object of Class2',
        'services: stopped on node1 (umount /app), not all resumed',
        ...locked,
        'run by hand on node1: mount /app',
        'run by hand on node1, if not yet done, once it is certain that nobody else has parted Volume2: sdxvolume -F -c Class1 -v Volume2 -e allnodes',
        'run by hand on node1, if not yet done, once it is certain that nobody else has parted Volume2: sdxproxy Rejoin -c Class1 -p Volume2',
        'run by hand on node1, if not yet done: sdxinfo -S -c Class1 -o Volume2',
      ]);
    }, 'otherwise');
  });

  it('while the shadow is removed names every command that may remain', async () => {
    await inScene(async (scene) => {
      const end = await halted(scene, atCommand('started', 'node3', 'sdxshadowgroup -R'));
      const all = byHand(bringingBack[0]);
      const unless = all
        .slice(0, 4)
        .map((line) => line.replace(/^run by hand on \S+(?=:)/, '$&, if not yet done'));
      expect(handLines(end.stands)).toEqual([...unless, ...all.slice(4)]);
    }, 'otherwise');
  });

  it('while it is being rolled back keeps its first reason, and ends as well', async () => {
    await inScene(async (scene) => {
      const halt = new AbortController();
      atCommand('started', 'node3', 'sdxshadowvolume -F')(scene, () => halt.abort());
      const end = await failingRun(scene, { faults: ['tape-error=2'], halt: halt.signal });
      expect(end).toMatchObject({ exitStatus: 3, sentence: 'writing to the tape failed: write: I/O error' });
      expect(end.stands.slice(0, 2)).toEqual([seenLast, parted]);
      expect(proceduralCommands(scene)).not.toContain(bringingBack[4]);
    }, 'otherwise');
  });

  it('before anything was touched reports only its lock, which the next run removes', async () => {
    await inScene(async (scene) => {
      const halt = new AbortController();
      const moment = afterStep('lock')(scene, () => halt.abort());
      const end = await failingRun(scene, { ...moment, halt: halt.signal });
      expect(end).toMatchObject({
        exitStatus: 1,
        sentence: 'step tape was stopped immediately, and nothing was rolled back',
        stands: ['nothing was touched', ...locked],
      });
    });
  });
});

describe('two runs at once', () => {
  it('on one class: the second is refused with the name of the first, which continues', async () => {
    await inScene(async (scene) => {
      let second: ReturnType<typeof runScene> | undefined;
      // The tape is delayed until the second run has ended.
      scene.lab.faults.set('slow-tape=20000');
      const first = await runScene(scene, {
        onEvent(event) {
          if (event.type !== 'step-started' || event.step !== 'tape') return;
          second ??= runScene(scene).finally(() => scene.lab.faults.clear('slow-tape'));
        },
      });
      const refused = await second;
      expect(first).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
      expect(refused).toMatchObject({ exitStatus: 1, verdict: 'failed', stands: ['nothing was touched'] });
      expect(refused?.run).not.toBe(first.run);
      expect(refused?.error?.code).toBe('CLASS_LOCKED');
      expect(refused?.sentence).toMatch(
        new RegExp(
          `^Class1 is locked on node3 by run ${first.run} of \\S+ on \\S+ \\(process ${process.pid}\\), since [-0-9T:]+Z$`,
        ),
      );
      expect(refused?.error?.hint).toContain(
        `shadowtape resume ${first.run}, shadowtape rollback ${first.run}. To discard it instead: shadowtape unlock Class1 --discard ${first.run}`,
      );
      expect(scene.lab.world().directories.node3).toEqual([]);
    });
  });
});
