import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { edited, readFixture } from '../../gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { chooseJob, siteOf } from '../../site/site-file.ts';
import { assign } from '../model/assign.ts';
import { recordsCompared } from '../model/samples/fingerprint.ts';
import { resumePoint } from './resume-point.ts';
import { marksOf } from '../model/run-marks.ts';
import { dumpStepsOf } from '../model/step.ts';
import { stepsOf } from '../plan/steps.ts';
import type { Mount, World } from '../model/world.ts';

const jobFields = {
  class: 'Class1',
  volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
  shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
  services: { stop: ['umount /app'], resume: ['mount /app'] },
  fsck: { answerYes: true },
};
const site = siteOf('site.yaml', {
  site: 'payroll',
  platform: 'solaris',
  hosts: { node1: { role: 'primary' }, node3: { role: 'backup' } },
  tape: { host: 'node3', device: '/dev/rmt/0' },
  jobs: {
    raw: jobFields,
    files: { ...jobFields, method: '6b' },
    live: { ...jobFields, method: '6b', services: 'not-needed' },
    whole: { ...jobFields, verify: { fingerprint: 'all' } },
    labelled: { ...jobFields, media: { layout: 'labelled' } },
  },
});

const joined = readFixture('primary-joined');
const stopped = readFixture('primary-parted');
const running = edited(
  edited(stopped, '1048576 STOP', '1048576 ACTIVE'),
  'Disk3   Volume2 STOP',
  'Disk3   Volume2 ACTIVE',
);
const shadow = readFixture('shadow');
const halfShadow = shadow.slice(0, shadow.indexOf('OBJ    NAME    CLASS   GROUP   SKIP'));

const sight = { shown: 'nothing', evidence: 'sdxinfo printed titles without objects' } as const;

function world(primary: string, backup = '', mounts: readonly Mount[] = []): World {
  return {
    primaries: [{ node: 'node1', report: parseSdxinfo(primary) }],
    backup: { node: 'node3', report: parseSdxinfo(backup), mounts, ...(backup === '' ? { sight } : {}) },
  };
}

function assignmentOf(job: string) {
  const named = chooseJob('site.yaml', site, job);
  return assign(site, named, { primaries: [{ node: 'node1', report: parseSdxinfo(joined) }] }, 'run-1');
}

/** The journal of a run, as far as it came. */
class Story {
  readonly events: RunEvent[] = [];
  readonly #assignment;
  readonly #steps;
  readonly #job: string;

  constructor(job: string) {
    this.#job = job;
    this.#assignment = assignmentOf(job);
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

  done(...steps: string[]): this {
    for (const step of steps) {
      this.start(step).send(step);
      if (step === 'fingerprint') this.fingerprint();
      this.end(step);
    }
    return this;
  }

  fingerprint(missing = 0): this {
    const [volume] = this.#assignment.volumes;
    const records = recordsCompared(this.#assignment, volume ?? { blocks: 0 }).slice(missing);
    this.add({
      type: 'fingerprint',
      step: 'fingerprint',
      volume: 'Volume2',
      side: 'primary',
      host: 'node1',
      seed: 'run-1',
      recordBytes: 32_768,
      blocks: records.map((record) => ({ record, sha256: 'a'.repeat(64) })),
    });
    return this;
  }

  counted(): this {
    const step = this.#job === 'raw' || this.#job === 'whole' ? '6a' : '6b-4';
    this.add({ type: 'digest', step, volume: 'Volume2', hop: 'counted', records: 1 });
    return this;
  }

  #resumed(seen: World) {
    const [assignment, steps] = [this.#assignment, this.#steps];
    const marks = marksOf(this.events, dumpStepsOf(steps), '/mnt1');
    return resumePoint({ assignment, steps, events: this.events, world: seen, marks });
  }

  /** @returns the ids of the steps that are performed, or why none can be */
  point(seen: World): string[] | string {
    const point = this.#resumed(seen);
    return 'refused' in point ? point.refused : point.todo.map(({ id }) => id);
  }

  /** @returns what is said of a dump that was broken off */
  reasons(seen: World) {
    const point = this.#resumed(seen);
    if ('refused' in point) throw new Error(point.refused);
    const { mayContinue, reasons } = point;
    const said = (words: string) => reasons.find((reason) => reason.includes(words));
    return { mayContinue, broken: said('was interrupted'), why: said('cannot continue') };
  }
}

const story = (job = 'raw') => new Story(job);
const parted = (job = 'raw') => story(job).done('3-2', '3-3', '3-4');
const ready = (job = 'raw') => parted(job).done('fingerprint', '3-5');
const shadowed = (job = 'raw') => ready(job).done('4', '5');
const fromVerify = ['verify', '6a', 'read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];
const fromPart = ['tape', 'drive', '3-1', '3-2', '3-3', '3-4', 'fingerprint', '3-5', '4', '5', ...fromVerify];

describe('before the part', () => {
  it('the run begins again with 3-1', () => {
    expect(story().point(world(joined))).toEqual(fromPart);
    expect(story().done('3-2').point(world(joined))).toEqual(fromPart);
    expect(story().done('3-2').start('3-3').send('3-3', 'unheard').point(world(joined))).toEqual(fromPart);
  });

  it('a proxy that somebody else has parted is not taken for this run’s', () => {
    expect(story().done('3-2').point(world(stopped))).toBe('Volume2 is parted, but not by this run');
  });
});

describe('once the proxy is parted', () => {
  it('a part whose end is not known is not proven to be this run’s, unless the operator says so', () => {
    const unheard = story().done('3-2').start('3-3').send('3-3', 'unheard');
    expect(unheard.point(world(running))).toBe(
      'the answer of step 3-3 is not known: nothing proves that Volume2 is parted by this run',
    );
    const of = unheard.events.findLast(({ type }) => type === 'intent')?.seq ?? 0;
    unheard.add({ type: 'observed', findings: [], settled: [{ of, ended: 'good' }] });
    expect(unheard.point(world(running))).toEqual([
      'tape',
      '3-4',
      'fingerprint',
      '3-5',
      '4',
      '5',
      ...fromVerify,
    ]);
  });

  it('a part that failed is not gone on with', () => {
    expect(story().done('3-2').start('3-3').send('3-3', 1).point(world(running))).toBe(
      'step 3-3 failed, but Volume2 is parted',
    );
  });

  it('the fingerprint is taken again unless it is whole', () => {
    expect(parted().fingerprint().point(world(running))).toEqual(['tape', '3-5', '4', '5', ...fromVerify]);
    expect(parted().fingerprint(1).point(world(running))).toContain('fingerprint');
  });

  it('a proxy that is stopped without a fingerprint proves nothing any more', () => {
    expect(parted().point(world(stopped))).toBe(
      'Volume2 is stopped, and the journal has no complete fingerprint: a shadow cannot be proven',
    );
  });

  it('the fingerprint of an earlier part does not count', () => {
    const twice = ready().done('8-1').done('3-2', '3-3', '3-4');
    expect(twice.point(world(running))).toContain('fingerprint');
    expect(twice.point(world(stopped))).toMatch(
      /^Volume2 is stopped, and the journal has no complete fingerprint/,
    );
  });

  it('a proxy that runs again after a reboot is stopped again', () => {
    expect(ready().point(world(running))).toEqual(['tape', '3-5', '4', '5', ...fromVerify]);
    expect(ready().point(world(stopped))).toEqual(['tape', '4', '5', ...fromVerify]);
  });

  it('what was parted and is joined again is gone', () => {
    expect(shadowed().point(world(joined))).toBe(
      'Volume2 is joined again: the data from the moment of the part is lost',
    );
  });
});

describe('once the shadow was begun', () => {
  it('a whole one is verified again, though a node rebooted', () => {
    expect(shadowed().point(world(stopped, shadow))).toEqual(['tape', ...fromVerify]);
    expect(shadowed().done('verify').point(world(running, shadow))).toEqual(['tape', '3-5', ...fromVerify]);
  });

  it('one that is neither shown nor shown to be gone is not touched', () => {
    const seen = world(stopped);
    const backup = seen.backup && {
      ...seen.backup,
      sight: { shown: 'unknown', evidence: 'sdxinfo printed nothing' } as const,
    };
    expect(shadowed().point({ ...seen, backup })).toBe(
      'node3 does not show whether objects of Class2 exist: sdxinfo printed nothing',
    );
  });

  it('one that a reboot took away is created again', () => {
    expect(shadowed().point(world(stopped))).toEqual(['tape', '4', '5', ...fromVerify]);
  });

  it('a half one is removed first', () => {
    expect(ready().start('5').send('5', 'unheard').point(world(stopped, halfShadow))).toEqual([
      'tape',
      '7',
      '4',
      '5',
      ...fromVerify,
    ]);
  });

  it('objects that this run has not made are nobody’s to remove', () => {
    expect(ready().point(world(stopped, shadow))).toBe(
      'node3 shows objects of Class2 that this run did not create',
    );
  });
});

describe('in the middle of the dump', () => {
  const mount = {
    device: '/dev/sfdsk/Class2/dsk/Volume2',
    mountPoint: '/mnt1',
    type: 'ufs',
    options: 'ro',
  };

  it('the tape is looked at again, and the shadow verified again', () => {
    const amid = shadowed().done('verify').start('6a').send('6a', 'unheard');
    expect(amid.point(world(stopped, shadow))).toEqual(['tape', ...fromVerify]);
  });

  it('a shadow that could be written to is unmounted, removed and created again', () => {
    const amid = shadowed('files').done('verify', '6b-1', '6b-3').start('6b-4');
    const todo = amid.point(world(stopped, shadow, [mount]));
    expect(todo.slice(0, 6)).toEqual(['tape', '6b-5', '7', '4', '5', 'verify']);
  });

  it('a shadow that fsck has written to can no longer be proven', () => {
    const amid = shadowed('live').done('verify', '6b-1', '6b-2');
    expect(amid.point(world(stopped, shadow))).toBe(
      'fsck wrote to the shadow: the fingerprint no longer proves it',
    );
  });
});

describe('a job that has the whole proxy hashed', () => {
  const read = () =>
    shadowed('whole').done('verify').start('6a').send('6a').counted().end('6a').done('read-back', '7');
  const around = ['start-proxy', 'hash-proxy', 'stop-proxy'];

  it('is resumed with the hash, where it was not done', () => {
    expect(read().point(world(stopped))).toEqual([...around, '8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().done('start-proxy').start('hash-proxy').point(world(running))).toEqual([
      ...around,
      ...['8-1', '8-2', 'drive-after', 'unlock'],
    ]);
  });

  it('only stops the proxy, where it was done or has proven the tape bad', () => {
    const hashed = () => read().done('start-proxy').start('hash-proxy');
    const left = ['stop-proxy', '8-1', '8-2', 'drive-after', 'unlock'];
    expect(hashed().end('hash-proxy').point(world(running))).toEqual(left);
    expect(hashed().end('hash-proxy', 'failed', 'PROXY_DIFFERS').point(world(running))).toEqual(left);
  });

  it('does not hash a proxy that is joined again', () => {
    expect(read().point(world(joined))).toEqual(['8-2', 'drive-after', 'unlock']);
  });
});

describe('once the dump is complete', () => {
  const dumped = () => shadowed().done('verify').start('6a').send('6a').counted();

  it('the tape is read back, whether the console lived to say so or not', () => {
    const left = ['read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];
    expect(dumped().point(world(stopped, shadow))).toEqual(left);
    expect(dumped().end('6a').point(world(stopped, shadow))).toEqual(left);
  });

  it('but failed, or was unsaid while the proxy ran again, it is written again', () => {
    expect(dumped().end('6a', 'failed').point(world(stopped, shadow))).toContain('6a');
    expect(dumped().point(world(running, shadow))).toEqual(['tape', '3-5', ...fromVerify]);
  });

  it('and read back with other records than the cluster held, it is written again', () => {
    const read = (code: string) => dumped().end('6a').start('read-back').end('read-back', 'failed', code);
    expect(read('DUMP_DIFFERS').point(world(stopped, shadow))).toEqual(['tape', ...fromVerify]);
    expect(read('CONNECTION_LOST').point(world(stopped, shadow))).toContain('read-back');
    expect(read('CONNECTION_LOST').point(world(stopped, shadow))).not.toContain('6a');
  });

  it('and read back, only the cluster is left', () => {
    const read = () => dumped().end('6a').done('read-back');
    expect(read().point(world(stopped, shadow))).toEqual(['7', '8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().point(world(stopped))).toEqual(['8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().start('8-1').send('8-1', 'unheard').point(world(joined))).toEqual([
      '8-2',
      'drive-after',
      'unlock',
    ]);
    expect(dumped().end('6a').done('8-1').point(world(joined))).toEqual([
      'read-back',
      '8-2',
      'drive-after',
      'unlock',
    ]);
  });
});

describe('a dump on a labelled tape that was broken off', () => {
  const amid = () => {
    const broken = shadowed('labelled').done('verify', 'label');
    broken.add({ type: 'label' } as NewEvent);
    return broken.start('6a').send('6a', 'unheard');
  };
  const left = ['verify', 'label', '6a', 'manifest', 'read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];

  it('may be continued, once the shadow is verified again', () => {
    expect(amid().point(world(stopped, shadow))).toEqual(['tape', ...left]);
    expect(amid().reasons(world(stopped, shadow))).toEqual({
      mayContinue: true,
      broken:
        'step 6a was interrupted: it continues after the last proven record on tape, or starts over if there is none',
      why: undefined,
    });
  });

  it('starts over where the shadow is gone, or the proxy runs', () => {
    const broken = 'step 6a was interrupted: the tape is written again from its beginning';
    const why = (reason: string) => `the dump cannot continue at a record: ${reason}`;
    expect(amid().reasons(world(stopped))).toEqual({
      ...{ mayContinue: false, broken },
      why: why('the shadow is created again'),
    });
    expect(amid().reasons(world(running, shadow))).toEqual({
      ...{ mayContinue: false, broken },
      why: why('the proxy was started since then'),
    });
    expect(
      shadowed().done('verify').start('6a').send('6a', 'unheard').reasons(world(stopped, shadow)),
    ).toEqual({ mayContinue: false, broken, why: undefined });
  });
});
