/** What sdxinfo shows on one host, of every class: a shadow may lie in any of them, and a site that is just being written has no job yet. */
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { Observer } from '../procedure/hosts/observe.ts';
import type { BackupReport } from '../procedure/model/world.ts';
import type { Platform } from '../site/site-schema.ts';

export interface HostLookOptions {
  readonly platform: Platform;
  /** What sdxinfo prints on a host without any object; undefined where that is not known. */
  readonly noObjectsMessage: string | undefined;
}

/** @throws SDXINFO_…, and what a session can end with */
export async function lookAtHost(
  runner: CommandRunner,
  host: string,
  { platform, noObjectsMessage }: HostLookOptions,
): Promise<BackupReport> {
  // The observer asks the backup server without a class, and for its mounts: that is what is wanted of any host here.
  const observed = { platform, class: '', primaryNodes: [], backupServer: host, noObjectsMessage };
  const { backup } = await new Observer(runner, observed).look('look', ['backup']);
  if (!backup) throw new Error('the backup server needs a report of its own');
  return backup;
}
