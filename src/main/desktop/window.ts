import { BrowserWindow } from 'electron';
import { join } from 'node:path';

const folder = import.meta.dirname;

/** The file that the renderer is built into; the only page that a window shows. */
export const pageFile = join(folder, '..', 'renderer', 'index.html');

export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    show: false,
    title: 'Shadowtape',
    webPreferences: {
      preload: join(folder, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadFile(pageFile);
  return window;
}
