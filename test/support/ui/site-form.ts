/** The form of the site on a page without a browser, over a console of its own. */
import { copyFile, readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { HostMessage } from '../../../src/contract/wire.ts';
import { Desk } from '../../../src/main/desk/desk.ts';
import { PageSession } from '../../../src/main/desk/page-session.ts';
import { requireBuiltPages } from '../built-program.ts';
import { jobOf, openScene, type SiteTree } from '../lab-run.ts';
import { DocumentPage } from './document-page.ts';

/** A page over a console of its own, and what its site file says of the job raw-dd once it is read back. */
export async function openForm() {
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
  const saved = async () => jobOf(parse(await readFile(siteFile, 'utf8')) as SiteTree);
  return { page, answered, saved, scene, siteFile };
}
