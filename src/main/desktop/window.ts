import { app, BrowserWindow } from 'electron';
import { join } from 'node:path';
import { spokenLanguage } from '../../contract/text/say.ts';
import { pageFolder } from '../desk/page-files.ts';
import { pageAddress } from './own-pages.ts';
import { applicationName } from './run-news.ts';
import { rememberedPlace, rememberPlace } from './window-place.ts';

/** A page that crashes again and again is not loaded forever. */
const mostReloads = 3;
const reloadsMilliseconds = 60_000;

/** A crash of the page ends no run: it is loaded again, and receives all earlier events. */
function reloadAfterCrash(window: BrowserWindow): void {
  const reloads: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const now = performance.now();
    const recent = reloads.filter((at) => now - at < reloadsMilliseconds);
    if (recent.length >= mostReloads) return;
    reloads.splice(0, reloads.length, ...recent, now);
    window.webContents.reload();
  });
}

/**
 * Makes the one window; its page is loaded by showPage.
 * @param placeFile where its size and place are remembered
 */
export function openWindow(placeFile: string): BrowserWindow {
  const { maximized, x, y, width, height } = rememberedPlace(placeFile);
  const window = new BrowserWindow({
    width,
    height,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: 800,
    minHeight: 600,
    show: false,
    title: applicationName,
    webPreferences: {
      preload: join(pageFolder(), '..', 'preload', 'index.cjs'),
      // Read by the preload.
      additionalArguments: [`--page-language=${spokenLanguage()}`],
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  rememberPlace(window, placeFile);
  reloadAfterCrash(window);
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  return window;
}

export function showPage(window: BrowserWindow): void {
  void window.loadURL(pageAddress());
}
