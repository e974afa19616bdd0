/** Detached work of a run: started, or reattached if it runs already; waited for, stopped, removed. Each is journaled. */
import { connectionLostCodes, isFailure, type ShadowtapeError } from '../../../../contract/errors.ts';
import type { NewEvent } from '../../../../contract/events.ts';
import { durationText } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { driveSpeed } from '../../../tape/drive-speeds.ts';
import { volumeNamed } from '../../model/assignment.ts';
import { clearWork, startWork, stopWork } from '../../detached/detached-control.ts';
import {
  awaitWork,
  type WorkLook,
  type WorkPlace,
  type WorkProgress,
} from '../../detached/detached-watch.ts';
import type { DetachedWork } from '../../model/detached-work.ts';
import type { LiveProgress } from '../../hosts/remote-data.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { workHost, type WorkMark, type WorkPurpose } from '../../model/run-marks.ts';
import { dumpWorkOf, hashWorkOf, readBackWorkOf, workDigestOf } from '../../plan/server-work.ts';

type What = Extract<NewEvent, { type: 'work' }>['what'];

export interface RunWork {
  readonly step: string;
  readonly volume: string;
  readonly purpose: WorkPurpose;
  readonly work: DetachedWork;
  /** Expected bytes, for the progress only. */
  readonly total: number | undefined;
}

/** @param purpose what the work is for: only the hash of the whole proxy runs on the cluster */
export function workPlaceOf(
  { runner, assignment }: Pick<RunContext, 'runner' | 'assignment'>,
  purpose: WorkPurpose = 'dump',
): WorkPlace {
  return { runner, host: workHost(assignment, purpose), platform: assignment.platform };
}

/** What names a work in the journal. */
type WorkName = Pick<WorkMark, 'volume' | 'purpose' | 'folder'>;

function recordWork(context: RunContext, step: string, mark: WorkName, what: What): void {
  const { volume, purpose, folder } = mark;
  const host = workHost(context.assignment, purpose);
  context.journal.append({ type: 'work', step, host, volume, purpose, folder, what });
}

const markOf = ({ volume, purpose, work: { folder } }: RunWork): WorkName => ({ volume, purpose, folder });

/**
 * Ends what is left of a work, and removes its folder.
 * @throws DETACHED_NOT_STOPPED, and what the ssh session throws
 */
export async function clearAway(
  context: RunContext,
  step: string,
  work: DetachedWork,
  mark: WorkName,
): Promise<void> {
  const place = workPlaceOf(context, mark.purpose);
  const { signalled, look } = await stopWork(place, step, work, { abort: context.options.halt });
  if (signalled.length > 0) recordWork(context, step, mark, 'stopped');
  if (look.state !== 'absent') await clearWork(place, step, work);
  recordWork(context, step, mark, 'cleared');
}

/** Codes after which it is not known whether the command that starts the work was carried out. */
const unheardCodes = [...connectionLostCodes, 'COMMAND_TIMED_OUT'] as const;

/** @returns why it is not known whether it was started: a query will show */
async function start(context: RunContext, order: RunWork): Promise<ShadowtapeError | undefined> {
  const { step, work } = order;
  // The remains of an earlier attempt are not part of this one.
  if (context.marks.works.some(({ folder }) => folder === work.folder))
    await clearAway(context, step, work, markOf(order));
  recordWork(context, step, markOf(order), 'starting');
  try {
    await startWork(workPlaceOf(context, order.purpose), step, work);
    return undefined;
  } catch (error) {
    if (!isFailure(error, ...unheardCodes)) throw error;
    const text = phrase('{reason}; checking whether the {purpose} has started', {
      reason: error.message,
      purpose: order.purpose,
    });
    context.journal.append({ type: 'warning', step, text });
    return error;
  }
}

/** How often the progress of the work is queried: seldom enough not to disturb it. */
function intervalOf({ assignment }: RunContext): number {
  return Math.min(assignment.job.resynchronisation.everySeconds, 5);
}

/** If the host does not show the progress of the work: the elapsed time, compared with the fastest rate of such a drive. */
function shownProgress(
  { assignment }: RunContext,
  { bytes, words, elapsedSeconds }: WorkProgress,
  total: number | undefined,
): Pick<LiveProgress, 'bytes' | 'total' | 'words' | 'elapsedSeconds'> {
  if (bytes !== undefined) return { bytes, ...(total === undefined ? {} : { total }), elapsedSeconds };
  const speed = driveSpeed(assignment.drive);
  const expected =
    speed && total !== undefined
      ? phrase('at least {total} expected', { total: durationText(total / speed.top) })
      : undefined;
  const told = [
    words,
    phrase('{elapsedSeconds} so far', { elapsedSeconds: durationText(elapsedSeconds) }),
    expected,
  ].filter((word) => word !== undefined);
  return { bytes: 0, words: told.join(', '), elapsedSeconds };
}

/**
 * Performs the work until it ends, in success or failure.
 * @param takeUp true if it was started before, by a console that died
 * @throws COPY_CANCELLED if the run was canceled: the work continues until it is stopped; errors of starting and
 *   querying
 */
export async function performWork(
  context: RunContext,
  order: RunWork,
  takeUp: boolean,
  abort = context.abort,
): Promise<WorkLook> {
  const { step, work, purpose, total } = order;
  if (takeUp) recordWork(context, step, markOf(order), 'taken-up');
  const unheard = takeUp ? undefined : await start(context, order);
  let isLost = false;
  const look = await awaitWork(workPlaceOf(context, purpose), work, {
    intervalSeconds: intervalOf(context),
    abort,
    onProgress(progress) {
      isLost = false;
      context.progress({
        step,
        what: purpose === 'hash' ? 'fingerprint' : purpose,
        ...shownProgress(context, progress, total),
      });
    },
    onLost({ message }) {
      if (!isLost)
        context.journal.append({
          type: 'warning',
          step,
          text: phrase('{message}; the {purpose} continues', { message, purpose }),
        });
      isLost = true;
    },
  });
  if (unheard && look.state === 'absent') throw unheard;
  recordWork(context, step, markOf(order), 'ended');
  return look;
}

/** The work of a mark, as it was started. */
export function workOf({ assignment, journal }: RunContext, mark: WorkMark): DetachedWork {
  const volume = volumeNamed(assignment, mark.volume);
  if (mark.purpose === 'hash') return hashWorkOf(assignment, volume, journal.run);
  if (mark.purpose === 'dump') return dumpWorkOf(assignment, volume, journal.run);
  return readBackWorkOf(assignment, volume, journal.run, workDigestOf(assignment) ?? 'cksum');
}

/**
 * Ends the detached work of the run that still runs; the folders stay.
 * @param volume only the work of this one; undefined: of all
 * @throws DETACHED_NOT_STOPPED, and what the ssh session throws
 */
export async function stopWorks(context: RunContext, step: string, volume?: string): Promise<void> {
  for (const mark of context.marks.works) {
    if (volume !== undefined && mark.volume !== volume) continue;
    const { signalled } = await stopWork(workPlaceOf(context, mark.purpose), step, workOf(context, mark), {
      abort: context.options.halt,
    });
    if (signalled.length === 0) continue;
    recordWork(context, step, mark, 'stopped');
    const names = [...new Set(signalled.map(({ name }) => name))].join(', ');
    const text = phrase('the {purpose} of {volume} was still running and was stopped ({names})', {
      purpose: mark.purpose,
      volume: mark.volume,
      names,
    });
    context.journal.append({ type: 'warning', step, text });
  }
}

/** Removes the folders of all detached work of the run. @throws DETACHED_NOT_STOPPED, and what the ssh session throws */
export async function clearWorks(context: RunContext, step: string): Promise<void> {
  for (const mark of context.marks.works) await clearAway(context, step, workOf(context, mark), mark);
}
