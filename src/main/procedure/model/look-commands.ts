/**
 * The command lines that query the hosts: they change nothing, a plan prints them word for word, and the observer sends
 * them. Pure.
 */
import { sdxinfo } from '../../gds/commands.ts';
import { diskQuery } from '../../gds/disk-identity.ts';
import type { Platform } from '../../site/site-schema.ts';
import { everyObjectQuery } from './backup-past.ts';
import { bootQueries } from './boot-identity.ts';
import { machineQuery } from './host-identity.ts';
import type { StepCommand } from './step.ts';

const everyKind = ['disk', 'group', 'slice', 'volume'] as const;

function lookAt(host: string, argv: readonly string[]): StepCommand {
  return { host, argv, guide: false, changes: false };
}

/**
 * The default columns hold the extents, the long ones master and proxy (GDS guide, F.1.3 and 6.6.3.7): both are needed.
 * For groups, the long ones have the width of stripes.
 */
export function primaryLooks(host: string, className: string): StepCommand[] {
  return [
    lookAt(host, sdxinfo({ show: everyKind, class: className })),
    lookAt(host, sdxinfo({ show: ['group', 'volume'], class: className, long: true })),
  ];
}

/** Without -c: the shadow class may not exist, and the other objects of the backup server matter, too. */
export function backupLooks(host: string): StepCommand[] {
  return [lookAt(host, everyObjectQuery), lookAt(host, sdxinfo({ show: ['group', 'volume'], long: true }))];
}

/** The queries for the boot, the best first. */
export function bootLooks(host: string, platform: Platform): StepCommand[] {
  return bootQueries(platform).map((argv) => lookAt(host, argv));
}

/** Which machine a host is. */
export function machineLook(host: string, platform: Platform): StepCommand {
  return lookAt(host, machineQuery(platform));
}

/** Which disks the devices are. */
export function diskLook(host: string, platform: Platform): StepCommand {
  return lookAt(host, diskQuery(platform));
}

/** The long form of each query in default form. */
export function longLook({ host, argv }: StepCommand): StepCommand {
  return lookAt(host, [...argv, '-e', 'long']);
}

/** Both forms, and the long one that may replace them. */
export function withLongLook(looks: readonly StepCommand[]): StepCommand[] {
  const [first] = looks;
  return first ? [...looks, longLook(first)] : [];
}

export function mountLook(host: string, platform: Platform): StepCommand {
  return lookAt(host, ['cat', platform === 'solaris' ? '/etc/mnttab' : '/proc/mounts']);
}
