/** The journal of a run of the guide's example, as far as it got, and where the run continues in a given world. */
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { readFixture } from '../../gds/fixtures/read-fixture.ts';
import type { WorkState } from '../detached/detached-look.ts';
import { guideAssignment, joined } from '../model/guide-cluster.test-support.ts';
import { marksOf } from '../model/run-marks.ts';
import { recordsCompared } from '../model/samples/fingerprint.ts';
import { dumpStepsOf } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { stepsOf } from '../plan/steps.ts';
import { resumePoint } from './resume-point.ts';

const services = { stop: ['umount /app'], resume: ['mount /app'] };
const common = { services, fsck: { answerYes: true } };
/** The jobs of the tests: fields that differ. */
const jobs = {
  raw: common,
  files: { ...common, method: '6b' },
  live: { ...common, method: '6b', services: 'not-needed' },
  whole: { ...common, verify: { fingerprint: 'all' } },
  labelled: { ...common, media: { layout: 'labelled' } },
  server: { ...common, route: 'server' },
  serverFiles: { ...common, route: 'server', method: '6b' },
  serverDump: { ...common, route: 'server', method: '6c' },
  several: {
    ...common,
    volumes: [
      { master: 'Volume3', proxy: 'Volume4' },
      { master: 'Volume5', proxy: 'Volume6' },
    ],
    shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
  },
  library: { ...common, media: { layout: 'labelled', name: 'NIGHTLY' } },
  scripts: {
    ...common,
    scripts: [
      { before: 'part', host: 'node1', command: 'sync' },
      { after: 'dump', host: 'node3', command: 'mail' },
    ],
  },
} as const;
const library = { barcodes: {}, cleaning: [], unload: 'never', named: [] } as const;
type Job = keyof typeof jobs;

/** Both pairs parted and stopped, and their shadows. */
export const severalParted = readFixture('primary-several');
export const severalJoined = severalParted.replaceAll(' Part ', ' Join ');
export const severalShadows = readFixture('shadow-several');

/** The journal of a run, as far as it got. */
class Story {
  readonly events: RunEvent[] = [];
  readonly #assignment;
  readonly #steps;

  constructor(job: Job) {
    const assignment = guideAssignment(jobs[job], job === 'several' ? severalJoined : joined);
    const tapeChange = { ...assignment.tapeChange, changer: '/dev/scsi/changer/c1t0d0', library };
    this.#assignment = job === 'library' ? { ...assignment, tapeChange } : assignment;
    this.#steps = stepsOf(this.#assignment);
  }

  add(event: NewEvent): number {
    const seq = this.events.length + 1;
    this.events.push({ seq, at: '2026-11-22T02:00:00.000Z', run: 'run-1', prev: '', ...event } as RunEvent);
    return seq;
  }

  start(step: string): this {
    const phase = this.#steps.find(({ id }) => id === step)?.phase ?? 'part';
    this.add({ type: 'step-started', step, title: step, phase, unwinding: false });
    return this;
  }

  end(step: string, result: 'done' | 'failed' = 'done', code?: string): this {
    const error = code === undefined ? {} : { error: { code, sentence: '', hint: '' } };
    this.add({ type: 'step-finished', step, result, milliseconds: 1, ...error });
    return this;
  }

  /** Sends the changing commands of a step; the status is that of the last. */
  send(step: string, status: number | 'unheard' = 0): this {
    const commands = this.#steps.find(({ id }) => id === step)?.commands ?? [];
    const changing = commands.filter(({ changes }) => changes);
    for (const [index, { host, argv }] of changing.entries()) {
      const of = this.add({
        type: 'intent',
        step,
        host,
        argv: [...argv],
        line: argv.join(' '),
        changes: true,
      });
      const ended = index === changing.length - 1 ? status : 0;
      if (ended === 'unheard') continue;
      const output = { stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
      this.add({ type: 'outcome', step, of, exitStatus: ended, milliseconds: 1, ...output });
    }
    return this;
  }

  /** Sends one command of a step. */
  command(step: string, line: string, exitStatus: number | 'unheard' = 0): this {
    const of = this.add({ type: 'intent', step, host: 'node3', argv: line.split(' '), line, changes: true });
    if (exitStatus === 'unheard') return this;
    const output = { stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
    this.add({ type: 'outcome', step, of, exitStatus, milliseconds: 1, ...output });
    return this;
  }

  done(...steps: string[]): this {
    for (const step of steps) {
      this.start(step).send(step);
      if (step === 'fingerprint') this.fingerprint();
      this.end(step);
    }
    return this;
  }

  /** @param missing records that are not in the journal, of each volume */
  fingerprint(missing = 0): this {
    for (const volume of this.#assignment.volumes) {
      const records = recordsCompared(this.#assignment, volume).slice(missing);
      this.add({
        type: 'fingerprint',
        step: 'fingerprint',
        volume: volume.proxy,
        side: 'primary',
        host: 'node1',
        seed: 'run-1',
        recordBytes: 32_768,
        blocks: records.map((record) => ({ record, sha256: 'a'.repeat(64) })),
      });
    }
    return this;
  }

  /** The tape host has counted the result of a dump. @param place the dump's place among those of the run */
  counted(place = 0): this {
    const step = dumpStepsOf(this.#steps)[place] ?? '';
    const volume = this.#assignment.volumes[place]?.proxy ?? '';
    this.add({ type: 'digest', step, volume, hop: 'counted', records: 1 });
    return this;
  }

  /** The detached dump of the first volume. */
  work(what: 'starting' | 'ended'): this {
    const [step = ''] = dumpStepsOf(this.#steps);
    const of = { host: 'node3', volume: 'Volume2', purpose: 'dump', folder: '/var/tmp/w' } as const;
    this.add({ type: 'work', step, ...of, what });
    return this;
  }

  #resumed(seen: World, dump?: WorkState) {
    const [assignment, steps] = [this.#assignment, this.#steps];
    const marks = marksOf(this.events, dumpStepsOf(steps), '/mnt1');
    const dumps = dump && new Map([['Volume2', dump]]);
    return resumePoint({ assignment, steps, events: this.events, world: seen, marks, dumps });
  }

  /**
   * @param dump how the detached dump of Volume2 was found
   * @returns the ids of the steps that are performed, or why none can be
   */
  point(seen: World, dump?: WorkState): string[] | string {
    const point = this.#resumed(seen, dump);
    return 'refused' in point ? point.refused : point.todo.map(({ id }) => id);
  }

  /** @returns what is reported of how the run continues, with the steps by their ids */
  told(seen: World, dump?: WorkState) {
    const point = this.#resumed(seen, dump);
    if ('refused' in point) throw new Error(point.refused);
    const { step, reasons, fingerprints, mayContinue, completed, underWay } = point;
    return {
      ...{ step, reasons, mayContinue, fingerprints: fingerprints && [...fingerprints.keys()] },
      ...{ completed: completed.map(({ id }) => id), underWay: underWay?.id },
    };
  }

  /** @returns what is reported of an interrupted dump */
  reasons(seen: World) {
    const { mayContinue, reasons } = this.told(seen);
    const said = (words: string) => reasons.find((reason) => reason.includes(words));
    return { mayContinue, broken: said('was interrupted'), why: said('cannot continue') };
  }
}

export const story = (job: Job = 'raw') => new Story(job);
export const parted = (job: Job = 'raw') => story(job).done('3-2', '3-3', '3-4');
export const ready = (job: Job = 'raw') => parted(job).done('fingerprint', '3-5');
export const shadowed = (job: Job = 'raw') => ready(job).done('4', '5');
export const fromVerify = ['verify', '6a', 'read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];
export const fromPart = [
  'tape',
  'drive',
  '3-1',
  '3-2',
  '3-3',
  '3-4',
  'fingerprint',
  '3-5',
  '4',
  '5',
  ...fromVerify,
];
