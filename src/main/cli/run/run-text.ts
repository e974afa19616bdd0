/** A run as lines of text: one per step, and what an operator must know in between. */
import type { RunEvent } from '../../../contract/events.ts';
import { outcomeOf, outcomeWords } from '../../../contract/run-outcome.ts';
import { coverageText } from '../../../contract/words.ts';
import { said, say, sayCount, told } from '../../../contract/text/say.ts';
import { momentText } from '../terminal/display.ts';
import { countText, durationText } from '../terminal/text.ts';

/** How a run ended, as in its last line and in `show`: `failed, rolled back`. */
export function endWord(end: Parameters<typeof outcomeOf>[0]): string {
  const outcome = outcomeOf(end);
  return outcome === 'tape-mismatch'
    ? say('{outcome}; the cluster is in its normal state', { outcome: said(outcomeWords[outcome]) })
    : said(outcomeWords[outcome]);
}

const signs = { done: '✓', skipped: '–', failed: '✗' } as const;

/** Folds events into lines; keeps the titles of the steps. */
export class RunText {
  readonly #titles = new Map<string, string>();

  /** Lines for one event; none for most. */
  linesOf(event: RunEvent): string[] {
    switch (event.type) {
      case 'run-started':
        return [startLine(event)];
      case 'run-resumed':
        return [
          say('run {run}, resumed by {by}: {reason}', { run: event.run, by: event.by, reason: event.reason }),
        ];
      case 'observed':
        return event.findings.map((finding) => `  ${told(finding)}`);
      case 'step-started':
        this.#titles.set(
          event.step,
          `${event.step.padEnd(11)} ${event.unwinding && event.phase !== 'finish' ? `${say('(rolling back)')} ` : ''}${told(event.title)}`,
        );
        return [];
      case 'step-finished':
        return this.#finished(event);
      case 'warning':
        return [`! ${told(event.text)}`];
      case 'baseline':
        return [
          `  ${say('baseline of {volume}: {changed} of {blocks} sampled records changed since the part', { volume: event.volume, changed: countText(event.changed), blocks: countText(event.blocks.length) })}`,
        ];
      case 'hold':
        return holdLines(event);
      case 'fingerprint':
        return coverageLines(event);
      case 'restore-digest':
        return [restoredLine(event)];
      case 'restore-files':
        return [filesLine(event)];
      case 'digest':
        return [digestLine(event)];
      default:
        return waitingLines(event);
    }
  }

  #finished(event: Extract<RunEvent, { type: 'step-finished' }>): string[] {
    const title = this.#titles.get(event.step) ?? event.step;
    if (event.result === 'skipped')
      return [
        `${signs.skipped} ${say('{title} - skipped: {reason}', { title, reason: event.reason ?? '' })}`,
      ];
    const line = `${signs[event.result]} ${title} (${durationText(event.milliseconds / 1000)})`;
    return event.error ? [line, `  ${told(event.error.sentence)}`] : [line];
  }
}

function startLine({
  run,
  job,
  method,
  route,
  tape,
  restore,
}: Extract<RunEvent, { type: 'run-started' }>): string {
  const drive = say('tape {device} on {host}', { device: tape.device, host: tape.host });
  if (!restore)
    return say('run {run}: job {job}, method {method}, route {route}, {drive}', {
      run,
      job,
      method,
      route,
      drive,
    });
  const source = restore.from === 'tape' ? drive : say('the parted proxy');
  return say('run {run}: restore of run {restored} (data of {at}), job {job}, from {source}', {
    run,
    restored: restore.run,
    at: momentText(restore.at),
    job,
    source,
  });
}

function filesLine({
  volume,
  compared,
  differing = 0,
}: Extract<RunEvent, { type: 'restore-files' }>): string {
  return compared === undefined
    ? `  ${say('{volume}: rebuilt from its dump; its files were not compared one by one', { volume })}`
    : `  ${say('{volume}: {compared} entries compared, {differing} differ', { volume, compared: countText(compared), differing: countText(differing) })}`;
}

function restoredLine({
  place,
  bytes,
  sha256,
  equal,
  reference,
}: Extract<RunEvent, { type: 'restore-digest' }>): string {
  const what = place === 'sent' ? say('written') : say('read from {place}', { place });
  const compared = equal ? say('equal to the backup') : say('not the backup');
  const result = reference
    ? say('the restored file system: proxy and master are compared with it')
    : compared;
  return `  ${say('{what}: {bytes} bytes, sha256 {sha256}…, {result}', { what, bytes: countText(bytes), sha256: sha256.slice(0, 16), result })}`;
}

/** Why nothing moves, and what continues it. */
function waitingLines(event: RunEvent): string[] {
  if (event.type === 'pause') return [pauseLine(event)];
  return event.type === 'asked' ? secondPersonLines(event) : [];
}

/** Nothing moves meanwhile: the line shows why. */
function pauseLine(event: Extract<RunEvent, { type: 'pause' }>): string {
  const { what, by = say('somebody'), continuesByItself, run } = event;
  if (what === 'continued') return `  ${say('continued')}`;
  return continuesByItself
    ? `  ${say('paused by {by}; it continues by itself', { by })}`
    : `  ${say('paused by {by}; to continue it: shadowtape continue {run}', { by, run })}`;
}

/** The operator waits for a second person, who needs these instructions. */
const secondPersonLines = ({ statement, text, run }: Extract<RunEvent, { type: 'asked' }>): string[] =>
  statement === undefined
    ? []
    : [`  ${text}`, `  ${say('a second person approves with: shadowtape approve {run}', { run })}`];

/** Losses and missing data are separate warnings. */
function holdLines({ what, volume, host, pid }: Extract<RunEvent, { type: 'hold' }>): string[] {
  return what === 'taken'
    ? [
        `  ${say('shadow of {volume} held open by process {pid} on {host}', { volume, pid: pid ?? '?', host })}`,
      ]
    : [];
}

function coverageLines({
  volume,
  coverage,
  recordBytes,
}: Extract<RunEvent, { type: 'fingerprint' }>): string[] {
  return coverage === undefined
    ? []
    : [
        `  ${say('fingerprint of {volume}: {coverage}', { volume, coverage: coverageText(coverage, recordBytes) })}`,
      ];
}

const hopWords = {
  device: say('read from the device'),
  handed: say('sent to tape'),
  readback: say('read back'),
} as const;

function digestLine(event: Extract<RunEvent, { type: 'digest' }>): string {
  if (event.hop === 'counted')
    return `  ${sayCount(event.records ?? 0, 'counted by the tape host: {count} record', 'counted by the tape host: {count} records')}`;
  const parts = [
    event.bytes === undefined ? undefined : sayCount(event.bytes, '{count} byte', '{count} bytes'),
    event.records === undefined ? undefined : sayCount(event.records, '{count} record', '{count} records'),
    event.crc32 === undefined ? undefined : `crc ${event.crc32}`,
    event.cksum === undefined ? undefined : `cksum ${event.cksum}`,
    event.sha256 === undefined ? undefined : `sha256 ${event.sha256.slice(0, 16)}…`,
  ];
  return `  ${hopWords[event.hop]}: ${parts.filter((part) => part !== undefined).join(', ')}`;
}
