import { describe, expect, it } from 'vitest';
import {
  concludeRun,
  leftNothing,
  outcomeOf,
  runVerdicts,
  type ClusterMark,
  type OutcomeFacts,
  type RunTrouble,
  type TapeMark,
} from './run-outcome.ts';

const tapes: readonly TapeMark[] = ['untouched', 'incomplete', 'written', 'verified', 'bad'];
const troubles: readonly RunTrouble[] = ['none', 'unwatched', 'failed', 'rolled-back'];
const clusters: readonly ClusterMark[] = ['normal', 'at-rest', 'unproven'];
const either = [true, false] as const;

/** Every combination of facts. */
const all: readonly OutcomeFacts[] = either.flatMap((changed) =>
  tapes.flatMap((tape) =>
    either.flatMap((readBackDue) =>
      either.flatMap((comparisonOpen) =>
        troubles.flatMap((trouble) =>
          clusters.map((cluster): OutcomeFacts => {
            const proof = { tape, readBackDue, comparisonOpen };
            return { changed, ...proof, trouble, cluster };
          }),
        ),
      ),
    ),
  ),
);

const concluded = all.map((facts) => ({ facts, end: concludeRun(facts) }));

/** The combinations for which something is not so, in words. */
const against = (isSo: (entry: (typeof concluded)[number]) => boolean): string[] =>
  concluded.filter((entry) => !isSo(entry)).map((entry) => JSON.stringify(entry));

/** Neither failed, nor rolled back, nor without the comparison that the job asks for. */
const isWhole = ({ trouble, comparisonOpen }: OutcomeFacts) =>
  (trouble === 'none' || trouble === 'unwatched') && !comparisonOpen;
const isProven = ({ trouble, cluster }: OutcomeFacts) =>
  cluster === 'normal' || (cluster === 'at-rest' && trouble === 'none');

describe('verdict and exit status, over all combinations of facts', () => {
  it('has them all', () => {
    expect(all).toHaveLength(2 * 5 * 2 * 2 * 4 * 3);
  });

  it('ends with 1 exactly where a run failed before it changed anything', () => {
    const isRefused = ({ changed, trouble }: OutcomeFacts) => !changed && trouble === 'failed';
    expect(against(({ facts, end }) => (end.exitStatus === 1) === isRefused(facts))).toEqual([]);
  });

  it('ends with 3 wherever something was changed and the cluster is not proven to be normal', () => {
    expect(
      against(({ facts, end }) => isProven(facts) || end.exitStatus === 3 || end.exitStatus === 1),
    ).toEqual([]);
    expect(against(({ facts, end }) => !isProven(facts) || end.exitStatus !== 3)).toEqual([]);
  });

  it('ends with 0 only where the tape is as asked and the cluster is normal', () => {
    expect(
      against(({ facts, end }) => {
        const { tape, readBackDue } = facts;
        const isAsAsked = tape === 'verified' || (tape === 'written' && !readBackDue);
        return end.exitStatus !== 0 || (isAsAsked && isProven(facts) && isWhole(facts));
      }),
    ).toEqual([]);
  });

  it('ends with 4, never with 2, where the tape is bad', () => {
    expect(against(({ facts, end }) => facts.tape !== 'bad' || end.exitStatus !== 2)).toEqual([]);
    expect(against(({ facts, end }) => facts.tape === 'bad' || end.exitStatus !== 4)).toEqual([]);
  });

  it('says verified only of a tape that was read back and compared, in a run that did not fail', () => {
    expect(
      against(
        ({ facts, end }) => (end.verdict === 'verified') === (facts.tape === 'verified' && isWhole(facts)),
      ),
    ).toEqual([]);
  });

  it('says unverified only where reading back was left out', () => {
    expect(
      against(
        ({ facts, end }) => end.verdict !== 'unverified' || (facts.tape === 'written' && !facts.readBackDue),
      ),
    ).toEqual([]);
  });

  it('gives a verdict on the backup that no state of the cluster changes', () => {
    expect(
      against(({ facts, end }) =>
        clusters.every((cluster) => concludeRun({ ...facts, cluster }).verdict === end.verdict),
      ),
    ).toEqual([]);
  });

  it('says failed with every exit status but 0 and 3', () => {
    expect(
      against(({ end }) => end.exitStatus === 0 || end.exitStatus === 3 || end.verdict === 'failed'),
    ).toEqual([]);
  });

  it.each([
    ['a plain run', { tape: 'verified', trouble: 'none', cluster: 'normal' }, 'verified'],
    ['a copy that is left under way', { tape: 'verified', trouble: 'none', cluster: 'at-rest' }, 'verified'],
    [
      'a last look that saw nothing',
      { tape: 'verified', trouble: 'none', cluster: 'unproven' },
      'verified-act',
    ],
    [
      'a copy that nobody can see',
      { tape: 'verified', trouble: 'unwatched', cluster: 'unproven' },
      'verified-act',
    ],
    [
      'a copy seen again in the end',
      { tape: 'verified', trouble: 'unwatched', cluster: 'normal' },
      'verified',
    ],
    [
      'a whole proxy that nobody compared',
      { tape: 'verified', comparisonOpen: true, trouble: 'none', cluster: 'normal' },
      'rolled-back',
    ],
    ['a bad tape', { tape: 'bad', trouble: 'none', cluster: 'normal' }, 'tape-mismatch'],
    ['a bad tape, then a failure', { tape: 'bad', trouble: 'failed', cluster: 'normal' }, 'tape-mismatch'],
    ['a bad tape, and no rejoin', { tape: 'bad', trouble: 'failed', cluster: 'unproven' }, 'act'],
    [
      'a failure after reading back',
      { tape: 'verified', trouble: 'failed', cluster: 'normal' },
      'rolled-back',
    ],
  ] as const)('%s', (_name, facts, outcome) => {
    expect(
      outcomeOf(concludeRun({ changed: true, readBackDue: true, comparisonOpen: false, ...facts })),
    ).toBe(outcome);
  });
});

describe('the outcome of an end', () => {
  it('leaves something to do exactly where the exit status is 3, or none that is known', () => {
    for (const verdict of runVerdicts)
      for (const exitStatus of [0, 1, 2, 3, 4, 70]) {
        const isKnown = verdict === 'failed' ? [1, 2, 4].includes(exitStatus) : exitStatus === 0;
        expect(leftNothing(outcomeOf({ verdict, exitStatus })), `${verdict} ${exitStatus}`).toBe(isKnown);
      }
  });
});
