/** Addresses of the screens: `#/home`, `#/topology`, `#/plan/JOB`, `#/run/RUN`. */

/** In the order of the rail, which is that of the keys 1 to 9. */
export const screenNames = [
  'home',
  'topology',
  'plan',
  'run',
  'verify',
  'runs',
  'restore',
  'tape',
  'sites',
] as const;
/** Screens that belong to Runs, and have no place on the rail. */
const historyScreens = ['report', 'files', 'trends', 'restored'] as const;
export type RailName = (typeof screenNames)[number];
export type ScreenName = RailName | (typeof historyScreens)[number];

export interface Route {
  readonly screen: ScreenName;
  /**
   * The job, run or volume that it shows; for a report the run, or the run and a section separated by a comma; for a
   * restore the run, its volume and a file; for a started restore its record.
   */
  readonly subject: string | undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @param hash with or without its `#`; an unknown one leads home */
export function parseRoute(hash: string): Route {
  const [, name = '', subject = ''] = /^#?\/([^/]*)(?:\/(.*))?$/.exec(hash) ?? [];
  const screen = [...screenNames, ...historyScreens].find((known) => known === name) ?? 'home';
  return { screen, subject: screen === name && subject !== '' ? decoded(subject) : undefined };
}

export function routeHash({ screen, subject }: Route): string {
  return subject === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(subject)}`;
}

/** The entry of the rail to which a screen belongs. */
export const railOf = (screen: ScreenName): RailName => screenNames.find((name) => name === screen) ?? 'runs';
