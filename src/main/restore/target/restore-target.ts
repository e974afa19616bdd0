/** Where a restore goes: a path of this computer, or one of a host of the site. Pure. */
import { resolve } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { splitPlace } from '../../site/named-place.ts';
import { isDevicePath } from '../device/device-place.ts';
import type { HostPlace } from './host-place.ts';

export type RestoreTarget =
  | { readonly kind: 'here'; readonly path: string }
  | ({ readonly kind: 'host' } & HostPlace);

/**
 * @param to `HOST:/path`, or a path of this computer; one with a colon is written `./a:b`
 * @param hosts those of the site
 * @throws RESTORE_HOST_UNKNOWN, RESTORE_PATH_RELATIVE
 */
export function parseTarget(to: string, hosts: readonly string[]): RestoreTarget {
  const { host, path } = splitPlace(to);
  if (host === undefined) return { kind: 'here', path: resolve(to) };
  if (!hosts.includes(host)) throw failure('RESTORE_HOST_UNKNOWN', { host, hosts: hosts.join(', '), to });
  if (!path.startsWith('/')) throw failure('RESTORE_PATH_RELATIVE', { to });
  return { kind: 'host', host, path: path.length > 1 ? path.replace(/\/+$/, '') : path };
}

/** The device of a host that an image would overwrite; undefined for any other target. */
export const deviceOf = (target: RestoreTarget): HostPlace | undefined =>
  target.kind === 'host' && isDevicePath(target.path) ? target : undefined;

/** As on the command line. */
export const targetWords = (target: RestoreTarget): string =>
  target.kind === 'here' ? target.path : `${target.host}:${target.path}`;
