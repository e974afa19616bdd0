/** Files that are attached to the PDF: what is too long to be read on paper. Pure. */
import { createHash } from 'node:crypto';
import type { ReportTable } from '../../../contract/report.ts';
import { bytesText, countText, printable } from '../../../contract/words.ts';
import { inEnglish, say, sayAround, sayCount } from '../../../contract/text/say.ts';
import type { CommandModel, RunModel } from '../../../folds/run/run-model.ts';
import { endText, field } from './run-commands.ts';
import type { ReportFacts } from './report-source.ts';
import type { ReportTimes } from './report-times.ts';
import { code, pieces, plain } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

export interface ReportAttachment {
  /** File name without a folder. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  /** What it holds, in words. */
  readonly holds: string;
  readonly text: string;
}

interface SentCommand {
  readonly step: string;
  readonly command: CommandModel;
}

function commandsOf({ passes, otherCommands }: RunModel): SentCommand[] {
  return [
    ...passes.flatMap(({ step, commands }) => commands.map((command) => ({ step, command }))),
    ...otherCommands.map((command) => ({ step: 'outside of steps', command })),
  ].toSorted((one, other) => one.command.seq - other.command.seq);
}

/** What was printed; what the journal has cut is said. */
function outputLines(title: string, text: string, bytes: number): string[] {
  if (bytes === 0) return [];
  const isCut = bytes > new TextEncoder().encode(text).length;
  return [
    `-- ${title}`,
    printable(text.trimEnd()),
    ...(isCut ? [`-- cut by the journal, ${countText(bytes)} bytes in total`] : []),
  ];
}

function commandLines({ step, command }: SentCommand, times: ReportTimes): string[] {
  const { host, line, startedAt, changes, outcome } = command;
  const head = `== ${host}, ${times.moment(startedAt)}, step ${step}, ${endText(command)}${changes ? '' : ', changes nothing'}`;
  return [
    '',
    printable(head),
    printable(line),
    ...(outcome === undefined
      ? []
      : [
          ...outputLines('standard output', outcome.stdout, outcome.stdoutBytes),
          ...outputLines('standard error', outcome.stderr, outcome.stderrBytes),
        ]),
  ];
}

function commandFile({ run, model, times }: ReportFacts): ReportAttachment {
  const sent = commandsOf(model);
  // It is compared by its digest, wherever the report is made again.
  const lines = inEnglish(() => [
    `Run ${run}: every command in the order sent, as sent, with its output as far as the journal has it.`,
    ...sent.flatMap((command) => commandLines(command, times)),
  ]);
  return {
    name: `${run}.commands.txt`,
    type: 'text/plain',
    holds: say('{commands} as sent, with output', {
      commands: sayCount(sent.length, '{count} command', '{count} commands'),
    }),
    text: `${lines.join('\n')}\n`,
  };
}

type CsvRow = readonly (string | number | undefined)[];

/** RFC 4180: commas, and CR LF at the end of each line. */
const csvOf = (rows: readonly CsvRow[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

function checkFile({ run, model }: ReportFacts): ReportAttachment[] {
  const checks = model.passes.flatMap(({ checks: ofPass }) => ofPass);
  if (checks.length === 0) return [];
  const rows = checks.map(({ at, step, volume, title, expected, actual, verdict, why, source }) => [
    ...[at, step, volume, title, expected, actual, verdict, why, source],
  ]);
  return [
    {
      name: `${run}.checks.csv`,
      type: 'text/csv',
      holds: say('{checks} before, in and after the steps', {
        checks: sayCount(checks.length, '{count} check', '{count} checks'),
      }),
      text: csvOf([
        ['at', 'step', 'volume', 'rule', 'expected', 'seen', 'verdict', 'reason', 'source'],
        ...rows,
      ]),
    },
  ];
}

/** The hashes of the sampled records: with the volume they can be computed again. */
function recordFile({ run, model }: ReportFacts): ReportAttachment[] {
  const rows = model.fingerprints.flatMap(({ volume, primary, backup }): CsvRow[] => {
    const through = new Map(backup?.blocks.map(({ record, sha256 }) => [record, sha256] as const));
    const first = primary?.blocks ?? backup?.blocks ?? [];
    const size = (primary ?? backup)?.recordBytes;
    return [
      ...first.map(({ record, sha256 }) => [
        ...[volume, 'first', record, size],
        primary === undefined ? undefined : sha256,
        through.get(record),
      ]),
      ...(primary?.second ?? []).map(({ record, sha256 }) => [
        ...[volume, 'second', record, size],
        sha256,
        undefined,
      ]),
    ];
  });
  if (rows.length === 0) return [];
  const head = ['volume', 'set', 'record', 'record_bytes', 'sha256_on_cluster', 'sha256_through_shadow'];
  return [
    {
      name: `${run}.records.csv`,
      type: 'text/csv',
      holds: say('{records} with SHA-256', {
        records: sayCount(rows.length, '{count} sampled record', '{count} sampled records'),
      }),
      text: csvOf([head, ...rows]),
    },
  ];
}

/** What is attached to the PDF of a run; the same for the same source. */
export const attachmentsOf = (facts: ReportFacts): ReportAttachment[] => [
  commandFile(facts),
  ...checkFile(facts),
  ...recordFile(facts),
];

/** The list of them, with the digests that prove them to be those of this paper. */
export function attachmentSection(facts: ReportFacts): SectionDraft {
  const table: ReportTable = {
    kind: 'table',
    caption: say('Attached files'),
    columns: [
      { title: say('File'), share: 36 },
      { title: say('Holds'), share: 28 },
      { title: say('Size'), share: 10, align: 'right' },
      { title: 'SHA-256', share: 32 },
    ],
    rows: attachmentsOf(facts).map(({ name, holds, text }) => [
      [code(name)],
      plain(holds),
      plain(bytesText(Buffer.byteLength(text))),
      [code(createHash('sha256').update(text).digest('hex'))],
    ]),
  };
  return {
    id: 'attached',
    title: say('Attached files'),
    blocks: [
      {
        kind: 'paragraph',
        texts: pieces(
          sayAround(
            'These files are attached to the PDF. PDF readers list them as attachments; {save} saves them. To take a sampled record again, run {read} and hash the output with SHA-256.',
            {
              save: code(`pdfdetach -saveall ${facts.run}.pdf`),
              read: code('dd if=DEVICE bs=RECORD-BYTES count=1 skip=RECORD'),
            },
          ),
        ),
      },
      table,
    ],
  };
}
