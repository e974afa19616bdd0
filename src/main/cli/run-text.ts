/** A run as lines of text: one a step, and what an operator must know in between. */
import type { RunEvent } from '../../contract/events.ts';
import { outcomeOf, outcomeWords } from '../../contract/run-outcome.ts';
import { coverageText } from '../../contract/words.ts';
import { momentText } from './terminal/display.ts';
import { countText, durationText } from './terminal/text.ts';

/** How a run has ended, as its last line and `show` say it: `failed, rolled back`. */
export function endWord(end: Parameters<typeof outcomeOf>[0]): string {
  const outcome = outcomeOf(end);
  return outcome === 'tape-mismatch'
    ? `${outcomeWords[outcome]}; the cluster is in its normal state`
    : outcomeWords[outcome];
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
        return [`run ${event.run}, resumed by ${event.by}: ${event.reason}`];
      case 'observed':
        return event.findings.map((finding) => `  ${finding}`);
      case 'step-started':
        this.#titles.set(
          event.step,
          `${event.step.padEnd(11)} ${event.unwinding && event.phase !== 'finish' ? '(rolling back) ' : ''}${event.title}`,
        );
        return [];
      case 'step-finished':
        return this.#finished(event);
      case 'warning':
        return [`! ${event.text}`];
      case 'baseline':
        return [
          `  baseline of ${event.volume}: ${countText(event.changed)} of ${countText(event.blocks.length)} sampled records changed since the part`,
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
    if (event.result === 'skipped') return [`${signs.skipped} ${title} - skipped: ${event.reason ?? ''}`];
    const line = `${signs[event.result]} ${title} (${durationText(event.milliseconds / 1000)})`;
    return event.error ? [line, `  ${event.error.sentence}`] : [line];
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
  const drive = `tape ${tape.device} on ${tape.host}`;
  if (!restore) return `run ${run}: job ${job}, method ${method}, route ${route}, ${drive}`;
  const source = restore.from === 'tape' ? drive : 'the parted proxy';
  return `run ${run}: restore of run ${restore.run} (data of ${momentText(restore.at)}), job ${job}, from ${source}`;
}

function filesLine({
  volume,
  compared,
  differing = 0,
}: Extract<RunEvent, { type: 'restore-files' }>): string {
  return compared === undefined
    ? `  ${volume}: rebuilt from its dump; its files were not compared one by one`
    : `  ${volume}: ${countText(compared)} entries compared, ${countText(differing)} differ`;
}

function restoredLine({
  place,
  bytes,
  sha256,
  equal,
  reference,
}: Extract<RunEvent, { type: 'restore-digest' }>): string {
  const what = place === 'sent' ? 'written' : `read from ${place}`;
  const compared = equal ? 'equal to the backup' : 'not the backup';
  const result = reference ? 'the restored file system: proxy and master are compared with it' : compared;
  return `  ${what}: ${countText(bytes)} bytes, sha256 ${sha256.slice(0, 16)}…, ${result}`;
}

/** Why nothing moves, and what continues it. */
function waitingLines(event: RunEvent): string[] {
  if (event.type === 'pause') return [pauseLine(event)];
  return event.type === 'asked' ? secondPersonLines(event) : [];
}

/** Nothing moves meanwhile: whoever watches is told why. */
function pauseLine({ what, by = 'somebody', run }: Extract<RunEvent, { type: 'pause' }>): string {
  return what === 'paused' ? `  paused by ${by}; to continue it: shadowtape continue ${run}` : '  continued';
}

/** The operator waits for somebody else, and tells that person how to approve. */
const secondPersonLines = ({ statement, text, run }: Extract<RunEvent, { type: 'asked' }>): string[] =>
  statement === undefined ? [] : [`  ${text}`, `  a second person approves with: shadowtape approve ${run}`];

/** What is lost or cannot be had is a warning of its own. */
function holdLines({ what, volume, host, pid }: Extract<RunEvent, { type: 'hold' }>): string[] {
  return what === 'taken' ? [`  shadow of ${volume} held open by process ${pid ?? '?'} on ${host}`] : [];
}

function coverageLines({
  volume,
  coverage,
  recordBytes,
}: Extract<RunEvent, { type: 'fingerprint' }>): string[] {
  return coverage === undefined ? [] : [`  fingerprint of ${volume}: ${coverageText(coverage, recordBytes)}`];
}

const hopWords = {
  device: 'read from the device',
  handed: 'sent to tape',
  readback: 'read back',
} as const;

function digestLine(event: Extract<RunEvent, { type: 'digest' }>): string {
  if (event.hop === 'counted') return `  counted by the tape host: ${countText(event.records ?? 0)} records`;
  const parts = [
    event.bytes === undefined ? undefined : `${countText(event.bytes)} bytes`,
    event.records === undefined ? undefined : `${countText(event.records)} records`,
    event.crc32 === undefined ? undefined : `crc ${event.crc32}`,
    event.cksum === undefined ? undefined : `cksum ${event.cksum}`,
    event.sha256 === undefined ? undefined : `sha256 ${event.sha256.slice(0, 16)}…`,
  ];
  return `  ${hopWords[event.hop]}: ${parts.filter((part) => part !== undefined).join(', ')}`;
}
