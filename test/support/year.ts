/**
 * A machine room, night after night, by a clock that the test drives: the job is started as its timer starts it, an operator inserts the tape
 * that was announced, and things go wrong as they do in a year.
 */
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { nextNight, nightsBetween, type Night, type Schedule } from '../../src/contract/time/schedule.ts';
import { isFailure } from '../../src/contract/errors.ts';
import type { Site } from '../../src/main/application/console.ts';
import { nextTapeOfJob } from '../../src/main/application/media/next-tape.ts';
import type { CommandLine } from '../../src/main/cli/command-line.ts';
import { runIfDue } from '../../src/main/cli/schedule/run-if-due.ts';
import { scheduleOf } from '../../src/main/site/schedule-schema.ts';
import { readSite } from '../../src/main/site/site-file.ts';
import { MediaFile } from '../../src/main/tape/media-file.ts';
import { readLabel, type TapeLabel } from '../../src/main/tape/tape-label.ts';
import { jobOf, runScene, type Scene, type SiteTree } from './lab-run.ts';
import { filesOfTape } from './tap-file.ts';

const hour = 3_600_000;
export const job = 'ufs-tar';
export const zone = 'Europe/Berlin';

/** What a night is like. */
const kindsOfNight = [
  'good',
  /** The console is off, and on again at noon. */
  'off',
  /** The drive is empty all night. */
  'no tape',
  /** The drive is empty for an hour. */
  'late tape',
  /** The drive fails while it writes. */
  'drive fails',
  /** The cartridge is full before the dump is on it. */
  'tape full',
] as const;
export type KindOfNight = (typeof kindsOfNight)[number];

/** What became of a night. */
export interface SpentNight extends Night {
  readonly kind: KindOfNight;
  /** Runs that began in it. */
  readonly runs: readonly string[];
  /** Occasions that were notified until the next noon, each with its sentence. */
  readonly told: readonly string[];
}

/** A tape whose label gave way to another one although it was to be kept. */
export interface Overwritten {
  readonly cartridge: string;
  readonly label: TapeLabel;
  readonly at: string;
}

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Year {
  readonly overwritten: Overwritten[] = [];
  readonly nights: SpentNight[] = [];
  readonly #scene: Scene;
  readonly #random: () => number;
  readonly #labels = new Map<string, TapeLabel>();
  #tapes: readonly string[];
  #heard = 0;

  constructor(scene: Scene, tapes: readonly string[], seed: number) {
    this.#scene = scene;
    this.#tapes = tapes;
    this.#random = numbersFrom(seed);
  }

  readonly change = (site: SiteTree): void => {
    site.jobs = { [job]: jobOf(site, job) };
    Object.assign(jobOf(site, job), {
      media: { layout: 'labelled', pool: 'nightly' },
      schedule: { at: '02:30', window: '3 hours', zone },
      protect: { every: '26 hours' },
    });
    const told = join(this.#scene.folder, 'told');
    const script = 'echo "$SHADOWTAPE_EVENT $SHADOWTAPE_SENTENCE" >> "$0"';
    site.notify = [{ on: ['failure', 'next-tape'], command: ['/bin/sh', '-c', script, told] }];
    Object.assign(site, { pools: { nightly: { tapes: [...this.#tapes], keep: '7 days' } } });
  };

  site = async (): Promise<Site> => readSite(await this.#scene.writeSite(this.change));

  async schedule(): Promise<Schedule> {
    const { schedule } = (await this.site()).jobs[job] ?? {};
    if (!schedule) throw new Error('the job has a schedule');
    return scheduleOf(schedule);
  }

  /** A tape is gone for good: the operator takes its name out of the pool. */
  lose(name: string): void {
    this.#tapes = this.#tapes.filter((tape) => tape !== name);
  }

  /** What was told since the last time. */
  #news(): string[] {
    const lines = this.#allTold();
    const fresh = lines.slice(this.#heard);
    this.#heard = lines.length;
    return fresh;
  }

  #allTold(): string[] {
    try {
      return readFileSync(join(this.#scene.folder, 'told'), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  /** The timer starts. @returns whether the run was refused before anything was touched */
  async #timer(at: number): Promise<boolean> {
    vi.setSystemTime(at);
    const siteFile = await this.#scene.writeSite(this.change);
    const line = { state: this.#scene.state, siteFile, hasEnded: false } as CommandLine;
    let exitStatus = 0;
    try {
      await runIfDue(line, { job, json: true }, async () => {
        ({ exitStatus } = await runScene(this.#scene, { job, change: this.change }));
      });
      return exitStatus === 1;
    } catch (error) {
      if (!isFailure(error)) throw error;
      return true;
    }
  }

  /** The operator inserts what the night needs, as it is announced. */
  async #insert(due: Date, bytes: number): Promise<void> {
    const { jobs, pools } = await this.site();
    const own = jobs[job];
    const { tapes } = new MediaFile(this.#scene.state.tapesFile).list();
    const next = own && nextTapeOfJob({ pools }, own, tapes, new Date(due.getTime() - hour));
    if (next?.name !== undefined) await this.#scene.lab.insertCartridge(next.name, { bytes });
  }

  /** Reads every label from the image of its cartridge, and remembers what gave way too early. */
  async #lookAtLabels(): Promise<void> {
    for (const { name: cartridge, file } of this.#scene.lab.cartridges) {
      const [first] = await filesOfTape(file).catch(() => []);
      const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
      const before = this.#labels.get(cartridge);
      const now = reading.kind === 'label' ? reading.label : undefined;
      if (before && now?.uuid !== before.uuid && Date.now() < Date.parse(before.keepUntil ?? ''))
        this.overwritten.push({ cartridge, label: before, at: new Date().toISOString() });
      if (now) this.#labels.set(cartridge, now);
      else this.#labels.delete(cartridge);
    }
  }

  /** One night in seven is not good. */
  #kind(): KindOfNight {
    const isGood = this.#random() > 1 / 7;
    const bad = kindsOfNight.slice(1);
    return isGood ? 'good' : (bad[Math.floor(this.#random() * bad.length)] ?? 'good');
  }

  async #perform({ due, until }: Night, kind: KindOfNight): Promise<void> {
    const { lab } = this.#scene;
    // Room for the label and two records.
    const bytes = kind === 'tape full' ? 3 * 32_768 : 2 ** 31;
    if (kind === 'off') return;
    if (kind === 'no tape' || kind === 'late tape') await lab.ejectCartridge();
    else await this.#insert(due, bytes);
    if (kind === 'drive fails') lab.faults.set('tape-error=9');
    let isRefused = await this.#timer(due.getTime() + 1000);
    lab.faults.clear('tape-error');
    if (kind === 'late tape') await this.#insert(due, bytes);
    for (let at = due.getTime() + hour; isRefused && at < until.getTime(); at += hour)
      isRefused = await this.#timer(at);
  }

  /** Lets a night pass, and the day after it until noon. */
  async spend(night: Night, wanted?: KindOfNight): Promise<SpentNight> {
    const kind = wanted ?? this.#kind();
    const before = new Set(await this.#scene.state.runs());
    this.#news();
    vi.setSystemTime(night.due.getTime() - hour);
    await this.#perform(night, kind);
    await this.#lookAtLabels();
    // At noon the console is on, whatever the night was; after a good one there is nothing to be said.
    if (kind === 'good') vi.setSystemTime(night.until.getTime() + 6 * hour);
    else await this.#timer(night.until.getTime() + 6 * hour);
    const runs = (await this.#scene.state.runs()).filter((run) => !before.has(run));
    const spent = { ...night, kind, runs, told: this.#news() };
    this.nights.push(spent);
    return spent;
  }

  /** From now on nights count. @returns those of so many days */
  async begin(from: string, days: number): Promise<Night[]> {
    vi.setSystemTime(from);
    const schedule = await this.schedule();
    await this.#timer(Date.parse(from));
    const start = nextNight(schedule, new Date(from))?.due ?? new Date(from);
    return nightsBetween(schedule, start, new Date(start.getTime() + (days - 0.5) * 24 * hour));
  }
}

/** Bytes of all files below a folder; those of the lab are left out. */
export async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/lab'))
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
