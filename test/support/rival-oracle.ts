/**
 * Whether a run that another administrator has disturbed acted and reported correctly. The judge is the lab and the
 * bytes on tape, never the program's own report.
 */
import { expect } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { readDump } from '../../src/lab/commands/dump-format.ts';
import type { Scene, SceneRun } from './lab-run.ts';
import { sha256 } from './lab-run.ts';
import { changingCommands } from './lab-shell.ts';
import type { JobObjects } from './rival-administrator.ts';
import { filesOfTape } from './tap-file.ts';

/** Proxy volume -> SHA-256 of what its file on the tape holds. */
export type TapeDigests = ReadonlyMap<string, string>;

/** The first bytes of a dump contain its date: only its contents count. */
function contentDigest(method: string, bytes: Buffer): string {
  const tool = method === '6c' ? 'ufsdump' : method === '6e' ? 'sfxdump' : undefined;
  const dump = tool && readDump(bytes, tool);
  if (!dump) return sha256(bytes);
  const { device, isWhole, entries } = dump;
  const held = entries.map((entry) => ({ ...entry, bytes: sha256(entry.bytes) }));
  return sha256(Buffer.from(JSON.stringify({ device, isWhole, held })));
}

/** The files of a run on the tape in the drive, whatever the run reports. */
export async function tapeDigests(scene: Scene, run: string): Promise<TapeDigests> {
  const { events } = await readRun(scene.state, run);
  const start = events.find((event) => event.type === 'run-started');
  const files = await filesOfTape(scene.lab.tapeFile);
  const volumes = start?.volumes ?? [];
  return new Map(
    volumes.map(
      ({ proxy, method, tapeFile = 0 }) =>
        [proxy, contentDigest(method ?? start?.method ?? '', Buffer.concat(files[tapeFile] ?? []))] as const,
    ),
  );
}

export const toldBy = ({ sentence, stands }: Pick<SceneRun, 'sentence' | 'stands'>): string =>
  [sentence, ...stands].join('\n');

/** Watches what the program does to the lab, from its first command on. */
export class RunWatch {
  readonly #scene: Scene;
  readonly #job: JobObjects;
  readonly #from: number;
  readonly #wrong: string[] = [];
  readonly #stops: (() => void)[];

  constructor(scene: Scene, job: JobObjects) {
    this.#scene = scene;
    this.#job = job;
    const { lab } = scene;
    this.#from = lab.commands.length;
    this.#stops = [
      lab.onCommand(({ phase, line, status }) => {
        if (phase !== 'ended' || status !== 0 || !line.startsWith('sdxproxy Rejoin')) return;
        const under = this.#shadowDisks();
        if (under.length > 0) this.#wrong.push(`rejoined under a shadow on ${under.join(', ')}: ${line}`);
      }),
      lab.onWrite(({ node, volume, joined }) => {
        if (node === 'node3' && joined.length > 0)
          this.#wrong.push(`written through ${volume} to the joined ${joined.join(', ')}`);
      }),
    ];
  }

  #shadowDisks(): string[] {
    return this.#scene.lab.world().shadowDisks.filter((disk) => this.#job.disks.includes(disk));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** No rejoin was sent under a shadow, and no write through one reached a joined proxy. */
  expectSafe(told: string): void {
    expect(this.#wrong, told).toEqual([]);
  }

  /**
   * A run has ended, and nobody has done anything since.
   * @param tape what the tape must hold where the run says that it holds the backup
   * @param isLookedAt false where somebody has done something after the run's last look at both sides
   */
  async expectTrue(end: SceneRun, tape: TapeDigests, isLookedAt = true): Promise<void> {
    const told = toldBy(end);
    this.expectSafe(told);
    if (end.exitStatus === 0) expect(end.verdict, told).toBe('verified');
    if (end.verdict === 'verified') expect(await tapeDigests(this.#scene, end.run), told).toEqual(tape);
    if (end.exitStatus === 1) expect(changingCommands(this.#scene, this.#from), told).toEqual([]);
    if (isLookedAt && [0, 2, 4].includes(end.exitStatus)) this.#expectNormal(told);
  }

  /** What exit statuses 0, 2 and 4 guarantee for the job's volumes and disks. */
  #expectNormal(told: string): void {
    const { pairs, mounts } = this.#scene.lab.world();
    const parted = pairs
      .map(({ proxy }) => proxy)
      .filter(({ name, state }) => this.#job.proxies.includes(name) && state !== 'Join')
      .map(({ name }) => name);
    expect({ parted, shadowOn: this.#shadowDisks(), mounted: mounts.node3 }, told).toEqual({
      parted: [],
      shadowOn: [],
      mounted: [],
    });
  }
}

/** The commands that the last lines of a run name, with their hosts, in their order. */
export function commandsNamed({ stands }: Pick<SceneRun, 'stands'>): { host: string; line: string }[] {
  return stands.flatMap((sentence) => {
    const named = /^run by hand on ([^\s,:]+)(?:, .*?)?: (.+)$/.exec(sentence);
    return named ? [{ host: named[1] ?? '', line: named[2] ?? '' }] : [];
  });
}
