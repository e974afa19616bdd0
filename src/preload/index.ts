/** Gives the page one wire to the console, and nothing else of Electron. What is said on it the main process checks. */
import { contextBridge, ipcRenderer } from 'electron';
import type { HostMessage, Wire } from '../contract/wire.ts';

/** What the window was opened with (main/desktop/window.ts). */
const argument = '--page-language=';

const wire: Wire = {
  language: process.argv.find((word) => word.startsWith(argument))?.slice(argument.length),
  send: (message) => ipcRenderer.send('page', message),
  listen: (listener) => {
    ipcRenderer.on('host', (_event, message: HostMessage) => listener(message));
  },
};

contextBridge.exposeInMainWorld('shadowtape', wire);
