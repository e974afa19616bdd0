/** The first screen says that the digest of a week did not arrive, as `status` does, and is silent once it has. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Desk } from '../../src/main/desk/desk.ts';
import { PageSession } from '../../src/main/desk/page-session.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { startCommand } from '../support/command-line.ts';
import { openScene } from '../support/lab-run.ts';
import { DocumentPage, wordsOf } from '../support/ui/document-page.ts';

it('the digest that a receiver refuses is on the first screen until it is accepted', async () => {
  requireBuiltPages();
  const scene = await openScene({ jobs: ['raw-dd'] });
  onTestFinished(() => scene.close());
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  const received = join(scene.folder, 'received');
  const siteWith = (command: string) =>
    scene.writeSite((site) => {
      site.notify = [{ on: ['digest'], command }];
    });
  const send = (siteFile: string) =>
    startCommand(['--state', scene.state.path, '--site', siteFile, 'digest', '--send']).end;
  /** What the first screen says of the digest; undefined if it says nothing. */
  const shown = async (siteFile: string) => {
    const desk = new Desk({ state: scene.state, siteFile, guest: 'browser' });
    const page = await DocumentPage.open((tell) => {
      const session = new PageSession(desk, tell);
      return { receive: (message) => void session.receive(message) };
    }, '#/home');
    try {
      await expect.poll(() => page.settled().then(() => page.find('table.pairs') !== null)).toBe(true);
      const note = page.find('[aria-label="Digest of the week"]');
      return note === null ? undefined : wordsOf(note);
    } finally {
      await page.close();
      await desk.close();
    }
  };

  const refusing = await siteWith('false');
  expect(await shown(refusing)).toBeUndefined();
  expect((await send(refusing)).exitStatus).toBe(2);
  const note = await shown(refusing);
  expect(note).toMatch(
    /^the digest of the week of \d{4}-\d\d-\d\d did not reach everybody: command false: .*exit status 1/,
  );
  expect(note).toContain('shadowtape digest --send');

  const accepting = await siteWith(`tee ${received}`);
  expect((await send(accepting)).exitStatus).toBe(0);
  expect(await readFile(received, 'utf8')).toContain('week of');
  expect(await shown(accepting)).toBeUndefined();
});
