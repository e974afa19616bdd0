/** What was done: each step with the commands that it sent, where, when, how long, and how they ended. */
import type {
  ReportBlock,
  ReportListing,
  ReportTable,
  ReportText,
  ReportTexts,
} from '../../contract/report.ts';
import { countText, printable } from '../../contract/words.ts';
import { groupCommands } from '../../renderer/folds/command-groups.ts';
import type { CommandModel, PassModel } from '../../renderer/folds/run-model.ts';
import type { ReportFacts } from './report-source.ts';
import { clockText, code, countOf, marked, plain, quiet, strong, tookText } from './report-words.ts';
import { verdictMarks, verdictWords, type SectionDraft } from './section-draft.ts';

type Row = ReportTable['rows'][number];

const columns: ReportTable['columns'] = [
  { title: 'Step', share: 13 },
  { title: 'Title, and commands as they were sent', share: 43 },
  { title: 'Host', share: 9 },
  { title: 'Start (UTC)', share: 12 },
  { title: 'Took', share: 10, align: 'right' },
  { title: 'Result', share: 13 },
];

/** How a command ended; `exit 0` where all is well. */
function resultOf({ outcome, state }: CommandModel): ReportText {
  if (state === 'unheard') return marked('warning', 'its end was never heard of');
  if (outcome === undefined) return quiet('goes on');
  if (outcome.exitStatus === 0 && outcome.error === undefined) return { text: 'exit 0' };
  if (outcome.exitStatus !== undefined) return { text: `exit ${outcome.exitStatus}`, mark: 'warning' };
  return marked('bad', outcome.signal === undefined ? 'no exit status' : `signal ${outcome.signal}`);
}

/** Like commands stand once, with how often they were sent. */
const timesText = (times: number) => (times > 1 ? [quiet(` (${countText(times)} times)`)] : []);

function commandRow(command: CommandModel, times: number, startedAt: number | undefined): Row {
  const { line, host, outcome } = command;
  return [
    plain(''),
    [code(line), ...timesText(times)],
    plain(host),
    plain(clockText(command.startedAt, startedAt)),
    plain(tookText(outcome?.milliseconds)),
    [resultOf(command)],
  ];
}

const stateMarks = {
  done: 'good',
  failed: 'bad',
  skipped: 'unknown',
  running: 'warning',
  'broken-off': 'warning',
} as const;

function stepRow(pass: PassModel, startedAt: number | undefined): Row {
  const { step, title, state, milliseconds, reason, error, unwinding, phase } = pass;
  const word = {
    done: 'done',
    failed: 'failed',
    skipped: 'left out',
    running: 'goes on',
    'broken-off': 'broken off',
  }[state];
  const more: ReportTexts = [
    ...(unwinding && phase !== 'finish' ? [quiet(' (bringing the cluster back)')] : []),
    ...(reason === undefined ? [] : [quiet(` - ${reason}`)]),
    ...(error === undefined ? [] : [quiet(` - ${error.sentence}`)]),
  ];
  return [
    [strong(step)],
    [strong(title), ...more],
    plain(''),
    plain(clockText(pass.startedAt, startedAt)),
    plain(state === 'skipped' ? '' : tookText(milliseconds)),
    [marked(stateMarks[state], word)],
  ];
}

/** Of long lists of like commands (the fingerprint's) the first are shown here, all of them in the appendix. */
const mostOfStep = 6;

function rowsOf(pass: PassModel, facts: ReportFacts): Row[] {
  const { startedAt } = facts.model;
  const { own } = groupCommands(pass.commands, facts.looks);
  const shown = own.length > mostOfStep + 2 ? own.slice(0, mostOfStep) : own;
  const left = own.slice(shown.length);
  const more: Row[] =
    left.length === 0
      ? []
      : [
          [
            plain(''),
            [quiet(`… and ${countOf(left.length, 'command')} more: see “All commands”`)],
            plain(''),
            plain(''),
            plain(''),
            plain(''),
          ],
        ];
  return [
    stepRow(pass, startedAt),
    ...shown.map(({ command, times }) => commandRow(command, times, startedAt)),
    ...more,
  ];
}

export function stepSection(facts: ReportFacts): SectionDraft {
  const { passes } = facts.model;
  return {
    id: 'steps',
    title: 'Steps',
    blocks: [
      {
        kind: 'paragraph',
        texts: plain(
          'Numbers are those of the guide (PRIMECLUSTER GDS Configuration and Administration Guide, 6.6.3.7); steps that bear a word are Shadowtape’s own. Commands that only look at the hosts around the steps are in the appendix.',
        ),
      },
      {
        kind: 'table',
        caption: 'Steps and commands',
        columns,
        rows: passes.flatMap((pass) => rowsOf(pass, facts)),
      },
    ],
  };
}

function allCommandsOf(facts: ReportFacts): { step: string; command: CommandModel }[] {
  const { passes, otherCommands } = facts.model;
  return [
    ...passes.flatMap(({ step, commands }) => commands.map((command) => ({ step, command }))),
    ...otherCommands.map((command) => ({ step: '(outside)', command })),
  ].toSorted((one, other) => one.command.seq - other.command.seq);
}

/** One after the other, those that only look included; sent again and again they stand once. */
function commandAppendix(facts: ReportFacts): SectionDraft {
  const rows: { step: string; command: CommandModel; times: number }[] = [];
  for (const { step, command } of allCommandsOf(facts)) {
    const last = rows.at(-1);
    if (
      last &&
      last.step === step &&
      last.command.host === command.host &&
      last.command.line === command.line
    )
      rows[rows.length - 1] = { ...last, times: last.times + 1 };
    else rows.push({ step, command, times: 1 });
  }
  return {
    id: 'commands',
    title: 'All commands',
    appendix: true,
    blocks: [
      {
        kind: 'table',
        caption: 'Every command that was sent, in its order; a dot marks those that change nothing',
        columns: columns.with(1, { title: 'Command as it was sent', share: 43 }),
        rows: rows.map(({ step, command, times }) => [
          plain(command.changes ? step : `${step} ·`),
          ...commandRow(command, times, facts.model.startedAt).slice(1),
        ]),
      },
    ],
  };
}

const mostLines = 40;

/** Lines of what was printed; what the journal has cut is said. */
function printed(text: string, bytes: number): string[] {
  const lines = printable(text.trimEnd()).split('\n');
  const cut =
    bytes > new TextEncoder().encode(text).length ? [`… cut: ${countText(bytes)} bytes in all`] : [];
  const more =
    lines.length > mostLines ? [`… ${countText(lines.length - mostLines)} more lines: see the journal`] : [];
  return [...lines.slice(0, mostLines), ...more, ...cut];
}

/** What changing commands, and those that failed, have printed. */
function outputAppendix(facts: ReportFacts): SectionDraft[] {
  const telling = allCommandsOf(facts).flatMap(({ step, command }) => {
    const { outcome, changes, state } = command;
    const said = outcome !== undefined && (outcome.stdout.trim() !== '' || outcome.stderr.trim() !== '');
    return said && (changes || state === 'bad') ? [{ step, command, outcome }] : [];
  });
  if (telling.length === 0) return [];
  const listings = telling.map(({ step, command, outcome }): ReportListing => {
    const { stdout, stdoutBytes, stderr, stderrBytes } = outcome;
    return {
      kind: 'listing',
      caption: `Step ${step}, on ${command.host}, ${clockText(command.startedAt, facts.model.startedAt)} UTC`,
      lines: [
        `# ${command.line}`,
        ...(stdout.trim() === '' ? [] : printed(stdout, stdoutBytes)),
        ...(stderr.trim() === '' ? [] : ['standard error:', ...printed(stderr, stderrBytes)]),
        `exit status ${outcome.exitStatus ?? 'none'}`,
      ],
    };
  });
  return [
    {
      id: 'outputs',
      title: 'Outputs of commands',
      appendix: true,
      blocks: [
        {
          kind: 'paragraph',
          texts: plain(
            'Of commands that change something, and of those that failed. All of them are in the journal.',
          ),
        },
        ...listings,
      ],
    },
  ];
}

/** The checks around the steps; those of the verification stand by themselves. */
function checkAppendix({ model }: ReportFacts): SectionDraft[] {
  const checks = model.passes
    .filter(({ phase }) => phase !== 'verify')
    .flatMap(({ checks: ofPass }) => ofPass);
  if (checks.length === 0) return [];
  const table: ReportBlock = {
    kind: 'table',
    caption: 'Checks around the steps',
    columns: [
      { title: 'Step', share: 12 },
      { title: 'Rule', share: 26 },
      { title: 'Expected', share: 25 },
      { title: 'Seen', share: 25 },
      { title: 'Verdict', share: 12 },
    ],
    rows: checks.map(({ step, title, expected, actual, verdict }) => [
      plain(step),
      plain(title),
      plain(expected),
      plain(actual),
      [marked(verdictMarks[verdict] ?? 'unknown', verdictWords[verdict] ?? verdict)],
    ]),
  };
  return [{ id: 'checks', title: 'Checks around the steps', appendix: true, blocks: [table] }];
}

export const stepAppendices = (facts: ReportFacts): SectionDraft[] => [
  commandAppendix(facts),
  ...outputAppendix(facts),
  ...checkAppendix(facts),
];
