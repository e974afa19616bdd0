/** Whether a shadow exists that no run guards: a rejoin below it damages the master. Pure. */
import type { JobInfo } from '../contract/screens.ts';
import type { ShadowLink, Topology } from '../contract/topology.ts';
import { say } from '../contract/text/say.ts';

const isThere = ({ volumes }: Topology, { shadow }: ShadowLink): boolean =>
  volumes.some(
    ({ domain, class: of, name }) => domain === 'backup' && of === shadow.class && name === shadow.volume,
  );

/**
 * @param openRun a run of the class that holds its class and may have left a shadow of a parted proxy; its own
 *   situation then says so
 * @returns what is unsafe, a sentence without a full stop; undefined if nothing is seen to be
 */
export function unsafeShadowOf(
  topology: Topology,
  jobs: readonly Pick<JobInfo, 'class' | 'volumes'>[],
  className: string,
  openRun: string | undefined,
): string | undefined {
  const ours = new Set(
    jobs.flatMap((job) => (job.class === className ? job.volumes.map(({ proxy }) => proxy) : [])),
  );
  for (const link of topology.shadows) {
    if (link.of.class !== className || !ours.has(link.of.volume) || !isThere(topology, link)) continue;
    const proxy = topology.volumes.find(
      ({ domain, class: of, name }) => domain === 'primary' && of === className && name === link.of.volume,
    );
    const shadow = `${link.shadow.class}/${link.shadow.volume}`;
    if (proxy?.joined)
      return say('{volume} is joined while its shadow {shadow} exists', { volume: link.of.volume, shadow });
    if (openRun === undefined)
      return say('shadow {shadow} of {volume} exists, and no run of this console uses it', {
        shadow,
        volume: link.of.volume,
      });
  }
  return undefined;
}
