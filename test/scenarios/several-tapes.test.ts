/** A dump that needs more than one tape: the changer, the operator, the right tape and the wrong one. */
import { afterEach, describe, expect, it } from 'vitest';
import type { EventOf } from '../../src/contract/events.ts';
import type { Ask } from '../../src/main/application/console.ts';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { expectNormal } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  filesOfVolume,
  jobOf,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { stepsOfPlan } from '../support/places.ts';
import { Administrator, objectsOf } from '../support/rival-administrator.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { unpackedFiles } from '../support/unpack-tar.ts';

const recordBytes = 32_768;
/** Volume2 has forty records. */
const blocks = 40 * 64;
const changer = '/dev/scsi/changer/c2t0d0';

let scene: Scene;
afterEach(() => scene.close());

const spanning =
  (withChanger: boolean, media: object = {}, job = 'raw-dd') =>
  (site: SiteTree) => {
    const services = 'not-needed';
    withJob({ services, media: { layout: 'labelled', name: 'NIGHTLY', span: true, ...media } }, job)(site);
    if (withChanger) site.tape['changer'] = changer;
  };

interface Tapes {
  /** Records that each tape takes, its label included. */
  readonly records: number;
  readonly count: number;
  readonly faults?: readonly string[];
}

/** The first tape is in the drive, the others are in the changer's slots. */
async function open({ records, count, faults = [] }: Tapes): Promise<void> {
  scene = await openScene({
    blocks,
    tapeBytes: records * recordBytes,
    slots: 16,
    cartridges: Array.from({ length: count - 1 }, (_, index) => ({ name: `blank-${index + 2}` })),
    faults,
  });
}

const partsOf = ({ events }: SceneRun) =>
  events.filter((event): event is EventOf<'tape-part'> => event.type === 'tape-part');

/** The data after the label of each cartridge, in the order in which the run wrote them; and the last file of the last one. */
async function dataOfTapes(run: SceneRun): Promise<{ data: Buffer[]; manifest: Buffer }> {
  const labels = run.events.filter((event) => event.type === 'label');
  const written = new Set(labels.map((label) => label.uuid));
  const tapes = await Promise.all(scene.lab.cartridges.map(({ file }) => filesOfTape(file)));
  const ofRun = tapes.flatMap((files) => {
    const text = files[0]?.[0]?.toString('utf8') ?? '';
    const uuid = [...written].find((each) => text.includes(each));
    return uuid === undefined ? [] : [{ number: labels.findIndex((label) => label.uuid === uuid), files }];
  });
  ofRun.sort((one, other) => one.number - other.number);
  // One that the tape had no room left for is begun on it, and whole on the next one.
  const isManifest = (file: readonly Buffer[]) => readManifest(Buffer.concat(file)).kind !== 'foreign';
  return {
    data: ofRun.flatMap(({ files }) =>
      files
        .slice(1)
        .filter((file) => !isManifest(file))
        .flat(),
    ),
    manifest: Buffer.concat(ofRun.at(-1)?.files.findLast(isManifest) ?? []),
  };
}

async function expectWhole(run: SceneRun): Promise<void> {
  expect(run, [run.sentence, ...run.stands].join('\n')).toMatchObject({ exitStatus: 0, verdict: 'verified' });
  const { data } = await dataOfTapes(run);
  expect(data).toHaveLength(40);
  expect(sha256(Buffer.concat(data))).toBe(scene.masterBefore);
  expect(await clusterState(scene)).toEqual(normalState);
}

/** The file system is unmounted at the part, so that fsck is left out. */
const unmounting = (change: (site: SiteTree) => void) => (site: SiteTree) => {
  const { services } = jobOf(site, 'ufs-tar');
  change(site);
  jobOf(site, 'ufs-tar')['services'] = services;
};

type Dialect = 'solaris' | 'linux';

const ofDialect = (dialect: Dialect, change: (site: SiteTree) => void) => (site: SiteTree) => {
  change(site);
  site.tape['rmtDialect'] = dialect;
};

const faultsOf = (dialect: Dialect) => (dialect === 'linux' ? ['linux-tape'] : []);

describe('a dump of forty records', () => {
  it.each<[number, number, Dialect]>([
    [5, 10, 'solaris'],
    [7, 7, 'linux'],
    [11, 4, 'linux'],
  ])(
    'continues from tape to tape if each takes %d records: %d tapes, %s',
    async (records, needed, dialect) => {
      // One more than the data needs: the manifest may come to lie on a tape of its own.
      await open({ records, count: needed + 1, faults: faultsOf(dialect) });
      const run = await runScene(scene, { change: ofDialect(dialect, spanning(true)) });
      await expectWhole(run);
      const parts = partsOf(run);
      expect(parts.map((part) => part.records)).toEqual([
        ...Array.from({ length: needed - 1 }, () => records - 1),
        40 - (needed - 1) * (records - 1),
      ]);
      expect(parts.map((part) => part.firstRecord)).toEqual(parts.map((_, index) => index * (records - 1)));
    },
  );
});

/** Answers questions for tapes by putting them into the drive; every question is kept. */
function operator(tapes: readonly string[], questions: string[] = []): Ask {
  const left = [...tapes];
  return async (question) => {
    if (question.id !== 'next-tape') return { choice: 'approve', by: 'test' };
    questions.push(question.text);
    const name = left.shift();
    if (name === undefined) return { choice: 'stop', by: 'test' };
    await scene.lab.insertCartridge(name);
    return { choice: 'ready', by: 'test' };
  };
}

/** Three tapes are needed: 15, 15 and 10 records. */
const sixteen = 16;

describe('the operator is asked for each tape', () => {
  it('and again if the wrong one was inserted, when it is written and when it is read back', async () => {
    await open({ records: sixteen, count: 1 });
    const questions: string[] = [];
    const tapes = ['blank-2', 'tape', 'blank-3', 'tape', 'blank-3', 'blank-2', 'blank-3'];
    const run = await runScene(scene, { change: spanning(false), ask: operator(tapes, questions) });
    await expectWhole(run);
    const name = run.run;
    const wanted = (number: number) =>
      `Insert tape ${number} of run ${name}: a blank tape, or one that the job may overwrite into /dev/rmt/0 on node3.`;
    const label = (tape: string, number: number) => {
      const which = number === 1 ? '' : ` as its tape ${number}`;
      return `the label "${tape}", written ${new Date().toISOString().slice(0, 10)} by run ${name}${which}`;
    };
    const another = (tape: string, number: number, needed: string) =>
      `the tape in /dev/rmt/0 on node3 is not ${needed}: it holds ${label(tape, number)}. `;
    const readBack = (number: number, tape: string) => `tape ${number} of run ${name}, "${tape}"`;
    expect(questions).toEqual([
      wanted(2),
      wanted(3),
      `${another('NIGHTLY', 1, 'a tape that this run has not written')}${wanted(3)}`,
      `Insert ${readBack(1, 'NIGHTLY')} into /dev/rmt/0 on node3.`,
      `Insert ${readBack(2, 'NIGHTLY-2')} into /dev/rmt/0 on node3.`,
      `${another('NIGHTLY-3', 3, readBack(2, 'NIGHTLY-2'))}Insert ${readBack(2, 'NIGHTLY-2')} into /dev/rmt/0 on node3.`,
      `Insert ${readBack(3, 'NIGHTLY-3')} into /dev/rmt/0 on node3.`,
    ]);
  });

  it('and the cluster is rolled back if there is none', async () => {
    await open({ records: sixteen, count: 1 });
    const run = await runScene(scene, { change: spanning(false), ask: operator(['blank-2']) });
    expect(run).toMatchObject({
      exitStatus: 2,
      sentence: 'step 6a: test chose to stop',
      stands: expect.arrayContaining(['tape in /dev/rmt/0 on node3: not a backup: the dump did not finish']),
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('and if nobody can be asked, the run reports it', async () => {
    await open({ records: sixteen, count: 1 });
    const run = await runScene(scene, { change: spanning(false) });
    expect(run).toMatchObject({
      exitStatus: 2,
      sentence: `an operator must insert tape 2 of run ${run.run}: a blank tape, or one that the job may overwrite into /dev/rmt/0 on node3, and there is no terminal`,
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a command of the site', () => {
  /** Puts the next tape in where any will do, and the one from its slot where a tape is named. */
  const script = [
    `echo "$1" >> /var/tmp/asked`,
    `if test "$1" = data; then mtx -f ${changer} next; exit 0; fi`,
    `mtx -f ${changer} unload`,
    `if test "$1" = NIGHTLY; then mtx -f ${changer} load 1; fi`,
    `if test "$1" = NIGHTLY-2; then mtx -f ${changer} load 2; fi`,
    `if test "$1" = NIGHTLY-3; then mtx -f ${changer} load 3; fi`,
  ].join('\n');

  it('gets the name of the requested tape, when it is written and when it is read back', async () => {
    await open({ records: sixteen, count: 4 });
    // The tape that the run begins with comes from a slot, too.
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'unload']);
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'load', '1']);
    const change = (site: SiteTree) => {
      spanning(false)(site);
      site.tape['nextTape'] = ['sh', '-c', script, 'next-tape'];
    };
    await expectWhole(await runScene(scene, { change }));
    const asked = await onHost(scene, 'node3', ['cat', '/var/tmp/asked']);
    expect(asked.trim().split('\n')).toEqual(['data', 'data', 'NIGHTLY', 'NIGHTLY-2', 'NIGHTLY-3']);
  });
});

describe('while the operator is asked for the next tape', () => {
  const acts = {
    'the proxy is rejoined': (he: Administrator) => he.rejoin(),
    'the proxy is rejoined, parted and stopped': (he: Administrator) => he.rejoinPartStop(),
    'the proxy is started': (he: Administrator) => he.startProxy(),
    'the backup server reboots, and the shadow is built elsewhere': (he: Administrator) =>
      he.rebootAndBuildElsewhere(),
  };

  it.each(Object.keys(acts) as (keyof typeof acts)[])('%s: the run does not end verified', async (what) => {
    await open({ records: sixteen, count: 1 });
    const change = spanning(false);
    const steps = await stepsOfPlan(scene, { job: 'raw-dd', change });
    const administrator = new Administrator(scene, objectsOf(steps));
    const insert = operator(['blank-2', 'blank-3']);
    let isDone = false;
    const end = await runScene(scene, {
      change,
      async ask(question, abort) {
        if (!isDone) await acts[what](administrator);
        isDone = true;
        return insert(question, abort);
      },
    });
    expect(administrator.done).toBeGreaterThan(0);
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    await administrator.undo();
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('three tapes', () => {
  it('are read again by verify, one after the other', async () => {
    await open({ records: sixteen, count: 3 });
    const run = await runScene(scene, { change: spanning(true) });
    await expectWhole(run);
    const console = await openSceneConsole(scene, spanning(true));
    try {
      const [file] = await console.verify(run.run, new AbortController().signal, () => undefined);
      expect(file).toEqual({ volume: 'Volume2', bytes: 1_310_720, records: 40, sha256: scene.masterBefore });
    } finally {
      await console.close();
    }
  });

  it('hold a manifest that says which records are where', async () => {
    await open({ records: sixteen, count: 3 });
    const run = await runScene(scene, { change: spanning(true) });
    expect(run.sentence).toBe(
      'Volume2 is on the tapes "NIGHTLY", "NIGHTLY-2" and "NIGHTLY-3", written in /dev/rmt/0 on node3, and every record was read back and compared',
    );
    const reading = readManifest((await dataOfTapes(run)).manifest);
    expect(reading).toMatchObject({
      kind: 'manifest',
      manifest: {
        name: 'NIGHTLY-3',
        files: [
          {
            volume: 'Volume2',
            records: 40,
            sha256: scene.masterBefore,
            parts: [
              { number: 1, name: 'NIGHTLY', file: 1, firstRecord: 0, records: 15 },
              { number: 2, name: 'NIGHTLY-2', file: 1, firstRecord: 15, records: 15 },
              { number: 3, name: 'NIGHTLY-3', file: 1, firstRecord: 30, records: 10 },
            ],
          },
        ],
      },
    });
  });

  it('hold a tar archive that GNU tar unpacks', async () => {
    scene = await openScene({
      // A smaller file system fits on one tape.
      blocks: 16_384,
      tapeBytes: sixteen * recordBytes,
      slots: 16,
      cartridges: Array.from({ length: 9 }, (_, index) => ({ name: `blank-${index + 2}` })),
    });
    const run = await runScene(scene, { job: 'ufs-tar', change: unmounting(spanning(true, {}, 'ufs-tar')) });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(partsOf(run).length).toBeGreaterThanOrEqual(3);
    const { data } = await dataOfTapes(run);
    expect(await unpackedFiles(Buffer.concat(data))).toEqual(
      await filesOfVolume(scene.lab, 'Class1', 'Volume1'),
    );
  });

  it('hold three volumes, each of which begins where the one before has ended', async () => {
    scene = await openScene({
      blocks,
      jobs: ['three-volumes'],
      tapeBytes: sixteen * recordBytes,
      slots: 16,
      cartridges: Array.from({ length: 15 }, (_, index) => ({ name: `blank-${index + 2}` })),
    });
    const run = await runScene(scene, {
      job: 'three-volumes',
      change: spanning(true, {}, 'three-volumes'),
    });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    const { data } = await dataOfTapes(run);
    const masters = await Promise.all(
      ['Volume1', 'Volume3', 'Volume5'].map(async (name) =>
        Buffer.concat(await scene.lab.readVolume('Class1', name).toArray()),
      ),
    );
    expect(sha256(Buffer.concat(data))).toBe(sha256(Buffer.concat(masters)));
  });

  it('do not count as a backup if the last record of a tape cannot be written', async () => {
    await open({ records: sixteen, count: 3, faults: ['tape-error=15'] });
    const run = await runScene(scene, { change: spanning(true) });
    expect(run).toMatchObject({ exitStatus: 2, error: { code: 'TAPE_WRITE_FAILED' } });
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a connection that is lost while several tapes are read back', () => {
  /** Acts when the tape is read from whose part of the dump is wanted, for the first time. */
  function whenReading(part: number, act: () => void | Promise<void>): void {
    let seen = 0;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.startsWith('dd if=/dev/rmt/0n bs=32768')) return;
      seen += 1;
      if (seen !== part) return;
      stop();
      void act();
    });
  }

  it.each([1, 2, 3])(
    'is restored, and tape %d is read from its beginning: the run is verified',
    async (part) => {
      await open({ records: sixteen, count: 3 });
      whenReading(part, () => scene.lab.breakConnections('node3'));
      const run = await runScene(scene, { change: spanning(true) });
      await expectWhole(run);
      const reads = run.events.filter(
        (event) =>
          event.type === 'intent' &&
          event.step === 'read-back' &&
          event.line === 'dd if=/dev/rmt/0n bs=32768',
      );
      expect(reads).toHaveLength(4);
      expect(run.events).toContainEqual(
        expect.objectContaining({
          type: 'warning',
          step: 'read-back',
          text: expect.stringMatching(/^the connection to node3 was lost.*; dd is sent again now$/) as string,
        }),
      );
    },
  );

  it('and meanwhile the tape is changed: the right one is requested', async () => {
    await open({ records: sixteen, count: 1 });
    const questions: string[] = [];
    whenReading(2, async () => {
      scene.lab.breakConnections('node3');
      await scene.lab.insertCartridge('tape');
    });
    const tapes = ['blank-2', 'blank-3', 'tape', 'blank-2', 'blank-2', 'blank-3'];
    const run = await runScene(scene, { change: spanning(false), ask: operator(tapes, questions) });
    await expectWhole(run);
    expect(questions).toHaveLength(tapes.length);
  });
});

describe('a console that died', () => {
  it('while the second tape was written is continued, from the first tape on', async () => {
    await open({ records: sixteen, count: 7 });
    const { run } = await dyingRun(
      scene,
      'raw-dd',
      (event) => (event.type === 'tape-part' ? 'after' : undefined),
      spanning(true),
    );
    const end = await recoverScene(scene, 'resume', run, { change: spanning(true) });
    expect(end, [end.sentence, ...end.stands].join('\n')).toMatchObject({
      exitStatus: 0,
      verdict: 'verified',
    });
    expect(sha256(Buffer.concat((await dataOfTapes(end)).data))).toBe(scene.masterBefore);
    await expectNormal(scene, run);
  });
});

describe('several tapes are refused', () => {
  it.each([
    ['without a label', { layout: 'plain' }, {}, 'several tapes need layout: labelled'],
    ['by route server', {}, { route: 'server' }, 'several tapes need route: console'],
  ])('%s', async (_what, media, job, reason) => {
    scene = await openScene({ blocks });
    const change = (site: SiteTree) => {
      spanning(true, media)(site);
      Object.assign(jobOf(site), job);
    };
    await expect(runScene(scene, { change })).rejects.toMatchObject({
      code: 'SITE_VALUE_WRONG',
      message: expect.stringContaining(reason),
    });
  });
});
