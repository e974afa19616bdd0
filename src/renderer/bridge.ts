/** The page's only way to the console. */
import type { Bridge } from '../contract/channels.ts';

declare global {
  interface Window {
    readonly shadowtape: Bridge;
  }
}

export const bridge: Bridge = window.shadowtape;
