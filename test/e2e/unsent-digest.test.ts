/** The first screen says that the digest of a week did not arrive, as `status` does, and is silent once it has. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Desk } from '../../src/main/desk/desk.ts';
import { PageSession } from '../../src/main/desk/page-session.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { startCommand } from '../support/command-line.ts';
import { openScene } from '../support/lab-run.ts';
import { DocumentPage, wordsOf } from '../support/ui/document-page.ts';

it('the digest that a receiver refuses is on the first screen, and sent from there, until it is accepted', async () => {
  requireBuiltPages();
  const scene = await openScene({ jobs: ['raw-dd'] });
  onTestFinished(() => scene.close());
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  const inbox = join(scene.folder, 'inbox');
  const siteFile = await scene.writeSite((site) => {
    site.notify = [{ on: ['digest'], command: `tee ${inbox}/received` }];
  });
  const send = () => startCommand(['--state', scene.state.path, '--site', siteFile, 'digest', '--send']).end;
  /** What the first screen says of the digest once buttons are pressed; undefined if it says nothing. */
  const shown = async (...presses: string[]) => {
    const desk = new Desk({ state: scene.state, siteFile, guest: 'browser' });
    const page = await DocumentPage.open((tell) => {
      const session = new PageSession(desk, tell);
      return { receive: (message) => void session.receive(message) };
    }, '#/home');
    try {
      await expect.poll(() => page.settled().then(() => page.find('table.pairs') !== null)).toBe(true);
      for (const name of presses) await page.press(name);
      await expect.poll(() => page.settled().then(() => page.waits)).toBe(0);
      const note = page.find('[aria-label="Digest of the week"]');
      return note === null ? undefined : wordsOf(note);
    } finally {
      await page.close();
      await desk.close();
    }
  };

  // There is no such folder yet.
  expect(await shown()).toBeUndefined();
  expect((await send()).exitStatus).toBe(2);
  expect(await shown()).toMatch(
    /^the digest of the week of \d{4}-\d\d-\d\d did not reach everybody: command tee: .*exit status 1/,
  );
  expect(await shown('Send the digest')).toMatch(/DIGEST_UNSENT.*then send it again; whoever has it/);

  await mkdir(inbox);
  expect(await shown('Send the digest')).toBeUndefined();
  expect(await readFile(join(inbox, 'received'), 'utf8')).toContain('week of');
  expect((await send()).exitStatus).toBe(0);
});
