import type { VerdictWord } from './events.ts';

/**
 * One rule, compared: what was expected, what was seen, and the verdict. Plain data.
 *
 * `equal` / `differs`: two sides were compared. `holds` / `fails`: one side was judged by itself. `not-shown`: the hosts do
 * not tell; this alone stops nothing.
 */
export interface RuleVerdict {
  /** The rule's id, kebab-case. */
  readonly rule: string;
  readonly title: string;
  /** The proxy volume that it is about, where a job has several. */
  readonly volume?: string | undefined;
  readonly expected: string;
  readonly actual: string;
  readonly verdict: VerdictWord;
  /** Why the rule is there, one sentence. */
  readonly why: string;
  /** Where the rule comes from: a place in the GDS guide, or "Shadowtape". */
  readonly source: string;
}

/** True if the verdict stops the run. What sdxinfo does not show (`not-shown`) does not. */
export function isBlocking(verdict: Pick<RuleVerdict, 'verdict'>): boolean {
  return verdict.verdict === 'differs' || verdict.verdict === 'fails';
}
