/** Lists the entries of a tar archive while it passes: what is on tape, and where. */
import { failure } from '../../contract/errors.ts';
import { createObserver } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { createTarWalker } from './tar-walker.ts';
import type { TarEntry } from './tar-walker.ts';

/** Called for every entry, in order; a throw fails the stream. */
export type OnTarEntry = (entry: TarEntry) => void;

/**
 * Makes the stage; the bytes pass unchanged. The stream fails with TAR_UNREADABLE at an invalid header, and with
 * TAR_INCOMPLETE if the archive ends without its two blocks of zeros.
 */
export function createTarCatalogue(onEntry: OnTarEntry): Stage<undefined> {
  const walker = createTarWalker({ entry: (entry) => onEntry(entry) });
  return createObserver<undefined>('tar catalogue', {
    piece: (piece) => walker.add(piece),
    end() {
      walker.end();
      if (!walker.complete()) throw failure('TAR_INCOMPLETE', { offset: walker.offset() });
    },
    result: () => undefined,
  });
}
