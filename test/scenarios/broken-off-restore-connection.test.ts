/**
 * A restore loses a connection, its terminal or its reader at each of its steps. It continues, or rolls back
 * automatically; then it is resumed, or rolled back. Until its replacement is approved the master keeps its bytes, and
 * nobody rejoins the proxy before the master is verified. `npm test` plays a few of the scenarios; SHADOWTAPE_SEED
 * selects others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import {
  expectRestorable,
  expectRestored,
  expectSafe,
  masterOf,
  openWay,
  resume,
  rollBack,
  stepsOfRestore,
  ways,
  type Way,
} from '../support/broken-restore.ts';
import { startCommand } from '../support/command-line.ts';
import { RestoreOracle, restoreScene, type RestoreScene } from '../support/restore-run.ts';
import { hasTerminals, startOnTerminal, terminalHint } from '../support/terminal.ts';

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 17);

/** When the connection drops: before the first change of the step is sent, while it runs, or before its end arrives. */
const moments = ['before', 'during', 'after'] as const;

interface Place {
  readonly from: Way;
  readonly step: string;
}

interface Drop extends Place {
  readonly moment: (typeof moments)[number];
  readonly then: 'resumed' | 'rolled back';
}

let scene: RestoreScene;
afterEach(() => scene.close());

async function placesOf(from: Way): Promise<Place[]> {
  const planned = await openWay(from);
  const steps = await stepsOfRestore(planned, from).finally(() => planned.close());
  return steps.map((step) => ({ from, step }));
}

const someWay = fc.sample(fc.constantFrom(...ways), { seed, numRuns: 1 });
const places = (await Promise.all((isWhole ? ways : someWay).map(placesOf))).flat();
const some = <Value>(values: readonly Value[], numRuns: number): readonly Value[] =>
  isWhole ? values : fc.sample(fc.constantFrom(...values), { seed, numRuns });

/** Each step at each moment. The action after that rotates. */
const drops = places.flatMap((place, index) =>
  moments.map((moment, turn): Drop => ({
    ...place,
    moment,
    then: (index + turn) % 2 === 0 ? 'resumed' : 'rolled back',
  })),
);

type Intent = Extract<RunEvent, { type: 'intent' }>;

/** Drops the connection of a host around the first change of a step; a step that changes nothing, around its first query. */
function dropper({ lab }: RestoreScene, { step, moment }: Drop) {
  let armed: Intent | undefined;
  let isStruck = false;
  const phase = moment === 'during' ? 'started' : 'ended';
  const strike = (host: string) => {
    isStruck = true;
    lab.breakConnections(host as NodeName);
  };
  const stop = lab.onCommand((event) => {
    if (isStruck || event.phase !== phase || armed?.host !== event.host || armed.line !== event.line) return;
    strike(event.host);
  });
  const hear = (event: RunEvent): void => {
    if (isStruck || !('step' in event) || event.step !== step) return;
    if (event.type === 'intent' && (event.changes || !armed)) {
      armed = event;
      if (moment === 'before' && event.changes) strike(event.host);
    }
    // The step would not have changed anything.
    if (event.type === 'step-finished') strike(armed?.host ?? 'node3');
  };
  return { hear, stop, isStruck: () => isStruck };
}

/** While the bytes of a second copy pass, and before the first of them is read: these are in every sample. */
const ofCopy: readonly Drop[] = [
  { from: 'copy', step: 'write', moment: 'during', then: 'resumed' },
  { from: 'copy', step: 'read-tape', moment: 'during', then: 'resumed' },
];

describe('a restore whose connection with a host drops', () => {
  it.each(isWhole ? drops : [...ofCopy, ...some(drops, 2)])(
    'from $from at step $step, $moment, then $then',
    async (drop) => {
      scene = await openWay(drop.from);
      const oracle = new RestoreOracle(scene);
      const { hear, stop, isStruck } = dropper(scene, drop);
      let restored: Promise<unknown> | undefined;
      const { run, exitStatus, sentence, stands } = await restoreScene(scene, {
        fromProxy: drop.from === 'proxy',
        onEvent(event) {
          oracle.hear(event);
          hear(event);
          if (event.type === 'step-started' && event.step === '3-4') restored ??= masterOf(scene, drop.from);
        },
      }).finally(stop);
      expect(isStruck(), sentence).toBe(true);
      expect(await oracle.wrong()).toEqual([]);
      await scene.lab.copyingFinished();
      if (exitStatus === 0) return expectRestored(scene, run, drop.from, await restored);
      expect([1, 2, 3], [sentence, ...stands].join('\n')).toContain(exitStatus);
      if (exitStatus === 3 && drop.then === 'resumed') return resume(scene, run, drop.from);
      // If the answer to the part is lost, nothing proves whose it is: the operator confirms it.
      if (exitStatus === 3) await rollBack(scene, run, drop.step === '3-3');
      await expectSafe(scene, run);
      return expectRestorable(scene, run, drop.from);
    },
  );
});

/** The restore's journal as it is on disk: its last line is written before a command is sent. */
function journalOf({ state, backup }: RestoreScene): { readonly run: string; readonly text: string } {
  const run = readdirSync(state.runsFolder)
    .map((name) => /^(\d{8}-\d{6}-[^.]*)\.ndjson$/.exec(name)?.[1] ?? '')
    .filter((name) => name !== '' && name !== backup)
    .sort()
    .at(-1);
  return run === undefined
    ? { run: '', text: '' }
    : { run, text: readFileSync(state.journalFile(run), 'utf8') };
}

/** What is visible from outside of a restore in a separate process. */
class Outside {
  readonly #scene: RestoreScene;
  readonly #from: Way;
  readonly #stop: () => void;
  #restored: Promise<unknown> | undefined;
  #changedEarly = 0;
  /** Approval 2 was given. */
  isApproved = false;
  isStruck = false;

  /** @param act called once, with the first command of a step or of a later one */
  constructor(watched: RestoreScene, { from, step }: Place, act: () => void) {
    this.#scene = watched;
    this.#from = from;
    const mark = `"type":"step-started","step":"${step}"`;
    this.#stop = watched.lab.onCommand(async ({ phase, line }) => {
      if (phase !== 'started') return;
      if (!this.isStruck && journalOf(watched).text.includes(mark)) {
        this.isStruck = true;
        act();
      }
      await this.#look(line);
    });
  }

  async #look(line: string): Promise<void> {
    const { lab, master, noiseDigest } = this.#scene;
    if (!this.isApproved && /sdx|dd |mount /.test(line)) {
      const digest = await lab.volumeDigest('Class1', master);
      if (digest !== noiseDigest && !this.isApproved) this.#changedEarly += 1;
    }
    // The last of them starts it where the services are.
    if (line.startsWith('sdxvolume -N') && line.includes(master)) {
      this.#restored = masterOf(this.#scene, this.#from);
      await this.#restored;
    }
  }

  /** Checks how the restore ended, and resumes it if it has not. */
  async judge(exitStatus: number | null, shown: string): Promise<void> {
    this.#stop();
    const { run } = journalOf(this.#scene);
    expect(this.isStruck, shown).toBe(true);
    expect(this.#changedEarly).toBe(0);
    await this.#scene.lab.copyingFinished();
    if (exitStatus === 0) return expectRestored(this.#scene, run, this.#from, await this.#restored);
    expect([1, 2, 3], shown).toContain(exitStatus);
    const { events } = await readRun(this.#scene.state, run);
    expect(events.at(-1), shown).toMatchObject({ type: 'run-finished', exitStatus });
    await expectSafe(this.#scene, run);
    return exitStatus === 3
      ? resume(this.#scene, run, this.#from)
      : expectRestorable(this.#scene, run, this.#from);
  }
}

const wordsOf = async ({ backup, state, writeSite, change }: RestoreScene, from: Way): Promise<string[]> => [
  ...['--site', await writeSite(change), '--state', state.path, '--trust', 'restore', backup],
  ...(from === 'proxy' ? ['--from-proxy'] : []),
];

/** The target does not depend on the method: files are skipped if both other ways are present. */
const heard = places.filter(({ from }) => !isWhole || from !== 'files');

describe('a restore whose output is closed', () => {
  it.each(some(heard, 1))('from $from at step $step is verified', async (place) => {
    scene = await openWay(place.from);
    const words = [...(await wordsOf(scene, place.from)), '--replace', scene.master, '--yes'];
    const command = startCommand(words);
    const outside = new Outside(scene, place, () => {
      command.process.stdout.destroy();
      command.process.stderr.destroy();
    });
    // There is no question: the approval is in the journal before the services are stopped.
    const approved = scene.lab.onCommand(({ line }) => {
      if (/^umount \/app/.test(line)) outside.isApproved = true;
    });
    const { exitStatus, stdout, stderr } = await command.end.finally(approved);
    expect(exitStatus, stdout + stderr).toBe(0);
    await outside.judge(exitStatus, stdout + stderr);
  });
});

describe.runIf(hasTerminals)(`a restore whose terminal is closed${terminalHint}`, () => {
  it.each(some(heard, 1))(
    'from $from at step $step continues up to the next approval, and without one is verified',
    async (place) => {
      scene = await openWay(place.from);
      const terminal = startOnTerminal(await wordsOf(scene, place.from), {
        environment: { NO_COLOR: '1' },
        columns: 200,
      });
      const outside = new Outside(scene, place, () => terminal.close());
      const answer = async () => {
        for (const word of place.from === 'proxy' ? [scene.master] : ['Volume2', scene.master]) {
          await terminal.see('your choice');
          if (word === scene.master) outside.isApproved = true;
          terminal.type(`${word}\r`);
        }
      };
      // A question that no longer comes up is not answered.
      void answer().catch(() => undefined);
      const exitStatus = await terminal.end;
      await outside.judge(exitStatus, terminal.shown);
    },
  );
});
