/** A browser for tests: Chromium, as the system has it. */
import { existsSync } from 'node:fs';

// The shell without windows first: it draws the same pages with half of the processor time.
const usual = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export interface Browser {
  readonly executable: string;
  /** Why the tests in a browser cannot run here; undefined if they can. */
  readonly missing: string | undefined;
  readonly args: readonly string[];
}

/** The one in CHROMIUM_PATH, otherwise the system's. */
export function chromiumBrowser(): Browser {
  const named = process.env['CHROMIUM_PATH'];
  const executable = (named === undefined ? usual : [named]).find((path) => existsSync(path));
  // Its own sandbox does not start for root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return {
    executable: executable ?? '',
    missing: executable ? undefined : 'no Chromium: apt install chromium',
    args,
  };
}
