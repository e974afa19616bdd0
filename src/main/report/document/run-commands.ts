/** What a run has sent, as a shell script to be read; and how fast its data went, as a table. Pure. */
import type { RunEvent } from '../../../contract/events.ts';
import { foldRun } from '../../../folds/run/run-fold.ts';
import type { CommandModel, PassModel } from '../../../folds/run/run-model.ts';
import { undirected } from '../../../contract/words.ts';
import { say, told } from '../../../contract/text/say.ts';
import { reportTimes, type ReportTimes } from './report-times.ts';

/** One line of comment, whatever the text holds: what comes from a site file must not begin a line of its own. */
const comment = (text: string) => `# ${undirected(text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '))}`;

/** `exit status 0, 0.3 s`. */
export function endText({ outcome, state }: CommandModel): string {
  if (state === 'unheard') return say('exit status not known');
  if (outcome === undefined) return 'running';
  const seconds = (outcome.milliseconds / 1000).toFixed(1);
  if (outcome.exitStatus !== undefined)
    return say('exit status {exitStatus}, {seconds} s', { exitStatus: outcome.exitStatus, seconds });
  return outcome.signal === undefined
    ? say('no exit status, {seconds} s', { seconds })
    : say('signal {signal}, {seconds} s', { signal: outcome.signal, seconds });
}

/**
 * A command that holds a line feed would continue after the comment of the next one, and one that holds a sign that
 * turns the direction of a text reads as another one: it is written as a comment as a whole.
 */
function commandLines(command: CommandModel, times: ReportTimes): string[] {
  const { host, line, startedAt, changes } = command;
  const head = comment(
    say('on {host}, {startedAt}, {command}{changes}', {
      host,
      startedAt: times.moment(startedAt),
      command: endText(command),
      changes: changes ? '' : say('; changes nothing'),
    }),
  );
  return /[\p{Cc}\u2028\u2029]/u.test(line) || undirected(line) !== line
    ? [head, ...line.split(/\r?\n|[\u2028\u2029]/u).map(comment)]
    : [head, line];
}

function stepLines(
  { step, title, state, unwinding, reason, error, commands }: PassModel,
  times: ReportTimes,
): string[] {
  return [
    '',
    comment(`${step}  ${title}${unwinding ? ` ${say('(rolling back)')}` : ''}: ${state}`),
    ...(reason === undefined ? [] : [comment(`    ${say('skipped: {reason}', { reason })}`)]),
    ...(error === undefined ? [] : [comment(`    ${error.code}: ${told(error.sentence)}`)]),
    ...commands.flatMap((command) => commandLines(command, times)),
  ];
}

/**
 * @param zone IANA name of the zone of its times; absent: UTC
 * @returns a script that ends before its first command: its lines are of several hosts, and were right only then
 */
export function commandScript(events: readonly RunEvent[], zone?: string): string {
  const times = reportTimes(zone);
  const { run, start, passes, otherCommands, end } = foldRun(events);
  const what =
    start === undefined
      ? ''
      : say(', job {job} of {site}, method {method}, route {route}', {
          job: start.job,
          site: start.site,
          method: start.method,
          route: start.route,
        });
  const outside =
    otherCommands.length === 0
      ? []
      : [
          '',
          comment(say('outside any step')),
          ...otherCommands.flatMap((command) => commandLines(command, times)),
        ];
  return [
    '#!/bin/sh',
    comment(say('Commands of run {run}{what}', { run, what })),
    comment(
      end === undefined
        ? say('The run has not ended.')
        : say('{verdict}, exit status {exitStatus}: {sentence}', {
            verdict: end.verdict,
            exitStatus: end.exitStatus,
            sentence: end.sentence,
          }),
    ),
    comment(
      say('Step numbers are those of the guide (GDS Configuration and Administration Guide, 6.6.3.7).'),
    ),
    `echo 'a record of commands sent to several hosts at that time: read it, do not run it' >&2`,
    'exit 1',
    ...passes.flatMap((pass) => stepLines(pass, times)),
    ...outside,
    '',
  ].join('\n');
}

/** A field of a CSV file (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export const field = (value: string | number | undefined): string => {
  const plain = value === undefined ? '' : String(value);
  const text = typeof value === 'string' && /^[=+\-@]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A line for each progress line of the journal. Rates are bytes per second. */
export function rateTable(events: readonly RunEvent[]): string {
  const head = [
    'at',
    'step',
    'what',
    'bytes',
    'total',
    'records',
    'bytes_per_second',
    'buffer_fill',
    'elapsed_seconds',
  ];
  const rows = events.flatMap((event) =>
    event.type === 'progress'
      ? [
          [
            event.at,
            event.step,
            event.what,
            event.bytes,
            event.total,
            event.records,
            event.rate === undefined ? undefined : Math.round(event.rate),
            event.bufferFill,
            event.elapsedSeconds,
          ],
        ]
      : [],
  );
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
