/** The form of a job requires a second person to approve: the file that it saves is read back as the command line reads it. */
import { expect, it } from 'vitest';
import { wordsOf, type DocumentPage } from '../support/ui/document-page.ts';
import { openForm } from '../support/ui/site-form.ts';

const signers = '/etc/shadowtape/allowed_signers';

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
  expect((await saved())['approve']).toEqual({ by: 'other', signers });
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
  expect((await saved())['approve']).toBe('operator');
});
