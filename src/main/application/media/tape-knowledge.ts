/**
 * What a run gets on tapes from the state folder: the inventory, the further tapes of its pool, and which run still
 * needs a tape.
 */
import type { StateFolder } from '../../journal/state-folder.ts';
import type { RunOptions } from '../../procedure/hosts/run-context.ts';
import type { Site } from '../../site/site-schema.ts';
import { MediaFile } from '../../tape/media-file.ts';
import type { InterruptedRuns } from '../interrupted-runs.ts';
import { furtherTapeOfPool } from './next-tape.ts';

export type TapeKnowledge = Required<Pick<RunOptions, 'media' | 'furtherTape' | 'openRunOn'>>;

export function tapeKnowledge(
  site: Site,
  state: StateFolder,
  interrupted: Pick<InterruptedRuns, 'openRunOn'>,
): TapeKnowledge {
  const media = new MediaFile(state.tapesFile);
  return {
    media,
    furtherTape: (job, written) => furtherTapeOfPool(site, job, media, written),
    openRunOn: (tape, own) => interrupted.openRunOn(tape, own),
  };
}
