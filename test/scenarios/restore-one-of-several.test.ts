/** A volume on several tapes, and one volume of a backup with several: restored on the cluster. */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ask } from '../../src/main/application/console.ts';
import { History } from '../../src/main/history/history.ts';
import { openSceneConsole, type Scene } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import {
  openRestoreScene,
  RestoreOracle,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSetting,
} from '../support/restore-run.ts';

const recordBytes = 32_768;

let scene: RestoreScene;
afterEach(() => scene.close());

/** Restores; the oracle watches the master until its replacement is approved. @returns the end, and the master right before the services start */
async function restore(setting: RestoreSetting) {
  const oracle = new RestoreOracle(scene);
  let restored: Promise<string> | undefined;
  const end = await restoreScene(scene, {
    ...setting,
    onEvent(event) {
      oracle.hear(event);
      if (event.type === 'step-started' && event.step === '3-4')
        restored ??= scene.lab.volumeDigest('Class1', scene.master);
    },
  });
  expect(await oracle.wrong()).toEqual([]);
  return { ...end, restored: await restored };
}

/** Inserts these cartridges, one for each question, and approves everything else. */
const inserting =
  (lab: Scene['lab'], tapes: readonly string[], asked: string[] = []): Ask =>
  async ({ id, text, choices }) => {
    if (id !== 'next-tape') return { choice: choices[0]?.id ?? '', by: 'marion' };
    asked.push(text);
    const tape = tapes[asked.length - 1];
    if (tape === undefined) return { choice: 'stop', by: 'marion' };
    await lab.insertCartridge(tape);
    return { choice: 'ready', by: 'marion' };
  };

describe('a volume on three tapes', () => {
  const media = { layout: 'labelled', name: 'NIGHTLY', span: true };
  const open = () =>
    openRestoreScene({ media, verify: { fingerprint: 8, readback: false } }, 0, {
      blocks: 40 * 64,
      tapeBytes: 16 * recordBytes,
      slots: 16,
      ask: ({ lab }) => inserting(lab, ['second', 'third']),
    });

  it('is read completely before anything is touched, then written in the order of its tapes', async () => {
    scene = await open();
    const early: string[] = [];
    const declined = await restore({ ask: inserting(scene.lab, ['tape'], early) });
    expect(declined).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(early.at(-1)).toBe(`Insert tape 2 of run ${scene.backup}, "NIGHTLY-2" into /dev/rmt/0 on node3.`);
    expect(restoringCommands(scene)).toEqual([]);

    const asked: string[] = [];
    const order = ['tape', 'second', 'third'];
    const end = await restore({ ask: inserting(scene.lab, [...order, ...order], asked) });
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(end.restored).toBe(scene.backupDigest);
    const names = asked.map((text) => /Insert (tape \d)/.exec(text)?.[1]);
    expect(names).toEqual(['tape 1', 'tape 2', 'tape 3', 'tape 1', 'tape 2', 'tape 3']);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Join' }, shadow: { volumes: [] } });
  });

  it('is not written further if its proxy is started while a tape is waited for', async () => {
    scene = await open();
    const asked: string[] = [];
    const order = ['tape', 'second', 'third', 'tape'];
    const insert = inserting(scene.lab, order, asked);
    const end = await restore({
      async ask(question, abort) {
        if (question.id !== 'next-tape' || asked.length < order.length) return insert(question, abort);
        // The second tape, when the first is written.
        const ended = once(abort, 'abort');
        await scene.lab.type('node1', 'sdxvolume -N -c Class1 -v Volume2');
        await ended;
        throw abort.reason;
      },
    });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3, error: { code: 'CHECK_FAILED' } });
    expect(end.sentence).toMatch(/^step write: Proxy is stopped/);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Part' }, shadow: { volumes: [] } });
  });

  it('leaves the proxy parted and the master untouched if the writing command ends early', async () => {
    scene = await open();
    scene.lab.faults.set('fail=node3:dd ibs=262144');
    const order = ['tape', 'second', 'third'];
    const end = await restore({ ask: inserting(scene.lab, [...order, ...order]) });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3, error: { code: 'RESTORE_WRITE_FAILED' } });
    expect(end.error?.evidence).toMatchObject({ host: 'node3', exitStatus: 1 });
    expect(end.sentence).toMatch(
      /^step write: writing Volume2 through the shadow failed: dd on node3 (?:said: |ended with exit status 1)/,
    );
    expect(end.stands).toContain(
      'Volume1 is unchanged; Volume2 was written to, and must not be rejoined unless its data is given up',
    );
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Part' }, shadow: { volumes: [] } });
  });
});

/** The number of the tape file that a step reads. */
const filesGoneTo = ({ lab, commandsBefore }: RestoreScene): string[] =>
  lab.commands
    .slice(commandsBefore)
    .flatMap(({ line }) => /^(?:LC_ALL=C )?mt .* fsf (\d+)$/.exec(line)?.[1] ?? []);

describe('a backup of three volumes on one tape', () => {
  const pair = { master: 'Volume5', proxy: 'Volume6' };

  it('restores the named one, from its own file of a plain tape', async () => {
    scene = await openRestoreScene({ media: { layout: 'plain' } }, 0, { job: 'three-volumes', pair });
    const others = () =>
      Promise.all(['Volume2', 'Volume4'].map((volume) => scene.lab.volumeDigest('Class1', volume)));
    const before = await others();
    const end = await restore({});
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(end.restored).toBe(scene.backupDigest);
    expect(await others()).toEqual(before);
    expect(restoringCommands(scene).filter((line) => / Part |RejoinRestore|of=/.test(line))).toEqual([
      'node1 sdxproxy Part -c Class1 -p Volume6 -a pjrm=off',
      'node3 dd ibs=262144 obs=32768 of=/dev/sfdsk/Class2/rdsk/Volume6',
      'node1 sdxproxy RejoinRestore -c Class1 -p Volume6 -e nowaitsync',
    ]);
    expect(filesGoneTo(scene)).toEqual(['2', '2']);
    const history = new History(scene.state);
    const { lines } = await history.search({ query: '', limit: 10 }).finally(() => history.close());
    const proven = lines.find(({ run }) => run === scene.backup)?.restored;
    expect(proven).toMatchObject({ run: end.run, volumes: ['Volume6'] });
  });

  it('reads the label, the file of the named one and the manifest, as planned', async () => {
    scene = await openRestoreScene({}, 0, {
      job: 'three-volumes',
      pair: { master: 'Volume3', proxy: 'Volume4' },
    });
    const several = `run ${scene.backup} backed up several volumes, and --replace names`;
    const masters = 'Their masters: Volume1, Volume3, Volume5';
    const refusal = (replace: readonly string[]) => failureOf(restoreScene(scene, { replace }));
    expect(await refusal([])).toMatchObject({ sentence: `${several} none of them. ${masters}` });
    expect(await refusal(['Volume1', 'Volume2'])).toMatchObject({
      sentence: `${several} Volume2, which is not one of them. ${masters}`,
    });
    const console = await openSceneConsole(scene, scene.change);
    const plan = await console.volumeRestoreService
      .plan({ run: scene.backup, replace: ['Volume3'] })
      .finally(() => console.close());
    const planned = plan.steps.find(({ step }) => step === 'read-tape')?.commands.map(({ line }) => line);
    expect(planned).toEqual([
      'mt -f /dev/rmt/0n rewind',
      'dd if=/dev/rmt/0n bs=262144 count=1',
      'mt -f /dev/rmt/0n rewind',
      'mt -f /dev/rmt/0n fsf 2',
      'dd if=/dev/rmt/0n bs=32768',
      'mt -f /dev/rmt/0n status',
      'mt -f /dev/rmt/0n fsf 1',
      'mt -f /dev/rmt/0n status',
      'dd if=/dev/rmt/0n bs=32768 count=64',
      'mt -f /dev/rmt/0n rewind',
    ]);
    const halt = new AbortController();
    const { events, run } = await restoreScene(scene, {
      halt: halt.signal,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === 'approve-overwrite') halt.abort();
      },
    });
    const sent = events.flatMap((event) =>
      event.type === 'intent' && event.step === 'read-tape' ? [event.line.replace(/^LC_ALL=C /, '')] : [],
    );
    // The drive is first queried whether it is ready.
    expect(sent.slice(1)).toEqual(planned);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'restore-digest', volume: 'Volume4', place: 'tape', equal: true }),
    );
    // Its shadow and its parted proxy are not those of another volume.
    expect(await failureOf(restoreScene(scene, { replace: ['Volume1'] }))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      evidence: { run },
    });
  });
});
