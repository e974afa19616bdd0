/** The tape of a run in layout `plain`, recognized by the digest of its first record. */
import { failure } from '../../../../contract/errors.ts';
import type { RunEvent } from '../../../../contract/events.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { firstRecordSha256 } from '../../../tape/overwrite-rule.ts';
import { lookAtTape } from '../../drive/tape-look.ts';
import type { RunContext } from '../../hosts/run-context.ts';

/** Digest of the first record that the run wrote last; undefined if its journal has none. */
export function writtenFirstRecord(events: readonly RunEvent[]): string | undefined {
  const last = events.findLast((event) => event.type === 'digest' && event.firstRecordSha256 !== undefined);
  return last?.type === 'digest' ? last.firstRecordSha256 : undefined;
}

/**
 * Before a further file is written to a tape of layout `plain`: a retry or a resume may find another tape in the drive.
 * @throws TAPE_IS_ANOTHER, TAPE_STATE_UNKNOWN
 */
export async function requireOwnFirstFile(context: RunContext, step: string): Promise<void> {
  if (!context.again) return;
  const tape = await lookAtTape(context.runner, step, context.assignment);
  const { run, events } = context.journal;
  const written = writtenFirstRecord(events);
  if (written === undefined ? !tape.blank : firstRecordSha256(tape) === written) return;
  const { host, device, found } = tape;
  throw failure('TAPE_IS_ANOTHER', {
    host,
    device,
    found,
    wanted: phrase('the tape that run {run} writes', { run }),
  });
}
