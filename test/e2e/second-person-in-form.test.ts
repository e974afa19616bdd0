/** The form of a job requires a second person to approve: the file that it saves is read back as the command line reads it. */
import { copyFile, readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { HostMessage } from '../../src/contract/wire.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { PageSession } from '../../src/main/desk/page-session.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { jobOf, openScene, type SiteTree } from '../support/lab-run.ts';
import { DocumentPage, wordsOf } from '../support/ui/document-page.ts';

const signers = '/etc/shadowtape/allowed_signers';

/** A page with its own console, and the job in its site file. */
async function openForm() {
  requireBuiltPages();
  const scene = await openScene({ jobs: ['raw-dd'] });
  onTestFinished(() => scene.close());
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  const siteFile = await scene.writeSite();
  const desk = new Desk({ state: scene.state, siteFile, guest: 'browser' });
  onTestFinished(() => desk.close());
  let heard = (): void => undefined;
  const page = await DocumentPage.open((tell) => {
    const session = new PageSession(desk, (message: HostMessage) => {
      tell(message);
      heard();
    });
    onTestFinished(() => session.close());
    return { receive: (message) => void session.receive(message) };
  }, '#/sites');
  onTestFinished(() => page.close());
  /** Until the console has answered everything. */
  const answered = async () => {
    await page.settled();
    while (page.waits > 0) {
      await new Promise<void>((resolve) => (heard = resolve));
      await page.settled();
    }
  };
  const saved = async () => jobOf(parse(await readFile(siteFile, 'utf8')) as SiteTree)['approve'];
  return { page, answered, saved };
}

/** The note of the form for a field, by its path in the file. */
const saidOf = (page: DocumentPage, path: string) => wordsOf(page.find(`[data-path="${path}"]`));

it('requires the file of signers, and shows the error without it', async () => {
  const { page, answered, saved } = await openForm();
  await answered();
  await page.press('Edit raw-dd');
  await answered();
  expect(page.find('[data-path="jobs.raw-dd.approve.signers"]')).toBeNull();
  await page.fill('Approval of the shadow', 'other');
  await answered();
  expect(saidOf(page, 'jobs.raw-dd.approve')).toContain(
    'the run waits until somebody else has signed for the dump',
  );
  expect(page.find('[data-path="jobs.raw-dd.approve.signers"] [aria-invalid="true"]')).not.toBeNull();
  await page.fill('File of allowed signers', signers);
  await answered();
  expect(page.find('[data-path="jobs.raw-dd.approve.signers"] [aria-invalid="true"]')).toBeNull();
  await page.press('Save');
  await answered();
  expect(await saved()).toEqual({ by: 'other', signers });
});

it('reverts the choice: the file no longer names signers', async () => {
  const { page, answered, saved } = await openForm();
  await answered();
  await page.press('Edit raw-dd');
  await answered();
  await page.fill('Approval of the shadow', 'other');
  await page.fill('File of allowed signers', signers);
  await page.fill('Approval of the shadow', 'operator');
  await answered();
  expect(page.find('[data-path="jobs.raw-dd.approve.signers"]')).toBeNull();
  await page.press('Save');
  await answered();
  expect(await saved()).toBe('operator');
});
