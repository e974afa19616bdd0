import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRoute, railOf, routeHash, screenNames } from './routes.ts';

const historyScreens = ['report', 'files', 'trends', 'restored'] as const;

describe('addresses of screens', () => {
  it('reads a screen and its subject', () => {
    expect(parseRoute('#/plan/raw-dd')).toEqual({ screen: 'plan', subject: 'raw-dd' });
    expect(parseRoute('#/runs')).toEqual({ screen: 'runs', subject: undefined });
  });

  it('leads home from an unknown address', () => {
    const home = { screen: 'home', subject: undefined };
    expect(parseRoute('')).toEqual(home);
    expect(parseRoute('#/elsewhere/x')).toEqual(home);
    expect(parseRoute('#/plan/%E0%A4%A')).toEqual({ screen: 'plan', subject: undefined });
  });

  it('has report, files, trends and the records of restores below Runs', () => {
    expect(historyScreens.map(railOf)).toEqual(['runs', 'runs', 'runs', 'runs']);
    expect(screenNames.map(railOf)).toEqual(screenNames);
  });

  it('is parsed back for any subject', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...screenNames, ...historyScreens),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (screen, subject) => {
          expect(parseRoute(routeHash({ screen, subject }))).toEqual({ screen, subject });
        },
      ),
    );
  });
});
