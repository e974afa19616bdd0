/** Patterns of ssh_config(5), PATTERNS: `*`, `?`, and lists with `!`. */

/** True if the whole text matches. Case counts. */
function matchesPattern(text: string, pattern: string): boolean {
  const expression = pattern
    .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function matchesAny(text: string, patterns: readonly string[]): boolean {
  const isDenied = patterns.some(
    (pattern) => pattern.startsWith('!') && matchesPattern(text, pattern.slice(1)),
  );
  return !isDenied && patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(text, pattern));
}

/** A list as in `Match user`: separated by commas. */
export const matchesList = (text: string, list: string): boolean => matchesAny(text, list.split(','));

/** A list as in `Match host`: case does not count. */
export const matchesHostList = (host: string, list: string): boolean =>
  matchesList(host.toLowerCase(), list.toLowerCase());

/** The patterns of a `Host` line. */
export const matchesHostLine = (host: string, patterns: readonly string[]): boolean =>
  matchesAny(host, patterns);
