/** The status of a site in the format of Prometheus: text exposition format 0.0.4. Pure. */
import { protections, serviceStates } from '../../../contract/protection.ts';
import { runVerdicts } from '../../../contract/run-outcome.ts';
import { isInFuture } from '../../../contract/time/in-future.ts';
import { serviceStateOf } from '../../../folds/volume-protection.ts';
import type { SiteStatus, VolumeStatus } from './status-service.ts';
import { version } from '../version.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function sampleLine(name: string, { labels, value }: Sample): string {
  const words = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}{${words.join(',')}} ${value}`;
}

/** A metric without samples is omitted: an unknown value is not 0. */
const metricLines = ({ name, help, samples }: Metric): string[] =>
  samples.length === 0
    ? []
    : [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        ...samples.map((sample) => sampleLine(name, sample)),
      ];

const secondsOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1000;

/** One sample for each volume whose value is known. */
function ofVolumes(
  { site, volumes }: SiteStatus,
  valueOf: (volume: VolumeStatus) => number | undefined,
): Sample[] {
  return volumes.flatMap((volume) => {
    const value = valueOf(volume);
    return value === undefined ? [] : [{ labels: volumeLabels(site, volume), value }];
  });
}

const volumeLabels = (site: string, { class: className, master, proxy }: VolumeStatus): Labels => ({
  site,
  class: className,
  volume: master,
  proxy,
});

/** A sample of 1 for the current state, and of 0 for each other one: so a state that has ended is visible. */
function ofWords(
  { site, volumes }: SiteStatus,
  label: string,
  words: readonly string[],
  wordOf: (volume: VolumeStatus) => string | undefined,
): Sample[] {
  return volumes.flatMap((volume) => {
    const holds = wordOf(volume);
    if (holds === undefined) return [];
    return words.map((word) => ({
      labels: { ...volumeLabels(site, volume), [label]: word },
      value: word === holds ? 1 : 0,
    }));
  });
}

function metricsOf(status: SiteStatus): Metric[] {
  const { site, at, sealsHead, digest } = status;
  const volume = (name: string, help: string, valueOf: (volume: VolumeStatus) => number | undefined) => ({
    name: `shadowtape_${name}`,
    help,
    samples: ofVolumes(status, valueOf),
  });
  return [
    {
      name: 'shadowtape_info',
      help: 'Release of Shadowtape.',
      samples: [{ labels: { site, version }, value: 1 }],
    },
    {
      name: 'shadowtape_status_timestamp_seconds',
      help: 'When this was judged, by the clock of the console.',
      samples: [{ labels: { site }, value: at.getTime() / 1000 }],
    },
    {
      name: 'shadowtape_volume_state',
      help: 'The state of the volume, as shadowtape status names it: 1 for the state that holds.',
      samples: ofWords(status, 'state', protections, ({ state }) => state),
    },
    {
      name: 'shadowtape_volume_service_state',
      help: 'What a monitoring plugin says of the volume: 1 for the state that holds.',
      samples: ofWords(status, 'state', serviceStates, serviceStateOf),
    },
    volume('action_required', '1 where a person must act on the newest run of the volume.', ({ state }) =>
      state === 'action required' ? 1 : 0,
    ),
    volume(
      'backup_timestamp_seconds',
      'The instant that the newest verified backup on tape shows.',
      ({ backup }) => secondsOf(backup?.at),
    ),
    volume(
      'backup_age_seconds',
      'Age of that backup when this was judged; negative if its instant is in the future.',
      ({ backup }) =>
        backup && (isInFuture(backup.ageSeconds) ? backup.ageSeconds : Math.max(0, backup.ageSeconds)),
    ),
    volume(
      'backup_max_age_seconds',
      'How old that backup may be: protect.every of the job.',
      ({ everySeconds }) => everySeconds,
    ),
    volume(
      'backup_proven_timestamp_seconds',
      'When a restore or a drill last proved that this backup can be restored.',
      ({ backup }) => secondsOf(backup?.provenAt),
    ),
    volume('drill_missed', '1 where the last scheduled drill of the volume was missed.', ({ missedDrill }) =>
      missedDrill === undefined ? 0 : 1,
    ),
    volume('run_in_progress', '1 while a run backs the volume up.', ({ runningRun }) =>
      runningRun === undefined ? 0 : 1,
    ),
    {
      name: 'shadowtape_last_run_verdict',
      help: 'Verdict of the newest run that has ended: 1 for the verdict that holds.',
      samples: ofWords(status, 'verdict', runVerdicts, ({ lastRun }) => lastRun?.verdict),
    },
    volume('last_run_exit_status', 'Exit status of that run.', ({ lastRun }) => lastRun?.exitStatus),
    volume('last_run_end_timestamp_seconds', 'When that run ended.', ({ lastRun }) =>
      secondsOf(lastRun?.finishedAt),
    ),
    volume('last_run_bytes', 'Bytes of the volume that it wrote to tape.', ({ lastRun }) => lastRun?.bytes),
    volume('last_run_duration_seconds', 'How long the whole run took.', ({ lastRun }) => lastRun?.seconds),
    {
      name: 'shadowtape_digest_unsent',
      help: '1 where the digest of a week did not reach everybody who asks for it.',
      samples: digest === undefined ? [] : [{ labels: { site }, value: digest.unsent === undefined ? 0 : 1 }],
    },
    {
      name: 'shadowtape_seals_info',
      help: 'Head of the list of seals: SHA-256 of its last line. audit --head takes it.',
      samples: sealsHead === undefined ? [] : [{ labels: { site, head: sealsHead }, value: 1 }],
    },
  ];
}

/** @returns the metrics of the site, each with its help and type; the last line ends with a line feed */
export const metricsText = (status: SiteStatus): string =>
  `${metricsOf(status).flatMap(metricLines).join('\n')}\n`;
