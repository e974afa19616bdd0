/** The console in a window: an ordered list of what is set up. */
import { app } from 'electron';
import { join } from 'node:path';
import type { StateFolder } from '../application/console.ts';
import { Desk } from '../desk/desk.ts';
import { Closing } from './closing.ts';
import { SystemKeystore } from './keystore.ts';
import { dropLostOutput, guardLife } from './life.ts';
import { setMenu } from './menu.ts';
import { answerForFiles } from './own-pages.ts';
import { serveWindow } from './page-wire.ts';
import { restrictPages } from './restrictions.ts';
import { RunWatch } from './run-watch.ts';
import { openWindow, showPage } from './window.ts';

/**
 * To be called once Electron is ready.
 * @param siteFile without one the embedded lab is the site
 * @throws STATE_FOLDER_UNUSABLE, PAGE_MISSING
 */
export async function openDesktop(state: StateFolder, siteFile: string | undefined): Promise<void> {
  dropLostOutput();
  await state.prepare();
  restrictPages();
  answerForFiles();
  const keystore = new SystemKeystore(join(state.path, 'secrets.json'));
  const desk = new Desk({ state, siteFile, guest: 'desktop', keystore });
  const window = openWindow(join(state.path, 'window.json'));
  serveWindow(window.webContents, desk);
  setMenu(window);
  const closing = new Closing(window, desk);
  guardLife(desk, closing);
  new RunWatch(window, desk, (exitStatus) => closing.afterEnd(exitStatus));
  app.on('second-instance', () => {
    window.show();
    window.focus();
  });
  app.on('window-all-closed', () => void desk.close().finally(() => app.exit()));
  showPage(window);
}
