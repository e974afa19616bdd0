/** What of a backup can be restored, and whether a parted proxy may be copied to its master: folded from journals. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { phrase } from '../../../contract/text/say.ts';
import { blockBytes } from './assignment.ts';
import { isSameCluster } from './later-runs.ts';
import { omissionsOf } from './omissions.ts';
import { beginningOfSome, distantManifest, tapesOfVolume, volumesToRestore } from './restore-volume.ts';
import { sentCommands, type Sent } from './sent-commands.ts';

type Started = EventOf<'run-started'>;

/** A run of the state folder. */
export interface KnownRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
}

/** What a run has backed up, of the volumes that are restored. */
export interface RestorableRun {
  /** How the run began, as if it had backed up these volumes alone. */
  readonly start: Started;
  /** The part of the order that comes from the backup. */
  readonly order: Pick<RestoreOrder, 'at' | 'volumes' | 'manifestFile' | 'others' | 'skipped' | 'imported'>;
}

function unsupported(run: string, reason: string) {
  return failure('RESTORE_UNSUPPORTED', { run, reason });
}

/** Why a run cannot be restored at any site; undefined if it can. */
function whyNot(start: Started, events: readonly RunEvent[]): string | undefined {
  if (start.restore) return phrase('it is a restore, not a backup');
  if (start.platform === 'linux') return phrase('restoring volumes of Linux hosts is not supported');
  const imported = events.find((event) => event.type === 'imported');
  if (imported)
    return imported.from === 'journal'
      ? undefined
      : phrase('it was imported from a tape without its journal, so its pair and its disks are not known');
  const end = events.findLast((event) => event.type === 'run-finished');
  if (end === undefined) return phrase('it has not ended');
  return end.verdict === 'failed' ? phrase('it failed') : undefined;
}

const dumpOf = (events: readonly RunEvent[], proxy: string): EventOf<'digest'> | undefined =>
  events.findLast(
    (event): event is EventOf<'digest'> =>
      event.type === 'digest' && event.hop === 'handed' && event.volume === proxy,
  );

/** What the tool of the file system printed of it; undefined where it is not recorded, as in journals of earlier releases. */
const howMade = (events: readonly RunEvent[], proxy: string): string | undefined =>
  events.findLast(
    (event): event is EventOf<'file-system-made'> =>
      event.type === 'file-system-made' && event.volume === proxy,
  )?.text;

/** When the proxies of a run were parted; undefined if no part is known to have succeeded. */
function partedAt(events: readonly RunEvent[]): string | undefined {
  const part = sentCommands(events).findLast(
    ({ intent: { argv }, isProven }) => isProven && argv[0] === 'sdxproxy' && argv[1] === 'Part',
  );
  return events.find((event) => event.type === 'outcome' && event.of === part?.intent.seq)?.at;
}

/** @throws RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, RESTORE_UNSUPPORTED */
function dumpedVolume(
  { run, events }: KnownRun,
  start: Started,
  volume: Started['volumes'][number],
): RestoreOrder['volumes'][number] {
  const { proxy, method = start.method, blocks = start.blocks ?? 0 } = volume;
  const dump = dumpOf(events, proxy);
  if (!dump) throw failure('RUN_HAS_NO_TAPE', { run });
  if (dump.sections) throw unsupported(run, phrase('its dump was interrupted and continued'));
  const { onTapeSha256: sha256, bytes = 0 } = dump;
  if (sha256 === undefined) throw failure('RUN_HAS_NO_DIGEST', { run, volume: proxy });
  if (method === '6a' && bytes !== blocks * blockBytes)
    throw unsupported(
      run,
      phrase('its tape holds {bytes} bytes of a volume of {blocks} bytes', {
        bytes,
        blocks: blocks * blockBytes,
      }),
    );
  const tapes = tapesOfVolume(events, proxy);
  const made = method === '6a' ? undefined : howMade(events, proxy);
  return {
    ...{ proxy, bytes, sha256 },
    ...(method === '6a' ? {} : { files: true }),
    ...(made === undefined ? {} : { made }),
    ...(tapes ? { tapes } : {}),
  };
}

/** What is reported of the files of a backup: how many tar skipped, or read while they changed. */
function skippedFiles(events: readonly RunEvent[], volumes: RestoreOrder['volumes']): number {
  const { skipped = 0, inconsistent = 0 } = omissionsOf(events);
  return volumes.some(({ files }) => files) ? skipped + inconsistent : 0;
}

/**
 * What a run has backed up of the volumes to restore, according to its journal.
 * @param masters those that may be replaced: names the volumes, where the run has several
 * @throws RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, RESTORE_UNSUPPORTED, RESTORE_MASTER_NOT_NAMED
 */
export function restorableOf(known: KnownRun, masters: readonly string[] = []): RestorableRun {
  const { run, events } = known;
  const [whole] = events;
  if (whole?.type !== 'run-started') throw failure('RUN_HAS_NO_TAPE', { run });
  const reason = whyNot(whole, events);
  if (reason !== undefined) throw unsupported(run, reason);
  const chosen = volumesToRestore(run, whole, masters);
  const volumes = chosen.map((volume) => dumpedVolume(known, whole, volume));
  const start = beginningOfSome(whole, events, chosen);
  if (!start)
    throw unsupported(
      run,
      phrase('its journal does not name the disks of {chosen}', {
        chosen: chosen.map(({ proxy }) => proxy).join(', '),
      }),
    );
  const manifestFile = distantManifest(whole);
  const others = whole.volumes.filter((volume) => !chosen.includes(volume)).map(({ master }) => master);
  const skipped = skippedFiles(events, volumes);
  const isImported = events.some(({ type }) => type === 'imported');
  return {
    start,
    order: {
      at: partedAt(events) ?? start.at,
      volumes,
      ...(manifestFile === undefined ? {} : { manifestFile }),
      ...(others.length > 0 ? { others } : {}),
      ...(skipped > 0 ? { skipped } : {}),
      ...(isImported ? { imported: true } : {}),
    },
  };
}

/** True for a command that parts, joins or rejoins the proxy, and may have had its effect. */
function concerns({ intent: { argv }, ending }: Sent, className: string, proxy: string): boolean {
  const after = (letter: string) => argv[argv.indexOf(letter) + 1] ?? '';
  return (
    argv[0] === 'sdxproxy' &&
    ending !== 'bad' &&
    after('-c') === className &&
    after('-p').split(',').includes(proxy)
  );
}

/**
 * The run that parted a proxy last, if its journal proves pjrm=off and no journal shows a later rejoin. With pjrm=on,
 * data written through a shadow is not copied to the master, and nothing shows it.
 * @param runs of the state folder, oldest first
 * @param of the run that is restored: it identifies the cluster
 * @returns undefined if nothing proves it
 */
export function partProof(
  runs: readonly KnownRun[],
  { events: of }: KnownRun,
  className: string,
  proxy: string,
): string | undefined {
  const last = runs
    .filter(({ events }) => isSameCluster(of, events))
    .flatMap(({ run, events }) =>
      sentCommands(events)
        .filter((sent) => concerns(sent, className, proxy))
        .map((sent) => ({ run, sent })),
    )
    .at(-1);
  if (!last?.sent.isProven) return undefined;
  const { argv } = last.sent.intent;
  return argv[1] === 'Part' && argv.includes('pjrm=off') ? last.run : undefined;
}
