/** Gives the page one function a channel, and nothing else of Electron. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Channel } from '../contract/channels.ts';

// Named here once more, because a sandboxed preload should not carry the schemas with it; the type keeps both lists equal.
const names: Record<Channel, true> = { site: true, plan: true };

const bridge = Object.fromEntries(
  Object.keys(names).map((name) => [name, (request: unknown) => ipcRenderer.invoke(name, request)]),
);

contextBridge.exposeInMainWorld('shadowtape', bridge);
