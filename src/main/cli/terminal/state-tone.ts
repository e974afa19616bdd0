/** The color of a state: what is well, what needs a look, what failed. */
import { toned, type Piece } from './lines.ts';

const good = /^(?:verified|protected)$/;
const bad =
  /^(?:failed|action required|verified, action required|unverified, action required|tape mismatch|unreadable|refused)/;
const caution = /^(?:unverified|interrupted|overdue|missed|verified, \d)/;

/** @param state as it is shown: the words of runs and of volumes */
export function stateTone(state: string): Piece | string {
  if (good.test(state)) return toned('good', state);
  if (bad.test(state)) return toned('bad', state);
  return caution.test(state) ? toned('caution', state) : state;
}
