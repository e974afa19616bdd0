/**
 * The data path shares its process with whoever watches it: a page must be answered while the data comes as fast as it can be worked on.
 * So it takes a part of each turn of the event loop, and goes on in the next one.
 */

/** Of all data in this process together. A person sees a click answered at once below some 100 ms, and an answer takes a few turns. */
const millisecondsOfTurn = 8;

let begun: number | undefined;

/** Goes on at once, or in the next turn of the event loop where the data has had its part of this one. */
export function inTurn(goOn: () => void): void {
  const now = performance.now();
  if (begun === undefined) {
    begun = now;
    setImmediate(() => {
      begun = undefined;
    });
  }
  if (now - begun < millisecondsOfTurn) goOn();
  else setImmediate(goOn);
}
