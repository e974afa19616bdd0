/**
 * The protection of each volume, however many jobs back it up, and what a monitor receives about it. Shared by
 * `shadowtape status`, the metrics and the first screen. Pure.
 */
import {
  protections,
  type PairProtection,
  type Protection,
  type ServiceState,
} from '../contract/protection.ts';
import { inEnglish, phrase, said } from '../contract/text/say.ts';

export type OfVolume<Pair extends PairProtection> = Pair & {
  /** `Class1/Volume2`: class and proxy. */
  readonly key: string;
  /** Jobs that back the volume up, the one with the gravest judgment first. */
  readonly jobs: readonly string[];
};

const weight = (state: Protection): number => protections.indexOf(state);
/** A missed drill decides between two pairs in the same state, and is graver than none. */
const gravity = ({ state, missedDrill }: PairProtection): number =>
  weight(state) + (missedDrill === undefined ? 0 : 0.5);

/** What a pair is called wherever it is listed: a missed drill is named as a missed night is. */
export const protectionWords = ({
  state,
  missedDrill,
}: Pick<PairProtection, 'state' | 'missedDrill'>): string =>
  missedDrill === undefined
    ? state
    : phrase('{state}, drill missed', { state: inEnglish(() => said(state)) });

/** Of several jobs the gravest judgment counts, and a drill that any of them missed. */
function together<Pair extends PairProtection>(key: string, pairs: readonly Pair[]): OfVolume<Pair> {
  const [first, ...others] = pairs.toSorted((one, other) => weight(other.state) - weight(one.state));
  if (!first) throw new Error('a volume needs a pair');
  const jobs = [first, ...others].map(({ job }) => job);
  const missedDrill = [first, ...others].find((pair) => pair.missedDrill)?.missedDrill;
  return { ...first, ...(missedDrill ? { missedDrill } : {}), key, jobs };
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
    .toSorted((one, other) => gravity(other) - gravity(one));
}

/** A backup that is older than this many times `protect.every` is no longer only late. */
const criticalTimes = 2;

const isFarTooOld = ({ backup, everySeconds }: PairProtection): boolean =>
  backup !== undefined && everySeconds !== undefined && backup.ageSeconds > criticalTimes * everySeconds;

/** A night that was missed is as loud as one that failed. */
const isLoud = (pair: PairProtection): boolean =>
  pair.trouble !== undefined || pair.missedNight !== undefined || isFarTooOld(pair);

/**
 * CRITICAL where a run failed, a drill was missed or a person must act, and where a late backup is twice as old as allowed: a state that gets worse must not
 * sink to WARNING.
 */
export function serviceStateOf(pair: PairProtection): ServiceState {
  // Nobody has proven that the backup can be restored, though it was to be proven.
  if (pair.missedDrill !== undefined) return 'CRITICAL';
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
