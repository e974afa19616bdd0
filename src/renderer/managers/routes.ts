/** Addresses of the screens: `#/topology`, `#/plan/JOB`, `#/run/RUN`. */

/** In the order of the rail, which is that of the keys 1 to 7. */
export const screenNames = ['topology', 'plan', 'run', 'verify', 'runs', 'tape', 'sites'] as const;
export type ScreenName = (typeof screenNames)[number];

export interface Route {
  readonly screen: ScreenName;
  /** The job or run that it is about. */
  readonly subject: string | undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @param hash with or without its `#`; what is not known leads home */
export function parseRoute(hash: string): Route {
  const [, name = '', subject = ''] = /^#?\/([^/]*)(?:\/(.*))?$/.exec(hash) ?? [];
  const screen = screenNames.find((known) => known === name) ?? 'topology';
  return { screen, subject: screen === name && subject !== '' ? decoded(subject) : undefined };
}

export function routeHash({ screen, subject }: Route): string {
  return subject === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(subject)}`;
}
