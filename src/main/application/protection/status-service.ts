/** What monitors get of a site: its volumes, their last runs, the head of the list of seals. No host is queried. */
import type { TrendSeries } from '../../../contract/history.ts';
import type { PairProtection, UnsentDigest } from '../../../contract/protection.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { volumesOf, worstFirstOf, type OfVolume } from '../../../folds/volume-protection.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { readSeals } from '../../proof/seals-file.ts';
import type { Site } from '../../site/site-schema.ts';
import { unsentDigest, wantsDigest } from '../digest/digest-record.ts';
import { siteProtection } from './protection-service.ts';

export { unsentSentence } from '../../../folds/unsent-digest.ts';
export { protectionWords, serviceStateOf, worstServiceState } from '../../../folds/volume-protection.ts';

/** The newest backup run of a volume that has ended. */
interface LastRun {
  readonly run: string;
  readonly verdict: RunLine['verdict'];
  readonly exitStatus: number | undefined;
  readonly finishedAt: string | undefined;
  /** Of the volume on tape; undefined if the journal does not have it. */
  readonly bytes: number | undefined;
  /** How long the whole run took. */
  readonly seconds: number | undefined;
  /** What the drive reported when it was last queried; absent if it reported nothing. */
  readonly driveAlerts?: readonly string[] | undefined;
}

export interface VolumeStatus extends OfVolume<PairProtection> {
  readonly lastRun: LastRun | undefined;
}

export interface SiteStatus {
  readonly site: string;
  readonly at: Date;
  /** The worst first. */
  readonly volumes: readonly VolumeStatus[];
  /** SHA-256 (hex) of the last line of the list of seals; undefined if nothing is sealed yet. */
  readonly sealsHead: string | undefined;
  /** Absent if no receiver in `notify` requests the weekly digest. */
  readonly digest?: { readonly unsent: UnsentDigest | undefined } | undefined;
}

export interface StatusFacts {
  readonly site: Site;
  readonly state: StateFolder;
  /** All runs of the state folder, newest first. */
  readonly lines: readonly RunLine[];
  readonly series: readonly TrendSeries[];
  /** Clock of the console. */
  readonly now: Date;
}

const hasEnded = ({ trouble, verdict, restores }: RunLine): boolean =>
  trouble === undefined && restores === undefined && verdict !== 'unfinished';

/** Class and proxy -> the newest backup run of the volume that has ended. */
function lastLines({ site, lines }: StatusFacts): Map<string, RunLine> {
  const found = new Map<string, RunLine>();
  for (const line of lines) {
    if (line.site !== site.site || !hasEnded(line)) continue;
    for (const volume of line.volumes) {
      const key = `${line.class}/${volume}`;
      if (!found.has(key)) found.set(key, line);
    }
  }
  return found;
}

/** Class and proxy -> its series. */
const seriesOf = ({ site, series }: StatusFacts): Map<string, TrendSeries> =>
  new Map(
    series.filter((one) => one.site === site.site).map((one) => [`${one.class}/${one.volume}`, one] as const),
  );

function lastRunOf(line: RunLine | undefined, series: TrendSeries | undefined): LastRun | undefined {
  if (!line) return undefined;
  const point = series?.points.findLast(({ run }) => run === line.run);
  const { run, verdict, exitStatus, finishedAt, driveAlerts } = line;
  return {
    run,
    verdict,
    exitStatus,
    finishedAt,
    bytes: point?.bytes,
    seconds: line.seconds ?? point?.seconds,
    ...(driveAlerts ? { driveAlerts } : {}),
  };
}

/** @throws STATE_FILE_UNREADABLE if the list of seals exists but cannot be read */
export async function siteStatus(facts: StatusFacts): Promise<SiteStatus> {
  const { site, state, lines, now } = facts;
  const pairs = await siteProtection(site, state, lines, now);
  const last = lastLines(facts);
  const series = seriesOf(facts);
  const { seals, lastHash } = await readSeals(state);
  return {
    site: site.site,
    at: now,
    volumes: worstFirstOf(volumesOf(pairs)).map((volume) => ({
      ...volume,
      lastRun: lastRunOf(last.get(volume.key), series.get(volume.key)),
    })),
    sealsHead: seals.length === 0 ? undefined : lastHash,
    ...(wantsDigest(site) ? { digest: { unsent: await unsentDigest(state, site, now) } } : {}),
  };
}
