/**
 * Durations of a run. The clock of a computer can be set while a run is performed, so events also have the time since
 * the run began by the monotonic clock (`elapsed`). Journals of earlier releases do not: for them the clock of the
 * computer counts. Pure.
 */

/** What an event records of when it happened. */
export interface Stamp {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Milliseconds since the run began; undefined in journals of earlier releases. */
  readonly elapsed?: number | undefined;
}

/** Milliseconds between two events of one run; never negative. */
export function millisecondsBetween(from: Stamp, to: Stamp): number {
  const between =
    from.elapsed === undefined || to.elapsed === undefined
      ? Date.parse(to.at) - Date.parse(from.at)
      : to.elapsed - from.elapsed;
  return Math.max(0, between);
}

/**
 * When an event happened, in milliseconds since 1970 by a clock that was right when the run began and was never set.
 * @param start the first event of the run
 */
export function steadyMoment(event: Stamp, start: Stamp | undefined): number {
  if (event.elapsed === undefined || start === undefined) return Date.parse(event.at);
  return Date.parse(start.at) + event.elapsed - (start.elapsed ?? 0);
}
