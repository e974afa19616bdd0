/**
 * A tape without a label, with a digest that no run has recorded. It may hold the beginning of an interrupted dump of
 * this state folder.
 */
import type { ErrorCode } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { readRun } from '../../journal/run-history.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { mayBeOwnFile } from '../../procedure/model/tape/own-tape.ts';
import { methods } from '../../site/file-system.ts';

/** The operator waits for the identification of a tape: dumps of older runs are not searched. */
const newestRuns = 30;

export interface UnknownTape {
  readonly host: string;
  readonly device: string;
  /** The first record of the tape; empty if it begins with a file mark. */
  readonly firstRecord: Buffer;
  /** The result of describeFirstRecord. */
  readonly found: string;
}

/** A dump that ended with one of these has not written a byte. */
const unwritten: readonly (string | undefined)[] = [
  'TAPE_WRITE_PROTECTED',
  'TAPE_NOT_LOADED',
  'TAPE_BUSY',
  'TAPE_NOT_BLANK',
] satisfies ErrorCode[];

/** The last dump step began, and the journal does not say that it wrote nothing. */
function mayHaveWritten(events: readonly RunEvent[]): boolean {
  const begun = events.findLast(
    (event): event is EventOf<'step-started'> => event.type === 'step-started' && event.phase === 'dump',
  );
  if (!begun) return false;
  const end = events.findLast((event) => event.type === 'step-finished' && event.step === begun.step);
  return end?.type !== 'step-finished' || !unwritten.includes(end.error?.code);
}

/** Complete dumps are recognized by the digest of their first record. */
const isKnown = (events: readonly RunEvent[]): boolean =>
  events.some((event) => event.type === 'digest' && event.firstRecordSha256 !== undefined);

function mayBeOf(events: readonly RunEvent[], tape: UnknownTape): boolean {
  const [start] = events;
  if (start?.type !== 'run-started' || start.restore || start.layout !== 'plain') return false;
  if (start.tape.host !== tape.host || start.tape.device !== tape.device) return false;
  if (isKnown(events) || !mayHaveWritten(events)) return false;
  const [volume] = start.volumes;
  const sampled = events.findLast(
    (event) => event.type === 'fingerprint' && event.volume === volume?.proxy && event.side === 'primary',
  );
  return mayBeOwnFile(
    {
      method: methods.find((each) => each === volume?.method) ?? start.method,
      recordBytes: start.recordBytes,
    },
    tape.firstRecord,
    tape.found,
    sampled?.type === 'fingerprint' ? sampled.blocks : undefined,
  );
}

/**
 * The newest run whose unfinished dump begins like the tape. Nothing proves that it is that one.
 * @returns undefined if none of the newest runs has left an unfinished dump
 * @throws STATE_FILE_UNREADABLE
 */
export async function unfinishedDumpOn(state: StateFolder, tape: UnknownTape): Promise<string | undefined> {
  const newest = (await state.runs()).toSorted().slice(-newestRuns).toReversed();
  for (const run of newest) {
    const events = await readRun(state, run).then(
      (journal) => journal.events,
      // An unreadable journal shows nothing of its dump.
      () => [],
    );
    if (mayBeOf(events, tape)) return run;
  }
  return undefined;
}
