/** What is asked first once a run has ended: what the data represents, how long the services were down, who waited for whom. Pure. */
import { millisecondsBetween } from '../contract/time/run-clock.ts';
import { localDay } from '../contract/time/wall-clock.ts';
import { bytesText, saidList } from '../contract/words.ts';
import { say } from '../contract/text/say.ts';
import { averageRate, volumeOf } from './figures.ts';
import { uncountedDumps } from './written-records.ts';
import type { LegModel, PassModel, RunModel } from './run/run-model.ts';

export interface EndFacts {
  /** When the proxies were parted: the instant that the backup shows; milliseconds since 1970. Of a restore: that of the backup. */
  readonly partedAt: number | undefined;
  /** Of the whole run. */
  readonly milliseconds: number | undefined;
  readonly endedAt: number | undefined;
  /** How long the services were down, in milliseconds; undefined if the run stopped none, or resumed none. */
  readonly outage: number | undefined;
  /** True if the run stopped services, or asked for it. */
  readonly stopsServices: boolean;
  /** How long the run waited for answers. */
  readonly waited: number;
  readonly answers: number;
  /** Bytes that were sent to tape; of a restore those that the master is proven to hold. */
  readonly bytes: number | undefined;
  readonly records: number | undefined;
  /** True if it is not known how much of a dump is on tape: see uncountedDumps. Amounts are then undefined. */
  readonly isUncounted: boolean;
  /** Bytes a second, over all volumes; undefined if nothing was dumped, or read back. */
  readonly dumpRate: number | undefined;
  readonly readBackRate: number | undefined;
}

/** Of data; a reader that counts no records has none. */
interface Amount {
  readonly bytes?: number | undefined;
  readonly records?: number | undefined;
}

const isDone = ({ state }: PassModel): boolean => state === 'done';

function partedAtOf({ passes, start }: RunModel): number | undefined {
  if (start?.restore) return Date.parse(start.restore.at);
  const parts = passes.flatMap(({ commands, unwinding }) =>
    unwinding
      ? []
      : commands.filter(({ line, state }) => state === 'good' && line.startsWith('sdxproxy Part ')),
  );
  const outcome = parts.at(-1)?.outcome;
  return outcome && Date.parse(outcome.at);
}

const stopOf = ({ passes }: RunModel): PassModel | undefined =>
  passes.find(
    ({ step, commands, questions, state }) =>
      step === '3-2' && state !== 'skipped' && (commands.length > 0 || questions.length > 0),
  );

/** From the first command that stops a service to the end of the step that resumes them, in the rollback, too. */
function outageOf({ passes }: RunModel, stop: PassModel | undefined): number | undefined {
  if (!stop) return undefined;
  const resumed = passes.find(
    (pass) => pass.since > stop.since && (pass.step === '3-4' || pass.step.includes('3-2')) && isDone(pass),
  );
  if (resumed?.milliseconds === undefined) return undefined;
  return Math.max(0, resumed.since + resumed.milliseconds - stop.since);
}

function waitsOf({ passes }: RunModel): number[] {
  return passes.flatMap(({ questions }) =>
    questions.flatMap(({ asked, answered }) => (answered ? [millisecondsBetween(asked, answered)] : [])),
  );
}

const rateOf = ({ legs }: RunModel, what: LegModel['what']): number | undefined =>
  averageRate(legs.filter((leg) => leg.what === what));

const sumOf = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
};

/** What was sent to tape of each volume: its digest at the end of the dump, or how far a dump came that failed. */
function sentToTape({ volumes, legs, start }: RunModel): (Amount | undefined)[] {
  return volumes.map(({ digests, proxy }) => {
    if (digests.handed || start?.restore) return digests.handed;
    const ofVolume = ({ step }: LegModel) => (volumeOf(step) ?? volumes[0]?.proxy) === proxy;
    return legs.findLast((leg) => leg.what === 'dump' && ofVolume(leg))?.latest;
  });
}

export function endFacts(model: RunModel): EndFacts {
  const waits = waitsOf(model);
  const stop = stopOf(model);
  const sent = sentToTape(model);
  const isUncounted = uncountedDumps(model).length > 0;
  const proven = model.restoreDigests.filter(({ place, equal }) => place === 'master' && equal);
  return {
    partedAt: partedAtOf(model),
    milliseconds: model.milliseconds,
    endedAt: model.end && Date.parse(model.end.at),
    outage: outageOf(model, stop),
    stopsServices: stop !== undefined,
    waited: waits.reduce((sum, wait) => sum + wait, 0),
    answers: waits.length,
    bytes: isUncounted
      ? undefined
      : sumOf([...sent.map((amount) => amount?.bytes), ...proven.map(({ bytes }) => bytes)]),
    records: isUncounted ? undefined : sumOf(sent.map((amount) => amount?.records)),
    isUncounted,
    dumpRate: rateOf(model, 'dump'),
    readBackRate: rateOf(model, 'read-back'),
  };
}

/** Why the cluster is being rolled back, and since when; undefined if no step has failed. */
export function failureOf({ passes }: RunModel) {
  const failed = passes.findLast(({ state, unwinding, error }) => state === 'failed' && !unwinding && error);
  return (
    failed?.error && { ...failed.error, step: failed.step, at: failed.startedAt + (failed.milliseconds ?? 0) }
  );
}

/**
 * What is written on the label of a cartridge.
 * @param instant in words, with its zone
 */
export function labelText(
  { run, start, volumes, tapes }: RunModel,
  { bytes }: Pick<EndFacts, 'bytes'>,
  tape: number,
  instant: string,
): string {
  const own = tapes.find(({ number }) => number === tape);
  const masters = saidList(volumes.map(({ master }) => `${start?.class ?? ''}/${master}`));
  const several = tapes.length > 1 ? say(', tape {tape} of {tapes}', { tape, tapes: tapes.length }) : '';
  return [
    `${own?.name ?? say('no label')}${several} · ${masters}`,
    say('Part {instant}', { instant }),
    `${say('Run {run}', { run })}${bytes === undefined ? '' : ` · ${bytesText(bytes)}`}`,
    ...(own?.keepUntil === undefined
      ? []
      : [say('Keep until {keepUntil}', { keepUntil: localDay(own.keepUntil) })]),
  ].join('\n');
}
