/**
 * Every fault of the lab, as an operator meets it in a backup: the situation that all screens show, and what it
 * enables. test/e2e/situations.test.ts tests that each screen follows its situation.
 */
import { expect, it, onTestFinished } from 'vitest';
import { situationsOf, whyNoBackup, type Situation } from '../../src/folds/situation.ts';
import { faultTable, type FaultName } from '../../src/lab/faults/faults.ts';
import type { ActiveRun } from '../../src/contract/screens.ts';
import { jobOf, openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';
import { recordFault } from '../support/ui/record-fault.ts';

interface Told {
  readonly kind: Situation['kind'];
  readonly reason: string | RegExp;
  /** Why no backup can be started; `enabled` where one can. */
  readonly backUp: string | RegExp;
  /** Of the volume pair, as the first screen shows it. */
  readonly home: string;
  /** Its last failure, as the first screen shows it. */
  readonly failure?: string | RegExp;
}

const jobs = ['raw-dd', 'ufs-tar', 'ufsdump'];

const change = (site: SiteTree): void => {
  for (const job of jobs) Object.assign(jobOf(site, job), { onFailure: 'halt', approve: 'when-verified' });
};

/** Starts a backup under the fault, and returns the situation once the run asks, hangs or has ended. */
async function situationUnder(scene: Scene, fault: string, { job, hangs }: Played): Promise<Told> {
  const served = await serveScene(scene, change);
  onTestFinished(async () => {
    for (const { number } of served.desk.activity.logins)
      await served.desk.answer('login', { number }, new AbortController().signal);
    served.desk.runs.haltAll();
    await served.desk.runs.settled();
    await served.close();
  });
  const page = await TestPage.open(served);
  const { desk } = served;
  const asksLogin = new Promise<void>((resolve) => {
    const end = desk.follow('activity', {}, (told) => {
      if ('push' in told && 'logins' in told.push && told.push.logins.length > 0) resolve();
    });
    onTestFinished(end);
  });
  const hung = new Promise<void>((resolve) => {
    const end = scene.lab.onCommand(({ phase, line }) => {
      if (hangs !== undefined && phase === 'started' && line.includes(hangs)) resolve();
    });
    onTestFinished(end);
  });
  let run: string | undefined;
  let started: unknown;
  const settled = page.ask('start', { job }).then(async (reply) => {
    started = reply;
    if ('error' in reply) return;
    ({ run } = reply.result as { run: string });
    await page
      .follow('run', { run })
      .until(({ question, end }) => question !== undefined || end !== undefined);
  });
  await Promise.race([settled, asksLogin, hung]);
  const isStuck = desk.activity.logins.length > 0 || hangs !== undefined;
  run ??= desk.activity.runs[0]?.run;
  // A query waits for a login, too.
  const look = isStuck ? undefined : await page.ask('look', {});
  const [site, protection] = [await page.result('site', {}), await page.result('protection', {})];
  const active: readonly ActiveRun[] = desk.activity.runs;
  const [first] = situationsOf({
    ...{ connection: 'connected', site, active, open: protection.open, historyTrouble: undefined },
    logins: desk.activity.logins,
    ...seenBy(look),
  });
  if (!first) throw new Error('there is always one');
  if (isRecorded) await recordFault(fault, { desk, scene, job, run, started });
  const pair = protection.pairs.find((each) => each.job === job);
  const failure = pair?.lastFailure?.sentence;
  const withoutName = (text: string) => text.replaceAll(/\d{8}-\d{6}-[\w-]+/g, 'RUN');
  return {
    kind: first.kind,
    reason: withoutName(first.reason),
    backUp: withoutName(whyNoBackup(first, job)?.reason ?? 'enabled'),
    home: pair?.state ?? 'none',
    ...(failure === undefined ? {} : { failure: withoutName(failure) }),
  };
}

/** What a query of the hosts shows; undefined: it waits. */
const seenBy = (look: Awaited<ReturnType<TestPage['ask']>> | undefined) => ({
  view: look && 'result' in look ? (look.result as never) : undefined,
  lookTrouble: look && 'error' in look ? look.error.sentence : undefined,
});

interface Played {
  readonly job: string;
  readonly hangs: string | undefined;
}

interface Row {
  /** After the name of the fault. */
  readonly value?: string;
  readonly job?: string;
  /** A part of the command that never answers. */
  readonly hangs?: string;
  /** Sets the fault in the course of the backup. */
  readonly set?: (scene: Scene) => void;
  readonly told: Told;
}

const atRest = { kind: 'idle', reason: 'no backup running', backUp: 'enabled' } as const;
const backedUp: Told = { ...atRest, home: 'protected' };
/** No run was begun: the refusal says why. */
const refused: Told = { ...atRest, home: 'overdue' };
/** The run has ended, and the cluster is rolled back. */
const failedWith = (failure: string | RegExp): Told => ({ ...refused, failure });
const asks = (failure: string | RegExp): Told => ({
  kind: 'waiting for your answer',
  reason: typeof failure === 'string' ? `a step failed: ${failure}` : failure,
  backUp: 'run RUN is running',
  home: 'overdue',
});
const notReached = (host: string): Told => ({
  ...{ kind: 'unknown', reason: `${host} is not reached`, backUp: `${host} is not reached`, home: 'overdue' },
});

const table: Readonly<Record<FaultName, Row>> = {
  'tape-error': { value: '=3', told: asks('writing to the tape failed: write: I/O error') },
  'tape-read-error': { value: '=3', told: failedWith('reading the tape back failed: read: I/O error') },
  'tape-corrupt': {
    value: '=3',
    told: failedWith(/^the tape does not hold what was read: CRC-32: expected /),
  },
  'end-of-medium': {
    value: '=20',
    told: asks('the tape ended before everything was written (dd counted 20+0 records)'),
  },
  'linux-tape': { told: backedUp },
  'write-protected': { told: asks('the tape cannot be written: dd: /dev/rmt/0: open: Permission denied') },
  'no-tape': { told: failedWith('no cartridge is ready in the tape drive: /dev/rmt/0 on node3') },
  'slow-threading': { value: '=3', told: backedUp },
  'tape-alert': {
    value: '=20',
    told: failedWith('the drive /dev/rmt/0 on node3 reports TapeAlert 20, Cleaning required (critical)'),
  },
  'tape-not-blank': {
    told: failedWith(
      'the tape in /dev/rmt/0 on node3 is not blank: it holds data that is neither tar nor ufsdump (first record 10,240 bytes)',
    ),
  },
  'slow-tape': { value: '=8000000', told: backedUp },
  'connection-lost': {
    value: '=node3:100000',
    told: asks(/^a step failed: the connection to node3 was lost: /),
  },
  'host-down': {
    value: '=node3',
    told: { ...notReached('node3'), failure: /^node3 \(127\.0\.0\.1, port \d+\) cannot be reached/ },
  },
  hang: {
    value: '=node3:sdxshadowvolume',
    hangs: 'sdxshadowvolume',
    told: {
      kind: 'running',
      reason: 'Create the shadow volume Volume2',
      backUp: 'run RUN is running',
      home: 'overdue',
    },
  },
  fail: {
    value: '=node3:sdxshadowvolume',
    told: failedWith(
      'node3: sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096 ended with exit status 1: SDX:sdxshadowvolume: ERROR: the lab was told to fail this command',
    ),
  },
  'fail-once': {
    value: '=node3:sdxshadowvolume',
    told: failedWith(
      'node3: sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096 ended with exit status 1: SDX:sdxshadowvolume: ERROR: the lab was told to fail this command',
    ),
  },
  'not-found': { value: '=node3:sdxshadowdisk', told: failedWith('node3 has no command sdxshadowdisk') },
  ignore: {
    value: '=node1:sdxproxy Part',
    told: failedWith(
      'step 3-3: Proxy is parted: expected Part of Volume1, seen Join of Volume1 on node1, node2',
    ),
  },
  'ignore-once': {
    value: '=node1:sdxproxy Part',
    told: failedWith(
      'step 3-3: Proxy is parted: expected Part of Volume1, seen Join of Volume1 on node1, node2',
    ),
  },
  'cut-once': { value: '=node1:sdxinfo', told: refused },
  'no-titles': { told: backedUp },
  'no-serial': { told: backedUp },
  'disk-size': {
    told: failedWith(
      'the shadow is not proven to map Volume2: Device sizes: expected Disk3: 72,192 blocks, seen Disk3: 70,144 blocks',
    ),
  },
  'disk-name': {
    told: failedWith('the shadow is not proven to map Volume2: Disk names: expected Disk3, seen Disk7'),
  },
  'shadow-first-block': {
    value: '=512',
    told: failedWith('the shadow is not proven to map Volume2: First block: expected 65,536, seen 66,048'),
  },
  'shadow-blocks': {
    value: '=2048',
    told: failedWith(
      'the shadow is not proven to map Volume2: Size: expected 4,096 blocks, seen 2,048 blocks',
    ),
  },
  'wrong-disk': {
    told: failedWith(
      'the shadow does not map the blocks of Volume2: 8 of 8 sampled records differ, the first is record 0',
    ),
  },
  'proxy-parted': {
    told: {
      ...failedWith('step 3-1: Proxy is joined: expected Join of Volume1, seen Part of Volume1 (node1)'),
      backUp: 'Volume2 is not joined: Part of Volume1 (node1)',
    },
  },
  slice: {
    value: '=COPY',
    told: {
      ...failedWith(
        'step 3-1: Proxy slices are valid: expected each slice STOP, seen slice of Disk3 COPY (node1)',
      ),
      backUp: 'Volume2 is not in sync: slice of Disk3 COPY (node1)',
    },
  },
  'unknown-status': {
    value: '=SLEEPING',
    told: {
      ...failedWith(
        'step 3-1: Every status is known: expected known status words, seen volume Volume2 SLEEPING on node1, volume Volume2 SLEEPING on node2',
      ),
      backUp:
        'sdxinfo shows an unknown status: volume Volume2 SLEEPING on node1, volume Volume2 SLEEPING on node2',
    },
  },
  'shadow-status': {
    value: '=INVALID',
    told: failedWith(
      'the shadow is not proven to map Volume2: Shadow is active: expected volume ACTIVE, each slice ACTIVE, each disk ENABLE, seen volume INVALID, slice of Disk3 ACTIVE, disk Disk3 ENABLE',
    ),
  },
  'shadow-disk-status': {
    value: '=DISABLE',
    told: failedWith(
      'the shadow is not proven to map Volume2: Shadow is active: expected volume ACTIVE, each slice ACTIVE, each disk ENABLE, seen volume ACTIVE, slice of Disk3 ACTIVE, disk Disk3 DISABLE',
    ),
  },
  'missing-column': {
    value: '=STATUS',
    told: {
      ...{ kind: 'unknown', home: 'overdue' },
      reason: 'node1: sdxinfo: the disk table has no column STATUS',
      backUp: 'node1: sdxinfo: the disk table has no column STATUS',
    },
  },
  'host-key-changed': {
    value: '=node2',
    told: {
      kind: 'unknown',
      reason: 'the host key of node2 has changed',
      backUp: 'the host key of node2 has changed',
      home: 'overdue',
    },
  },
  'login-refused': {
    value: '=node2',
    told: {
      ...{ kind: 'unknown', home: 'overdue' },
      ...{ reason: 'node2 refuses the login', backUp: 'node2 refuses the login' },
    },
  },
  'asks-password': {
    value: '=node2',
    told: {
      kind: 'unknown',
      reason: 'node2 asks for a password',
      backUp: 'node2 asks for a password',
      home: 'overdue',
    },
  },
  greeting: {
    value: '=node2',
    told: {
      ...{ kind: 'unknown', home: 'overdue' },
      backUp: /^node2: the login shell/,
      reason: /^node2: the login shell \/bin\/sh of \S+ prints \d+ bytes before the output of each command: /,
    },
  },
  'max-sessions': { value: '=node3:1', told: backedUp },
  language: { value: '=node1:de_DE.UTF-8', told: backedUp },
  reboot: { value: '=node2', told: backedUp },
  'dump-abort': {
    value: '=50',
    job: 'ufsdump',
    told: asks(/^a step failed: reading stopped after \d+ bytes: /),
  },
  'dump-silent': {
    job: 'ufsdump',
    told: asks(
      'ufsdump ended with exit status 0, but did not say DUMP IS DONE: its last line was "50.00% done, finished in 0:01"',
    ),
  },
  'slow-rejoin': { value: '=4000000', told: backedUp },
  'tar-sockets': { value: '=1', job: 'ufs-tar', told: backedUp },
  'tar-long-links': { value: '=1', job: 'ufs-tar', told: backedUp },
  'tar-changed': { value: '=1', job: 'ufs-tar', told: backedUp },
  'tar-unread': {
    job: 'ufs-tar',
    told: asks('tar ended with exit status 0, but said: Read error on ./etc/payroll.conf: I/O error'),
  },
  'rejoin-invalid': { told: asks('the copy from Volume1 to Volume2 has failed: slice of Disk3 INVALID') },
  'restore-invalid': { told: backedUp },
  'restore-skips': { told: backedUp },
  'extract-alters': { told: backedUp },
  unreadable: {
    set: makeUnreadable,
    told: asks(/^a step failed: reading stopped after [1-9]\d+ bytes: read: I\/O error$/),
  },
};

/** Makes a record unreadable that the run does not sample: only the dump reads it. */
function makeUnreadable({ lab }: Scene): void {
  const sampled = new Set<number>();
  const stop = lab.onCommand(({ phase, line }) => {
    if (phase !== 'started') return;
    const [, seek] = /^dd .* iseek=(\d+) count=1$/.exec(line) ?? [];
    if (seek !== undefined) sampled.add(Number(seek));
    if (!line.startsWith('sdxshadowdisk -M')) return;
    stop();
    // The fault counts from one.
    const record = [17, 18, 19, 20, 21, 22, 23, 24, 25, 26].find((each) => !sampled.has(each - 1));
    lab.faults.set(`unreadable=${record}`);
  });
}

/** A backup under each takes minutes: a sample is played, and on request all. */
const isRecorded = process.env['SHADOWTAPE_RECORD'] === '1';
const isWhole = isRecorded || process.env['SHADOWTAPE_FAILURES'] === 'all';
const played = (Object.keys(faultTable) as FaultName[]).filter((_fault, at) => isWhole || at % 8 === 2);

it.each(played)('%s', async (fault) => {
  const { value = '', job = 'raw-dd', hangs, set, told } = table[fault];
  const spec = set ? fault : `${fault}${value}`;
  const scene = await openScene({ jobs, faults: set ? [] : [spec] });
  onTestFinished(() => scene.close());
  set?.(scene);
  const seen = await situationUnder(scene, spec, { job, hangs });
  const inWords = (text: string | RegExp) =>
    typeof text === 'string' ? text : (expect.stringMatching(text) as unknown as string);
  const { failure } = told;
  expect(seen).toEqual({
    ...told,
    reason: inWords(told.reason),
    backUp: inWords(told.backUp),
    ...(failure === undefined ? {} : { failure: inWords(failure) }),
  });
});
