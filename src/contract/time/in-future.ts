/** Instants that the clock has not reached: it was set back since, or another console's clock is ahead. Pure. */

/** Clocks that are kept right differ by less. */
const mostSkewSeconds = 60;

/** @param ageSeconds since the instant */
export const isInFuture = (ageSeconds: number): boolean => ageSeconds < -mostSkewSeconds;
