/** A host that the ssh configuration names, written into a first site file: instead of one that is not described yet. */
import type { NamedHost } from '../../contract/site-views.ts';
import { newSiteText } from './new-site.ts';
import { renameHost } from './rename-host.ts';
import { setValue, valueAt, valueOf } from './site-edit.ts';
import { isMap, sameValue, type Value } from './yaml-text.ts';

export type NamedRole = 'primary' | 'backup';

const hostsOf = (text: string): Readonly<Record<string, Value>> => {
  const hosts = valueAt(valueOf(text), ['hosts']);
  return isMap(hosts) ? hosts : {};
};

/** The hosts of the text that are unchanged since the new file. */
export function undescribedHosts(text: string): string[] {
  const begun = hostsOf(newSiteText);
  return Object.entries(hostsOf(text)).flatMap(([name, host]) => {
    const before = begun[name];
    return before !== undefined && sameValue(before, host) ? [name] : [];
  });
}

/**
 * The text with the host in that role. Its settings in the ssh configuration are not repeated.
 * @throws EditRefused if a described host has its name
 */
export function withNamedHost(
  text: string,
  { name, user }: Pick<NamedHost, 'name' | 'user'>,
  role: NamedRole,
): string {
  const host = user === undefined ? { role, user: 'root' } : { role };
  const free = undescribedHosts(text);
  const place = free.includes(name)
    ? name
    : free.find((each) => valueAt(valueOf(text), ['hosts', each, 'role']) === role);
  const renamed = place === undefined || place === name ? text : renameHost(text, place, name);
  return setValue(renamed, ['hosts', name], host);
}
