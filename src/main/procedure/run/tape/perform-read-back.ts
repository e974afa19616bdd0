/** Reads the tape back and compares it with what was sent to tape. */
import { isFailure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { OfCluster } from '../../drive/compare-read-back.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { volumeNamed } from '../../model/assignment.ts';
import type { Performer } from '../perform-commands.ts';
import { readBackOnServer } from '../server/perform-server-read-back.ts';
import { readRunBack } from './read-run-back.ts';
import { changingOf } from '../dump/spanning-dump.ts';
import { tapeCodes } from '../../model/run-marks.ts';
import type { Step } from '../../model/step.ts';
import { stopWorks } from '../server/run-work.ts';
import { hashedOf, requireAsHashed, samplesOf } from '../shadow/streamed-records.ts';

/** True if a step proved that the tape differs from what was read from the device, or from the proxy. */
export function provesTapeBad({ performance: kind }: Pick<Step, 'performance'>, error: unknown): boolean {
  if (kind === 'whole-hash') return isFailure(error, 'PROXY_DIFFERS');
  return kind === 'read-back' && isFailure(error, ...tapeCodes);
}

/** @throws Error if no record was hashed on the cluster: such a dump is not continued */
function ofCluster(context: RunContext, step: Step, proxy: string): OfCluster {
  const volume = volumeNamed(context.assignment, proxy);
  const samples = samplesOf(context, volume);
  if (!samples) throw new Error(`no record of ${proxy} was hashed on the cluster`);
  const [rule, title] = ['read-back-records', phrase('Records as read back from tape')];
  const hashed = hashedOf(context, volume);
  const compare: OfCluster['compare'] = (seen) =>
    requireAsHashed(context, volume, { step: step.id, rule, title, hashed, seen });
  return { samples, compare };
}

export const performReadBack: Performer = async (context, step) => {
  const { assignment, journal } = context;
  const { tapeHost, tapeDevice, job, volumes } = assignment;
  // If an earlier attempt still reads, the drive is not free.
  if (assignment.route === 'server') await stopWorks(context, step.id);
  try {
    await readRunBack(context, {
      step: step.id,
      run: journal.run,
      events: journal.events,
      drive: { tapeHost, tapeDevice },
      layout: job.media.layout,
      recordBytes: job.media.recordBytes,
      volumes,
      changing: changingOf(context, step.id),
      ofCluster: (proxy) => ofCluster(context, step, proxy),
      readFile:
        assignment.route === 'server'
          ? (proxy, written) => readBackOnServer(context, step.id, volumeNamed(assignment, proxy), written)
          : undefined,
    });
  } finally {
    // It may have taken hours.
    context.observer.forgetPast();
  }
};
