/**
 * The protection of each volume, however many jobs back it up, and what a monitor is told of it. Shared by `shadowtape status`, the metrics
 * and the first screen. Pure.
 */
import {
  protections,
  type PairProtection,
  type Protection,
  type ServiceState,
} from '../contract/protection.ts';

export type OfVolume<Pair extends PairProtection> = Pair & {
  /** `Class1/Volume2`: class and proxy. */
  readonly key: string;
  /** Jobs that back the volume up, the one with the gravest judgment first. */
  readonly jobs: readonly string[];
};

const weight = (state: Protection): number => protections.indexOf(state);

/** Of several jobs the gravest judgment counts. */
function together<Pair extends PairProtection>(key: string, pairs: readonly Pair[]): OfVolume<Pair> {
  const [first, ...others] = pairs.toSorted((one, other) => weight(other.state) - weight(one.state));
  if (!first) throw new Error('a volume needs a pair');
  const jobs = [first, ...others].map(({ job }) => job);
  return { ...first, key, jobs };
}

/** @returns one entry for each volume, the gravest first; else in the order of the site file */
export function volumesOf<Pair extends PairProtection>(pairs: readonly Pair[]): OfVolume<Pair>[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const key = `${pair.class}/${pair.proxy}`;
    groups.set(key, [...(groups.get(key) ?? []), pair]);
  }
  return [...groups]
    .map(([key, group]) => together(key, group))
    .toSorted((one, other) => weight(other.state) - weight(one.state));
}

/** A backup that is older than this many times `protect.every` is no longer only late. */
const criticalTimes = 2;

const isFarTooOld = ({ backup, everySeconds }: PairProtection): boolean =>
  backup !== undefined && everySeconds !== undefined && backup.ageSeconds > criticalTimes * everySeconds;

/** A night that was missed is as loud as one that failed. */
const isLoud = (pair: PairProtection): boolean =>
  pair.trouble !== undefined || pair.missedNight !== undefined || isFarTooOld(pair);

/**
 * CRITICAL where a run failed or a person must act, and where a late backup is twice as old as allowed: a state that gets worse must not
 * sink to WARNING.
 */
export function serviceStateOf(pair: PairProtection): ServiceState {
  switch (pair.state) {
    case 'protected':
      return 'OK';
    case 'unknown':
      return 'UNKNOWN';
    case 'failed':
    case 'action required':
      return 'CRITICAL';
    case 'overdue':
    case 'missed':
      return isLoud(pair) ? 'CRITICAL' : 'WARNING';
  }
}

/** UNKNOWN hides nothing that is known to be wrong. */
const worstFirst: readonly ServiceState[] = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'];

/** As a monitor shows them: it shows the first line before all others. */
export const worstFirstOf = <Pair extends PairProtection>(volumes: readonly Pair[]): Pair[] =>
  volumes.toSorted(
    (one, other) => worstFirst.indexOf(serviceStateOf(one)) - worstFirst.indexOf(serviceStateOf(other)),
  );

/** @returns UNKNOWN where there is no volume at all */
export function worstServiceState(all: readonly PairProtection[]): ServiceState {
  const states = new Set(all.map(serviceStateOf));
  return worstFirst.find((state) => states.has(state)) ?? 'UNKNOWN';
}
