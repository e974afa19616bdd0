/**
 * What the managers of a page need from it: they are compiled as for a browser, and the bridge finds a channel without
 * messages.
 */
import type { Environment } from 'vitest/runtime';

const silentWire = { send: () => undefined, listen: () => undefined };

export default {
  name: 'page',
  viteEnvironment: 'client',
  setup(global: { window?: unknown }) {
    const before = global.window;
    global.window = { shadowtape: silentWire };
    return {
      teardown() {
        global.window = before;
      },
    };
  },
} satisfies Environment;
