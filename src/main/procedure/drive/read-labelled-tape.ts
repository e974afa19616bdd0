/** Compares the label and the manifest of a tape with those that its run wrote. */
import { createHash } from 'node:crypto';
import { failure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import { tapeReadFailure } from '../../../streams/tape/tape-trouble.ts';
import { describeFirstRecord } from '../../tape/tape-contents.ts';
import { readLabel } from '../../tape/tape-label.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import {
  type Drive,
  readOwnFileCommand,
  readRecordCommand,
  rewindCommand,
} from '../model/tape/tape-commands.ts';
import { requireSame } from './compare-read-back.ts';
import { evidenceOf } from '../hosts/remote-data.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { lastOf } from '../../journal/run-summary.ts';
import { standAtFile } from './tape-position.ts';

/** The run that wrote a tape. */
export interface Writer {
  readonly run: string;
  /** Its label and its manifest are among them. */
  readonly events: readonly RunEvent[];
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * Rewinds, and compares the label with the one that the run wrote.
 * @throws TAPE_IS_ANOTHER if the tape does not have this label, TAPE_DIFFERS if it is not as it was written
 */
export async function requireLabelOf(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  { run, events }: Writer,
): Promise<void> {
  const written = lastOf(events, 'label');
  if (!written) throw failure('RUN_HAS_NO_TAPE', { run });
  const read = readRecordCommand(drive);
  const { stdout, stderr, status, signal } = await runner.persist(step, read, async () => {
    await runner.send(step, rewindCommand(drive));
    return runner.send(step, read, { anyStatus: true, binary: true });
  });
  if (status !== 0) throw tapeReadFailure({ status, signal, stderr, bytes: stdout.length }, evidenceOf(read));
  const label = readLabel(stdout);
  if (label.kind === 'damaged') {
    const differing = { expected: written.sha256, actual: label.reason };
    throw failure('TAPE_DIFFERS', { what: 'label', ...differing }, differing);
  }
  if (label.kind === 'foreign' || label.label.uuid !== written.uuid) {
    const { tapeHost: host, tapeDevice: device } = drive;
    const wanted = phrase('the tape "{name}" of run {run}', { name: written.name, run });
    throw failure('TAPE_IS_ANOTHER', { host, device, wanted, found: describeFirstRecord(stdout) });
  }
  requireSame(phrase('SHA-256 of the label'), written.sha256, sha256(stdout));
}

/**
 * A resumed run, or a retried step, may find another tape in the drive.
 * @throws TAPE_IS_ANOTHER, TAPE_DIFFERS
 */
export async function requireOwnLabel(context: RunContext, step: string): Promise<void> {
  if (context.again) await requireLabelOf(context.runner, step, context.assignment, context.journal);
}

/**
 * Compares the manifest, the last file of the tape, with the one that the run wrote.
 * @throws RUN_HAS_NO_TAPE, TAPE_DIFFERS, TAPE_READ_FAILED and other errors of reading a tape
 */
export async function requireManifestOf(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  { run, events }: Writer,
): Promise<void> {
  const written = lastOf(events, 'manifest');
  // Once a new label is written, the manifest of the previous one is gone.
  if (!written || written.seq < (lastOf(events, 'label')?.seq ?? 0))
    throw failure('RUN_HAS_NO_TAPE', { run });
  const { file } = written;
  const read = readOwnFileCommand(drive);
  const { stdout, stderr, status, signal } = await runner.persist(step, read, async () => {
    await standAtFile(runner, step, drive, file);
    return runner.send(step, read, { anyStatus: true, binary: true });
  });
  if (status !== 0) throw tapeReadFailure({ status, signal, stderr, bytes: stdout.length }, evidenceOf(read));
  requireSame(phrase('bytes of the manifest'), String(written.bytes), String(stdout.length));
  requireSame(phrase('SHA-256 of the manifest'), written.sha256, sha256(stdout));
}
