/** The state of the volumes that the site's jobs back up, in one chip. */
import type { JobInfo } from '../../contract/screens.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../../folds/states.ts';
import { shadowsOf, volumeOf, type ClusterIndex } from './cluster-index.ts';
import { shownStatus } from './status-state.ts';

type Jobs = readonly Pick<JobInfo, 'class' | 'volumes'>[];

/** @returns undefined if the site has no job */
export function clusterState(index: ClusterIndex, jobs: Jobs): { state: State; word: string } | undefined {
  const pairs = new Map(
    jobs.flatMap((job) =>
      job.volumes.map(({ proxy }) => [`${job.class}/${proxy}`, { of: job.class, proxy }] as const),
    ),
  );
  const states = [...pairs.values()].map(({ of, proxy }) => stateOfProxy(index, of, proxy));
  const [first] = states;
  if (first === undefined) return undefined;
  if (states.length === 1) return first;
  const odd = states.find(({ state }) => state !== 'ok');
  return odd ?? { state: 'ok', word: say('{proxies} proxies joined, in sync', { proxies: states.length }) };
}

/** How the hosts show a proxy. @param of its class */
export function stateOfProxy(index: ClusterIndex, of: string, proxy: string): { state: State; word: string } {
  const volume = volumeOf(index, { domain: 'primary', class: of }, proxy);
  if (volume === undefined) return { state: 'bad', word: say('{proxy} does not exist', { proxy }) };
  if (shadowsOf(index, volume).length > 0)
    return { state: 'warn', word: say('{proxy} is shadowed', { proxy }) };
  if (!volume.joined) return { state: 'warn', word: say('{proxy} is parted', { proxy }) };
  const slices = index.topology.slices.filter(
    (slice) => slice.domain === 'primary' && slice.class === of && slice.volume === proxy,
  );
  const words = slices.map(({ statusOn }) => shownStatus(statusOn));
  if (words.some((word) => word?.state === 'busy'))
    return { state: 'busy', word: say('{proxy} joined, copying', { proxy }) };
  const bad = words.find((word) => word?.state === 'bad' || word?.state === 'warn');
  if (bad) return { state: 'bad', word: say('{proxy} joined, {status}', { proxy, status: bad.text }) };
  // An unknown word may mean anything: no run starts with it.
  const own = shownStatus(volume.statusOn);
  if (own?.state === 'warn' || own?.state === 'bad')
    return { state: own.state, word: say('{proxy} joined, {status}', { proxy, status: own.text }) };
  return { state: 'ok', word: say('{proxy} joined, in sync', { proxy }) };
}
