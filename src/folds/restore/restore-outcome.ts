/** A restore of files, a drill or a second copy in a few words: what it is, and how it ended. Pure. */
import type { RestoreLine } from '../../contract/restore-views.ts';
import { countText, listed } from '../../contract/words.ts';
import type { State } from '../states.ts';

type Shown = Pick<RestoreLine, 'kind' | 'exitStatus' | 'live' | 'written' | 'notWritten' | 'sentence'>;

interface OutcomeWords {
  readonly state: State;
  readonly word: string;
}

const written: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: 'restored' },
  1: { state: 'bad', word: 'nothing written' },
  2: { state: 'bad', word: 'incomplete' },
};

const read: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: 'proven' },
  1: { state: 'warn', word: 'nothing proven' },
  4: { state: 'bad', word: 'tape mismatch' },
};

const copied: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: 'verified' },
  1: { state: 'bad', word: 'nothing written' },
  2: { state: 'bad', word: 'incomplete' },
  4: { state: 'bad', word: 'tape mismatch' },
};

const wordsOf = (kind: RestoreLine['kind']) => (kind === 'drill' ? read : kind === 'copy' ? copied : written);

/** How it ended, as a chip says it. */
export function restoreOutcome({ kind, exitStatus, live }: Shown): OutcomeWords {
  if (live) return { state: 'busy', word: 'running' };
  if (exitStatus === undefined) return { state: 'warn', word: 'unfinished' };
  return wordsOf(kind)[exitStatus] ?? { state: 'bad', word: 'incomplete' };
}

/** `Drill of Volume2`, `Files from Volume2`. */
export function restoreTitle({ kind, volumes }: Pick<RestoreLine, 'kind' | 'volumes'>): string {
  const names = volumes.length === 0 ? 'a tape' : listed(volumes);
  if (kind === 'drill') return `Drill of ${names}`;
  if (kind === 'copy') return `Second copy of ${names}`;
  return `${kind === 'image' ? 'Image' : 'Files'} from ${names}`;
}

const counted = (count: number, what: string) =>
  `${countText(count)} ${count === 1 ? 'entry' : 'entries'} ${what}`;

/** One sentence, without a full stop. */
export function restoreSentence(line: Shown): string {
  const { kind, exitStatus, live, written: good, notWritten = 0, sentence } = line;
  if (sentence !== undefined) return sentence;
  if (live && kind === 'copy') return 'the tape is being copied';
  if (live) return kind === 'drill' ? 'the tape is being read' : 'the backup is being restored';
  if (exitStatus === undefined) return 'it has no end: it runs in another process, or was interrupted';
  if (kind === 'drill') return 'the tape holds what the run wrote';
  if (kind === 'copy') return 'the copy holds what the run wrote';
  const rest = notWritten === 0 ? '' : `, ${counted(notWritten, 'not')}`;
  return good === undefined ? '' : `${counted(good, 'written')}${rest}`;
}
