/** A restore of files, a drill or a second copy in a few words: what it is, and how it ended. Pure. */
import type { RestoreLine } from '../../contract/restore-views.ts';
import { saidList } from '../../contract/words.ts';
import { say, sayCount } from '../../contract/text/say.ts';
import { levelText } from '../../contract/drill-level.ts';
import type { State } from '../states.ts';

type Shown = Pick<
  RestoreLine,
  'kind' | 'exitStatus' | 'live' | 'written' | 'notWritten' | 'sentence' | 'level'
> &
  Partial<Pick<RestoreLine, 'to'>>;

interface OutcomeWords {
  readonly state: State;
  readonly word: string;
}

const written: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: say('restored') },
  1: { state: 'bad', word: say('nothing written') },
  2: { state: 'bad', word: say('incomplete') },
};

const read: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: say('proven') },
  1: { state: 'warn', word: say('nothing proven') },
  2: { state: 'bad', word: say('incomplete') },
  4: { state: 'bad', word: say('tape mismatch') },
};

const copied: Readonly<Record<number, OutcomeWords>> = {
  0: { state: 'ok', word: say('verified') },
  1: { state: 'bad', word: say('nothing written') },
  2: { state: 'bad', word: say('incomplete') },
  4: { state: 'bad', word: say('tape mismatch') },
};

const wordsOf = (kind: RestoreLine['kind']) => (kind === 'drill' ? read : kind === 'copy' ? copied : written);

/** How it ended, as a chip says it. */
export function restoreOutcome({ kind, exitStatus, live }: Shown): OutcomeWords {
  if (live) return { state: 'busy', word: say('running') };
  if (exitStatus === undefined) return { state: 'warn', word: say('unfinished') };
  return wordsOf(kind)[exitStatus] ?? { state: 'bad', word: say('incomplete') };
}

/** `Drill of Volume2`, `Files from Volume2`. */
export function restoreTitle({ kind, volumes }: Pick<RestoreLine, 'kind' | 'volumes'>): string {
  const names = volumes.length === 0 ? say('a tape') : saidList(volumes);
  if (kind === 'drill') return say('Drill of {names}', { names });
  if (kind === 'copy') return say('Second copy of {names}', { names });
  return kind === 'image' ? say('Image from {names}', { names }) : say('Files from {names}', { names });
}

function drillSentence({ level }: Shown): string {
  const holds = say('the tape holds what the run wrote');
  return level ? say('{holds}: {level}', { holds, level: levelText(level) ?? '' }) : holds;
}

/** An interrupted drill leaves its scratch folder. */
function withoutEnd({ kind, to }: Shown): string {
  const noEnd = say('it has no end: it runs in another process, or was interrupted');
  return kind === 'drill' && to !== undefined
    ? say('{noEnd}; its scratch folder {to} may still exist', { noEnd, to })
    : noEnd;
}

/** One sentence, without a full stop. */
export function restoreSentence(line: Shown): string {
  const { kind, exitStatus, live, written: good, notWritten = 0, sentence } = line;
  if (sentence !== undefined) return sentence;
  if (live && kind === 'copy') return say('the tape is being copied');
  if (live) return kind === 'drill' ? say('the tape is being read') : say('the backup is being restored');
  if (exitStatus === undefined) return withoutEnd(line);
  if (kind === 'drill') return drillSentence(line);
  if (kind === 'copy') return say('the copy holds what the run wrote');
  if (kind === 'image' && exitStatus === 0) return say('the whole image is written');
  const rest =
    notWritten === 0 ? '' : `, ${sayCount(notWritten, '{count} entry not', '{count} entries not')}`;
  return good === undefined
    ? ''
    : `${sayCount(good, '{count} entry written', '{count} entries written')}${rest}`;
}
