/**
 * The result of a rule: expected, actual, and whether that is good. Plain data.
 */

import { isBlocking, type RuleVerdict } from '../../contract/checks.ts';
import { phrase, phraseCount, phrases } from '../../contract/text/say.ts';

export type { RuleVerdict };

export type Finding = Pick<RuleVerdict, 'expected' | 'actual' | 'verdict'>;

/** A rule as data: what it is called, why it is there, and how it judges facts. */
export interface Rule<Facts> {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly source: string;
  readonly compare: (facts: Facts) => Finding;
}

/** What is said of an object, or of a value, that is not there. */
export const none = 'none';

/** The verdict of one rule over some facts. */
export function judge<Facts>(rule: Rule<Facts>, facts: Facts): RuleVerdict {
  const { id, title, why, source } = rule;
  return { rule: id, title, ...rule.compare(facts), why, source };
}

/** The verdicts that forbid to continue: everything that differs or fails. */
export function blocks(verdicts: readonly RuleVerdict[]): RuleVerdict[] {
  return verdicts.filter(isBlocking);
}

/** The finding of a rule that judges one side by itself. */
export function oneSided(expected: string, actual: string, good: boolean): Finding {
  return { expected, actual, verdict: good ? 'holds' : 'fails' };
}

/** Texts as one; undefined if there is none. */
export function commaText(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : phrases(texts, ', ');
}

/** A number of blocks as a person reads it: `1,048,576 blocks`. */
export function blocksText(blocks: number): string {
  return phraseCount(blocks, '{count} block', '{count} blocks');
}

/** One line of what several nodes say: `STOP on node1, node2`, or `STOP on node1; ACTIVE on node2`. */
export function onNodes(sights: readonly { readonly node: string; readonly text: string }[]): string {
  if (sights.length === 0) return none;
  const texts = [...new Set(sights.map(({ text }) => text))];
  return texts
    .map((text) => {
      const nodes = sights.filter((sight) => sight.text === text).map(({ node }) => node);
      return phrase('{text} on {nodes}', { text, nodes: nodes.join(', ') });
    })
    .join('; ');
}
