/** Electron's entry. SHADOWTAPE_SITE and SHADOWTAPE_STATE say what --site and --state say to the command line. */
import './application/chosen-language.ts';
import { app, dialog } from 'electron';
import { join } from 'node:path';
import { defaultStateFolder, StateFolder } from './application/console.ts';
import { correctHome } from './application/home-folder.ts';
import { openDesktop } from './desktop/desktop.ts';

correctHome();
const state = new StateFolder(process.env['SHADOWTAPE_STATE'] ?? defaultStateFolder());
// The lock of a single instance lies there: one window a state folder.
app.setPath('userData', join(state.path, 'desktop'));

async function start(): Promise<void> {
  await app.whenReady();
  await openDesktop(state, process.env['SHADOWTAPE_SITE']);
}

if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    dialog.showErrorBox('Shadowtape cannot start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
} else app.quit();
