/** Tapes of a run that were overwritten since, or that a person has declared lost, in words for the command line and the screens. */
import { say } from '../text/say.ts';

/** A tape of a run that does not hold it any more, or that cannot be found. */
export interface TapeLoss {
  /** Its name; undefined if it had no label. */
  readonly tape: string | undefined;
  readonly at: string;
  /** The run that overwrote it; undefined if it was labeled, or its drive checked, by hand. */
  readonly by: string | undefined;
  /** False if it may have been another tape that begins alike. */
  readonly certain: boolean;
  /** Who declared the tape lost; absent if it was overwritten. */
  readonly declaredBy?: string | undefined;
}

/** `lost: tape "A" was overwritten by run R on 2026-11-28`. The day is in UTC. */
export const lossSentence = (loss: TapeLoss): string => lossSentenceOn(loss, loss.at.slice(0, 10));

/** @param when day or time of the loss, in words */
export function lossSentenceOn({ tape, by, certain, declaredBy }: TapeLoss, when: string): string {
  const what = tape === undefined ? say('the tape') : say('tape "{tape}"', { tape });
  if (declaredBy !== undefined)
    return say('lost: {what} was declared lost by {declaredBy} on {when}', { what, declaredBy, when });
  const who = by === undefined ? say('by hand') : say('by run {by}', { by });
  return certain
    ? say('lost: {what} was overwritten {who} on {when}', { what, who, when })
    : say('may be lost: {what} may have been overwritten {who} on {when}', { what, who, when });
}

/** How a run or a tape is marked whose data is lost. */
export const lossChip = (losses: readonly Pick<TapeLoss, 'certain'>[]) =>
  losses.some(({ certain }) => certain)
    ? ({ state: 'bad', word: say('lost') } as const)
    : ({ state: 'warn', word: say('may be lost') } as const);
