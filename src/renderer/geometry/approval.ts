/** Whether the dump may be approved, and if not, why. */
import type { ChoiceView, QuestionView } from '../../contract/screens.ts';
import { said, say, sayCount } from '../../contract/text/say.ts';
import type { State } from '../../folds/states.ts';
import type { Verification, VerifiedVolume } from '../../folds/verification.ts';

export interface Approval {
  /** What starts the dump, or the write of a restore; undefined while there is no question. */
  readonly approve: ChoiceView | undefined;
  /** What removes the shadow and rejoins the proxy. */
  readonly stop: ChoiceView | undefined;
  /** Why it cannot be approved; undefined if it can. */
  readonly refusal: string | undefined;
  /** The current situation as a text. */
  readonly sentence: string;
}

const choice = (question: QuestionView | undefined, id: string): ChoiceView | undefined =>
  question?.choices.find((entry) => entry.id === id);

function refusalOf({ stage, verdict, volumes }: Verification, isAsked: boolean): string | undefined {
  const wrong = volumes.filter((volume) => volume.verdict === 'differs').map(({ proxy }) => proxy);
  if (wrong.length > 0)
    return say('the shadow of {proxies} does not map the same blocks', { proxies: wrong.join(', ') });
  if (stage === 'none') return say('the shadow is not verified yet');
  if (verdict !== 'equal') return say('the verification is still running');
  return isAsked ? undefined : say('the run does not ask for it');
}

function sentenceOf(
  { answered, approves, stage, verdict }: Verification,
  asked: QuestionView | undefined,
  isOver: boolean,
): string {
  if (answered) {
    const { by } = answered;
    if (answered.answer === 'stop')
      return approves === 'dump'
        ? say('The dump was declined by {by}.', { by })
        : say('Overwriting the proxy was declined by {by}.', { by });
    return approves === 'dump'
      ? say('The dump was approved by {by}.', { by })
      : say('Overwriting the proxy was approved by {by}.', { by });
  }
  if (verdict === 'differs' && isOver)
    return approves === 'dump'
      ? say('Nothing was dumped: a dump of this shadow would have been a backup of other data.')
      : say('Nothing was written through this shadow.');
  if (verdict === 'differs')
    return approves === 'dump'
      ? say(
          'Nothing is dumped: a dump of this shadow would be a backup of other data, and a write through it would damage data.',
        )
      : say('Nothing is written: a write through this shadow would damage other data.');
  if (asked) return asked.text;
  if (stage === 'none')
    return approves === 'dump'
      ? say('Before the dump, the shadow is compared with the proxy volume.')
      : say('Before anything is written, the shadow is compared with the proxy volume.');
  if (verdict === 'equal' && isOver) return say('Every rule held and every sampled record matched.');
  return verdict === 'equal'
    ? say('Every rule holds and every sampled record matches.')
    : say('The rules are being checked, and the sampled records read through the shadow.');
}

/**
 * @param question the open one: about the shadow, or about a failed step
 * @param isOver true if the run has ended: its shadow no longer exists
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

/** @param isOver true if the run has ended: its shadow no longer exists */
export function headingOf({ stage, verdict, volumes }: Verification, isOver = false): string {
  const { length } = volumes;
  if (stage === 'none') return say('Verification');
  if (verdict === 'equal')
    return isOver
      ? sayCount(length, 'The shadow mapped the same blocks', 'The shadows mapped the same blocks')
      : sayCount(length, 'The shadow maps the same blocks', 'The shadows map the same blocks');
  if (verdict === 'differs')
    return isOver
      ? sayCount(length, 'The shadow did not map the same blocks', 'The shadows did not map the same blocks')
      : sayCount(length, 'The shadow does not map the same blocks', 'The shadows do not map the same blocks');
  return sayCount(length, 'Does the shadow map the same blocks?', 'Do the shadows map the same blocks?');
}

/** The labels of both extents: what the rules saw of the proxy and of the shadow. */
export function statusOfSides({ master, rules }: VerifiedVolume): { cluster: string; backup: string } {
  const seen = (rule: string) => rules.find((line) => line.rule === rule)?.actual;
  const mode = seen('access-mode');
  const active = /^volume (\S+?),/.exec(seen('shadow-active') ?? '')?.[1];
  const words = (...texts: (string | undefined)[]) => texts.filter((text) => text !== undefined).join(' · ');
  return {
    cluster: words(
      say('copy of {master}', { master }),
      seen('proxy-parted')?.split(' ')[0],
      seen('proxy-stopped'),
    ),
    backup: words(active, mode === 'ro' ? say('read only') : mode),
  };
}

export interface ChipWords {
  readonly state: State;
  readonly word: string;
}

/** More rules than these are only counted. */
const namedRules = 2;

function rulesChip(volumes: readonly VerifiedVolume[]): ChipWords[] {
  const rules = volumes.flatMap(({ proxy, rules: lines }) => lines.map((line) => ({ proxy, ...line })));
  if (rules.length === 0) return [];
  const wrong = rules.filter(({ blocking }) => blocking);
  if (wrong.length === 0) {
    const shown = rules.filter(({ verdict }) => verdict !== 'not-shown');
    return [
      {
        state: 'ok',
        word: say('{holding} of {rules} rules hold', { holding: shown.length, rules: rules.length }),
      },
    ];
  }
  if (wrong.length > namedRules)
    return [
      {
        state: 'bad',
        word: sayCount(
          wrong.length,
          '{bad} of {rules} rules does not hold',
          '{bad} of {rules} rules do not hold',
          {
            bad: wrong.length,
            rules: rules.length,
          },
        ),
      },
    ];
  return wrong.map(({ proxy, title, verdict }) => ({
    state: 'bad',
    word: `${volumes.length > 1 ? `${proxy}: ` : ''}${title} ${said(verdict)}`,
  }));
}

function samplesChip(volumes: readonly VerifiedVolume[], read: number | undefined): ChipWords[] {
  const samples = volumes.flatMap((volume) => volume.samples);
  const count = (verdict: string) => samples.filter((sample) => sample.verdict === verdict).length;
  const [equal, differing] = [count('equal'), count('differs')];
  if (differing > 0)
    return [
      {
        state: 'bad',
        word: say('{differing} of {samples} records differ', { differing, samples: samples.length }),
      },
    ];
  if (equal > 0)
    return [
      { state: 'ok', word: say('{equal} of {samples} records match', { equal, samples: samples.length }) },
    ];
  return read === undefined
    ? []
    : [{ state: 'busy', word: say('{read} of {samples} records read', { read, samples: samples.length }) }];
}

/** The verification in a few words, next to the heading. @param read records that were read through the shadow so far */
export function chipsOf(volumes: readonly VerifiedVolume[], read: number | undefined): ChipWords[] {
  return [...rulesChip(volumes), ...samplesChip(volumes, read)];
}
