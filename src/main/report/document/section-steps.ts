/** What was done: each step with the commands that it sent, where, when, how long, and how they ended. */
import type { ReportTable, ReportText, ReportTexts } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say, sayCount, translated } from '../../../contract/text/say.ts';
import type { CommandModel, PassModel } from '../../../folds/run/run-model.ts';
import { likeCommands, type LikeCommands } from './like-commands.ts';
import { commandTexts } from './scripts-sent.ts';
import { ownCommands } from './own-commands.ts';
import type { ReportFacts } from './report-source.ts';
import { marked, plain, quiet, strong, tookText } from './report-words.ts';
import { stepWord, type SectionDraft } from './section-draft.ts';

type Row = ReportTable['rows'][number];

const columnsOf = ({ times }: ReportFacts): ReportTable['columns'] => [
  { title: say('Step'), share: 14 },
  { title: say('Title and commands as sent'), share: 47 },
  { title: say('Host'), share: 9 },
  { title: say('Start ({word})', { word: times.word }), share: 11 },
  { title: say('Took'), share: 9, align: 'right' },
  { title: say('Result'), share: 10 },
];

/** How a command ended; `exit 0` where all is well. */
function resultOf({ outcome, state }: CommandModel): ReportText {
  if (state === 'unheard') return marked('warning', say('exit status not known'));
  if (outcome === undefined) return quiet(say('running'));
  if (outcome.exitStatus === 0 && outcome.error === undefined) return { text: say('exit 0') };
  if (outcome.exitStatus !== undefined) {
    const text = say('exit {exitStatus}', { exitStatus: outcome.exitStatus });
    return state === 'answered' ? { text } : { text, mark: 'warning' };
  }
  return marked(
    'bad',
    outcome.signal === undefined ? say('no exit status') : say('signal {signal}', { signal: outcome.signal }),
  );
}

/** How many commands the line stands for; each of them is in the attached file. */
function timesText({ times, differs }: LikeCommands): ReportTexts {
  if (times === 1) return [];
  if (!differs) return [quiet(` ${say('({times} times)', { times: countText(times) })}`)];
  const others = sayCount(
    times - 1,
    'and {count} more that differs in a number',
    'and {count} more that differ in a number',
  );
  return [quiet(` ${others}`)];
}

function commandRow(sent: LikeCommands, { times, model: { startedAt } }: ReportFacts): Row {
  const { first, milliseconds } = sent;
  return [
    plain(''),
    [...commandTexts(first.line, first.changes), ...timesText(sent)],
    plain(first.host),
    plain(times.clock(first.startedAt, startedAt)),
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

/** How many commands of a step are in the attached file alone. @param shown how many are listed */
function attachedText(left: number, shown: number): ReportTexts {
  if (left === 0) return [];
  const text =
    shown === 0
      ? sayCount(left, '{count} command, see the attached file', '{count} commands, see the attached file')
      : sayCount(left, '{count} more in the attached file', '{count} more in the attached file');
  return [quiet(` (${text})`)];
}

/** @param attached how many commands are not listed */
function stepRow(pass: PassModel, { times, model: { startedAt } }: ReportFacts, attached: ReportTexts): Row {
  const { step, title, state, milliseconds, reason, error, unwinding, phase } = pass;
  const more: ReportTexts = [
    ...attached,
    ...(unwinding && phase !== 'finish' ? [quiet(` ${say('(rolling back)')}`)] : []),
    ...(reason === undefined ? [] : [quiet(` - ${reason}`)]),
    ...(error === undefined ? [] : [quiet(` - ${translated(error.sentence)}`)]),
  ];
  return [
    [strong(step)],
    [strong(title), ...more],
    plain(''),
    plain(times.clock(pass.startedAt, startedAt)),
    plain(state === 'skipped' ? '' : tookText(milliseconds)),
    [marked(stateMarks[state], stepWord(state))],
  ];
}

/** Of long lists of commands the first are shown here, all of them in the attached file. */
const mostOfStep = 8;
const mostQueries = 2;

/** Their commands are many and change nothing of the cluster; what they found is elsewhere in the report. */
const stepsWithoutCommands = ['lock', 'unlock', 'drive', 'drive-after'];

function shownOf(step: string, own: readonly LikeCommands[]): readonly LikeCommands[] {
  if (stepsWithoutCommands.includes(step)) return [];
  const queries = own.filter(({ first }) => !first.changes);
  // What did not end as expected is shown in any case.
  const left = new Set(queries.slice(mostQueries).filter(({ first }) => first.state === 'good'));
  const kept = own.filter((each) => !left.has(each));
  return kept.length > mostOfStep + 2 ? kept.slice(0, mostOfStep) : kept;
}

function rowsOf(pass: PassModel, facts: ReportFacts): Row[] {
  const own = likeCommands(ownCommands(pass, facts));
  const shown = shownOf(pass.step, own);
  const left = own.reduce((sum, each) => sum + (shown.includes(each) ? 0 : each.times), 0);
  const title = stepRow(pass, facts, attachedText(left, shown.length));
  return [title, ...shown.map((sent) => commandRow(sent, facts))];
}

export function stepSection(facts: ReportFacts): SectionDraft {
  return {
    id: 'steps',
    title: say('Steps'),
    blocks: [
      {
        kind: 'paragraph',
        texts: plain(
          say(
            'Numbers are those of the guide (PRIMECLUSTER GDS Configuration and Administration Guide, 6.6.3.7). Steps with a word instead of a number are Shadowtape’s own. State checks around the steps, and further queries, are in the attached commands. A query may exit with a status other than 0, as reading a blank tape does; the result of the step takes that into account.',
          ),
        ),
      },
      {
        kind: 'table',
        caption: say('Steps and commands'),
        columns: columnsOf(facts),
        rows: facts.model.passes.flatMap((pass) => rowsOf(pass, facts)),
      },
    ],
  };
}
