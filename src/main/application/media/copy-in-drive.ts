/** Whether the tape in the drive belongs to a second copy of a run: the run is then read as if it had written that one. */
import type { ProvenCopy } from '../../../contract/tape/copied-tape.ts';
import { isFailure } from '../../../contract/errors.ts';
import { requireReadyDrive } from '../../procedure/drive/drive-ready.ts';
import { lookAtTape, type KnownDrive } from '../../procedure/drive/tape-look.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { KnownRun } from '../../procedure/model/restore-source.ts';
import { eventsOnCopy } from '../../procedure/model/tape/copied-run.ts';

/** The drive does not answer: reading the tape of the run reports the error. */
const unseen = ['TAPE_NOT_LOADED', 'TAPE_BUSY', 'TAPE_STATE_UNKNOWN', 'COMMAND_FAILED'] as const;

/**
 * @param copies of the run; without any, nothing is read
 * @returns undefined if the tape in the drive belongs to none of them
 * @throws errors of a session
 */
export async function copyInDrive(
  runner: CommandRunner,
  step: string,
  drive: KnownDrive,
  copies: readonly ProvenCopy[],
): Promise<ProvenCopy | undefined> {
  if (copies.length === 0) return undefined;
  try {
    await requireReadyDrive(runner, step, drive, 'read');
    const { label } = await lookAtTape(runner, step, drive);
    return copies.find(({ tapes }) => tapes.some(({ uuid }) => uuid === label?.uuid));
  } catch (error) {
    if (!isFailure(error, ...unseen)) throw error;
    return undefined;
  }
}

/** The run as it is on its copy; unchanged if there is none. */
export const onCopy = ({ run, events }: KnownRun, copy: ProvenCopy | undefined): KnownRun =>
  copy ? { run, events: eventsOnCopy(events, copy.tapes) } : { run, events };

/** Of its tapes, for a sentence. */
export const copyNames = ({ tapes }: ProvenCopy): string => tapes.map(({ name }) => `"${name}"`).join(', ');
