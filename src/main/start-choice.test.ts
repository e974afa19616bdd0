import { describe, expect, it } from 'vitest';
import { chooseGuest, type Surroundings } from './start-choice.ts';

const desk: Surroundings = {
  electron: true,
  platform: 'linux',
  environment: { DISPLAY: ':0' },
  isRoot: false,
  browser: false,
};

describe('npm start', () => {
  it.each<[string, Partial<Surroundings>, string]>([
    ['at a screen', {}, 'opening the window'],
    ['under Wayland', { environment: { WAYLAND_DISPLAY: 'wayland-0' } }, 'opening the window'],
    ['on Windows', { platform: 'win32', environment: {} }, 'opening the window'],
    [
      'as root',
      { isRoot: true },
      'opening the window, without Chromium’s sandbox: it does not start for root',
    ],
    [
      'without a screen',
      { environment: { DISPLAY: '' } },
      'opening for a browser: there is no screen (DISPLAY is not set)',
    ],
    ['when it is wished', { browser: true }, 'opening for a browser: --browser was given'],
    [
      'without Electron',
      { electron: false },
      'opening for a browser: Electron’s runtime is not there (npx install-electron gets it)',
    ],
  ])('says what it opens %s', (_where, other, why) => {
    expect(chooseGuest({ ...desk, ...other }).why).toBe(why);
  });

  it('gives up Chromium’s sandbox for root on Linux alone', () => {
    expect(chooseGuest({ ...desk, isRoot: true }).args).toEqual(['--no-sandbox']);
    expect(chooseGuest(desk).args).toEqual([]);
    expect(chooseGuest({ ...desk, platform: 'darwin', isRoot: true }).args).toEqual([]);
  });
});
