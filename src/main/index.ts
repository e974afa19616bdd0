/** Electron's entry: an ordered list of what is set up. */
import { app } from 'electron';
import { defaultStateFolder, openConsole, StateFolder } from './console.ts';
import { answerRequests } from './desktop/requests.ts';
import { restrictPages } from './desktop/restrictions.ts';
import { openWindow } from './desktop/window.ts';

/** SHADOWTAPE_SITE and SHADOWTAPE_STATE say what --site and --state say to the command line. */
async function start(): Promise<void> {
  const console = await openConsole({
    state: new StateFolder(process.env['SHADOWTAPE_STATE'] ?? defaultStateFolder()),
    siteFile: process.env['SHADOWTAPE_SITE'],
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
  });
  app.once('will-quit', () => void console.close());
  restrictPages();
  answerRequests(console);
  openWindow();
}

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(start);
