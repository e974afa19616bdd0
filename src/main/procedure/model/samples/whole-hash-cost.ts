/** What `verify.fingerprint: all` costs: a cluster node reads the whole of each proxy, and the rejoin waits for it. Pure. */
import type { RunEvent } from '../../../../contract/events.ts';
import type { WholeHashCost } from '../../../../contract/plan.ts';
import { bytesText, saidList } from '../../../../contract/words.ts';
import { say, sayCount } from '../../../../contract/text/say.ts';
import { hashesAll } from '../../../site/whole-fingerprint.ts';
import { bytesOfVolumes, commandNode, mastersOf, proxiesOf, type Assignment } from '../assignment.ts';

/** How fast an earlier run of the job hashed its proxies. */
export interface MeasuredHash {
  readonly run: string;
  readonly bytesPerSecond: number;
}

/**
 * @param events of a run
 * @returns undefined if the run is not of this job, or did not hash its proxies on the node that would hash them now
 */
export function measuredHash(
  run: string,
  events: readonly RunEvent[],
  assignment: Assignment,
): MeasuredHash | undefined {
  const isOfJob = events.some(
    (event) =>
      event.type === 'run-started' && event.site === assignment.siteName && event.job === assignment.jobName,
  );
  if (!isOfJob) return undefined;
  let [bytes, milliseconds] = [0, 0];
  for (const event of events) {
    if (event.type !== 'proxy-hash' || event.host !== commandNode(assignment)) continue;
    bytes += event.bytes;
    milliseconds += event.milliseconds;
  }
  return milliseconds > 0 ? { run, bytesPerSecond: (bytes * 1000) / milliseconds } : undefined;
}

/** What waits for the hash, and what does not. */
export function waitsForHash(assignment: Assignment): string {
  const { job, volumes } = assignment;
  if (job.rejoin === 'leave-parted') return say('the end of the run waits for the hash');
  const waits = sayCount(
    volumes.length,
    'the rejoin and its copy wait for the hash: {masters} has no synchronized copy until they finish',
    'the rejoin and its copy wait for the hash: {masters} have no synchronized copy until they finish',
    { masters: saidList(mastersOf(assignment)) },
  );
  return job.services === 'not-needed'
    ? waits
    : say('{waits}. The services do not wait: they resume in step 3-4', { waits });
}

/**
 * @param earlier the newest earlier run of the job that hashed its proxies; `none` if no earlier run did; undefined if
 *   this was not checked
 * @returns undefined if the job does not ask for the hash
 */
export function wholeHashCost(
  assignment: Assignment,
  earlier: MeasuredHash | 'none' | undefined,
): WholeHashCost | undefined {
  if (!hashesAll(assignment.job)) return undefined;
  const node = commandNode(assignment);
  const bytes = bytesOfVolumes(assignment);
  const measured = earlier === 'none' ? undefined : earlier;
  return {
    node,
    bytes,
    bytesPerSecond: measured?.bytesPerSecond,
    seconds: measured && bytes / measured.bytesPerSecond,
    notes: [
      say('{node} reads {bytes}: all of {proxies}', {
        node,
        bytes: bytesText(bytes),
        proxies: saidList(proxiesOf(assignment)),
      }),
      ...(measured ? [say('run {run} hashed at this rate', { run: measured.run })] : []),
      ...(earlier === 'none'
        ? [
            say('its duration is not known: no earlier run of this job hashed a whole proxy on {node}', {
              node,
            }),
          ]
        : []),
      waitsForHash(assignment),
    ],
  };
}
