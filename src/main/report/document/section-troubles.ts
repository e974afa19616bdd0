/** Who ran it, what was asked, what went wrong, and the state at the end. */
import type { ReportBlock, ReportFactList as FactsBlock, ReportTable } from '../../../contract/report.ts';
import type { PassModel } from '../../../folds/run/run-model.ts';
import { printable } from '../../../contract/words.ts';
import { say, sayCount, told } from '../../../contract/text/say.ts';
import { handText, readStands } from '../../../folds/stands.ts';
import type { ReportFacts } from './report-source.ts';
import { marked, plain, quiet, strong, tookText } from './report-words.ts';
import { stepWord, type SectionDraft } from './section-draft.ts';

const words = (text: string): ReportBlock => ({ kind: 'paragraph', texts: plain(text) });

const modeWords = {
  run: say('started the run'),
  resume: say('resumed it'),
  unwind: say('rolled it back'),
} as const;

function sessionTable({ model: { sessions }, times }: ReportFacts): ReportTable {
  return {
    kind: 'table',
    caption: say('Operators'),
    columns: [
      { title: say('When'), share: 20 },
      { title: say('Who'), share: 16 },
      { title: say('Did'), share: 16 },
      { title: say('Reason and findings'), share: 48 },
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
    caption: say('Questions and answers'),
    columns: [
      { title: say('Step'), share: 10 },
      { title: say('Asked'), share: 42 },
      { title: say('Answer'), share: 14 },
      { title: say('Who, when and why'), share: 34 },
    ],
    rows: asked.map(({ step, asked: question, answered }) => [
      plain(step),
      plain(question.text),
      answered === undefined ? [quiet(say('not answered'))] : [strong(answered.answer)],
      answered === undefined
        ? plain(say('asked at {at}', { at: times.moment(question.at) }))
        : plain(
            say('{by} at {at}{reason}', {
              by: answered.by,
              at: times.moment(answered.at),
              reason: answered.reason === undefined ? '' : `: “${answered.reason}”`,
            }),
          ),
    ]),
  };
}

/** When the dumps did not read, and who wanted that. */
function pauseTable({ model: { pauses }, times }: ReportFacts): ReportTable | undefined {
  if (pauses.length === 0) return undefined;
  return {
    kind: 'table',
    caption: say('Pauses of the dump'),
    columns: [
      { title: say('Step'), share: 10 },
      { title: say('Paused'), share: 24 },
      { title: say('Continued'), share: 24 },
      { title: say('Took'), share: 12, align: 'right' },
      { title: say('By'), share: 30 },
    ],
    rows: pauses.map(({ step, from, until, by }) => [
      plain(step),
      plain(times.moment(from)),
      until === undefined ? [quiet(say('not continued'))] : plain(times.moment(until)),
      plain(tookText(until === undefined ? undefined : until - from)),
      plain(by),
    ]),
  };
}

export function decisionSection(facts: ReportFacts): SectionDraft {
  const table = questionTable(facts);
  const pauses = pauseTable(facts);
  return {
    id: 'decisions',
    title: say('Decisions'),
    blocks: [
      sessionTable(facts),
      table ?? words(say('The run asked no questions.')),
      ...(pauses ? [pauses] : []),
    ],
  };
}

function errorTable({ model }: ReportFacts): ReportTable | undefined {
  const failed = model.passes.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return undefined;
  return {
    kind: 'table',
    caption: say('Errors'),
    columns: [
      { title: say('Step'), share: 12 },
      { title: say('Error'), share: 46 },
      { title: say('Hint'), share: 42 },
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
    caption: say('Warnings'),
    columns: [
      { title: say('When ({word})', { word: times.word }), share: 16 },
      { title: say('Step'), share: 14 },
      { title: say('Warning'), share: 70 },
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

/**
 * What the commands of failed steps printed, the last ones: the journal and the attached commands have all. An answer
 * may be why the step has failed.
 */
function failedCommands({ model }: ReportFacts): ReportBlock[] {
  const failed = model.passes
    .filter(({ state }) => state === 'failed')
    .flatMap(({ step, commands }) =>
      commands.flatMap(({ host, line, outcome, state }) =>
        (state === 'bad' || state === 'answered') && outcome !== undefined
          ? [{ step, host, line, outcome }]
          : [],
      ),
    );
  return failed.slice(-mostFailed).map(({ step, host, line, outcome }) => {
    const said = printable(`${outcome.stdout.trimEnd()}\n${outcome.stderr.trimEnd()}`).trim().split('\n');
    const [command = ''] = line.split('\n');
    return {
      kind: 'listing',
      caption: say('Step {step} on {host}: exit status {exitStatus}', {
        step,
        host,
        exitStatus: outcome.exitStatus ?? say('none'),
      }),
      lines: [`# ${printable(command)}`, ...said.slice(-mostLines).filter((text) => text !== '')],
    };
  });
}

function unwindingTable({ model, times }: ReportFacts): ReportTable | undefined {
  const back = model.passes.filter(isBack);
  if (back.length === 0) return undefined;
  return {
    kind: 'table',
    caption: say('Rollback steps'),
    columns: [
      { title: say('Step'), share: 12 },
      { title: say('What'), share: 42 },
      { title: say('Start ({word})', { word: times.word }), share: 14 },
      { title: say('Took'), share: 12, align: 'right' },
      { title: say('Result'), share: 20 },
    ],
    rows: back.map(({ step, title, startedAt, milliseconds, state, reason }) => [
      plain(step),
      plain(title),
      plain(times.clock(startedAt, model.startedAt)),
      plain(tookText(milliseconds)),
      [
        marked(
          state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'unknown',
          state === 'skipped' ? say('skipped: {reason}', { reason: reason ?? '' }) : stepWord(state),
        ),
      ],
    ]),
  };
}

/** `Volume2: joined to Volume1, in sync` is shown for Volume2. */
function standRow(sentence: string): FactsBlock['rows'][number] {
  const [, of, what] = /^([^:]{1,60}): (.+)$/s.exec(told(sentence)) ?? [];
  return of === undefined || what === undefined
    ? { name: say('The run'), value: plain(sentence) }
    : { name: of, value: plain(what) };
}

function standing({ model: { end } }: ReportFacts): ReportBlock[] {
  if (end === undefined) return [words(say('The run has no end: the current state was not checked.'))];
  const { sentences, byHand } = readStands(end.stands);
  const facts: ReportBlock = {
    kind: 'facts',
    caption: say('State at the end of the run'),
    rows: sentences.map(standRow),
  };
  return [
    ...(sentences.length === 0 ? [words(say('Nothing to report.'))] : [facts]),
    ...(byHand.length === 0
      ? []
      : [
          words(say('Action required. Run these commands by hand, each on the host named above it:')),
          {
            kind: 'listing' as const,
            caption: say('By hand'),
            lines: handText(byHand).trimEnd().split('\n'),
          },
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
            texts: [
              strong(`${end.code}: `),
              ...plain(end.sentence),
              quiet(` ${say('Hint: {hint}', { hint: end.hint ?? '' })}`),
            ],
          },
        ];
  const count =
    warnings === undefined
      ? say('No warnings.')
      : sayCount(warnings.rows.length, '{count} warning.', '{count} warnings.');
  return [
    {
      id: 'troubles',
      title: say('Warnings and errors'),
      blocks: [
        ...verdict,
        ...(torn
          ? [words(say('The last line of the journal is incomplete: the console died while writing it.'))]
          : []),
        errors ?? words(say('No step failed.')),
        warnings ?? words(count),
        ...failedCommands(facts),
        ...(unwinding === undefined ? [] : [unwinding]),
      ],
    },
    { id: 'stands', title: say('State at the end'), level: 2, blocks: standing(facts) },
  ];
}
