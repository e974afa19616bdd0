import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EventOf } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import { jobOf, clusterState, normalState, openScene, sha256 } from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { makeTwoPeople, signedText } from '../support/two-people.ts';
import { describeInBrowser, serveConsole } from '../support/ui/console-page.ts';

/** A site whose dumps a second person approves, and the keys of both. */
async function servedToTwo() {
  const scene = await openScene();
  onTestFinished(() => scene.close());
  const people = await makeTwoPeople(scene.folder);
  const console = await serveConsole(scene, (site) => {
    jobOf(site)['approve'] = people.approve;
  });
  onTestFinished(() => console.close());
  return { scene, people, ...console };
}

describeInBrowser('a run that a second person approves, in two browsers', (browser) => {
  it('shows the operator that a second person is waited for, and accepts the signature of ssh-keygen from the other browser', async () => {
    const console = await servedToTwo();
    const { scene, people } = console;
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const mine = await (await browser.page(console)).open(`#/run/${run}`);
    const theirs = await (await browser.page(console)).open(`#/run/${run}`);
    await mine.heading('The shadow is verified: a second person approves it').waitFor();
    await mine.titled(/^Waiting for a second person · Run · Shadowtape$/);
    expect(await mine.button('Approve and start the dump').count()).toBe(0);
    await mine.picture('second-person-asked');

    await theirs.button('Show the verification…').click();
    const part = theirs.region('A second person approves');
    await part.waitFor();
    const approve = theirs.button('Approve with the signature');
    expect(await approve.getAttribute('title')).toBe('there is no signature yet');
    const statement = await part.getByLabel('The text to sign', { exact: true }).textContent();
    expect(statement).toContain(`run: ${run}\n`);
    await theirs.picture('second-person-approves');

    // The computer of a second person, where the statement is downloaded and signed with the command that is shown.
    const home = join(scene.folder, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await copyFile(people.secondKey, join(home, '.ssh', 'id_ed25519'));
    const downloading = theirs.page.waitForEvent('download');
    await theirs.button(`Download ${run}.statement`).click();
    const download = await downloading;
    const file = join(home, download.suggestedFilename());
    await download.saveAs(file);
    expect(await readFile(file, 'utf8')).toBe(statement);
    const [fileCommand = '', pipedCommand = ''] = await part.locator('.command code').allInnerTexts();
    const options = {
      cwd: home,
      env: { ...process.env, HOME: home },
      encoding: 'utf8',
      stdio: 'pipe',
    } as const;
    execFileSync('sh', ['-c', fileCommand], options);
    const printed = execFileSync('sh', ['-c', pipedCommand], options);
    expect(printed).toBe(await readFile(`${file}.sig`, 'utf8'));

    const field = part.getByRole('textbox', { name: '3. Signature' });
    await field.fill(signedText(people.operatorKey, statement ?? ''));
    await approve.click();
    const refusal = part.getByRole('alert');
    await refusal
      .getByText(/does not count: the key SHA256:\S+ is that of \S+, who performs the run$/)
      .waitFor();
    await theirs.picture('second-person-refused');
    await field.fill('mary@example.com');
    await approve.click();
    await refusal.getByText(/does not count: it is not an OpenSSH signature$/).waitFor();
    expect(await firstFileOfTape(scene.lab.tapeFile)).toEqual([]);

    const parted = await scene.lab.volumeDigest('Class1', 'Volume2');
    await part.getByLabel('File of the signature').setInputFiles(`${file}.sig`);
    await expect.poll(() => field.inputValue()).toBe(printed);
    await approve.click();
    for (const each of [mine, theirs]) await each.heading('Backup verified').waitFor();
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(parted);
    const { events } = await readRun(scene.state, run);
    const answered = events.find((event): event is EventOf<'answered'> => event.type === 'answered');
    expect(answered).toMatchObject({ by: 'mary@example.com', signed: { statement, signature: printed } });
    await mine.open(`#/report/${run}`);
    await mine.page
      .getByText(/the shadow approved by mary@example\.com, signed with ssh-ed25519 SHA256:/)
      .first()
      .waitFor();
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is declined by the operator, who stops it: the other browser no longer has anything to sign', async () => {
    const console = await servedToTwo();
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const mine = await (await browser.page(console)).open(`#/run/${run}`);
    const theirs = await (await browser.page(console)).open(`#/verify/${run}`);
    await theirs.region('A second person approves').waitFor();
    await mine.button('Stop the backup…').click();
    await mine.page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await mine.heading('Failed, rolled back').waitFor();
    await theirs.region('A second person approves').waitFor({ state: 'detached' });
    expect(await firstFileOfTape(console.scene.lab.tapeFile)).toEqual([]);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });
});
