/** The figures of the work that continues, or continued last: bytes, rate, time left. Pure. */
import type { ProgressView } from '../contract/screens.ts';
import { say } from '../contract/text/say.ts';
import { uncountedDumps } from './written-records.ts';
import type { LegModel, PassModel, RunModel, Sample } from './run/run-model.ts';

export interface Figures {
  readonly what: ProgressView['what'];
  readonly title: string;
  readonly bytes: number;
  readonly total: number | undefined;
  /** 0 to 1; undefined if it is not known. */
  readonly done: number | undefined;
  /** Bytes a second: the present one, or the whole leg's where it is over. */
  readonly rate: number | undefined;
  readonly isOver: boolean;
  /** True if its step succeeded. */
  readonly isComplete: boolean;
  /** True if it is not known how much of a dump is on tape: see uncountedDumps. */
  readonly isUncounted: boolean;
  readonly records: number | undefined;
  readonly totalRecords: number | undefined;
  /** 0 to 1. */
  readonly bufferFill: number | undefined;
  readonly secondsLeft: number | undefined;
  readonly elapsedSeconds: number | undefined;
  readonly words: string | undefined;
}

const titles: Readonly<Record<ProgressView['what'], string>> = {
  dump: say('Dump'),
  'read-back': say('Read-back'),
  resynchronisation: say('Resynchronization'),
  fingerprint: say('Fingerprint'),
};

const restoreTitles: Readonly<Partial<Record<ProgressView['what'], string>>> = {
  dump: say('Write to the proxy'),
  'read-back': say('Read and compare'),
  resynchronisation: say('Copy to the master'),
};

/** A run of several volumes has a dump step for each: `6a:Volume4`. */
export const volumeOf = (step: string): string | undefined => step.split(':')[1];

/** Bytes a second over the whole time of several ways of the data; undefined while nothing has passed. */
export function averageRate(legs: readonly Pick<LegModel, 'seconds' | 'latest'>[]): number | undefined {
  const seconds = legs.reduce((sum, leg) => sum + leg.seconds, 0);
  const bytes = legs.reduce((sum, { latest }) => sum + latest.bytes, 0);
  return seconds > 0 && bytes > 0 ? bytes / seconds : undefined;
}

/** A step in a sentence: `6a`; of several volumes `6a, Volume2`. */
export const stepText = (step: string): string => step.replace(':', ', ');

function secondsLeft(bytes: number, total: number | undefined, rate: number | undefined): number | undefined {
  if (total === undefined || rate === undefined || rate <= 0 || bytes >= total) return undefined;
  return (total - bytes) / rate;
}

function figuresOf(
  progress: ProgressView,
  isOver: boolean,
  rate: number | undefined,
  recordBytes: number | undefined,
): Figures {
  const { what, bytes, total, records, bufferFill, words, elapsedSeconds } = progress;
  const carriesData = what === 'dump' || what === 'read-back';
  return {
    what,
    title:
      volumeOf(progress.step) === undefined || isOver
        ? titles[what]
        : `${titles[what]}, ${volumeOf(progress.step)}`,
    bytes,
    total,
    done: total === undefined || total === 0 ? undefined : Math.min(1, bytes / total),
    rate,
    isOver,
    isComplete: false,
    isUncounted: false,
    records,
    totalRecords:
      carriesData && total !== undefined && recordBytes ? Math.ceil(total / recordBytes) : undefined,
    bufferFill: what === 'dump' && !isOver ? bufferFill : undefined,
    secondsLeft: isOver ? undefined : secondsLeft(bytes, total, rate),
    elapsedSeconds,
    words,
  };
}

/** The leg that continues, or continued last. */
function latestLeg(model: RunModel): LegModel | undefined {
  return model.legs.at(-1);
}

/** All ways of the same kind as one: the dumps of several volumes. */
function together(
  legs: readonly LegModel[],
  last: LegModel,
): { progress: ProgressView; rate: number | undefined } {
  const same = legs.filter(({ what }) => what === last.what);
  if (same.length < 2) return { progress: last.latest, rate: last.average };
  const sum = (of: (leg: LegModel) => number | undefined) =>
    same.reduce((total, leg) => total + (of(leg) ?? 0), 0);
  return {
    progress: {
      ...last.latest,
      bytes: sum(({ latest }) => latest.bytes),
      total: sum(({ latest }) => latest.total ?? latest.bytes),
      records: sum(({ latest }) => latest.records),
    },
    rate: averageRate(same),
  };
}

function isRunning(pass: PassModel | undefined): boolean {
  return pass?.state === 'running';
}

/**
 * All of a fingerprint once it is taken: the journal holds how far it was a second before.
 * @returns undefined while it continues
 */
function takenFingerprint(model: RunModel, progress: ProgressView): ProgressView | undefined {
  // A dump reads records of its own: before it begins, and once it has ended.
  if (progress.step !== 'verify' && progress.step !== 'fingerprint') return undefined;
  const side = progress.step === 'verify' ? 'backup' : 'primary';
  const taken = model.fingerprints.flatMap((pair) => pair[side] ?? []);
  if (progress.what !== 'fingerprint' || taken.length < (model.start?.volumes.length ?? 1)) return undefined;
  const records = taken.reduce((sum, { blocks, second = [] }) => sum + blocks.length + second.length, 0);
  return { ...progress, bytes: progress.total ?? progress.bytes, records };
}

/**
 * Of the present step where it shows its progress, else of the last way of the data; undefined before the first.
 * @param isLeft true if no process performs the run any more, though its journal has no end
 */
export function presentFigures(model: RunModel, isLeft = false): Figures | undefined {
  const figures = figuresOfRun(model, isLeft || model.end !== undefined);
  const title = figures && model.start?.restore && restoreTitles[figures.what];
  return figures && title !== undefined ? { ...figures, title } : figures;
}

/** Of a dump that was interrupted before it reported anything; undefined if none has begun to write. */
function unreported(model: RunModel, isLeft: boolean): Figures | undefined {
  const pass = uncountedDumps(model, isLeft).at(-1);
  if (!pass) return undefined;
  const progress = { step: pass.step, what: 'dump' as const, bytes: 0 };
  return { ...figuresOf(progress, true, undefined, model.start?.recordBytes), isUncounted: true };
}

/** Of a way of the data whose step has ended. */
function figuresAtEnd(model: RunModel, leg: LegModel, isLeft: boolean): Figures {
  const { start, legs, passes } = model;
  // A restore reads the same bytes at several places: they are no sum.
  const { progress, rate } = together(start?.restore ? [leg] : legs, leg);
  const isUnknown = leg.what === 'dump' && uncountedDumps(model, isLeft).length > 0;
  const pass = passes.find(({ key }) => key === leg.pass);
  return {
    ...figuresOf(progress, true, rate, start?.recordBytes),
    isComplete: pass?.state === 'done' && !isUnknown,
    isUncounted: isUnknown,
  };
}

function figuresOfRun(model: RunModel, isLeft: boolean): Figures | undefined {
  const recordBytes = model.start?.recordBytes;
  const leg = latestLeg(model);
  const { current } = model;
  if (current?.progress && current.key !== leg?.pass) {
    const progress = takenFingerprint(model, current.progress) ?? current.progress;
    return figuresOf(progress, isLeft, progress.rate, recordBytes);
  }
  if (!leg) return unreported(model, isLeft);
  const pass = model.passes.find(({ key }) => key === leg.pass);
  const isOver = isLeft || !isRunning(pass);
  if (!isOver) return figuresOf(leg.latest, false, leg.latest.rate, recordBytes);
  return figuresAtEnd(model, leg, isLeft);
}

/** What is drawn of the samples: those of the last seconds, or all, thinned out where there are more than a screen can show. */
export function shownSamples(
  samples: readonly Sample[],
  lastSeconds: number | undefined,
  most = 2000,
): readonly Sample[] {
  const end = samples.at(-1)?.seconds ?? 0;
  const wanted =
    lastSeconds === undefined ? samples : samples.filter(({ seconds }) => seconds >= end - lastSeconds);
  if (wanted.length <= most) return wanted;
  // Of each group the slowest is kept: what starves the drive must not be thinned away.
  const size = Math.ceil(wanted.length / most);
  return Array.from({ length: Math.ceil(wanted.length / size) }, (_, index) =>
    wanted
      .slice(index * size, (index + 1) * size)
      .reduce((one, other) => (other.rate < one.rate ? other : one)),
  );
}
