/** Whether the volumes of a backup are those that a site has now. Pure. */
import { failure } from '../../../../contract/errors.ts';
import { phrase, phrases } from '../../../../contract/text/say.ts';
import type { RestorableRun } from '../../model/restore-source.ts';

type Beginning = Pick<RestorableRun['start'], 'class' | 'volumes' | 'blocks' | 'shadow'>;

/** The properties of the pair that must be unchanged, with their words. */
const agreements = [
  { what: 'class', words: (start: Beginning) => start.class },
  {
    what: 'volumes',
    words: ({ volumes }: Beginning) =>
      phrases(
        volumes.map(({ master, proxy }) => phrase('{master} and {proxy}', { master, proxy })),
        ', ',
      ),
  },
  {
    what: phrase('size in blocks'),
    words: ({ volumes, blocks }: Beginning) =>
      volumes.map((volume) => volume.blocks ?? blocks ?? phrase('unknown')).join(', '),
  },
  {
    what: 'disks',
    words: ({ shadow }: Beginning) => shadow?.disks.map(({ name }) => name).join(', ') ?? phrase('unknown'),
  },
] as const;

/**
 * @param start of the run that is restored
 * @param present how a run of these volumes would begin now
 * @throws RESTORE_PAIR_DIFFERS
 */
export function requireSamePair(run: string, start: Beginning, present: Beginning): void {
  for (const { what, words } of agreements) {
    const [then, now] = [String(words(start)), String(words(present))];
    if (then !== now) throw failure('RESTORE_PAIR_DIFFERS', { run, what, then, now });
  }
}
