/**
 * A machine room, night after night, with a clock that the test sets: the timer starts the job at its hours, and
 * failures occur as in a year.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkTimesOf,
  nextNight,
  nightsBetween,
  type Night,
  type Schedule,
} from '../../../src/contract/time/schedule.ts';
import { instantOf, wallTimeOf } from '../../../src/contract/time/wall-clock.ts';
import { isFailure } from '../../../src/contract/errors.ts';
import type { Site } from '../../../src/main/application/console.ts';
import { declareTapeLost } from '../../../src/main/application/known-tapes.ts';
import { nextTapeOfJob } from '../../../src/main/application/media/next-tape.ts';
import type { CommandLine } from '../../../src/main/cli/command-line.ts';
import { runIfDue } from '../../../src/main/cli/schedule/run-if-due.ts';
import { scheduleOf } from '../../../src/main/site/schedule-schema.ts';
import { readSite } from '../../../src/main/site/site-file.ts';
import { MediaFile } from '../../../src/main/tape/media-file.ts';
import type { TapeLabel } from '../../../src/main/tape/tape-label.ts';
import type { IsFull } from '../full-disk.ts';
import { jobOf, runScene, sha256, type Scene, type SiteTree } from '../lab-run.ts';
import {
  changer,
  imageProxy,
  nameVault,
  masters,
  MachineRoom,
  type Instant,
  type OnCartridge,
} from './machine-room.ts';

const hour = 3_600_000;
export const job = 'three-volumes';
export const zone = 'Europe/Berlin';

/** Names of the tapes; the bar code of each has the two characters of the medium, too. */
export const pool = ['PAY001', 'PAY002', 'PAY003', 'PAY004', 'PAY005', 'PAY006', 'PAY007', 'PAY008'];
export const cartridgeOf = (tape: string): string => `${tape}L4`;

/** The kind of a night, and its expected result: a verified backup, a failure message, or both. */
export const kindsOfNight = {
  good: { isVerified: true, isLoud: false },
  /** The console is on only an hour after the job was due. */
  'late console': { isVerified: true, isLoud: false },
  /** The console is off, and on again at noon. */
  off: { isVerified: false, isLoud: true },
  /** The tape of the night is not in the library. */
  'no tape': { isVerified: false, isLoud: true },
  /** It is put in after an hour. */
  'late tape': { isVerified: true, isLoud: true },
  /** The drive fails while it writes. */
  'drive fails': { isVerified: false, isLoud: true },
  /** The cartridge is full before the dump is on it. */
  'tape full': { isVerified: false, isLoud: true },
  /** The drive answers nothing; it is repaired at noon, unless the next night is like this one. */
  'dead drive': { isVerified: false, isLoud: true },
  /** The tape of the night is lost: an hour later the operator says so. */
  'lost tape': { isVerified: true, isLoud: true },
  /** The disk of the state folder fills up during the run, and stays full all night. */
  'disk fills': { isVerified: false, isLoud: true },
  /** It is full from the beginning on; at noon there is room again. */
  'disk full': { isVerified: false, isLoud: true },
} as const;
export type KindOfNight = keyof typeof kindsOfNight;

/** The result of a night. */
export interface SpentNight extends Night {
  readonly kind: KindOfNight;
  /** How often the timer started in its window. */
  readonly tries: number;
  /** Runs that began in it. */
  readonly runs: readonly string[];
  /** The runs of which the whole image is on a cartridge, byte for byte as the volume was. */
  readonly onTape: readonly string[];
  /** Occasions that were notified until the next noon, each with its sentence. */
  readonly told: readonly string[];
  /** Other messages of the timer, as a system log keeps them. */
  readonly logged: readonly string[];
}

/** A tape in retention whose label was overwritten. */
interface Overwritten {
  readonly cartridge: string;
  readonly label: TapeLabel;
  readonly at: string;
}

export interface YearOptions {
  readonly scene: Scene;
  readonly random: () => number;
  readonly setClock: (time: string | number | Date) => void;
  /** See fillableDisk. */
  readonly fill: (full: IsFull | undefined) => void;
}

export class Year {
  readonly room: MachineRoom;
  readonly nights: SpentNight[] = [];
  readonly overwritten: Overwritten[] = [];
  /** Tapes that are permanently lost. */
  readonly lost: string[] = [];
  readonly #options: YearOptions;
  readonly #labels = new Map<string, TapeLabel>();
  readonly #instants = new Map<string, Instant>();
  #pool: readonly string[] = pool;
  #heard = 0;
  #logged: string[] = [];

  constructor(options: YearOptions) {
    this.#options = options;
    this.room = new MachineRoom(options.scene, options.random);
  }

  get #scene(): Scene {
    return this.#options.scene;
  }

  readonly change = (site: SiteTree): void => {
    site.jobs = { [job]: jobOf(site, job) };
    Object.assign(jobOf(site, job), {
      volumes: Object.entries(masters).map(([proxy, master]) => ({
        master,
        proxy,
        method: proxy === imageProxy ? '6a' : proxy === 'Volume4' ? '6d' : '6b',
      })),
      media: { layout: 'labelled', pool: 'nightly' },
      schedule: { at: '02:30', window: '3 hours', zone },
      protect: { every: '26 hours' },
    });
    site.tape['changer'] = changer;
    const told = join(this.#scene.folder, 'told');
    const script = 'echo "$SHADOWTAPE_EVENT $SHADOWTAPE_SENTENCE" >> "$0"';
    site.notify = [{ on: ['failure', 'next-tape'], command: ['/bin/sh', '-c', script, told] }];
    Object.assign(site, {
      pools: { nightly: { tapes: [...this.#pool], keep: '7 days' } },
      library: { unload: 'after-run' },
    });
    if (this.room.vault) nameVault(site, this.room.vault);
  };

  site = async (): Promise<Site> => readSite(await this.#scene.writeSite(this.change));

  async schedule(): Promise<Schedule> {
    const { schedule } = (await this.site()).jobs[job] ?? {};
    if (!schedule) throw new Error('the job has a schedule');
    return scheduleOf(schedule);
  }

  /** The bytes of the volumes when a run parted them. */
  instantOf(run: string): Instant | undefined {
    return this.#instants.get(run);
  }

  /** The tapes of the pool that are not lost; the site file names those, too. */
  get tapes(): readonly string[] {
    return this.#pool.filter((tape) => !this.lost.includes(tape));
  }

  /** A new cartridge comes into the library, and its name into the pool. */
  async buy(tape: string): Promise<void> {
    await this.room.putIn(cartridgeOf(tape));
    this.#pool = [...this.#pool, tape];
  }

  /** The messages since the last call. */
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

  /** The timer starts. @param onEvent called with the events of the run */
  async #timer(at: Date, onStep: (step: string) => void = () => undefined): Promise<void> {
    this.#options.setClock(at);
    const siteFile = await this.#scene.writeSite(this.change);
    const before = new Set(await this.#scene.state.runs());
    const line = { state: this.#scene.state, siteFile, hasEnded: false };
    try {
      await runIfDue(line as CommandLine, { job, json: true }, async () => {
        await runScene(this.#scene, {
          job,
          change: this.change,
          onEvent: (event) => event.type === 'step-started' && onStep(event.step),
        });
        line.hasEnded = true;
      });
    } catch (error) {
      if (!isFailure(error)) throw error;
      this.#logged.push(`${error.code}: ${error.message}`);
    }
    const instant = this.room.takeInstant();
    const [run] = (await this.#scene.state.runs()).filter((name) => !before.has(name));
    if (run !== undefined && instant) this.#instants.set(run, instant);
  }

  /** When the timer starts that `schedule install` installs: in the window of a night, and after it. */
  async #timesOf({ due, until }: Night): Promise<{ window: Date[]; after: Date[] }> {
    const schedule = await this.schedule();
    const { year, month, day } = wallTimeOf(due, zone);
    const times = checkTimesOf(schedule).flatMap(({ hours, minute }) =>
      hours.map((each) => instantOf({ year, month, day, hour: each, minute }, zone)),
    );
    // Where the clock skips an hour, two of them are one.
    const distinct = [...new Set(times.map((time) => time.getTime()))].map((time) => new Date(time));
    return {
      window: distinct.filter((time) => time >= due && time < until),
      after: distinct.filter((time) => time >= until),
    };
  }

  /** The tape that the next night needs, as it is announced. */
  async nextTape(): Promise<string> {
    const { jobs, pools } = await this.site();
    const own = jobs[job];
    const { tapes } = new MediaFile(this.#scene.state.tapesFile).list();
    const next = own && nextTapeOfJob({ pools }, own, tapes, new Date());
    if (next?.name === undefined) throw new Error(`no tape may be overwritten: ${next?.sentence ?? ''}`);
    return next.name;
  }

  /** Compares what is recorded on every cartridge with the previous state, and keeps it. */
  async #lookAtTapes(runs: readonly string[]): Promise<string[]> {
    const recorded = await this.room.recorded();
    for (const [cartridge, label] of [...this.#labels]) {
      const now = recorded.find((each) => each.cartridge === cartridge)?.label;
      if (now?.uuid !== label.uuid && Date.now() < Date.parse(label.keepUntil ?? ''))
        this.overwritten.push({ cartridge, label, at: new Date().toISOString() });
    }
    this.#labels.clear();
    for (const { cartridge, label } of recorded) this.#labels.set(cartridge, label);
    // Runs that are no longer on tape are not checked again.
    const held = new Set(recorded.map(({ label }) => label.run));
    for (const run of [...this.#instants.keys()]) if (!held.has(run)) this.#instants.delete(run);
    return runs.filter((run) => recorded.some((each) => this.#isWhole(run, each)));
  }

  #isWhole(run: string, { label, imageSha256 }: OnCartridge): boolean {
    const image = this.#instants.get(run)?.get(imageProxy);
    return label.run === run && image !== undefined && sha256(image) === imageSha256;
  }

  /** Failures in the evening. */
  async #before(kind: KindOfNight): Promise<void> {
    const { lab, state } = this.#scene;
    const tape = cartridgeOf(await this.nextTape());
    const isMissing = kind === 'no tape' || kind === 'late tape' || kind === 'lost tape';
    if (isMissing || kind === 'tape full') await this.room.takeOut(tape);
    if (kind === 'tape full') await this.room.putIn(tape, { isShort: true });
    if (kind === 'drive fails') lab.faults.set('tape-error=9');
    if (kind === 'dead drive')
      for (const fault of ['fail=node3:mt', 'tape-error=1', 'tape-read-error=1']) lab.faults.set(fault);
    if (kind === 'disk full') this.#options.fill((path) => path.startsWith(state.path));
  }

  /** What an operator does an hour after the job was due. */
  async #meanwhile(kind: KindOfNight, tape: string): Promise<void> {
    if (kind === 'late tape') await this.room.putIn(cartridgeOf(tape));
    if (kind !== 'lost tape') return;
    this.lost.push(tape);
    this.room.lose(cartridgeOf(tape));
    declareTapeLost(this.#scene.state, tape);
  }

  /** Repairs in the morning. */
  async #afterwards(kind: KindOfNight, tape: string): Promise<void> {
    const { lab } = this.#scene;
    for (const fault of lab.faults.list()) lab.faults.clear(fault);
    this.#options.fill(undefined);
    await this.room.clearDrive();
    if (kind === 'no tape') await this.room.putIn(cartridgeOf(tape));
    if (kind !== 'tape full') return;
    await this.room.takeOut(cartridgeOf(tape));
    await this.room.putIn(cartridgeOf(tape));
  }

  async #perform(night: Night, kind: KindOfNight): Promise<number> {
    const { window, after } = await this.#timesOf(night);
    if (kind === 'off') return 0;
    const tape = await this.nextTape();
    await this.#before(kind);
    const times = kind === 'late console' ? window.slice(1) : window;
    for (const [index, time] of times.entries()) {
      if (index === 1) await this.#meanwhile(kind, tape);
      await this.#timer(time, (step) => {
        if (kind === 'disk fills' && step === '6a:Volume6')
          this.#options.fill((path) => path.startsWith(this.#scene.state.path));
      });
      // The timer starts again, and has nothing to do: played after a failure.
      if (kind === 'good') return times.length;
    }
    for (const time of after) await this.#timer(time);
    await this.#afterwards(kind, tape);
    return times.length;
  }

  /** Lets a night pass, and the day after it until noon. */
  async spend(night: Night, kind: KindOfNight): Promise<SpentNight> {
    const before = new Set(await this.#scene.state.runs());
    this.#news();
    this.#logged = [];
    this.#options.setClock(night.due.getTime() - hour);
    await this.room.work();
    const tries = await this.#perform(night, kind);
    const noon = new Date(night.until.getTime() + 6 * hour);
    // At noon the console is on, whatever the night was; after a good night there is no message.
    if (kind === 'good') this.#options.setClock(noon);
    else await this.#timer(noon);
    const runs = (await this.#scene.state.runs()).filter((run) => !before.has(run));
    const onTape = await this.#lookAtTapes(runs);
    const spent = { ...night, kind, tries, runs, onTape, told: this.#news(), logged: this.#logged };
    this.nights.push(spent);
    return spent;
  }

  /** From now on nights count. @returns those of a number of days */
  async begin(from: string, days: number): Promise<Night[]> {
    this.#options.setClock(from);
    const schedule = await this.schedule();
    await this.#timer(new Date(from));
    const start = nextNight(schedule, new Date(from))?.due ?? new Date(from);
    return nightsBetween(schedule, start, new Date(start.getTime() + (days - 0.5) * 24 * hour));
  }
}
