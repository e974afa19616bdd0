/** Watches copies between volumes: COPY, then STOP; anything else has failed (GDS guide 6.6.3.7, step 8-2). */
import { failure, isFailure, type ErrorCode, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { copyState, type CopyState } from '../../gds/proxy-state.ts';
import { slicesOfVolume } from '../../gds/report-lookup.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { volumeNamed } from '../model/assignment.ts';
import type { Performer } from './perform-commands.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step, StepCommand } from '../model/step.ts';

/** A copy, identified by its target volume. */
export interface WatchedCopy {
  readonly volume: string;
  /** The error of a copy that has failed. @param actual the slices with their status, in words */
  readonly failed: (actual: string) => ShadowtapeError;
}

interface Watched {
  readonly copy: WatchedCopy;
  readonly state: CopyState;
  /** The slices with their status, in words. */
  readonly words: string;
}

/** sdxinfo was sent and answered, but it showed nothing. */
const notShown = ['COMMAND_FAILED', 'COMMAND_OUTPUT_CUT', 'SDX_ERROR_PRINTED'] as const satisfies ErrorCode[];

/** How many failed queries in a row end the watch. A single one says nothing about the copy: the next one may show it. */
const mostFailedLooks = 5;

/** @throws the failure of the copy, and errors that keep the volume from being seen */
async function look(
  context: RunContext,
  step: Step,
  copy: WatchedCopy,
  command: StepCommand,
): Promise<Watched> {
  const { assignment } = context;
  const report = parseSdxinfo((await context.runner.send(step.id, command)).stdout.toString('utf8'));
  const slices = slicesOfVolume(report, assignment.class, copy.volume);
  const words = phrases(
    slices.map(({ disk, status }) => phrase('slice of {disk} {status}', { disk, status: status.word })),
    ', ',
  );
  const state = copyState(report, { class: assignment.class, proxyVolume: copy.volume });
  if (state === 'unexpected') throw copy.failed(words || phrase('no slice is shown'));
  return { copy, state, words };
}

async function lookAt(context: RunContext, step: Step, copying: readonly WatchedCopy[]): Promise<Watched[]> {
  const watched: Watched[] = [];
  // One after the other: sdxinfo becomes slow when several run at once (GDS guide 4.5, D.6).
  for (const copy of copying) {
    const command = step.commands[step.volumes?.indexOf(copy.volume) ?? -1];
    if (!command) throw new Error('the step has an sdxinfo command for each volume');
    watched.push(await look(context, step, copy, command));
  }
  return watched;
}

function wordsOf(step: Step, watched: readonly Watched[]): string {
  const several = (step.volumes?.length ?? 0) > 1;
  return watched.map(({ copy, words }) => (several ? `${copy.volume}: ${words}` : words)).join('; ');
}

/**
 * Watches copies until all of them have ended, or the run is canceled. There is no time limit.
 * @param copies one for each volume of the step
 * @throws the failure of a copy, and errors that keep the volumes from being seen
 */
export async function watchCopies(
  context: RunContext,
  step: Step,
  copies: readonly WatchedCopy[],
): Promise<void> {
  const startedAt = performance.now();
  const { everySeconds } = context.assignment.job.resynchronisation;
  let copying = [...copies];
  for (let failedLooks = 0; copying.length > 0;) {
    try {
      const watched = await lookAt(context, step, copying);
      failedLooks = 0;
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      const words = `${wordsOf(step, watched)}, ${seconds} s`;
      context.progress({ step: step.id, what: 'resynchronisation', bytes: 0, words });
      copying = watched.flatMap(({ copy, state }) => (state === 'in-sync' ? [] : [copy]));
    } catch (error) {
      failedLooks += 1;
      if (!isFailure(error, ...notShown) || failedLooks >= mostFailedLooks) throw error;
      const text = phrase('{reason}; the copy is checked again in {everySeconds} s', {
        reason: error.message,
        everySeconds,
      });
      context.journal.append({ type: 'warning', step: step.id, text });
    }
    if (copying.length > 0) await context.pause(step.id, everySeconds);
  }
  context.observer.forget();
}

/** The copies of a rejoin, from the masters to the proxies. */
export const performWatch: Performer = (context, step) =>
  watchCopies(
    context,
    step,
    (step.volumes ?? []).map((proxy) => {
      const { master } = volumeNamed(context.assignment, proxy);
      return {
        volume: proxy,
        failed: (actual) => failure('RESYNCHRONISATION_FAILED', { master, proxy, actual }),
      };
    }),
  );
