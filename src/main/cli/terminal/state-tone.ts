/** The color of a state: good, needs attention, failed. */
import { said } from '../../../contract/text/say.ts';
import { toned, type Piece } from './lines.ts';

const good = /^(?:verified|protected)$/;
const bad =
  /^(?:failed|action required|verified, action required|unverified, action required|tape mismatch|unreadable|refused)/;
const caution = /^(?:unverified|interrupted|overdue|missed|verified, \d)/;

/** @param state the words of runs and of volumes */
export function stateTone(state: string): Piece | string {
  const shown = said(state);
  if (good.test(state)) return toned('good', shown);
  if (bad.test(state)) return toned('bad', shown);
  return caution.test(state) ? toned('caution', shown) : shown;
}
