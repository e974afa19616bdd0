/** A place as `--to` and the site file name it. Pure. */

/**
 * @param place `HOST:/path`, or a path of this computer; one with a colon is written `./a:b`
 * @returns no host for a path of this computer
 */
export function splitPlace(place: string): { readonly host?: string; readonly path: string } {
  const [, host, path] = /^([A-Za-z0-9][A-Za-z0-9_.-]*):(.*)$/s.exec(place) ?? [];
  return host === undefined || path === undefined ? { path: place } : { host, path };
}
