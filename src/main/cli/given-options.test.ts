import { expect, it } from 'vitest';
import { asGiven, givenOptions } from './given-options.ts';

const given = givenOptions('/s', '/my site.yaml');

it.each([
  [
    'resume it: shadowtape resume R, or shadowtape rollback R',
    "resume it: shadowtape --site '/my site.yaml' --state /s resume R, or shadowtape --site '/my site.yaml' --state /s rollback R",
  ],
  [
    'shadowtape runs and shadowtape locks tell',
    "shadowtape --state /s runs and shadowtape --site '/my site.yaml' --state /s locks tell",
  ],
  [
    'then run "shadowtape check" again',
    'then run "shadowtape --site \'/my site.yaml\' --state /s check" again',
  ],
  ['shadowtape --state DIR rollback R', "shadowtape --site '/my site.yaml' --state DIR rollback R"],
  // These are not commands, or have their options already.
  ['name a PDF that shadowtape report wrote', 'name a PDF that shadowtape report wrote'],
  ['shadowtape --site /other.yaml resume R', 'shadowtape --site /other.yaml resume R'],
  ['the user who runs shadowtape', 'the user who runs shadowtape'],
])('a hint names the site and the state folder that were given: %s', (hint, printed) => {
  expect(asGiven(hint, given)).toBe(printed);
});

it('stays as it is on the embedded lab with its usual state folder', () => {
  const hint = 'shadowtape locks shows it; shadowtape --state DIR resume R';
  expect(asGiven(hint, givenOptions(undefined, undefined))).toBe(hint);
});
