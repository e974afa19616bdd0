/** What was done: each step with the commands that it sent, where, when, how long, and how they ended. */
import type {
  ReportBlock,
  ReportListing,
  ReportTable,
  ReportText,
  ReportTexts,
} from '../../../contract/report.ts';
import { countText, printable } from '../../../contract/words.ts';
import { groupCommands } from '../../../folds/command-groups.ts';
import type { CommandModel, PassModel } from '../../../folds/run-model.ts';
import { likeCommands, type LikeCommands } from './like-commands.ts';
import { listedCommand, commandTexts, scriptAppendix, scriptsOf, type Scripts } from './scripts-sent.ts';
import type { ReportFacts } from './report-source.ts';
import { clockText, countOf, marked, plain, quiet, strong, tookText } from './report-words.ts';
import { verdictMarks, verdictWords, type SectionDraft } from './section-draft.ts';

type Row = ReportTable['rows'][number];

const columns: ReportTable['columns'] = [
  { title: 'Step', share: 12 },
  { title: 'Title and commands as sent', share: 47 },
  { title: 'Host', share: 9 },
  { title: 'Start (UTC)', share: 11 },
  { title: 'Took', share: 10, align: 'right' },
  { title: 'Result', share: 11 },
];

/** How a command ended; `exit 0` where all is well. */
function resultOf({ outcome, state }: CommandModel): ReportText {
  if (state === 'unheard') return marked('warning', 'exit status not known');
  if (outcome === undefined) return quiet('running');
  if (outcome.exitStatus === 0 && outcome.error === undefined) return { text: 'exit 0' };
  if (outcome.exitStatus !== undefined) return { text: `exit ${outcome.exitStatus}`, mark: 'warning' };
  return marked('bad', outcome.signal === undefined ? 'no exit status' : `signal ${outcome.signal}`);
}

/** Like commands stand once, with how often they were sent; for which numbers is told in full where all of them are asked for. */
function timesText({ times, numbers }: LikeCommands, inFull: boolean): ReportTexts {
  if (times === 1) return [];
  const [first = '', last = ''] = [numbers[0], numbers.at(-1)];
  const which = inFull ? numbers.join(', ') : `${first} to ${last}`;
  return [quiet(` (${countText(times)} times${numbers.length === 0 ? '' : `, N: ${which}`})`)];
}

interface Telling {
  readonly startedAt: number | undefined;
  readonly scripts: Scripts;
  /** All numbers of like commands. */
  readonly inFull: boolean;
}

function commandRow(sent: LikeCommands, { startedAt, scripts, inFull }: Telling): Row {
  const { first, line, milliseconds } = sent;
  return [
    plain(''),
    [...commandTexts(line, scripts), ...timesText(sent, inFull)],
    plain(first.host),
    plain(clockText(first.startedAt, startedAt)),
    plain(tookText(milliseconds)),
    [resultOf(first)],
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
    skipped: 'skipped',
    running: 'running',
    'broken-off': 'interrupted',
  }[state];
  const more: ReportTexts = [
    ...(unwinding && phase !== 'finish' ? [quiet(' (rolling back)')] : []),
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

/** Of long lists of commands the first are shown here, all of them in the appendix. */
const mostOfStep = 12;

function rowsOf(pass: PassModel, facts: ReportFacts, telling: Telling): Row[] {
  const looks = new Set(groupCommands(pass.commands, facts.looks).looks);
  const own = likeCommands(pass.commands.filter((command) => !looks.has(command)));
  const shown = own.length > mostOfStep + 2 ? own.slice(0, mostOfStep) : own;
  const left = own.slice(shown.length);
  const more: Row[] =
    left.length === 0
      ? []
      : [
          [
            plain(''),
            [quiet(`… and ${countOf(left.length, 'more command')}: see “All commands”`)],
            plain(''),
            plain(''),
            plain(''),
            plain(''),
          ],
        ];
  return [stepRow(pass, telling.startedAt), ...shown.map((sent) => commandRow(sent, telling)), ...more];
}

export function stepSection(facts: ReportFacts): SectionDraft {
  const { passes, startedAt } = facts.model;
  const telling = { startedAt, scripts: scriptsOf(facts.model), inFull: false };
  return {
    id: 'steps',
    title: 'Steps',
    blocks: [
      {
        kind: 'paragraph',
        texts: plain(
          'Numbers are those of the guide (PRIMECLUSTER GDS Configuration and Administration Guide, 6.6.3.7). Steps with a word instead of a number are Shadowtape’s own. State checks around the steps are in the appendix. A query may exit with a status other than 0, as reading a blank tape does; the result of the step takes that into account.',
        ),
      },
      {
        kind: 'table',
        caption: 'Steps and commands',
        columns,
        rows: passes.flatMap((pass) => rowsOf(pass, facts, telling)),
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

/** One after the other, those that only look included; like ones stand once. */
function commandAppendix(facts: ReportFacts, scripts: Scripts): SectionDraft {
  const telling = { startedAt: facts.model.startedAt, scripts, inFull: true };
  const ofSteps: { step: string; commands: CommandModel[] }[] = [];
  for (const { step, command } of allCommandsOf(facts)) {
    const last = ofSteps.at(-1);
    if (last?.step === step) last.commands.push(command);
    else ofSteps.push({ step, commands: [command] });
  }
  const rows = ofSteps.flatMap(({ step, commands }) =>
    likeCommands(commands).map((sent) => ({ step, sent })),
  );
  return {
    id: 'commands',
    title: 'All commands',
    appendix: true,
    blocks: [
      {
        kind: 'table',
        caption:
          'Every command in the order sent; a dot marks commands that change nothing, N a number that varies',
        columns: columns.with(1, { title: 'Command as sent', share: 47 }),
        rows: rows.map(({ step, sent }) => [
          plain(sent.first.changes ? step : `${step} ·`),
          ...commandRow(sent, telling).slice(1),
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
    bytes > new TextEncoder().encode(text).length ? [`… cut: ${countText(bytes)} bytes in total`] : [];
  const more =
    lines.length > mostLines ? [`… ${countText(lines.length - mostLines)} more lines: see the journal`] : [];
  return [...lines.slice(0, mostLines), ...more, ...cut];
}

/** What changing commands, and those that failed, have printed. */
function outputAppendix(facts: ReportFacts, scripts: Scripts): SectionDraft[] {
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
        `# ${listedCommand(command.line, scripts)}`,
        ...(stdout.trim() === '' ? [] : printed(stdout, stdoutBytes)),
        ...(stderr.trim() === '' ? [] : ['standard error:', ...printed(stderr, stderrBytes)]),
        `exit status ${outcome.exitStatus ?? 'none'}`,
      ],
    };
  });
  return [
    {
      id: 'outputs',
      title: 'Output of commands',
      appendix: true,
      blocks: [
        {
          kind: 'paragraph',
          texts: plain(
            'Output of commands that change something, and of commands that failed. The journal has all output.',
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

export function stepAppendices(facts: ReportFacts): SectionDraft[] {
  const scripts = scriptsOf(facts.model);
  return [
    commandAppendix(facts, scripts),
    ...scriptAppendix(scripts),
    ...outputAppendix(facts, scripts),
    ...checkAppendix(facts),
  ];
}
