/** The words for the questions of a run, in addition to the run's own. */
import type { ChoiceView, QuestionView } from '../../../contract/screens.ts';
import { say } from '../../../contract/text/say.ts';

const questionTitles: Readonly<Record<QuestionView['id'], string>> = {
  'approve-shadow': say('The shadow is verified: approve it?'),
  'services-stopped': say('Stop the services'),
  'services-resumed': say('Resume the services'),
  'step-failed': say('A step failed: what next?'),
  'next-tape': say('Next tape needed'),
  'node-down': say('A node does not answer: is it down?'),
  'approve-overwrite': say('Overwrite the proxy?'),
  'approve-replace': say('Replace the master?'),
};

/** What the question is about, as its heading. */
export const titleOf = ({ id, bySignature }: Pick<QuestionView, 'id' | 'bySignature'>): string =>
  bySignature === true ? say('The shadow is verified: a second person approves it') : questionTitles[id];

/** The consequence of a choice, if its label alone does not say it. */
const words: Readonly<Partial<Record<QuestionView['id'], Readonly<Record<string, string>>>>> = {
  'step-failed': {
    retry: say('the hosts are checked again; a partly written tape is written from its beginning'),
    unwind: say('the tape will not hold a backup; the cluster returns to its normal state'),
    halt: say('no further command is sent; Resume and Roll back are offered afterwards'),
  },
  'next-tape': {
    ready: say('it is checked before it is used'),
    stop: say('what was written so far will not be a backup'),
  },
  'node-down': { 'end-run': say('nothing is backed up until it is known whether the node is down') },
  'approve-shadow': { stop: say('nothing is dumped; the cluster is rolled back') },
  'approve-overwrite': { stop: say('nothing is written; the shadow is removed, and the proxy stays parted') },
  'approve-replace': {
    stop: say('the master is not touched; the proxy stays parted with the restored data'),
  },
};

/** Steps of restores and drills, which write no tape. */
const readingSteps: readonly string[] = ['restore', 'read-tape', 'write'];

export function choiceWords({ id, step }: QuestionView, choice: ChoiceView): string | undefined {
  if (id === 'next-tape' && choice.id === 'stop' && readingSteps.includes(step))
    return say('the restore ends before all of the backup is read');
  return words[id]?.[choice.id];
}

/** Questions that are answered on the Verification screen, where both sides are side by side. */
export const isVerified = ({ id }: Pick<QuestionView, 'id'>): boolean =>
  id === 'approve-shadow' || id === 'approve-overwrite';

const risky: readonly string[] = ['stop', 'halt', 'unwind', 'end-run'];
/** After a failure, rolling back is the safe way out: it is with the others. */
const safeAfterFailure = 'unwind';

export interface PlacedChoice {
  readonly choice: ChoiceView;
  readonly kind: 'primary' | 'danger' | 'plain';
}

/** The arrangement of the choices of a question: dangerous ones apart, the first choice last. */
export function placedChoices({ id, choices }: QuestionView): {
  readonly apart: readonly PlacedChoice[];
  readonly safe: readonly PlacedChoice[];
} {
  // If the name of what is lost must be typed, the other choices are the safe ones.
  const isTyped = choices.some(({ byWord }) => byWord);
  const isApart = (choice: ChoiceView) =>
    isTyped
      ? choice.byWord === true
      : risky.includes(choice.id) && !(id === 'step-failed' && choice.id === safeAfterFailure);
  const safe = choices.filter((choice) => !isApart(choice));
  return {
    apart: choices.filter(isApart).map((choice) => ({ choice, kind: 'danger' })),
    safe: safe
      .toReversed()
      .map((choice) => ({ choice, kind: choice === safe[0] && !isTyped ? 'primary' : 'plain' })),
  };
}
