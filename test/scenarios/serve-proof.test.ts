/** The proof of a run on a page: audit and signature, with the passphrase of the key requested like a login. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { LoginQuestion } from '../../src/contract/screens.ts';
import { openScene, runScene, type SiteTree } from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';

const keygen = existsSync('/usr/bin/ssh-keygen');
const hint = keygen ? '' : ' (skipped: apt install openssh-client)';

it.skipIf(!keygen)(`a page audits runs, and signs one with a key that has a passphrase${hint}`, async () => {
  const scene = await openScene({ blocks: 4096 });
  onTestFinished(() => scene.close());
  const { run } = await runScene(scene);
  const key = join(scene.folder, 'key');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'horse', '-f', key]);
  const served = await serveScene(scene, (site: SiteTree) => Object.assign(site, { sign: { key } }));
  onTestFinished(() => served.close());
  const page = await TestPage.open(served);

  expect(await page.result('audit', {})).toMatchObject([
    { subject: 'seals', verdict: 'proven' },
    { run, subject: 'journal', verdict: 'proven' },
    {
      run,
      subject: 'signature',
      verdict: 'wrong',
      sentence: `the signature is missing: the site signs its runs with ${key}`,
    },
  ]);

  const asked = async (isNext: (question: LoginQuestion) => boolean): Promise<LoginQuestion> =>
    expect
      .poll(() => served.desk.activity.logins.find(isNext))
      .toBeDefined()
      .then(() => served.desk.activity.logins.find(isNext) as LoginQuestion);
  const signed = page.result('sign', { run });
  const first = await asked(() => true);
  expect(first).toMatchObject({ kind: 'passphrase', text: `Passphrase of ${key}`, mayKeep: false });
  await page.result('login', { number: first.number, answer: 'donkey', keep: false });
  const second = await asked(({ number }) => number !== first.number);
  expect(second).toMatchObject({ kind: 'passphrase', wasWrong: true });
  await page.result('login', { number: second.number, answer: 'horse', keep: false });
  const { signature, file } = await signed;
  expect(file).toBe(scene.state.signatureFile(run));
  expect(signature).toMatchObject({ keyType: 'ssh-ed25519', namespace: 'shadowtape' });
  expect(await page.result('audit', { run })).toMatchObject([
    { subject: 'journal', verdict: 'proven' },
    {
      subject: 'signature',
      verdict: 'proven',
      sentence: `signed by ssh-ed25519 ${signature.fingerprint}, the key of the site file`,
    },
  ]);

  await appendFile(scene.state.journalFile(run), '\n');
  expect(await page.result('audit', { run })).toMatchObject([
    { subject: 'journal', verdict: 'wrong' },
    { subject: 'signature', verdict: 'wrong' },
  ]);
  expect(await page.ask('sign', { run: 'nobody' })).toMatchObject({ error: { code: 'RUN_UNKNOWN' } });
  await page.close();
});
