/** The symbolic links in the tree of a host, and where paths lead through them. Links in mounted volumes are not followed. */
import { posix } from 'node:path';
import { IoError } from '../faults/io-error.ts';
import type { HostModel } from '../gds/lab-model.ts';

type Links = NonNullable<HostModel['links']>;

/** A link that leads to a link, and so on: as many as Solaris follows (MAXSYMLINKS). */
const mostLinks = 20;

/**
 * The path without links in it.
 * @param isFollowed true: also where the last name is a link
 * @throws IoError ELOOP
 */
export function throughLinks(links: Links, path: string, isFollowed: boolean): string {
  const all = Object.entries(links);
  let real = path;
  for (let passed = 0; ; passed += 1) {
    const link = all.find(([at]) => real.startsWith(`${at}/`) || (isFollowed && real === at));
    if (!link) return real;
    if (passed === mostLinks) throw new IoError('ELOOP');
    const [at, target] = link;
    real = posix.resolve(posix.dirname(at), target) + real.slice(at.length);
  }
}
