/** Does random acts in a separate lab, and checks after each whether everything is as the program has reported. */
import { expect } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import { expectHanded } from './deaths.ts';
import { openScene, openSceneConsole, runScene, sha256, type Scene, type SceneRun } from './lab-run.ts';
import { removeLocksByHand } from './lab-shell.ts';
import { dyingRun, recoverScene } from './mortal-console.ts';
import { stepsOfPlan } from './places.ts';
import { actSite, jobs, troubled, type Act } from './random-acts.ts';
import { Administrator, objectsOf, type JobObjects } from './rival-administrator.ts';
import { standing, type Standing } from './standing.ts';
import { filesOfTape } from './tap-file.ts';

/** Disks on which masters lie. */
const disksOfMasters = new Set(['Disk1', 'Disk2', 'Disk4', 'Disk5']);
/** Proxy volume, as the lab shows it. */
const pairOf = (scene: Scene, proxy: string) =>
  scene.lab.world().pairs.find((pair) => pair.proxy.name === proxy);

/** The backup server may write only to parted proxies; no proxy is rejoined under a shadow. */
function watchWrongs(scene: Scene, disksOfProxies: ReadonlyMap<string, readonly string[]>) {
  const wrong: string[] = [];
  const stops = [
    scene.lab.onWrite(({ node, volume, disks, joined }) => {
      if (node !== 'node3') return;
      if (disks.some((disk) => disksOfMasters.has(disk)) || joined.length > 0)
        wrong.push(`node3 writes to ${volume}, on ${disks.join(', ')}`);
    }),
    scene.lab.onCommand(({ phase, line, status }) => {
      const proxy = /^sdxproxy Rejoin .* -p (\S+)/.exec(line)?.[1];
      if (phase !== 'ended' || status !== 0 || proxy === undefined) return;
      const under = scene.lab
        .world()
        .shadowDisks.filter((disk) => disksOfProxies.get(proxy)?.includes(disk) ?? true);
      if (under.length > 0) wrong.push(`${proxy} is rejoined under a shadow on ${under.join(', ')}`);
    }),
  ];
  return { wrong, stop: () => stops.forEach((stop) => stop()) };
}

/** Proxy -> SHA-256 of its contents when it was last parted. */
function watchParts(scene: Scene): { readonly held: Map<string, Promise<string>>; stop: () => void } {
  const held = new Map<string, Promise<string>>();
  const stop = scene.lab.onCommand(({ phase, line, status }) => {
    const proxies = /^sdxproxy Part .* -p (\S+)/.exec(line)?.[1];
    if (phase !== 'ended' || status !== 0 || proxies === undefined) return;
    for (const proxy of proxies.split(',')) held.set(proxy, scene.lab.volumeDigest('Class1', proxy));
  });
  return { held, stop };
}

const isOverBefore = (error: unknown) =>
  error instanceof Error && error.message === 'the run ended before its console died';

const told = ({ sentence, stands }: Pick<SceneRun, 'sentence' | 'stands'>) =>
  [sentence, ...stands].join('\n');

export class RandomWalk {
  readonly #scene: Scene;
  readonly #normal: Standing;
  readonly #parts: ReturnType<typeof watchParts>;
  readonly #wrongs: ReturnType<typeof watchWrongs>;
  readonly #objects: ReadonlyMap<string, JobObjects>;
  readonly #administrators: ReadonlyMap<string, Administrator>;
  readonly #log: string[] = [];
  #writings = 0;
  /** When the tape was last labeled again, ISO 8601: its earlier contents are lost, whatever an earlier run reports. */
  #labelledAt = '';

  private constructor(scene: Scene, normal: Standing, objects: ReadonlyMap<string, JobObjects>) {
    this.#scene = scene;
    this.#normal = normal;
    this.#objects = objects;
    this.#administrators = new Map(
      [...objects].map(([job, each]) => [job, new Administrator(scene, each)] as const),
    );
    this.#parts = watchParts(scene);
    this.#wrongs = watchWrongs(
      scene,
      new Map(
        // Each of them is on one disk.
        [...objects.values()].flatMap(({ proxies, disks }) =>
          proxies.map((proxy, index) => [proxy, disks.slice(index, index + 1)] as const),
        ),
      ),
    );
  }

  static async begin(): Promise<RandomWalk> {
    // Each attempt of a command that hangs takes seconds, and several commands of a run may hang.
    const scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar'], pausesCount: 8 });
    const objects = new Map<string, JobObjects>();
    for (const job of jobs) objects.set(job, objectsOf(await stepsOfPlan(scene, { job, change: actSite })));
    return new RandomWalk(scene, await standing(scene), objects);
  }

  close(): Promise<void> {
    return this.#scene.close();
  }

  /** What was done so far and the result, one per line. */
  get log(): string {
    return this.#log.join('\n');
  }

  /** @throws if something is not as it must be */
  async do(act: Act): Promise<void> {
    const end = await this.#perform(act).catch((error: unknown) => this.#refused(error));
    this.#log.push(
      `${JSON.stringify(act)}: ${end === undefined ? 'done' : typeof end === 'string' ? end : `${end.run} ${end.exitStatus} ${told(end)}`}`,
    );
    await this.#scene.lab.copyingFinished();
    expect(this.#wrongs.wrong, this.log).toEqual([]);
    if (end !== undefined && typeof end !== 'string') await this.#expectAsSaid(end);
  }

  /** A refusal must be one of the table. */
  #refused(error: unknown): string {
    if (!isFailure(error) || error.code === 'UNEXPECTED') throw error;
    return `${error.code}: ${error.message}`;
  }

  async #runBut(back: number): Promise<string> {
    const runs = await this.#scene.state.runs();
    return runs.at(-1 - back) ?? 'none';
  }

  async #perform(act: Act): Promise<SceneRun | string | undefined> {
    const scene = this.#scene;
    switch (act.what) {
      case 'run':
        return this.#run(act);
      case 'resume':
      case 'unwind': {
        const run = await this.#runBut(act.back);
        const trouble = troubled(scene, act.trouble, this.#administrator(await this.#jobOf(run)));
        try {
          return await recoverScene(scene, act.what, run, {
            change: actSite,
            ...trouble,
          });
        } finally {
          await trouble.over();
        }
      }
      case 'verify':
        return this.#withConsole(async (console) => {
          await console.verify(await this.#runBut(act.back), new AbortController().signal, () => undefined);
        });
      case 'label':
        return this.#withConsole(async (console) => {
          this.#labelledAt = new Date().toISOString();
          await console.tapeService.label('OTHER', {
            overwrite: 'data',
            abort: new AbortController().signal,
          });
        });
      case 'rival':
        await act.rival.act(this.#administrator(act.job));
        return undefined;
      case 'reboot':
        return scene.lab.rebootNode(act.node).then(() => undefined);
    }
  }

  #administrator(job: string): Administrator {
    const administrator = this.#administrators.get(job);
    if (!administrator) throw new Error(`the walk has no job ${job}`);
    return administrator;
  }

  /** The job of a run; any, if there is no such run. */
  async #jobOf(run: string): Promise<string> {
    const start = await readRun(this.#scene.state, run).then(
      ({ events }) => events.find((event) => event.type === 'run-started'),
      () => undefined,
    );
    return start?.job ?? jobs[0];
  }

  async #withConsole(
    work: (console: Awaited<ReturnType<typeof openSceneConsole>>) => Promise<void>,
  ): Promise<undefined> {
    const console = await openSceneConsole(this.#scene, actSite);
    try {
      await work(console);
    } finally {
      await console.close();
    }
  }

  /** An application has written to the masters since the last run. */
  async #write(): Promise<void> {
    this.#writings += 1;
    const bytes = Buffer.alloc(512, this.#writings);
    await this.#scene.lab.writeMaster(4095 * 512, bytes, 'Volume1');
  }

  async #run({
    job,
    route,
    onFailure,
    trouble: given,
  }: Extract<Act, { what: 'run' }>): Promise<SceneRun | string> {
    const scene = this.#scene;
    await this.#write();
    const trouble = troubled(scene, given, this.#administrator(job));
    const change: typeof actSite = (site) => {
      actSite(site);
      for (const each of Object.values(site.jobs)) Object.assign(each, { route, onFailure });
    };
    try {
      if (given.kind !== 'killed') return await runScene(scene, { job, change, ...trouble });
      // It may be over before it gets that far.
      return await dyingRun(scene, job, trouble.death, change).then(
        ({ run }) => `${run} has died`,
        (error: unknown) => (isOverBefore(error) ? 'ended before it died' : Promise.reject(error as Error)),
      );
    } finally {
      await trouble.over();
    }
  }

  async #expectAsSaid(end: SceneRun): Promise<void> {
    const { events } = await readRun(this.#scene.state, end.run);
    const start = events.find((event) => event.type === 'run-started');
    const world = this.#scene.lab.world();
    if (end.verdict === 'verified') await this.#expectTape(start, events);
    if (end.exitStatus === 1 || end.exitStatus === 3) return;
    for (const { proxy } of start?.volumes ?? []) {
      expect(pairOf(this.#scene, proxy)?.proxy.state, this.log).toBe('Join');
      expect(await this.#scene.lab.volumeDigest('Class1', proxy), this.log).toBe(
        await this.#scene.lab.volumeDigest('Class1', pairOf(this.#scene, proxy)?.master.name ?? ''),
      );
    }
    const disks = this.#objects.get(start?.job ?? '')?.disks ?? [];
    expect(
      [...world.shadowDisks.filter((disk) => disks.includes(disk)), ...world.mounts.node3],
      this.log,
    ).toEqual([]);
  }

  /** The tape holds what was sent to it; for a raw device, what the proxy held at the part. */
  async #expectTape(
    start: Extract<RunEvent, { type: 'run-started' }> | undefined,
    events: readonly RunEvent[],
  ): Promise<void> {
    const read = events.findLast((event) => event.type === 'digest' && event.hop === 'readback');
    if (read && read.at < this.#labelledAt) return;
    const files = await filesOfTape(this.#scene.lab.tapeFile);
    for (const { proxy, method, tapeFile = 0 } of start?.volumes ?? []) {
      const file = Buffer.concat(files[tapeFile] ?? []);
      const handed = events.findLast(
        (event) => event.type === 'digest' && event.hop === 'handed' && event.volume === proxy,
      );
      expectHanded(handed, file, this.log);
      if (method === '6a') expect(sha256(file), this.log).toBe(await this.#parts.held.get(proxy));
    }
  }

  /** Rolls back every open run, the last first, a few times; then everything is as it was before the first act. */
  async bringBack(): Promise<void> {
    for (const administrator of this.#administrators.values()) await administrator.undo();
    for (let attempt = 1; attempt <= 3; attempt += 1)
      for (const run of (await this.#scene.state.runs()).reverse()) {
        // Proxies that others parted are joined again: the others were parted by the runs, even if an answer was lost.
        const setting = { change: actSite, ownPart: true };
        const came = await recoverScene(this.#scene, 'unwind', run, setting).catch((error: unknown) =>
          this.#refused(error),
        );
        this.#log.push(
          `unwind ${run}: ${typeof came === 'string' ? came : `${came.exitStatus} ${told(came)}`}`,
        );
      }
    expect(this.#wrongs.wrong, this.log).toEqual([]);
    this.#parts.stop();
    this.#wrongs.stop();
    // The locks of an ended run that could not remove them were reported; no later run takes them over.
    removeLocksByHand(this.#scene);
    const now = await standing(this.#scene);
    expect({ ...now, checksums: {} }, this.log).toEqual({ ...this.#normal, checksums: {} });
    for (const [master, proxy] of [
      ['Volume1', 'Volume2'],
      ['Volume3', 'Volume4'],
      ['Volume5', 'Volume6'],
    ] as const)
      expect(now.checksums[proxy], `${proxy}\n${this.log}`).toBe(now.checksums[master]);
  }
}
