/** What a run warns of: what its journal says, and a dump that was slower than the drive needs. Pure. */
import { rateText } from '../contract/words.ts';
import { say } from '../contract/text/say.ts';
import type { LegModel, RunModel } from './run/run-model.ts';

export interface RunWarning {
  readonly step: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** True for a dump during which the drive could not stream. @param floor bytes per second; undefined if it is not known */
export const isShoeShining = (
  { what, average }: Pick<LegModel, 'what' | 'average'>,
  floor: number | undefined,
): boolean => floor !== undefined && what === 'dump' && average !== undefined && average < floor;

const slowText = (isRestore: boolean, average: string, floor: string): string =>
  isRestore
    ? say(
        'Reading the tape averaged {average}, below the drive’s minimum streaming rate of {floor}. The drive was shoe-shining; the data is not affected.',
        { average, floor },
      )
    : say(
        'The dump averaged {average}, below the drive’s minimum streaming rate of {floor}. The drive was shoe-shining; the data is not affected.',
        { average, floor },
      );

/** No event reports a slow dump: its rate is known only at its end. */
function slowDumps({ legs, start, passes }: RunModel): RunWarning[] {
  const floor = start?.drive?.floor;
  const done = new Set(passes.flatMap(({ key, state }) => (state === 'done' ? [key] : [])));
  return legs
    .filter((leg) => done.has(leg.pass) && isShoeShining(leg, floor))
    .map(({ step, average = 0, startedAt, seconds }) => ({
      step,
      text: slowText(start?.restore !== undefined, rateText(average), rateText(floor ?? 0)),
      at: startedAt + seconds * 1000,
    }));
}

/** All warnings of a run, those of its journal first. */
export const warningsOf = (model: RunModel): readonly RunWarning[] => [
  ...model.warnings,
  ...slowDumps(model),
];
