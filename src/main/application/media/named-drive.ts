/** A drive that is named as HOST:DEVICE. */
import { failure } from '../../../contract/errors.ts';
import type { Site } from '../../site/site-schema.ts';
import { withoutRewind } from '../../tape/tape-device.ts';

export interface DriveAt {
  readonly host: string;
  readonly device: string;
}

/**
 * @param named undefined: the drive of the site
 * @throws COPY_DRIVE_UNREADABLE, TAPE_DEVICE_UNKNOWN
 */
export function driveNamed({ tape, hosts }: Pick<Site, 'tape' | 'hosts'>, named?: string): DriveAt {
  if (named === undefined) return { host: tape.host, device: tape.device };
  const [, host = '', device = ''] = /^([^:]+):(\/dev\/.+)$/.exec(named) ?? [];
  if (!Object.hasOwn(hosts, host))
    throw failure('COPY_DRIVE_UNREADABLE', { drive: named, hosts: Object.keys(hosts).join(', ') });
  withoutRewind(device);
  return { host, device };
}
