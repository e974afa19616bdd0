/**
 * Hints as a screen shows them work when they are followed: a backup is refused or fails, its hint is carried out,
 * through the buttons of a screen or at the hosts, and the next backup is verified. One lab for all of them. `npm test`
 * plays a sample.
 */
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ErrorCode, ErrorInfo } from '../../src/contract/errors.ts';
import { lockFolder, ownerName, thisOwner } from '../../src/main/procedure/model/lock.ts';
import type { Served } from '../../src/main/serve/serve.ts';
import { jobOf, openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { busyDrive, onHost, removeLocksByHand } from '../support/lab-shell.ts';
import { sampled } from '../support/sampled.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let page: TestPage;
let served: Served;
let close: () => Promise<void>;

/** Jobs by what an operator does about them. */
function withJobs(site: SiteTree): void {
  const raw = Object.assign(jobOf(site), { approve: 'when-verified', onFailure: 'unwind' });
  const labelled = (name: string) => ({ ...raw, media: { layout: 'labelled', name, keep: '30 days' } });
  Object.assign(site.jobs, {
    halting: { ...raw, onFailure: 'halt' },
    kept: labelled('KEPT-1'),
    wanted: labelled('WANTED-1'),
    'other-disks': { ...raw, shadow: { ...raw['shadow'], disks: { Disk9: 'c1t1d3' } } },
  });
}

beforeAll(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterAll(() => scene.close());

// A session that is already open would not show an error of a login.
beforeEach(async () => {
  await scene.lab.insertCartridge('tape', { blank: true });
  served = await serveScene(scene, withJobs);
  page = await TestPage.open(served);
  close = async () => {
    await page.close();
    await served.close();
  };
});
afterEach(() => close());

type Told = Pick<ErrorInfo, 'code' | 'hint'>;

/** What a screen shows of an error. */
const onScreen = ({ code, hint, onScreen: shown = hint }: Told & Pick<ErrorInfo, 'onScreen'>): Told => ({
  code,
  hint: shown,
});

/** Starts a backup; its question after a failure is answered by halting. @returns what a screen shows of its failure; undefined if it is verified */
async function failedBackup(job = 'raw-dd'): Promise<Told | undefined> {
  const reply = await page.ask('start', { job });
  if ('error' in reply) return onScreen(reply.error);
  const { run } = reply.result as { run: string };
  const followed = page.follow('run', { run });
  await followed.until(({ end, question }) => end !== undefined || question !== undefined);
  const { question } = followed;
  if (question) await page.result('answer', { run, number: question.number, choice: 'halt' });
  await followed.until(({ end }) => end !== undefined);
  const { events } = await page.result('run', { run });
  const last = events.at(-1);
  if (last?.type !== 'run-finished') throw new Error('the run has no end');
  if (last.exitStatus === 0) return undefined;
  return onScreen({ ...last, code: last.code as ErrorCode, hint: last.hint ?? '' });
}

/** Sites, Try, Replace the host key: the requests of their buttons. */
async function replaceHostKey(host: string): Promise<void> {
  const { text } = await page.result('siteFile', {});
  const { changedKey } = await page.result('probeHost', { text, host });
  const shown = changedKey?.shown ?? '';
  expect((await page.result('replaceHostKey', { text, host, shown })).reached).toBe(true);
}

/** Answers each question of a login until the function that it returns is called. @param answer undefined: refuses */
function answerLogins(answer: string | undefined): () => void {
  const answered = new Set<number>();
  return served.desk.follow('activity', {}, (told) => {
    if (!('push' in told) || !('logins' in told.push)) return;
    for (const { number } of told.push.logins) {
      if (answered.has(number)) continue;
      answered.add(number);
      void page.ask('login', { number, ...(answer === undefined ? {} : { answer }) });
    }
  });
}

/** Sites, Edit the file, Save: what their buttons ask for. */
async function editSite(change: (text: string) => string): Promise<void> {
  const { file = '', text, digest } = await page.result('siteFile', {});
  await page.result('saveSite', { file, text: change(text), ...(digest === undefined ? {} : { digest }) });
  await page.result('openSite', { file });
}

/** Plan, Roll back run: what its button asks for. */
async function rollBack(): Promise<void> {
  const { open } = await page.result('protection', {});
  const { run } = await page.result('unwind', { run: open[0]?.run ?? '' });
  await page.follow('run', { run }).until(({ end }) => end !== undefined);
}

/** The guide's commands for the shadow of the job, sent by somebody else. */
async function shadowCommands(step: '5' | '7'): Promise<unknown> {
  const { steps } = await page.result('plan', { job: 'raw-dd' });
  const commands = steps.find((each) => each.step === step)?.commands ?? [];
  return onHost(scene, 'node3', ...commands.map(({ argv }) => [...argv]));
}

const lock = (folder: string) => {
  const owner = {
    ...thisOwner('20261122-020004-volume2'),
    console: 'jump.example.com',
    machine: '0123456789ab',
  };
  return onHost(scene, 'node3', ['mkdir', folder], ['mkdir', `${folder}/${ownerName(owner)}`]);
};

/** The proxy is joined again, as by the person who parted it. */
const rejoin = () =>
  onHost(
    scene,
    'node1',
    ['sdxvolume', '-F', '-c', 'Class1', '-v', 'Volume2', '-e', 'allnodes'],
    ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2', '-e', 'waitsync'],
  );

interface Row {
  readonly job?: string;
  readonly fault?: string;
  /** Where it is no fault. */
  readonly when?: string;
  readonly make?: () => Promise<unknown>;
  readonly code: ErrorCode;
  /** A part of the hint: what is done here. */
  readonly says: RegExp;
  /** In addition to ending the fault, which is done first. */
  readonly obey?: () => Promise<unknown>;
  /** The fault stays: what the screen does is enough. */
  readonly stays?: boolean;
}

const rows: readonly Row[] = [
  { fault: 'login-refused=node2', code: 'LOGIN_REFUSED', says: /^add the public key to authorized_keys of/ },
  { fault: 'host-down=node3', code: 'HOST_UNREACHABLE', says: /^check that node3 is up/ },
  {
    ...{ fault: 'greeting=node2', code: 'LOGIN_SHELL_PRINTS' },
    says: /; then check the site again$/,
    obey: async () => {
      const lines = await page.result('check', {});
      // Another row has a job that names a wrong disk.
      expect(lines.filter(({ good, what }) => !good && what !== 'job other-disks')).toEqual([]);
    },
  },
  { fault: 'no-tape', code: 'TAPE_NOT_LOADED', says: /^insert a cartridge/ },
  {
    ...{ fault: 'proxy-parted', code: 'CHECK_FAILED' },
    says: /^a run that was interrupted or needs action may have left it parted: find it in the history/,
    obey: async () => {
      expect((await page.result('protection', {})).open).toEqual([]);
      await rejoin();
    },
  },
  { fault: 'slice=COPY', code: 'CHECK_FAILED', says: /^COPY: wait for the copy to finish/ },
  { fault: 'not-found=node3:sdxshadowdisk', code: 'COMMAND_NOT_FOUND', says: /^install it, or set PATH/ },
  {
    fault: 'tape-alert=20',
    code: 'DRIVE_ALERT',
    says: /^clean the drive with a cleaning cartridge\. Then run again/,
  },
  {
    ...{ fault: 'write-protected', code: 'TAPE_WRITE_PROTECTED' },
    says: /^slide the tab of the cartridge to writable/,
  },
  { fault: 'tape-not-blank', code: 'TAPE_NOT_BLANK', says: /^insert a blank tape/ },
  { fault: 'tape-error=3', code: 'TAPE_WRITE_FAILED', says: /then dump again from the beginning$/ },
  { fault: 'tape-read-error=3', code: 'TAPE_READ_FAILED', says: /^clean the drive and read again/ },
  { fault: 'tape-corrupt=3', code: 'TAPE_DIFFERS', says: /insert another tape and run again$/ },
  { fault: 'end-of-medium=20', code: 'TAPE_END_OF_MEDIUM', says: /^insert a larger or an empty cartridge/ },
  {
    ...{ when: 'a tape in retention', job: 'kept', code: 'TAPE_KEPT', says: /^insert another tape$/ },
    // A verified backup of the same job is on the tape.
    make: async () => expect(await failedBackup('kept')).toBeUndefined(),
    obey: () => scene.lab.insertCartridge('tape', { blank: true }),
  },
  {
    ...{
      when: 'the tape of another job',
      job: 'wanted',
      code: 'TAPE_IS_ANOTHER',
      says: /^insert the tape "WANTED-1"$/,
    },
    make: async () => expect(await failedBackup('kept')).toBeUndefined(),
    obey: async () => {
      await scene.lab.insertCartridge('tape', { blank: true });
      await page.result('label', { name: 'WANTED-1' });
    },
  },
  {
    ...{
      when: 'a tape without a label',
      job: 'wanted',
      code: 'TAPE_NOT_LABELLED',
      says: /label it on the Tape screen$/,
    },
    make: async () => expect(await failedBackup()).toBeUndefined(),
    obey: () => page.result('label', { name: 'WANTED-1', overwrite: 'data' }),
  },
  {
    ...{
      when: 'a drive that another program uses',
      code: 'TAPE_BUSY',
      says: /^wait until the other program ends/,
    },
    make: async () => {
      endOther = await busyDrive(scene);
    },
    obey: async () => {
      await endOther();
      // What the other program wrote is on the tape.
      await scene.lab.insertCartridge('tape', { blank: true });
    },
  },
  {
    ...{ when: 'the lock of another console', code: 'CLASS_LOCKED', says: /^wait until that run ends/ },
    make: () => lock(lockFolder('Class1')),
    obey: async () => removeLocksByHand(scene),
  },
  {
    ...{
      when: 'the lock of another console',
      code: 'DRIVE_IN_USE',
      says: /^wait until it ends; if its process is gone or the run needs action/,
    },
    make: () => lock('/var/tmp/shadowtape-dev.rmt.0.lock'),
    obey: async () => removeLocksByHand(scene),
  },
  {
    ...{
      when: 'a shadow of somebody else',
      code: 'CHECK_FAILED',
      says: /find out whose it is, then remove it/,
    },
    make: () => shadowCommands('5'),
    obey: () => shadowCommands('7'),
  },
  {
    ...{
      when: 'a run that was halted',
      code: 'RUN_INTERRUPTED',
      says: /^on the Plan screen, .*roll it back or discard it/,
    },
    make: async () => {
      scene.lab.faults.set('tape-error=3');
      expect((await failedBackup('halting'))?.code).toBe('TAPE_WRITE_FAILED');
      scene.lab.faults.clear('tape-error');
    },
    obey: rollBack,
  },
  {
    ...{
      job: 'other-disks',
      when: 'other disks in the site file',
      code: 'JOB_DISKS_DIFFER',
      says: /^name each disk of the group in jobs\.other-disks\.shadow\.disks/,
    },
    obey: () => editSite((text) => text.replace('Disk9:', 'Disk3:')),
  },
  {
    ...{
      when: 'host keys that nobody knows',
      code: 'HOST_KEY_UNKNOWN',
      says: /if both match, connect again and accept it$/,
    },
    make: async () => {
      await writeFile(scene.state.knownHostsFile, '');
      endAnswers = answerLogins(undefined);
    },
    obey: async () => {
      endAnswers();
      answerLogins('yes');
    },
  },
  // The last: its fault stays.
  {
    ...{ fault: 'host-key-changed=node2', code: 'HOST_KEY_CHANGED', stays: true },
    says: /If node2 was reinstalled, open Sites, try node2, and replace its host key there$/,
    obey: () => replaceHostKey('node2'),
  },
];

let endOther: () => Promise<void> = () => Promise.resolve();
let endAnswers: () => void = () => undefined;

const named = rows.map((row) => [`${row.code}, under ${row.fault ?? row.when ?? ''}`, row] as const);

it.each(sampled(named, 10))('%s', async (_name, { job, fault, make, code, says, obey, stays = false }) => {
  if (fault !== undefined) scene.lab.faults.set(fault);
  await make?.();
  const told = await failedBackup(job);
  expect(told).toEqual({ code, hint: expect.stringMatching(says) as string });
  expect(told?.hint).not.toMatch(/\bshadowtape [a-z]|(?:^|\s)--[a-z]/);
  const [name = ''] = fault?.split('=') ?? [];
  if (fault !== undefined && !stays) scene.lab.faults.clear(name);
  // What the hint says of the tape is done with it.
  if (!code.startsWith('TAPE_') || !obey) await scene.lab.insertCartridge('tape', { blank: true });
  await obey?.();
  expect(await failedBackup(job)).toBeUndefined();
});
