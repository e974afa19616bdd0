/** Who ran it, what was asked, what went wrong, and the state at the end. */
import type { ReportBlock, ReportFactList as FactsBlock, ReportTable } from '../../../contract/report.ts';
import type { PassModel } from '../../../folds/run/run-model.ts';
import { printable } from '../../../contract/words.ts';
import { handText, readStands } from '../../../folds/stands.ts';
import type { ReportFacts } from './report-source.ts';
import { countOf, marked, plain, quiet, strong, tookText } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

const words = (text: string): ReportBlock => ({ kind: 'paragraph', texts: plain(text) });

const modeWords = {
  run: 'started the run',
  resume: 'resumed it',
  unwind: 'rolled it back',
} as const;

function sessionTable({ model: { sessions }, times }: ReportFacts): ReportTable {
  return {
    kind: 'table',
    caption: 'Operators',
    columns: [
      { title: 'When', share: 20 },
      { title: 'Who', share: 16 },
      { title: 'Did', share: 16 },
      { title: 'Reason and findings', share: 48 },
    ],
    rows: sessions.map(({ at, by, mode, reason, findings }) => [
      plain(times.moment(at)),
      plain(by),
      plain(modeWords[mode]),
      plain([reason, ...findings].filter((text) => text !== undefined).join('; ') || '-'),
    ]),
  };
}

function questionTable({ model, times }: ReportFacts): ReportTable | undefined {
  const asked = model.passes.flatMap(({ step, questions }) => questions.map((each) => ({ step, ...each })));
  if (asked.length === 0) return undefined;
  return {
    kind: 'table',
    caption: 'Questions and answers',
    columns: [
      { title: 'Step', share: 10 },
      { title: 'Asked', share: 42 },
      { title: 'Answer', share: 14 },
      { title: 'Who, when and why', share: 34 },
    ],
    rows: asked.map(({ step, asked: question, answered }) => [
      plain(step),
      plain(question.text),
      answered === undefined ? [quiet('not answered')] : [strong(answered.answer)],
      answered === undefined
        ? plain(`asked at ${times.moment(question.at)}`)
        : plain(
            `${answered.by} at ${times.moment(answered.at)}${answered.reason === undefined ? '' : `: “${answered.reason}”`}`,
          ),
    ]),
  };
}

export function decisionSection(facts: ReportFacts): SectionDraft {
  const table = questionTable(facts);
  return {
    id: 'decisions',
    title: 'Decisions',
    blocks: [sessionTable(facts), table ?? words('The run asked no questions.')],
  };
}

function errorTable({ model }: ReportFacts): ReportTable | undefined {
  const failed = model.passes.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return undefined;
  return {
    kind: 'table',
    caption: 'Errors',
    columns: [
      { title: 'Step', share: 12 },
      { title: 'Error', share: 46 },
      { title: 'Hint', share: 42 },
    ],
    rows: failed.map(({ step, error }) => [
      plain(step),
      [marked('bad', error?.sentence ?? ''), quiet(` [${error?.code ?? ''}]`)],
      plain(error?.hint ?? ''),
    ]),
  };
}

function warningTable({ warnings, model, times }: ReportFacts): ReportTable | undefined {
  if (warnings.length === 0) return undefined;
  return {
    kind: 'table',
    caption: 'Warnings',
    columns: [
      { title: `When (${times.word})`, share: 16 },
      { title: 'Step', share: 14 },
      { title: 'Warning', share: 70 },
    ],
    rows: warnings.map(({ at, step, text }) => [
      plain(times.clock(at, model.startedAt)),
      plain(step),
      [marked('warning', text)],
    ]),
  };
}

/** The lock is also released in a rollback, but is not part of what it rolls back. */
const isBack = ({ unwinding, phase }: PassModel) => unwinding && phase !== 'finish';

const mostFailed = 4;
const mostLines = 8;

/** What the commands of failed steps printed, the last ones: the journal and the attached commands have all. */
function failedCommands({ model }: ReportFacts): ReportBlock[] {
  const failed = model.passes
    .filter(({ state }) => state === 'failed')
    .flatMap(({ step, commands }) =>
      commands.flatMap(({ host, line, outcome, state }) =>
        state === 'bad' && outcome !== undefined ? [{ step, host, line, outcome }] : [],
      ),
    );
  return failed.slice(-mostFailed).map(({ step, host, line, outcome }) => {
    const said = printable(`${outcome.stdout.trimEnd()}\n${outcome.stderr.trimEnd()}`).trim().split('\n');
    const [command = ''] = line.split('\n');
    return {
      kind: 'listing',
      caption: `Step ${step} on ${host}: exit status ${outcome.exitStatus ?? 'none'}`,
      lines: [`# ${printable(command)}`, ...said.slice(-mostLines).filter((text) => text !== '')],
    };
  });
}

function unwindingTable({ model, times }: ReportFacts): ReportTable | undefined {
  const back = model.passes.filter(isBack);
  if (back.length === 0) return undefined;
  return {
    kind: 'table',
    caption: 'Rollback steps',
    columns: [
      { title: 'Step', share: 12 },
      { title: 'What', share: 42 },
      { title: `Start (${times.word})`, share: 14 },
      { title: 'Took', share: 12, align: 'right' },
      { title: 'Result', share: 20 },
    ],
    rows: back.map(({ step, title, startedAt, milliseconds, state, reason }) => [
      plain(step),
      plain(title),
      plain(times.clock(startedAt, model.startedAt)),
      plain(tookText(milliseconds)),
      [
        marked(
          state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'unknown',
          state === 'skipped' ? `skipped: ${reason ?? ''}` : state,
        ),
      ],
    ]),
  };
}

/** `Volume2: joined to Volume1, in sync` is told of Volume2. */
function standRow(sentence: string): FactsBlock['rows'][number] {
  const [, of, what] = /^([^:]{1,60}): (.+)$/s.exec(sentence) ?? [];
  return of === undefined || what === undefined
    ? { name: 'The run', value: plain(sentence) }
    : { name: of, value: plain(what) };
}

function standing({ model: { end } }: ReportFacts): ReportBlock[] {
  if (end === undefined) return [words('The run has no end: the current state was not checked.')];
  const { sentences, byHand } = readStands(end.stands);
  const facts: ReportBlock = {
    kind: 'facts',
    caption: 'State at the end of the run',
    rows: sentences.map(standRow),
  };
  return [
    ...(sentences.length === 0 ? [words('Nothing to report.')] : [facts]),
    ...(byHand.length === 0
      ? []
      : [
          words('Action required. Run these commands by hand, each on the host named above it:'),
          { kind: 'listing' as const, caption: 'By hand', lines: handText(byHand).trimEnd().split('\n') },
        ]),
  ];
}

export function troubleSections(facts: ReportFacts): SectionDraft[] {
  const { model, torn } = facts;
  const errors = errorTable(facts);
  const warnings = warningTable(facts);
  const unwinding = unwindingTable(facts);
  const { end } = model;
  const verdict: ReportBlock[] =
    end?.code === undefined
      ? []
      : [
          {
            kind: 'paragraph',
            texts: [strong(`${end.code}: `), { text: end.sentence }, quiet(` Hint: ${end.hint ?? ''}`)],
          },
        ];
  const count = warnings === undefined ? 'No warnings.' : `${countOf(warnings.rows.length, 'warning')}.`;
  return [
    {
      id: 'troubles',
      title: 'Warnings and errors',
      blocks: [
        ...verdict,
        ...(torn
          ? [words('The last line of the journal is incomplete: the console died while writing it.')]
          : []),
        errors ?? words('No step failed.'),
        warnings ?? words(count),
        ...failedCommands(facts),
        ...(unwinding === undefined ? [] : [unwinding]),
      ],
    },
    { id: 'stands', title: 'State at the end', level: 2, blocks: standing(facts) },
  ];
}
