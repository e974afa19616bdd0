/**
 * Where a step comes from, by platform. Pure.
 *
 * The procedure 6.6.3.7 is that of the Solaris edition. The Linux editions 4.1 and 4.2 describe the same proxies and
 * shadows, and the same sdx commands (2.7.2, appendix D); 4.3 does not support shadows (7.3.4). Which programs the
 * Linux edition has in step 6 is not known: those lines are inferred, and are not the guide's.
 */
import { phrase } from '../../../contract/text/say.ts';
import type { Platform } from '../../site/site-schema.ts';
import type { Step } from '../model/step.ts';

/** The place of a step in the guide. @param number the guide's; what follows a colon is Shadowtape's */
export const guideStep = (number: string): string => `GDS guide 6.6.3.7, step ${number.replace(/:.*/, '')}`;

const procedure = /^GDS guide 6\.6\.3\.7, steps? /;

/** A step 6 that sends other programs than those of GDS. */
const isInferred = ({ id, commands }: Pick<Step, 'id' | 'commands'>): boolean =>
  id.startsWith('6') && commands.some(({ argv }) => !argv[0]?.startsWith('sdx'));

/** The source of a step on the platform of the site. */
export function sourceOn(platform: Platform, step: Pick<Step, 'id' | 'commands' | 'source'>): string {
  const { source } = step;
  if (platform === 'solaris' || !procedure.test(source)) return source;
  return isInferred(step)
    ? phrase('inferred from {source} (Solaris edition)', { source })
    : phrase('{source} (Solaris edition); {also}', { source, also: 'GDS guide (Linux) 4.1 and 4.2, 2.7.2' });
}
