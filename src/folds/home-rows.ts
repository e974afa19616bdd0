/** The rows of the first screen: one for each volume pair, however many jobs back it up. Pure. */
import type { PairView, Protection } from '../contract/protection.ts';
import { protections } from '../contract/protection.ts';
import type { State } from './states.ts';
import { volumesOf, type OfVolume } from './volume-protection.ts';

export type HomeRow = OfVolume<PairView>;

/** @returns the gravest first; else in the order of the site file */
export const homeRows = (pairs: readonly PairView[]): HomeRow[] => volumesOf(pairs);

const states: Readonly<Record<Protection, State>> = {
  protected: 'ok',
  unknown: 'idle',
  failed: 'bad',
  overdue: 'bad',
  missed: 'bad',
  'action required': 'bad',
};

export const protectionState = (protection: Protection): State => states[protection];

/** How many rows are in which state, the gravest first. */
export function tallyOf(rows: readonly Pick<PairView, 'state'>[]): { state: Protection; count: number }[] {
  return protections
    .toReversed()
    .map((state) => ({ state, count: rows.filter((row) => row.state === state).length }))
    .filter(({ count }) => count > 0);
}

/** How many rows have missed a drill. */
export const missedDrillsOf = (rows: readonly Pick<PairView, 'missedDrill'>[]): number =>
  rows.filter(({ missedDrill }) => missedDrill !== undefined).length;

/** The rates of the last runs as the line of a small drawing. Coordinates are 0 to 100 across, 0 to 40 down. */
export interface Spark {
  readonly path: string;
  /** Where the drive's minimum streaming rate is; undefined if it is not known, or far above all rates. */
  readonly floor: number | undefined;
  /** Runs that failed. */
  readonly failed: readonly number[];
}

const [width, height, margin] = [100, 40, 4];

/** @param floor bytes per second */
export function sparkOf(points: PairView['points'], floor: number | undefined): Spark {
  const most = Math.max(floor ?? 0, ...points.map(({ rate }) => rate ?? 0)) || 1;
  const xOf = (at: number) =>
    points.length === 1 ? width / 2 : Math.round((at * (width - 2 * margin)) / (points.length - 1)) + margin;
  const yOf = (rate: number) => Math.round(height - margin - (rate / most) * (height - 2 * margin));
  const drawn = points.flatMap(({ good, rate }, at) =>
    good && rate !== undefined ? [`${xOf(at)} ${yOf(rate)}`] : [],
  );
  // A single run is a dot.
  const [only] = drawn;
  const path = drawn.length === 1 ? `M${only ?? ''}h.01` : drawn.length === 0 ? '' : `M${drawn.join('L')}`;
  return {
    path,
    floor: floor === undefined ? undefined : yOf(floor),
    failed: points.flatMap(({ good }, at) => (good ? [] : [xOf(at)])),
  };
}
