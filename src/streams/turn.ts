/**
 * The data path shares its process with the pages: these must be answered while data arrives as fast as it can be
 * processed. So it takes 8 ms of each turn of the event loop, and continues in the next one. With this limit the 95th
 * percentile of the loop's delay fell from between 44 and 79 ms to between 18 and 32 ms.
 */
import type { Readable } from 'node:stream';

/** Of all data in this process together. An answer to a click appears instant below about 100 ms, and takes a few turns. */
const millisecondsOfTurn = 8;

let begun: number | undefined;
let isShared = true;

/** To be called in a thread that does nothing but move data: there is nothing to yield to. */
export function useWholeThread(): void {
  isShared = false;
}

/** False if the data has had its share of this turn of the event loop. */
function isItsTurn(): boolean {
  if (!isShared) return true;
  const now = performance.now();
  if (begun === undefined) {
    begun = now;
    setImmediate(() => {
      begun = undefined;
    });
  }
  return now - begun < millisecondsOfTurn;
}

/** Continues at once, or in the next turn of the event loop if the data has had its share of this one. */
export function inTurn(goOn: () => void): void {
  if (isItsTurn()) goOn();
  else setImmediate(goOn);
}

/**
 * Pauses a source until the next turn when the data has had its share of this one. A busy socket is otherwise read up
 * to 32 times in one turn.
 */
export function readInTurns(source: Readable): void {
  source.on('data', () => {
    if (isItsTurn()) return;
    source.pause();
    setImmediate(() => source.resume());
  });
}
