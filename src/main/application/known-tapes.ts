/** The tape inventory as it is read without a drive and without a site. */
import type { TapeLoss } from '../../contract/tape-loss.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { hasLabel } from '../tape/media-catalogue.ts';
import { MediaFile, type ListedTapes } from '../tape/media-file.ts';
import { lossesOfRuns } from '../tape/tape-holders.ts';

/** Every tape with a label that was seen, the last one first. @throws TAPES_UNREADABLE */
export function listTapes(state: StateFolder): ListedTapes {
  const { tapes, unreadableLines } = new MediaFile(state.tapesFile).list();
  return { tapes: tapes.filter(hasLabel), unreadableLines };
}

/** The tapes of a run that were overwritten since. @throws TAPES_UNREADABLE */
export function lostTapesOf(state: StateFolder, run: string): readonly TapeLoss[] {
  return lossesOfRuns(new MediaFile(state.tapesFile).list().tapes).get(run) ?? [];
}
