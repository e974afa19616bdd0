/**
 * Hints as a screen shows them work when they are followed: a backup is refused or fails, its hint is carried out,
 * through the buttons of a screen or at the hosts, and the next backup is verified. One lab for all of them.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ErrorCode, ErrorInfo } from '../../src/contract/errors.ts';
import { withJob } from '../support/failures.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let page: TestPage;
let close: () => Promise<void>;

beforeAll(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterAll(() => scene.close());

// A session that is already open would not show an error of a login.
beforeEach(async () => {
  await scene.lab.insertCartridge('tape', { blank: true });
  const served = await serveScene(scene, withJob({ approve: 'when-verified', onFailure: 'unwind' }));
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

/** Starts a backup. @returns what a screen shows of its failure; undefined if it is verified */
async function failedBackup(): Promise<Told | undefined> {
  const reply = await page.ask('start', { job: 'raw-dd' });
  if ('error' in reply) return onScreen(reply.error);
  const { run } = reply.result as { run: string };
  await page.follow('run', { run }).until(({ end }) => end !== undefined);
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

/** The proxy is joined again, as by the person who parted it. */
const rejoin = () =>
  onHost(
    scene,
    'node1',
    ['sdxvolume', '-F', '-c', 'Class1', '-v', 'Volume2', '-e', 'allnodes'],
    ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2', '-e', 'waitsync'],
  );

interface Row {
  readonly fault: string;
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
      expect(lines.filter(({ good }) => !good)).toEqual([]);
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
  // The last: its fault stays.
  {
    ...{ fault: 'host-key-changed=node2', code: 'HOST_KEY_CHANGED', stays: true },
    says: /If node2 was reinstalled, open Sites, try node2, and replace its host key there$/,
    obey: () => replaceHostKey('node2'),
  },
];

it.each(rows)('$code, under $fault', async ({ fault, code, says, obey, stays = false }) => {
  scene.lab.faults.set(fault);
  const told = await failedBackup();
  expect(told).toEqual({ code, hint: expect.stringMatching(says) as string });
  expect(told?.hint).not.toMatch(/\bshadowtape [a-z]|(?:^|\s)--[a-z]/);
  const [name = ''] = fault.split('=');
  if (!stays) scene.lab.faults.clear(name);
  await obey?.();
  await scene.lab.insertCartridge('tape', { blank: true });
  expect(await failedBackup()).toBeUndefined();
});
