/** Options of a job for its phases: leave the proxy parted, synchronize first, retry the part, do not wait, run scripts. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { failingRun, normalStands, proceduralCommands, tapeStands, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
} from '../support/lab-run.ts';
import { allLocks, changingCommands, onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { failureOf, refusedRun } from '../support/refusals.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterEach(() => scene.close());

const quick = { verify: { fingerprint: 4 }, resynchronisation: { everySeconds: 0.02 } };
const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const leaving = withJob({ ...quick, rejoin: 'leave-parted', services: 'not-needed' });

describe('rejoin: leave-parted', () => {
  it('leaves the backed up data on the proxy: verified, and reported', async () => {
    const end = await runScene(scene, { change: leaving });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      stands: [parted, 'node3: no shadow object of Class2'],
    });
    const reason =
      'the job leaves the proxy parted until the next run (rejoin: leave-parted), so that data can be restored from it';
    const skipped = end.events.flatMap((event) =>
      event.type === 'step-finished' && event.reason === reason ? [event.step] : [],
    );
    expect(skipped).toEqual(['8-1', '8-2']);
    expect(await clusterState(scene)).toEqual({ ...normalState, proxy: 'Part' });
  });

  it('a run that fails rejoins the proxy nevertheless', async () => {
    const end = await failingRun(scene, { change: leaving, faults: ['tape-error=3'] });
    expect(end.exitStatus).toBe(2);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('a tape mismatch exits 4: the proxy stays parted, as the job wants it', async () => {
    const end = await failingRun(scene, { change: leaving, faults: ['tape-corrupt=3'] });
    expect(end).toMatchObject({
      exitStatus: 4,
      error: { code: 'TAPE_DIFFERS' },
      stands: [parted, 'node3: no shadow object of Class2', tapeStands.bad],
    });
    expect(await clusterState(scene)).toEqual({ ...normalState, proxy: 'Part' });
  });
});

describe('part.synchroniseFirst', () => {
  const again = withJob({
    ...quick,
    rejoin: 'leave-parted',
    services: 'not-needed',
    part: { synchroniseFirst: true },
    media: { overwrite: true },
  });

  it('rejoins the proxy that the last run left parted, waits, and backs up the current data of the master', async () => {
    expect(await runScene(scene, { change: again })).toMatchObject({ exitStatus: 0 });
    await scene.lab.writeMaster(8192, Buffer.alloc(4096, 7));
    const master = await scene.lab.volumeDigest('Class1', 'Volume1');
    const from = scene.lab.commands.length;
    const end = await runScene(scene, { change: again });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(master);
    const sent = proceduralCommands(scene, from).filter((line) => line.includes('sdxproxy'));
    expect(sent).toEqual([
      'node1 sdxproxy Rejoin -c Class1 -p Volume2',
      'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
  });

  it('sends nothing if the proxy is joined already', async () => {
    const end = await runScene(scene, {
      change: withJob({ ...quick, part: { synchroniseFirst: true } }),
    });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const rejoins = proceduralCommands(scene).filter((line) => line.includes('Rejoin'));
    expect(rejoins).toHaveLength(1);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is canceled while it waits: it ends at once, and reports that the copy continues and how to watch it', async () => {
    await scene.lab.type('node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    scene.lab.faults.set('slow-rejoin=1');
    const cancel = new AbortController();
    const end = await runScene(scene, {
      change: again,
      cancel: cancel.signal,
      onEvent(event) {
        if (event.type === 'progress' && event.step === 'synchronise') cancel.abort();
      },
    });
    expect(end).toMatchObject({
      verdict: 'failed',
      exitStatus: 3,
      sentence: 'step synchronise was canceled',
      stands: [
        'Volume2: PROXY Join, STATUS STOP, slice of Disk3 COPY (as node1 shows it)',
        'the copy from Volume1 to Volume2 continues by itself: on node1, sdxinfo -S -c Class1 -o Volume2 shows COPY until it has ended',
        'node3: no shadow object of Class2',
        'run by hand on node1: sdxinfo -S -c Class1 -o Volume2',
      ],
    });
    // Nothing of the run remains that another one could damage.
    expect(allLocks(scene)).toEqual([]);
    expect(await clusterState(scene)).toMatchObject({ proxy: 'Join', sliceOfProxy: 'COPY' });
    scene.lab.faults.clear('slow-rejoin');
    await scene.lab.copyingFinished();
    expect((await recoverScene(scene, 'unwind', end.run, { change: again })).exitStatus).toBe(2);
  });

  it('rejoins nothing while a shadow exists on the backup server', async () => {
    await runScene(scene, { change: again });
    await onHost(scene, 'node3', ['sdxshadowdisk', '-M', '-c', 'Class2', '-d', 'c1t1d3=Disk3']);
    const end = await refusedRun(
      scene,
      { change: again },
      { ...normalState, proxy: 'Part', shadowObjects: 1 },
    );
    expect(end).toMatchObject({
      code: 'CHECK_FAILED',
      sentence: 'step synchronise: No shadow is left: expected none, seen disk Disk3',
    });
  });

  it('rejoins no further proxy once somebody has created a shadow of it', async () => {
    const several = await openScene({ blocks: 4096, jobs: ['three-volumes'] });
    onTestFinished(() => several.close());
    await several.lab.type('node1', 'sdxproxy Part -c Class1 -p Volume2,Volume4,Volume6 -a pjrm=off');
    let foreign: Promise<unknown> | undefined;
    several.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('sdxproxy Rejoin')) return undefined;
      foreign ??= several.lab.type('node3', 'sdxshadowdisk -M -c Class9 -d c1t1d6=Disk6');
      return foreign;
    });
    const end = await runScene(several, {
      job: 'three-volumes',
      change: withJob({ ...quick, part: { synchroniseFirst: true } }, 'three-volumes'),
    });
    expect(proceduralCommands(several).filter((line) => line.includes('sdxproxy'))).toEqual([
      'node1 sdxproxy Rejoin -c Class1 -p Volume2',
    ]);
    expect(end.error).toMatchObject({ code: 'CHECK_FAILED' });
    expect(end.sentence).toMatch(/^step synchronise: No shadow is left: expected none, seen .*Disk6/);
  });

  it('without it, a proxy that is parted is refused', async () => {
    await runScene(scene, { change: leaving });
    await scene.lab.insertCartridge('another');
    const end = await refusedRun(scene, { change: leaving }, { ...normalState, proxy: 'Part' });
    expect(end).toMatchObject({
      code: 'CHECK_FAILED',
      sentence: 'step 3-1: Proxy is joined: expected Join of Volume1, seen Part of Volume1 (node1)',
    });
  });
});

describe('part.tries', () => {
  const trying = (tries: number) => withJob({ ...quick, part: { tries, everySeconds: 0.02 } });
  const partsSent = () => proceduralCommands(scene).filter((line) => line.includes('sdxproxy Part'));

  it('a proxy that somebody else parts meanwhile is not parted again, and stays theirs', async () => {
    let waits = false;
    let foreign: Promise<unknown> | undefined;
    scene.lab.faults.set('fail-once=node1:sdxproxy Part');
    scene.lab.onCommand(({ phase }) => {
      if (phase !== 'started' || !waits) return undefined;
      foreign ??= scene.lab.type('node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
      return foreign;
    });
    const end = await runScene(scene, {
      change: trying(3),
      onEvent(event) {
        waits ||= event.type === 'warning' && event.text.includes('trying again in');
      },
    });
    expect(partsSent()).toHaveLength(1);
    expect(end.sentence).toBe(
      'step 3-3: Proxy is joined: expected Join of Volume1, seen Part of Volume1 (node1)',
    );
    expect(proceduralCommands(scene).filter((line) => line.includes('Rejoin'))).toEqual([]);
    expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', services: 'running' });
  });

  it('a part that fails is retried, after a warning', async () => {
    scene.lab.faults.set('fail-once=node1:sdxproxy Part');
    const end = await runScene(scene, { change: trying(3) });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const warnings = end.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^node1: sdxproxy .*ended with exit status 1.*; trying again in 0\.02 s \(1 of 3 tries\)$/,
      ),
    ]);
    expect(partsSent()).toHaveLength(2);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('fails when it has failed as often as the job allows', async () => {
    const end = await failingRun(scene, { change: trying(3), faults: ['fail=node1:sdxproxy Part'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'COMMAND_FAILED' }, stands: normalStands });
    expect(partsSent()).toHaveLength(3);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is not retried if the proxy was parted nevertheless', async () => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'ended' && line.startsWith('sdxproxy Part')) scene.lab.faults.set('proxy-parted');
    });
    const end = await failingRun(scene, { change: trying(3), faults: ['fail-once=node1:sdxproxy Part'] });
    stop();
    // The command said that it failed: nothing proves whose part it is.
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'COMMAND_FAILED' } });
    expect(partsSent()).toHaveLength(1);
    expect(proceduralCommands(scene).filter((line) => line.includes('Rejoin'))).toEqual([]);
  });
});

describe('resynchronisation.wait: false', () => {
  it('ends while the copy continues', async () => {
    scene.lab.faults.set('slow-rejoin=20000');
    const change = withJob({ ...quick, resynchronisation: { everySeconds: 0.02, wait: false } });
    const end = await runScene(scene, { change });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(end.events).toContainEqual(
      expect.objectContaining({
        type: 'step-finished',
        step: '8-2',
        result: 'skipped',
        reason: 'the job does not wait for the copy (resynchronisation.wait: false)',
      }),
    );
    expect(end.stands[0]).toBe('Volume2: PROXY Join, STATUS STOP, slice of Disk3 COPY (as node1 shows it)');
    scene.lab.faults.clear('slow-rejoin');
    await scene.lab.copyingFinished();
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('a tape mismatch exits 4 while the copy continues', async () => {
    scene.lab.faults.set('slow-rejoin=20000');
    const change = withJob({ ...quick, resynchronisation: { everySeconds: 0.02, wait: false } });
    const end = await failingRun(scene, { change, faults: ['tape-corrupt=3'] });
    expect(end).toMatchObject({ exitStatus: 4, error: { code: 'TAPE_DIFFERS' } });
    expect(end.stands[0]).toBe('Volume2: PROXY Join, STATUS STOP, slice of Disk3 COPY (as node1 shows it)');
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('a run that is rolled back waits nevertheless: its end reports the state of the cluster', async () => {
    // The copy is delayed until the run has checked it.
    scene.lab.faults.set('slow-rejoin=20000');
    let isCopying = false;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended') return;
      if (line.startsWith('sdxproxy Rejoin')) isCopying = true;
      else if (isCopying && line.startsWith('sdxinfo -S -c Class1 -o Volume2'))
        scene.lab.faults.clear('slow-rejoin');
    });
    const change = withJob({ ...quick, resynchronisation: { everySeconds: 0.02, wait: false } });
    const end = await failingRun(scene, { change, faults: ['tape-error=3'] });
    stop();
    expect(end).toMatchObject({
      exitStatus: 2,
      error: { code: 'TAPE_WRITE_FAILED' },
      stands: [...normalStands, tapeStands.incomplete],
    });
    expect(end.events).toContainEqual(
      expect.objectContaining({ type: 'step-finished', step: '8-2', result: 'done' }),
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('scripts around the phases', () => {
  const scripts = [
    { before: 'part', host: 'node2', command: 'echo before-part' },
    { after: 'part', host: 'node1', command: 'echo after-part' },
    { before: 'shadow', host: 'node3', command: 'echo before-shadow' },
    { after: 'shadow', host: 'node3', command: 'echo after-shadow' },
    { before: 'dump', host: 'node3', command: 'echo before-dump' },
    { after: 'dump', host: 'node3', command: 'echo after-dump' },
    { before: 'remove', host: 'node3', command: 'echo before-remove' },
    { after: 'rejoin', host: 'node1', command: 'echo after-rejoin' },
  ];
  const scripted = withJob({ ...quick, scripts, onFailure: 'halt' });
  const sentWith = (from = 0) =>
    scene.lab.commands
      .slice(from)
      .map(({ host, line }) => `${host} ${line}`)
      .filter((line) =>
        /echo (before|after)-|sdxproxy|sdxvolume|sdxshadowvolume -[MR]|of=\/dev\/rmt/.test(line),
      );

  it('run on their hosts, before the first and after the last step of their phase', async () => {
    const end = await runScene(scene, { change: scripted });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(sentWith()).toEqual([
      'node2 echo before-part',
      'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'node1 echo after-part',
      'node3 echo before-shadow',
      'node3 sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096',
      'node3 echo after-shadow',
      'node3 echo before-dump',
      'node3 dd ibs=262144 obs=32768 of=/dev/rmt/0',
      'node3 echo after-dump',
      'node3 echo before-remove',
      'node3 sdxshadowvolume -R -c Class2 -v Volume2',
      'node1 sdxproxy Rejoin -c Class1 -p Volume2',
      'node1 echo after-rejoin',
    ]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('one that fails fails the run, and the cluster is rolled back', async () => {
    const end = await failingRun(scene, { change: scripted, faults: ['fail=node3:echo before-dump:4'] });
    expect(end).toMatchObject({
      exitStatus: 2,
      error: {
        code: 'COMMAND_FAILED',
        evidence: { host: 'node3', command: 'echo before-dump', exitStatus: 4 },
      },
      stands: normalStands,
    });
    expect(end.events).toContainEqual(
      expect.objectContaining({ type: 'step-finished', step: 'script-5', result: 'failed' }),
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('one that fails before anything else was touched is reported as such', async () => {
    const end = await failingRun(scene, { change: scripted, faults: ['fail=node2:echo before-part'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'COMMAND_FAILED' }, stands: normalStands });
    expect(proceduralCommands(scene)).toEqual([]);
  });

  it('a plan shows them, with their hosts', async () => {
    const console = await openSceneConsole(scene, scripted);
    const plan = await console.plan({ job: 'raw-dd' }).finally(() => console.close());
    const shown = plan.steps.filter(({ step }) => step.startsWith('script-'));
    expect(
      shown.map(({ title, commands }) => [title, commands.map(({ host, line }) => `${host} ${line}`)]),
    ).toEqual(
      scripts.map(({ before, after, host, command }) => [
        `Script ${before === undefined ? 'after' : 'before'} phase ${before ?? after ?? ''}`,
        [`${host} ${command}`],
      ]),
    );
    expect(changingCommands(scene)).toEqual([]);
  });

  it.each([
    [
      '3-5',
      [
        'after-part',
        'before-shadow',
        'after-shadow',
        'before-dump',
        'after-dump',
        'before-remove',
        'after-rejoin',
      ],
    ],
    [
      'script-3',
      ['before-shadow', 'after-shadow', 'before-dump', 'after-dump', 'before-remove', 'after-rejoin'],
    ],
    ['script-6', ['after-dump', 'before-remove', 'after-rejoin']],
    ['7', ['after-rejoin']],
  ] as const)('a run that is resumed at step %s runs the remaining ones', async (step, left) => {
    const { run } = await dyingRun(
      scene,
      'raw-dd',
      (event) => (event.type === 'step-started' && event.step === step ? 'before' : undefined),
      scripted,
    );
    const from = scene.lab.commands.length;
    const end = await recoverScene(scene, 'resume', run, { change: scripted });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const sent = sentWith(from).flatMap((line) => / echo (.*)$/.exec(line)?.[1] ?? []);
    expect(sent).toEqual(left);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('on a host that the site does not have are refused', async () => {
    const change = withJob({ scripts: [{ before: 'dump', host: 'node9', command: 'echo x' }] });
    const error = await failureOf(openSceneConsole(scene, change));
    expect(error.code).toBe('SITE_VALUE_WRONG');
    expect(error.sentence).toMatch(
      /: jobs\.raw-dd\.scripts\[0\]\.host: there is no host node9; hosts: node1, node2, node3$/,
    );
  });
});

describe('limit', () => {
  it('reads the volume no faster, and does not change what is on tape', async () => {
    const limited = withJob({ ...quick, services: 'not-needed', limit: '1 MB/s' });
    const end = await runScene(scene, { change: limited });
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const at = (event: { at: string } | undefined) => Date.parse(event?.at ?? '');
    const of6a = end.events.filter((event) => 'step' in event && event.step === '6a');
    // Each piece except the first waits for the one before it: at least 1 MiB at 1 MB/s.
    const milliseconds = at(of6a.find(({ type }) => type === 'digest')) - at(of6a[0]);
    expect(milliseconds).toBeGreaterThan(1000);
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(scene.masterBefore);
  });

  it('is refused on route server, in the site file and on the command line', async () => {
    const server = withJob({ limit: '4 MB/s', route: 'server' });
    await expect(openSceneConsole(scene, server)).rejects.toThrow('limit: a limit needs route: console');
    const console = await openSceneConsole(scene, withJob({ limit: '4 MB/s', services: 'not-needed' }));
    const never = new AbortController().signal;
    const run = console.run({
      job: 'raw-dd',
      route: 'server',
      ask: undefined,
      approveVerified: true,
      cancel: never,
      halt: never,
      onEvent: () => undefined,
    });
    expect(await failureOf(run.finally(() => console.close()))).toMatchObject({
      code: 'LIMIT_NEEDS_CONSOLE',
    });
  });
});
