/** `verify.fingerprint: all`: a cluster node hashes the whole proxy after the dump, and the run ends verified only where both are equal. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { WholeHashCost } from '../../src/contract/plan.ts';
import { readRun } from '../../src/main/application/console.ts';
import { planLines } from '../../src/main/cli/plan-text.ts';
import { failingRun, inScene, normalStands, tapeStands, withJob } from '../support/failures.ts';
import {
  clusterState,
  jobOf,
  manyBlocks,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  smallBlocks,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene, type Death } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

const whole = (verify: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  withJob({
    onFailure: 'unwind',
    services: 'not-needed',
    verify: { fingerprint: 'all', ...verify },
    ...more,
  });

const routes = [
  ['console', 'sha256'],
  ['server', 'sha256'],
  ['server', 'cksum'],
] as const;

/** Milliseconds: by route `server` the lab's shell starts hundreds of processes to keep the samples. */
const unhurried = 400_000;

/** A record that is not sampled; in a volume of 256 records with 2 x 64 samples every second one. */
function unsampledRecord(events: readonly RunEvent[]): number {
  const taken = events.find((event) => event.type === 'fingerprint' && event.side === 'primary');
  if (taken?.type !== 'fingerprint') throw new Error('the cluster has no fingerprint yet');
  const sampled = new Set([...taken.blocks, ...(taken.second ?? [])].map(({ record }) => record));
  const record = Array.from({ length: manyBlocks / 64 }, (_, number) => number).find(
    (number) => !sampled.has(number),
  );
  if (record === undefined) throw new Error('every record is sampled');
  return record;
}

const isDumped = (event: RunEvent) => event.type === 'digest' && event.hop === 'handed';

/** Changes one block of the proxy's disk once the dump is written, in a record that is not sampled. */
function plantDifference(scene: Scene): (event: RunEvent) => void {
  const events: RunEvent[] = [];
  return (event) => {
    events.push(event);
    if (!isDumped(event)) return;
    const block = Buffer.alloc(512, 0x5a);
    void scene.lab.writeMaster(unsampledRecord(events) * 32_768 + 1024, block, 'Volume2');
  };
}

/** Command lines that start or stop the proxy or rejoin it, and those that remove the shadow volume, in their order. */
const aroundTheHash = ({ lab }: Scene): string[] =>
  lab.commands
    .map(({ host, line }) => `${host} ${line}`)
    .filter((line) => /sdxvolume|sdxproxy Rejoin|sdxshadowvolume -R/.test(line));

const inOrder = [
  'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
  'node3 sdxshadowvolume -R -c Class2 -v Volume2',
  'node1 sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
  'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
  'node1 sdxproxy Rejoin -c Class1 -p Volume2',
];

/** The remains of the hash on the node: nothing. */
async function expectNothingLeft(scene: Scene): Promise<void> {
  const listed = await onHost(scene, 'node1', ['sh', '-c', 'ls /var/tmp 2>/dev/null; true']);
  expect(listed.split('\n').filter((name) => name.includes('shadowtape-'))).toEqual([]);
  const running = await onHost(scene, 'node1', ['ps', '-e', '-o', 'args']);
  expect(running.split('\n').filter((line) => /\.work\/|^(dd|cksum|digest|tee) /.test(line))).toEqual([]);
}

/** What the plan says that the hash costs, and its text. */
async function planOf(scene: Scene): Promise<{ cost: WholeHashCost | undefined; text: string }> {
  const console = await openSceneConsole(scene, whole());
  const plan = await console.plan({ job: 'raw-dd' }).finally(() => console.close());
  return { cost: plan.wholeHash, text: planLines(plan, false).join('\n') };
}

const checkOf = ({ events }: SceneRun) =>
  events.find((event) => event.type === 'check' && event.rule === 'whole-proxy');

describe('the whole proxy is hashed', () => {
  it.each(routes.slice(1))(
    'by route %s and %s, and is what was dumped: the run ends verified',
    async (route, digest) => {
      await inScene(async (scene) => {
        const snapshot = await scene.lab.volumeDigest('Class1', 'Volume2');
        const end = await runScene(scene, { route, change: whole({ digest }) });
        expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
        const hash = end.events.find((event) => event.type === 'proxy-hash');
        expect(hash).toMatchObject({ volume: 'Volume2', host: 'node1', bytes: smallBlocks * 512 });
        if (digest === 'sha256') expect(hash).toHaveProperty('sha256', snapshot);
        expect(checkOf(end)).toMatchObject({ title: 'Whole proxy', verdict: 'equal' });
        expect(aroundTheHash(scene)).toEqual(inOrder);
        await expectNothingLeft(scene);
      });
    },
    unhurried,
  );

  it.each(routes.slice(0, 2))(
    'by route %s and %s, and differs in a block that no sample covers: exit status 4, and the proxy is rejoined',
    async (route, digest) => {
      const work = async (scene: Scene) => {
        const snapshot = await scene.lab.volumeDigest('Class1', 'Volume2');
        const end = await failingRun(scene, {
          route,
          change: whole({ digest }),
          onEvent: plantDifference(scene),
        });
        expect(end).toMatchObject({ exitStatus: 4, stands: [...normalStands, tapeStands.suspect] });
        const what = digest === 'cksum' ? 'cksum' : 'SHA-256';
        expect(end.sentence).toMatch(
          new RegExp(
            `^step hash-proxy: the data on tape is not that of Volume2: ${what} of the whole proxy on node1 is [0-9a-f]+, that of the dump ${digest === 'cksum' ? '\\d+' : snapshot}$`,
          ),
        );
        expect(end.error?.code).toBe('PROXY_DIFFERS');
        expect(checkOf(end)).toMatchObject({ verdict: 'differs' });
        expect(aroundTheHash(scene)).toEqual(inOrder);
        expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(snapshot);
        await expectNothingLeft(scene);
      };
      await inScene(work, 'normal', { blocks: manyBlocks });
    },
    unhurried,
  );

  it('and the node cannot read it: the run has failed, and is rolled back', async () => {
    await inScene(async (scene) => {
      const faults = ['fail=node1:dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=1048576:2'];
      const end = await failingRun(scene, { change: whole(), faults });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: expect.stringMatching(
          /^step hash-proxy: Volume2 was not hashed completely on node1: node1: dd ended with exit status 2/,
        ) as string,
        stands: [...normalStands, tapeStands.verified],
      });
      expect(end.error?.code).toBe('PROXY_NOT_HASHED');
      await expectNothingLeft(scene);
    });
  });

  it('and the proxy cannot be started: the run has failed, and is rolled back', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { change: whole(), faults: ['fail=node1:sdxvolume -N'] });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'COMMAND_FAILED' } });
      expect(end.stands).toEqual([...normalStands, tapeStands.verified]);
    });
  });

  it('and the run is canceled meanwhile: the read is ended, and the proxy stopped and rejoined', async () => {
    await inScene(async (scene) => {
      const stop = new AbortController();
      scene.lab.faults.set('hang=node1:dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=1048576');
      scene.lab.onCommand(({ phase, line }) => {
        if (phase === 'started' && line.includes('.hash.work/run.pid')) stop.abort();
      });
      const end = await failingRun(scene, { change: whole(), cancel: stop.signal });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'RUN_CANCELLED' } });
      expect(aroundTheHash(scene)).toEqual(inOrder);
      await expectNothingLeft(scene);
    });
  });

  it('and somebody rejoins it meanwhile: the run does not end verified', async () => {
    await inScene(async (scene) => {
      let rejoined: Promise<unknown> | undefined;
      const end = await failingRun(scene, {
        change: whole(),
        onEvent(event) {
          if (event.type !== 'proxy-hash') return;
          rejoined = onHost(scene, 'node1', ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2']);
        },
      });
      await rejoined;
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      // The check after the hash sees it, or the command that stops the proxy is refused while it is copied to.
      expect(['CHECK_FAILED', 'COMMAND_FAILED']).toContain(end.error?.code);
    });
  });
});

const waits = 'the rejoin and its copy wait for the hash: Volume1 has no synchronized copy until they finish';

describe('the plan states what the hash costs', () => {
  it('without a time, while no run has hashed the proxy', async () => {
    await inScene(async (scene) => {
      const first = await planOf(scene);
      expect(first.cost).toEqual({
        node: 'node1',
        bytes: smallBlocks * 512,
        notes: [
          'node1 reads 2 MiB: all of Volume2',
          'its duration is not known: no earlier run of this job hashed a whole proxy on node1',
          waits,
        ],
      });
      expect(first.text).toContain(
        `\nHash of the whole proxy (verify.fingerprint: all):\n    node1 reads 2 MiB: all of Volume2\n`,
      );
      expect(first.text).toContain(`\n    Warning: ${waits}\n`);
    });
  });
});

/** Two volumes on disks of their own, each with all of its bytes on tape. */
const twoVolumes = (site: SiteTree): void => {
  Object.assign(jobOf(site, 'three-volumes'), {
    volumes: [
      { master: 'Volume3', proxy: 'Volume4' },
      { master: 'Volume5', proxy: 'Volume6' },
    ],
    shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
    method: '6a',
    services: 'not-needed',
    media: { layout: 'plain' },
    verify: { fingerprint: 'all' },
    onFailure: 'unwind',
  });
};

describe('two volumes are hashed', () => {
  async function inTwo(work: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = await openScene({ blocks: 4096, jobs: ['three-volumes'] });
    try {
      await work(scene);
    } finally {
      await scene.close();
    }
  }

  const startAndStop = [
    'node1 sdxvolume -F -c Class1 -v Volume4,Volume6 -e allnodes',
    'node1 sdxvolume -N -c Class1 -v Volume4,Volume6 -e mode=ro',
    'node1 sdxvolume -F -c Class1 -v Volume4,Volume6 -e allnodes',
    'node1 sdxproxy Rejoin -c Class1 -p Volume4',
    'node1 sdxproxy Rejoin -c Class1 -p Volume6',
  ];
  const ofCluster = (scene: Scene) => aroundTheHash(scene).filter((line) => line.startsWith('node1'));
  const joinedOf = ({ lab }: Scene) =>
    lab
      .world()
      .pairs.filter(({ proxy }) => ['Volume4', 'Volume6'].includes(proxy.name))
      .map(({ proxy }) => `${proxy.name} ${proxy.state}`);

  it('and each is what was dumped: the run ends verified', async () => {
    await inTwo(async (scene) => {
      const snapshots = await Promise.all(
        ['Volume4', 'Volume6'].map((proxy) => scene.lab.volumeDigest('Class1', proxy)),
      );
      const end = await runScene(scene, { job: 'three-volumes', change: twoVolumes });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const hashes = end.events.flatMap((event) =>
        event.type === 'proxy-hash' ? [[event.volume, event.sha256]] : [],
      );
      expect(hashes).toEqual([
        ['Volume4', snapshots[0]],
        ['Volume6', snapshots[1]],
      ]);
      expect(ofCluster(scene)).toEqual(startAndStop);
      expect(joinedOf(scene)).toEqual(['Volume4 Join', 'Volume6 Join']);
      await expectNothingLeft(scene);
    });
  });

  it('and the second differs: it is named, and both are rejoined', async () => {
    await inTwo(async (scene) => {
      const end = await failingRun(scene, {
        job: 'three-volumes',
        change: twoVolumes,
        onEvent(event) {
          // The last byte of its last block, once both are on tape.
          if (isDumped(event) && event.type === 'digest' && event.volume === 'Volume6')
            void scene.lab.writeMaster((event.bytes ?? 1) - 1, Buffer.from([0x5a]), 'Volume6');
        },
      });
      expect(end).toMatchObject({ exitStatus: 4, error: { code: 'PROXY_DIFFERS' } });
      expect(end.sentence).toMatch(
        /^step hash-proxy: the data on tape is not that of Volume6: SHA-256 of the whole proxy on node1 is /,
      );
      const checks = end.events.flatMap((event) =>
        event.type === 'check' && event.rule === 'whole-proxy' ? [`${event.volume} ${event.verdict}`] : [],
      );
      expect(checks).toEqual(['Volume4 equal', 'Volume6 differs']);
      expect(ofCluster(scene)).toEqual(startAndStop);
      expect(joinedOf(scene)).toEqual(['Volume4 Join', 'Volume6 Join']);
      await expectNothingLeft(scene);
    });
  });
});

/** The console dies when the hash has begun, without knowing it. */
function dyingWhileHashing(): Death {
  let isStarting = false;
  return (event) => {
    if (event.type === 'work') isStarting = event.purpose === 'hash' && event.what === 'starting';
    return isStarting && event.type === 'outcome' ? 'before' : undefined;
  };
}

describe('the console is killed while the whole proxy is hashed', () => {
  const readsOfProxy = ({ lab }: Scene) =>
    lab.processes('node1').filter((words) => words.startsWith('dd if=/dev/sfdsk/Class1/rdsk/Volume2'));

  async function killed(scene: Scene): Promise<string> {
    // The proxy is still being read when the run is resumed.
    scene.lab.faults.set('hang=node1:dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=1048576');
    const { run } = await dyingRun(scene, 'raw-dd', dyingWhileHashing(), whole());
    await expect.poll(() => readsOfProxy(scene)).toHaveLength(1);
    scene.lab.faults.clear('hang');
    expect((await clusterState(scene)).proxy).toBe('Part');
    return run;
  }

  it('and resumed: the hash is taken again, the run ends verified, and the next plan states how long it takes', async () => {
    await inScene(async (scene) => {
      const snapshot = await scene.lab.volumeDigest('Class1', 'Volume2');
      const run = await killed(scene);
      const end = await recoverScene(scene, 'resume', run, { change: whole() });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
      const { events } = await readRun(scene.state, run);
      const hashes = events.filter((event) => event.type === 'proxy-hash');
      expect(hashes.map(({ sha256: digest }) => digest)).toEqual([snapshot]);
      expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(snapshot);
      await expectNothingLeft(scene);
      const { cost, text } = await planOf(scene);
      expect(cost?.seconds).toBeCloseTo((hashes[0]?.milliseconds ?? 0) / 1000, 6);
      expect(cost?.notes).toEqual([
        'node1 reads 2 MiB: all of Volume2',
        `run ${run} hashed at this rate`,
        waits,
      ]);
      expect(text).toMatch(
        /\nHash of the whole proxy \(verify\.fingerprint: all\):\n {4}about \S+ (s|min .*) at \S+ MB\/s\n/,
      );
    });
  });

  it('and rolled back: the read is ended, the proxy stopped and rejoined, and the run is not verified', async () => {
    await inScene(async (scene) => {
      const run = await killed(scene);
      const end = await recoverScene(scene, 'unwind', run, { change: whole() });
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      expect(aroundTheHash(scene)).toEqual(inOrder);
      await expectNothingLeft(scene);
    });
  });
});

describe('a job that halts while the whole proxy is hashed', () => {
  it('is resumed with the hash', async () => {
    await inScene(async (scene) => {
      const change = whole({}, { onFailure: 'halt' });
      scene.lab.faults.set('fail=node1:dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=1048576:2');
      const halted = await runScene(scene, { change });
      expect(halted).toMatchObject({ exitStatus: 3, error: { code: 'PROXY_NOT_HASHED' } });
      expect((await clusterState(scene)).proxy).toBe('Part');
      for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
      const console = await openSceneConsole(scene, change);
      const never = new AbortController().signal;
      const end = await console
        .resume({
          run: halted.run,
          takeOverLock: false,
          ask: undefined,
          approveVerified: true,
          cancel: never,
          halt: never,
          onEvent: () => undefined,
        })
        .finally(() => console.close());
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const { events } = await readRun(scene.state, halted.run);
      expect(events.filter(({ type }) => type === 'proxy-hash')).toHaveLength(1);
      await expectNothingLeft(scene);
    });
  });
});

describe('"all" is refused', () => {
  it('for a method override that does not stream the device', async () => {
    await inScene(async (scene) => {
      expect(await failureOf(runScene(scene, { change: whole(), method: '6b' }))).toMatchObject({
        code: 'FINGERPRINT_ALL_IMPOSSIBLE',
        sentence:
          'verify.fingerprint: "all" needs method 6a: 6b does not write the bytes of the device for Volume2, so they cannot be compared',
      });
    });
  });
});
