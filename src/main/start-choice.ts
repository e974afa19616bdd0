/** Window or browser: what `npm start` opens. Pure. */
export interface Surroundings {
  /** True if Electron's runtime is there. */
  readonly electron: boolean;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** A browser is wished (--browser). */
  readonly browser: boolean;
}

export interface StartChoice {
  readonly guest: 'desktop' | 'browser';
  /** One line for the terminal. */
  readonly why: string;
  /** What Electron is to be given. */
  readonly args: readonly string[];
}

const browser = (why: string): StartChoice => ({
  guest: 'browser',
  why: `opening for a browser: ${why}`,
  args: [],
});

export function chooseGuest({
  electron,
  platform,
  environment,
  isRoot,
  browser: wished,
}: Surroundings): StartChoice {
  if (wished) return browser('--browser was given');
  if (!electron) return browser('Electron’s runtime is not there (npx install-electron gets it)');
  const hasScreen = Boolean(environment['DISPLAY']) || Boolean(environment['WAYLAND_DISPLAY']);
  if (platform === 'linux' && !hasScreen) return browser('there is no screen (DISPLAY is not set)');
  if (platform === 'linux' && isRoot) {
    const why = 'opening the window, without Chromium’s sandbox: it does not start for root';
    return { guest: 'desktop', why, args: ['--no-sandbox'] };
  }
  return { guest: 'desktop', why: 'opening the window', args: [] };
}
