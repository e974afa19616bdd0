/** May the dump be approved, and if not, why not. */
import type { ChoiceView, QuestionView } from '../../contract/screens.ts';
import type { State } from '../../folds/states.ts';
import type { Verification, VerifiedVolume } from '../../folds/verification.ts';

export interface Approval {
  /** What starts the dump, or the writing of a restore; undefined while nobody asks. */
  readonly approve: ChoiceView | undefined;
  /** What removes the shadow and rejoins the proxy. */
  readonly stop: ChoiceView | undefined;
  /** Why it cannot be approved; undefined where it can. */
  readonly refusal: string | undefined;
  /** What is so, for everybody to read. */
  readonly sentence: string;
}

const choice = (question: QuestionView | undefined, id: string): ChoiceView | undefined =>
  question?.choices.find((entry) => entry.id === id);

function refusalOf({ stage, verdict, volumes }: Verification, isAsked: boolean): string | undefined {
  const wrong = volumes.filter((volume) => volume.verdict === 'differs').map(({ proxy }) => proxy);
  if (wrong.length > 0) return `the shadow of ${wrong.join(', ')} is not the same blocks`;
  if (stage === 'none') return 'the shadow is not verified yet';
  if (verdict !== 'equal') return 'the verification is still running';
  return isAsked ? undefined : 'the run does not ask for it';
}

function sentenceOf(
  { answered, approves, stage, verdict }: Verification,
  asked: QuestionView | undefined,
  isOver: boolean,
): string {
  if (answered) {
    const what = answered.answer === 'stop' ? 'declined' : 'approved';
    return `${approves === 'dump' ? 'The dump' : 'Overwriting the proxy'} was ${what} by ${answered.by}.`;
  }
  if (verdict === 'differs' && isOver)
    return approves === 'dump'
      ? 'Nothing was dumped: a dump of this shadow would have been a backup of other data.'
      : 'Nothing was written through this shadow.';
  if (verdict === 'differs')
    return approves === 'dump'
      ? 'Nothing is dumped: a dump of this shadow would be a backup of other data, and a write through it would damage data.'
      : 'Nothing is written: a write through this shadow would damage other data.';
  if (asked) return asked.text;
  if (stage === 'none')
    return `Before ${approves === 'dump' ? 'the dump' : 'anything is written'}, the shadow is compared with the proxy volume.`;
  if (verdict === 'equal' && isOver) return 'Every rule held and every sampled record matched.';
  return verdict === 'equal'
    ? 'Every rule holds and every sampled record matches.'
    : 'The rules are being checked, and the sampled records read through the shadow.';
}

/**
 * @param question that the run asks now: of the shadow, or what to do about a step that failed
 * @param isOver true where the run has ended: its shadow is of the past
 */
export function approvalOf(
  verification: Verification,
  question: QuestionView | undefined,
  isOver = false,
): Approval {
  const isAsked = question?.id === 'approve-shadow' || question?.id === 'approve-overwrite';
  const asked = isAsked ? question : undefined;
  const failed = question?.id === 'step-failed' && question.step === 'verify' ? question : undefined;
  return {
    // The first choice of both approves.
    approve: asked?.choices[0],
    stop: choice(asked, 'stop') ?? choice(failed, 'unwind'),
    refusal: refusalOf(verification, asked !== undefined),
    sentence: sentenceOf(verification, asked, isOver),
  };
}

/** @param isOver true where the run has ended: its shadow is of the past */
export function headingOf({ stage, verdict, volumes }: Verification, isOver = false): string {
  const [shadow, are, were] = volumes.length > 1 ? ['shadows', 'are', 'were'] : ['shadow', 'is', 'was'];
  if (isOver && verdict === 'equal') return `The ${shadow} ${were} the same blocks`;
  if (isOver && verdict === 'differs') return `The ${shadow} ${were} not the same blocks`;
  if (stage === 'none') return 'Verification';
  if (verdict === 'equal') return `The ${shadow} ${are} the same blocks`;
  if (verdict === 'differs') return `The ${shadow} ${are} not the same blocks`;
  return volumes.length > 1 ? 'Are the shadows the same blocks?' : 'Is the shadow the same blocks?';
}

/** What stands on both extents: what the rules saw of the proxy and of the shadow. */
export function statusOfSides({ master, rules }: VerifiedVolume): { cluster: string; backup: string } {
  const seen = (rule: string) => rules.find((line) => line.rule === rule)?.actual;
  const mode = seen('access-mode');
  const active = /^volume (\S+?),/.exec(seen('shadow-active') ?? '')?.[1];
  const words = (...texts: (string | undefined)[]) => texts.filter((text) => text !== undefined).join(' · ');
  return {
    cluster: words(`copy of ${master}`, seen('proxy-parted')?.split(' ')[0], seen('proxy-stopped')),
    backup: words(active, mode === 'ro' ? 'read only' : mode),
  };
}

export interface ChipWords {
  readonly state: State;
  readonly word: string;
}

/** More rules than these are told by their number. */
const namedRules = 2;

function rulesChip(volumes: readonly VerifiedVolume[]): ChipWords[] {
  const rules = volumes.flatMap(({ proxy, rules: lines }) => lines.map((line) => ({ proxy, ...line })));
  if (rules.length === 0) return [];
  const wrong = rules.filter(({ blocking }) => blocking);
  if (wrong.length === 0) {
    const shown = rules.filter(({ verdict }) => verdict !== 'not-shown');
    return [{ state: 'ok', word: `${shown.length} of ${rules.length} rules hold` }];
  }
  if (wrong.length > namedRules)
    return [{ state: 'bad', word: `${wrong.length} of ${rules.length} rules do not hold` }];
  return wrong.map(({ proxy, title, verdict }) => ({
    state: 'bad',
    word: `${volumes.length > 1 ? `${proxy}: ` : ''}${title} ${verdict}`,
  }));
}

function samplesChip(volumes: readonly VerifiedVolume[], read: number | undefined): ChipWords[] {
  const samples = volumes.flatMap((volume) => volume.samples);
  const count = (verdict: string) => samples.filter((sample) => sample.verdict === verdict).length;
  const [equal, differing] = [count('equal'), count('differs')];
  if (differing > 0) return [{ state: 'bad', word: `${differing} of ${samples.length} records differ` }];
  if (equal > 0) return [{ state: 'ok', word: `${equal} of ${samples.length} records match` }];
  return read === undefined ? [] : [{ state: 'busy', word: `${read} of ${samples.length} records read` }];
}

/** The verification in a few words, beside the heading. @param read records that were read through the shadow so far */
export function chipsOf(volumes: readonly VerifiedVolume[], read: number | undefined): ChipWords[] {
  return [...rulesChip(volumes), ...samplesChip(volumes, read)];
}
