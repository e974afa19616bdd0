/** Compares what was read of a restored volume with what its backup recorded. */
import { failure } from '../../../../contract/errors.ts';
import type { EventOf } from '../../../../contract/events.ts';
import type { RestoreOrder, RestorePlace } from '../../../../contract/restore-events.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { volumeNamed } from '../../model/assignment.ts';
import type { Step } from '../../model/step.ts';

/** What was read of a volume at a place. */
export interface ReadDigest {
  /** The proxy volume, whatever was read. */
  readonly volume: string;
  readonly place: RestorePlace;
  readonly host: string;
  /** Bytes that were read. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const whereWords: Readonly<Record<RestorePlace, string>> = {
  tape: phrase('from tape'),
  sent: phrase('from tape while it was written'),
  shadow: phrase('back through the shadow'),
  proxy: phrase('on the cluster'),
  master: phrase('on the cluster'),
};

function remedyOf(place: RestorePlace, master: string, from: 'tape' | 'proxy', run: string): string {
  switch (place) {
    case 'tape':
    case 'sent':
      return phrase('do not trust this tape; restore from another backup');
    case 'shadow':
      return phrase('{master} is unchanged. Check the disks of the proxy for errors, then restore again', {
        master,
      });
    case 'proxy':
      return from === 'proxy'
        ? phrase(
            '{master} is unchanged. The proxy no longer holds this backup: restore from tape with shadowtape restore {run}',
            { master, run },
          )
        : phrase('{master} is unchanged. Find out who else writes to the proxy, then restore again', {
            master,
          });
    case 'master':
      return phrase('do not start {master}: it is not proven. The lines below show what can be done', {
        master,
      });
  }
}

type Wanted = Pick<RestoreOrder['volumes'][number], 'bytes' | 'sha256'>;

/**
 * The digest that the bytes at a place must have: the backup's; for a file system, the one read through the shadow
 * after its files were restored.
 * @returns undefined if this is the read that determines it
 */
function wantedAt(
  { assignment, journal }: RunContext,
  volume: string,
  place: RestorePlace,
): Wanted | undefined {
  const ofBackup = assignment.restore?.volumes.find(({ proxy }) => proxy === volume);
  if (!ofBackup) throw new Error(`${volume} is not restored by this run`);
  if (!ofBackup.files || place === 'tape' || place === 'sent') return ofBackup;
  if (place === 'shadow') return undefined;
  const reference = journal.events.findLast(
    (event): event is EventOf<'restore-digest'> =>
      event.type === 'restore-digest' && event.volume === volume && event.reference === true,
  );
  if (!reference) throw new Error(`the restored file system of ${volume} was not read through the shadow`);
  return reference;
}

/**
 * Journals what was read, and compares it with the backup.
 * @throws RESTORE_DIFFERS
 */
export function recordDigest(context: RunContext, { id: step }: Step, read: ReadDigest): void {
  const { assignment, journal } = context;
  const { restore } = assignment;
  if (!restore) throw new Error('only a restore compares digests');
  const { volume, place, host, sha256, bytes } = read;
  const wanted = wantedAt(context, volume, place);
  const equal = !wanted || (wanted.bytes === bytes && wanted.sha256 === sha256);
  const told = { type: 'restore-digest', step, volume, place, host, bytes, sha256, equal } as const;
  journal.append(wanted ? told : { ...told, reference: true });
  if (!wanted || equal) return;
  const { master } = volumeNamed(assignment, volume);
  const isShort = wanted.bytes !== bytes;
  const differing = {
    what: isShort ? 'bytes' : 'SHA-256',
    expected: isShort ? String(wanted.bytes) : wanted.sha256,
    actual: isShort ? String(bytes) : sha256,
  };
  throw failure(
    'RESTORE_DIFFERS',
    {
      step,
      volume: place === 'master' ? master : volume,
      where: whereWords[place],
      run: restore.run,
      ...differing,
      remedy: remedyOf(place, master, restore.from, restore.run),
    },
    { host, expected: differing.expected, actual: differing.actual },
  );
}
