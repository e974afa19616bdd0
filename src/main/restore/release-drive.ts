/** An aborted read may hold the drive for a while: it is waited for, and the tape rewound, before the drive is released. */
import { waitWhileBusy } from '../procedure/drive/drive-ready.ts';
import type { KnownDrive } from '../procedure/drive/tape-look.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { realClock } from '../procedure/hosts/query-retry.ts';
import { rewindCommand } from '../procedure/model/tape/tape-commands.ts';
import { restoreStep } from './target/host-place.ts';

/** How long an aborted read may hold the drive. */
const releaseSeconds = 60;

async function release(afterwards: CommandRunner, drive: KnownDrive): Promise<void> {
  const patience = { clock: realClock, limitSeconds: releaseSeconds };
  const { state } = await waitWhileBusy(afterwards, restoreStep, drive, patience);
  if (state === 'ready') await afterwards.send(restoreStep, rewindCommand(drive));
}

/**
 * Does some work with the drive, and releases it if the work fails.
 * @param afterwards sends commands that a cancel does not end
 * @throws what the work throws
 */
export async function whileReleasing<Value>(
  afterwards: CommandRunner,
  drive: KnownDrive,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    await release(afterwards, drive).catch(() => undefined);
    throw error;
  }
}
