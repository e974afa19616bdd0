/** Compares what was read of a restored volume with what its backup recorded. */
import { failure } from '../../../../contract/errors.ts';
import type { RestorePlace } from '../../../../contract/restore-events.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { blockBytes, volumeNamed } from '../../model/assignment.ts';
import type { Step } from '../../model/step.ts';

/** What was read of a volume at a place. */
export interface ReadDigest {
  /** The proxy volume, whatever was read. */
  readonly volume: string;
  readonly place: RestorePlace;
  readonly host: string;
  /** Bytes that were read; those of the whole volume where `blocks` is given instead. */
  readonly bytes?: number;
  readonly blocks?: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const whereWords: Readonly<Record<RestorePlace, string>> = {
  tape: 'from tape',
  sent: 'from tape while it was written',
  shadow: 'back through the shadow',
  proxy: 'on the cluster',
  master: 'on the cluster',
};

function remedyOf(place: RestorePlace, master: string, from: 'tape' | 'proxy', run: string): string {
  switch (place) {
    case 'tape':
    case 'sent':
      return 'do not trust this tape; restore from another backup';
    case 'shadow':
      return `${master} is unchanged. Check the disks of the proxy for errors, then restore again`;
    case 'proxy':
      return from === 'proxy'
        ? `${master} is unchanged. The proxy no longer holds this backup: restore from tape with shadowtape restore ${run}`
        : `${master} is unchanged. Find out who else writes to the proxy, then restore again`;
    case 'master':
      return `do not start ${master}: it is not proven. The lines below show the ways on`;
  }
}

/**
 * Writes what was read into the journal, and compares it with the backup.
 * @throws RESTORE_DIFFERS
 */
export function recordDigest(context: RunContext, { id: step }: Step, read: ReadDigest): void {
  const { assignment, journal } = context;
  const { restore } = assignment;
  const { volume, place, host, sha256 } = read;
  const bytes = read.bytes ?? (read.blocks ?? 0) * blockBytes;
  const wanted = restore?.volumes.find(({ proxy }) => proxy === volume);
  if (!restore || !wanted) throw new Error(`${volume} is not restored by this run`);
  const equal = wanted.bytes === bytes && wanted.sha256 === sha256;
  journal.append({ type: 'restore-digest', step, volume, place, host, bytes, sha256, equal });
  if (equal) return;
  const { master } = volumeNamed(assignment, volume);
  const isShort = wanted.bytes !== bytes;
  const told = {
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
      ...told,
      remedy: remedyOf(place, master, restore.from, restore.run),
    },
    { host, expected: told.expected, actual: told.actual },
  );
}
