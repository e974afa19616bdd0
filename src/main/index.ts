/** Electron's entry: an ordered list of what is set up. SHADOWTAPE_SITE and SHADOWTAPE_STATE say what --site and --state say to the command line. */
import { app } from 'electron';
import { join } from 'node:path';
import { defaultStateFolder, StateFolder } from './console.ts';
import { Desk } from './desk/desk.ts';
import { Closing } from './desktop/closing.ts';
import { SystemKeystore } from './desktop/keystore.ts';
import { setMenu } from './desktop/menu.ts';
import { answerScheme, registerScheme } from './desktop/page-scheme.ts';
import { servePage } from './desktop/page-wire.ts';
import { restrictPages } from './desktop/restrictions.ts';
import { RunWatch } from './desktop/run-watch.ts';
import { openWindow, showPage } from './desktop/window.ts';

const state = new StateFolder(process.env['SHADOWTAPE_STATE'] ?? defaultStateFolder());
// One console a state folder: what the lock of a single instance lies in.
app.setPath('userData', join(state.path, 'desktop'));

async function start(): Promise<void> {
  await state.prepare();
  restrictPages();
  answerScheme();
  const desk = new Desk({
    state,
    siteFile: process.env['SHADOWTAPE_SITE'],
    guest: 'desktop',
    keystore: new SystemKeystore(join(state.path, 'secrets.json')),
  });
  const window = openWindow(join(state.path, 'window.json'));
  servePage(window.webContents, desk);
  setMenu(window);
  const closing = new Closing(window, desk);
  new RunWatch(window, desk, (exitStatus) => closing.afterEnd(exitStatus));
  app.on('second-instance', () => {
    window.show();
    window.focus();
  });
  app.on('window-all-closed', () => void desk.close().finally(() => app.exit()));
  showPage(window);
}

if (app.requestSingleInstanceLock()) {
  registerScheme();
  void app.whenReady().then(start);
} else app.quit();
