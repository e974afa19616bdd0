import { expect, it } from 'vitest';
import { driveSpeed } from './drive-speeds.ts';

it('recognizes a drive however the site file spells it', () => {
  const speed = { floor: 40_000_000, top: 120_000_000 };
  expect(['LTO-4', 'lto4', 'LTO 4', 'LTO-4 HH'].map(driveSpeed)).toEqual([speed, speed, speed, speed]);
});

it('guesses no speed for an unknown drive', () => {
  expect(['LTO-40', 'DLT', '', undefined].map(driveSpeed)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
