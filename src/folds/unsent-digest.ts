/** A digest that did not reach everybody, in words for the command line and the first screen. Pure. */
import type { UnsentDigest } from '../contract/protection.ts';
import { phrase, say } from '../contract/text/say.ts';

/** One sentence, without a full stop. @param day on which its week begins */
export const unsentSentence = ({ reason }: Pick<UnsentDigest, 'reason'>, day: string): string =>
  phrase('the digest of the week of {day} did not reach everybody: {reason}', { day, reason });

/** Since when, and when it was tried last; one sentence, without a full stop. @param text a moment as the reader sees it */
export function unsentSince({ since, at }: UnsentDigest, text: (moment: string) => string): string {
  const first = text(since);
  const last = text(at);
  return first === last
    ? say('refused {first}', { first })
    : say('refused since {first}, last tried {last}', { first, last });
}
