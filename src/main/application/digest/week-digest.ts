/**
 * What happened to the volumes of a site in a week, by the site file and the journals of the state folder. No host is
 * queried.
 */
import type { DigestNight, DigestVolume, WeekDigest } from '../../../contract/digest.ts';
import { outcomeOf, outcomeWords } from '../../../contract/run-outcome.ts';
import type { RunLine } from '../../../contract/screens.ts';
import type { Period } from '../../../contract/time/week.ts';
import { phrase } from '../../../contract/text/say.ts';
import { missedNightsOf, missedSentence } from '../schedule/schedule-service.ts';
import { scheduledTasks } from '../schedule/scheduled-job.ts';
import { siteStatus, type StatusFacts, type VolumeStatus } from '../protection/status-service.ts';

const isIn = ({ from, to }: Period, at: string): boolean => {
  const instant = Date.parse(at);
  return instant >= from.getTime() && instant < to.getTime();
};

const isOf = ({ class: className, proxy }: VolumeStatus, line: RunLine): boolean =>
  line.trouble === undefined && line.class === className && line.volumes.includes(proxy);

function nightOf(line: RunLine): DigestNight {
  const { run, startedAt: at, verdict, exitStatus, sentence } = line;
  if (verdict === 'unfinished' || exitStatus === undefined)
    return { at, outcome: 'unfinished', isLoud: true, run, reason: sentence ?? phrase('the run has no end') };
  const isGood = verdict === 'verified' && exitStatus === 0;
  const outcome = outcomeWords[outcomeOf({ verdict, exitStatus })];
  return { at, outcome, isLoud: !isGood, run, reason: isGood ? undefined : sentence };
}

/** Job -> the nights of the week that it missed, of its runs and of its drills. */
async function missedByJob({ site, state, lines, now }: StatusFacts, period: Period) {
  const missed = new Map<string, DigestNight[]>();
  for (const job of scheduledTasks(site)) {
    const nights = await missedNightsOf(state, job, lines, now);
    const ofWeek = nights.map((night): DigestNight => {
      const reason = missedSentence(job, night);
      return { at: night.due.toISOString(), outcome: 'missed', isLoud: true, run: undefined, reason };
    });
    const others = missed.get(job.name) ?? [];
    missed.set(job.name, [...others, ...ofWeek.filter(({ at }) => isIn(period, at))]);
  }
  return missed;
}

/** The newest drill that has read a backup of the volume. */
function newestDrill(
  volume: VolumeStatus,
  lines: readonly RunLine[],
): Pick<DigestVolume, 'drilledAt' | 'drillLevel'> {
  const drills = lines.flatMap((line) => {
    const { drilled } = line;
    const isRead = drilled && (drilled.volumes ?? line.volumes).includes(volume.proxy);
    return isRead && isOf(volume, line) ? [drilled] : [];
  });
  const newest = drills.toSorted((one, other) => (one.at < other.at ? -1 : 1)).at(-1);
  return { drilledAt: newest?.at, ...(newest?.level ? { drillLevel: newest.level } : {}) };
}

function volumeOf(
  volume: VolumeStatus,
  backups: readonly RunLine[],
  missed: ReadonlyMap<string, readonly DigestNight[]>,
  period: Period,
): DigestVolume {
  const { class: className, master, proxy, jobs, state, reason, backup } = volume;
  const own = backups.filter((line) => isOf(volume, line));
  const nights = [
    ...own.filter(({ startedAt }) => isIn(period, startedAt)).map(nightOf),
    ...jobs.flatMap((job) => missed.get(job) ?? []),
  ];
  return {
    ...{ class: className, master, proxy, jobs, state, reason, backup },
    nights: nights.toSorted((one, other) => (one.at < other.at ? -1 : 1)),
    ...newestDrill(volume, own),
  };
}

/**
 * @param period whose nights are reported; the state of the volumes is that of `now`
 * @throws STATE_FILE_UNREADABLE, TAPES_UNREADABLE
 */
export async function weekDigest(facts: StatusFacts, period: Period): Promise<WeekDigest> {
  const { site, lines } = facts;
  const status = await siteStatus(facts);
  const backups = lines.filter((line) => line.site === site.site && line.restores === undefined);
  const missed = await missedByJob(facts, period);
  const tapes = status.volumes.flatMap(({ job, nextTape }) =>
    nextTape ? [`${job}: ${nextTape.sentence}`] : [],
  );
  return {
    site: site.site,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    volumes: status.volumes.map((volume) => volumeOf(volume, backups, missed, period)),
    tapes: [...new Set(tapes)],
    sealsHead: status.sealsHead,
  };
}
