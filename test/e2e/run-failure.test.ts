import { expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState, sha256, type Scene } from '../support/lab-run.ts';
import { locksLeft, onHost, removeLocksByHand } from '../support/lab-shell.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import {
  describeInBrowser,
  servedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

const halting = withJob({ onFailure: 'halt', services: 'not-needed' });
const asked =
  'Step 6a has failed: writing to the tape failed: write: I/O error (check the drive and the cartridge, clean the drive if it asks for it, then dump again from the beginning)';

async function expectBackup(scene: Scene): Promise<void> {
  const records = await firstFileOfTape(scene.lab.tapeFile);
  expect(sha256(Buffer.concat(records))).toBe(scene.masterBefore);
  expect(await clusterState(scene)).toEqual(normalState);
}

/** With the tape in both, the run lies where the operator halted it. */
const halted = { proxy: 'Part', shadowObjects: 3, masterUnchanged: true };

describeInBrowser('a step that fails in the middle', (browser) => {
  /** Starts the job on a tape that fails, and waits until the run asks. */
  async function failed(faults: readonly string[]): Promise<ServedScene & { on: ConsolePage; run: string }> {
    const console = await servedScene({ faults }, halting);
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    await on.heading('A step failed: what next?').waitFor();
    return { ...console, on, run };
  }

  it('is retried, and succeeds', async () => {
    const { scene, on } = await failed(['tape-error=3']);
    await on.said(`The run is waiting for your answer: ${asked}`).waitFor();
    await on.picture('failure-asked');
    // The log has commands and output, in order of time, and is searched by words.
    await on.button('Log').click();
    const log = on.page.getByRole('dialog', { name: 'Log of the run' });
    const lines = log.getByRole('list', { name: 'Lines of the log' }).getByRole('listitem');
    await lines.getByText(/^\s*failed: writing to the tape failed: write: I\/O error/).waitFor();
    await on.picture('failure-log');
    await log.getByRole('searchbox', { name: 'Search the log' }).fill('node1 SDXPROXY part');
    await log.getByText(/^1 of [\d,]+ lines$/).waitFor();
    expect(await lines.locator('.text').allInnerTexts()).toEqual([
      'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
    await log.getByRole('searchbox').fill('');
    // New lines are followed until somebody scrolls up.
    const follow = log.getByRole('button', { name: 'Following' });
    expect(await follow.getAttribute('aria-pressed')).toBe('true');
    await log.getByRole('list').evaluate((list) => (list.scrollTop = 0));
    await log.getByRole('button', { name: 'Follow', exact: true }).waitFor();
    await on.page.keyboard.press('Escape');
    scene.lab.faults.clear('tape-error');
    await on.button('Retry step 6a').click();
    await on.heading('Backup verified').waitFor();
    await on.picture('failure-retried');
    await expectBackup(scene);
  });

  it('is rolled back: the cluster is in its normal state, and the end describes the tape', async () => {
    const { scene, on } = await failed(['tape-error=3']);
    await on.button('Roll back: remove the shadow and rejoin').click();
    await on.heading('Failed, rolled back').waitFor();
    const end = on.region('The end');
    await end.getByText('writing to the tape failed: write: I/O error').waitFor();
    await end.getByText('exit status 2').waitFor();
    expect(await end.getByRole('listitem').allInnerTexts()).toEqual([
      'Volume2: joined to Volume1, in sync',
      'node3: no shadow object of Class2',
      'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish',
    ]);
    await on.picture('failure-unwound');
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is the read-back, which is skipped with a reason: the run ends unverified', async () => {
    const console = await servedScene({}, halting);
    const { scene } = console;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('dd ibs')) return;
      stop();
      scene.lab.faults.set('fail=node3:mt');
    });
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    await on.button('Skip the read-back; the run ends unverified').click();
    const reason = on.page.getByRole('textbox', {
      name: 'Skip the read-back; the run ends unverified: enter the reason for the journal.',
    });
    const leaveOut = on.button('Skip the read-back; the run ends unverified');
    expect(await leaveOut.getAttribute('title')).toBe('no reason entered');
    await on.picture('failure-reason');
    await reason.fill('the tape is needed elsewhere at six');
    await reason.press('Enter');
    await on.heading('Backup unverified: the tape was not read back').waitFor();
    await on.titled(/^Unverified · Run · Shadowtape$/);
    await on.picture('failure-unverified');
    const { events } = await readRun(scene.state, run);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'answered',
        answer: 'skip',
        reason: 'the tape is needed elsewhere at six',
      }),
    );
    await expectBackup(scene);
  });

  it('halts the run, which shows the current state and how to continue, and is resumed to its verified end', async () => {
    const { scene, on } = await failed(['tape-error=3']);
    await on.button('Halt here and leave everything as it is').click();
    await on.heading('Action required').waitFor();
    const end = on.region('The end');
    await end.getByText('exit status 3').waitFor();
    expect(await end.getByRole('listitem').allInnerTexts()).toEqual([
      'Step unlock: Class1 stays locked for this run until it is resumed, rolled back or discarded',
      'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)',
      'node3: shadow objects of Class2: volume Volume2 (ACTIVE), group Group2, disk Disk3',
      'node3: the lock /var/tmp/shadowtape-Class1.lock still exists',
      'node1: the lock /var/tmp/shadowtape-Class1.lock still exists',
      'node2: the lock /var/tmp/shadowtape-Class1.lock still exists',
      'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish',
    ]);
    await on.picture('failure-halted');
    expect(await clusterState(scene)).toMatchObject(halted);
    scene.lab.faults.clear('tape-error');
    await on.button('Resume the run').click();
    await on.heading('Backup verified').waitFor();
    await on.picture('failure-resumed');
    await expectBackup(scene);
  });

  it('halts the run, which another console then holds: its lock is taken over, and it is rolled back', async () => {
    const { scene, on, run } = await failed(['tape-error=3']);
    await on.button('Halt here and leave everything as it is').click();
    await on.heading('Action required').waitFor();
    const lock = '/var/tmp/shadowtape-Class1.lock';
    const [other, elsewhere] = ['another-run', run].map((name) => `${lock}/${name},marion,jump1,4711`);
    const unwind = on.button('Roll back the run');
    const takeOver = on.button('Take over the lock and roll back the run');

    // Somebody has removed the locks of the halted run. The lock of another run is never taken over.
    removeLocksByHand(scene);
    await onHost(scene, 'node3', ['mkdir', lock], ['mkdir', other ?? '']);
    await unwind.click();
    await on.page
      .getByText('Class1 is locked on node3 by run another-run of marion on jump1 (process 4711)')
      .waitFor();
    expect(await takeOver.count()).toBe(0);

    await onHost(scene, 'node3', ['rmdir', other ?? ''], ['mkdir', elsewhere ?? '']);
    await unwind.click();
    await on.page.getByText(`run ${run} is being worked on by marion on jump1 (process 4711)`).waitFor();
    await on.picture('failure-locked');
    await takeOver.click();
    await on.heading('Failed, rolled back').waitFor();
    await on.picture('failure-taken-over');
    expect(await clusterState(scene)).toEqual(normalState);
    expect(locksLeft(scene)).toEqual([]);
  });

  it('is found on tape: it does not hold what was read, and the end says not to trust it', async () => {
    const console = await servedScene({ faults: ['tape-corrupt=40'] }, halting);
    const on = await (await browser.page(console)).open('#/plan/raw-dd');
    await on.button('Back up Volume2').click();
    await on.heading('Tape mismatch; the cluster is in its normal state').waitFor();
    const end = on.region('The end');
    await end
      .getByText(/the tape does not hold what was read: CRC-32: expected [0-9a-f]{8}, read back [0-9a-f]{8}/)
      .waitFor();
    await end
      .getByText('do not trust this tape; clean the drive, insert another tape and run again')
      .waitFor();
    await end.getByText('exit status 4').waitFor();
    await on.titled(/^Tape mismatch · Run · Shadowtape$/);
    await on.picture('failure-tape-differs');
    expect(await clusterState(console.scene)).toEqual(normalState);
  });
});
