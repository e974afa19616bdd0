import { expect, it } from 'vitest';
import { placeOnScreens } from './placing.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const last = { x: 100, y: 50, width: 1400, height: 900, maximized: false };

it('opens the window where it was', () => {
  expect(placeOnScreens(last, [screen])).toEqual(last);
  expect(placeOnScreens({ ...last, x: -1300 }, [screen])).toEqual({ ...last, x: -1300 });
  expect(placeOnScreens({ ...last, maximized: true }, [screen])).toMatchObject({ maximized: true });
});

it('has a size of its own for the first time', () => {
  expect(placeOnScreens(undefined, [screen])).toEqual({ width: 1280, height: 800, maximized: false });
});

it.each([
  ['a screen that is gone', { ...last, x: 2500 }],
  ['a place where its title bar cannot be reached', { ...last, y: 1070 }],
  ['a place above all screens', { ...last, y: -40 }],
  ['a place left of all screens', { ...last, x: -1390 }],
])('leaves %s to the system, and keeps the size', (_where, place) => {
  expect(placeOnScreens(place, [screen])).toEqual({ width: 1400, height: 900, maximized: false });
});

it('is never too small to be used', () => {
  expect(placeOnScreens({ ...last, width: 10, height: 10 }, [screen])).toMatchObject({
    width: 800,
    height: 600,
  });
});
