/** Reads the tape of an ended run back, and compares it with what that run wrote. Belongs to no run. */
import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { CommandRunner } from './command-runner.ts';
import { requireReadyDrive } from './drive-ready.ts';
import { noJournal } from './journal.ts';
import { readBackAndCompare } from './compare-read-back.ts';
import { readLabelledTape } from './read-labelled-tape.ts';
import type { LiveProgress } from './run-context.ts';
import { summarise } from './run-summary.ts';
import { readBackCommands } from './steps-dump.ts';

export interface VerifyOptions {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly runner: CommandRunner;
  readonly abort: AbortSignal;
  readonly onProgress: (progress: LiveProgress) => void;
}

export interface VerifiedTape {
  readonly volume: string;
  readonly bytes: number;
  readonly records: number;
  readonly sha256: string;
}

/** @throws RUN_HAS_NO_TAPE, TAPE_NOT_LOADED, TAPE_BUSY, TAPE_IS_ANOTHER, TAPE_DIFFERS and what else reading a tape can end with */
export async function verifyRun(options: VerifyOptions): Promise<VerifiedTape> {
  const { run, events, runner, abort, onProgress } = options;
  const start = events[0];
  const summary = summarise(events);
  const written = summary?.digests.handed;
  if (start?.type !== 'run-started' || !written) throw failure('RUN_HAS_NO_TAPE', { run });
  const { host, device } = start.tape;
  await requireReadyDrive(runner, 'verify-run', { tapeHost: host, tapeDevice: device }, 'read');
  const drive = { tapeHost: host, tapeDevice: device };
  const room = { runner, abort, journal: noJournal(), progress: onProgress };
  const order = { step: 'verify-run', volume: written.volume, recordBytes: start.recordBytes, written };
  if (start.layout === 'labelled') await readLabelledTape(room, { ...order, run, drive, events });
  else
    await readBackAndCompare(room, {
      ...order,
      commands: readBackCommands(host, device, start.recordBytes),
    });
  return {
    volume: written.volume,
    bytes: written.bytes ?? 0,
    records: written.records ?? 0,
    sha256: written.onTapeSha256 ?? '',
  };
}
