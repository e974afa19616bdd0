/** A run as a log, one line after the other: what was sent and printed, checked, asked and answered. Pure. */
import { isBlocking } from '../../contract/checks.ts';
import { printable } from '../../contract/words.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../states.ts';
import type { AskedModel, CommandModel, PassModel, PauseModel, RunModel } from './run-model.ts';
import { runStateOf, stateWords } from './run-state.ts';

export interface LogLine {
  /** The same line has the same key while the run continues. */
  readonly key: string;
  /** Milliseconds since 1970; undefined for output, which came after its command. */
  readonly at: number | undefined;
  readonly kind: 'run' | 'step' | 'command' | 'output' | 'check' | 'warning' | 'question' | 'end';
  /** Empty if it belongs to no step. */
  readonly step: string;
  readonly host: string | undefined;
  readonly state: State;
  readonly text: string;
}

/** Lines that stay together: the first has the moment of all. */
type Group = readonly LogLine[];

const commandStates = {
  running: 'busy',
  good: 'ok',
  answered: 'ok',
  bad: 'warn',
  unheard: 'bad',
} as const;

/** How a command ended, where that is worth a word. */
function endWords({ outcome, state }: CommandModel): string {
  if (state === 'unheard') return ` ${say('(its result is not known)')}`;
  if (outcome?.error) return ` (${outcome.error.sentence})`;
  if (outcome?.signal !== undefined) return ` ${say('(signal {signal})', { signal: outcome.signal })}`;
  const status = outcome?.exitStatus ?? 0;
  return status === 0 ? '' : ` ${say('(exit status {status})', { status })}`;
}

function commandGroup(step: string, command: CommandModel): Group {
  const { seq, host, line, startedAt, outcome } = command;
  const base = { step, host, state: commandStates[command.state] };
  const printed = [outcome?.stdout ?? '', outcome?.stderr ?? ''].flatMap((text) => text.split('\n'));
  return [
    {
      key: `command ${seq}`,
      at: startedAt,
      kind: 'command',
      ...base,
      text: printable(line) + endWords(command),
    },
    ...printed
      .filter((text) => text.trim() !== '')
      .map((text, at): LogLine => {
        return { key: `output ${seq} ${at}`, at: undefined, kind: 'output', ...base, text: printable(text) };
      }),
  ];
}

function questionGroups(step: string, { asked, answered }: AskedModel): Group[] {
  const base = { kind: 'question', step, host: undefined } as const;
  const question: LogLine = {
    ...{ key: `asked ${asked.seq}`, at: Date.parse(asked.at), ...base, state: 'warn', text: asked.text },
  };
  if (!answered) return [[question]];
  const reason = answered.reason === undefined ? '' : ` (${answered.reason})`;
  const text = say('answered by {by}: {answer}{reason}', {
    by: answered.by,
    answer: answered.answer,
    reason,
  });
  const key = `answered ${answered.seq}`;
  return [[question], [{ key, at: Date.parse(answered.at), ...base, state: 'idle', text }]];
}

function checkGroup({ seq, at, step, title, actual, verdict }: PassModel['checks'][number]): Group {
  const state = isBlocking({ verdict }) ? 'bad' : 'ok';
  const text = `${title}: ${printable(actual)}`;
  return [{ key: `check ${seq}`, at: Date.parse(at), kind: 'check', step, host: undefined, state, text }];
}

function passGroups(pass: PassModel): Group[] {
  const { key, step, title, unwinding, startedAt, milliseconds = 0, state, reason, error } = pass;
  const base = { kind: 'step', step, host: undefined } as const;
  const skipped = reason === undefined ? '' : ` ${say('(skipped: {reason})', { reason })}`;
  const text = `${unwinding ? `${say('Roll back:')} ` : ''}${title}${skipped}`;
  const failed =
    state === 'broken-off'
      ? say('the process of the run ended')
      : error && say('failed: {sentence}', { sentence: error.sentence });
  const at = startedAt + milliseconds;
  return [
    [{ key: `step ${key}`, at: startedAt, ...base, state: state === 'running' ? 'busy' : 'idle', text }],
    ...pass.commands.map((command) => commandGroup(step, command)),
    ...pass.checks.map(checkGroup),
    ...pass.questions.flatMap((question) => questionGroups(step, question)),
    ...(failed === undefined
      ? []
      : [[{ key: `end ${key}`, at, ...base, state: 'bad', text: failed } as const]]),
  ];
}

function endGroup(model: RunModel): Group {
  const { end } = model;
  if (!end) return [];
  const { state, word } = stateWords[runStateOf({ model, question: undefined, live: false, failed: false })];
  const base = { kind: 'end', step: '', host: undefined } as const;
  const sentence: LogLine = {
    key: 'end',
    at: Date.parse(end.at),
    ...base,
    state,
    text: `${word}: ${end.sentence}`,
  };
  return [
    sentence,
    ...end.stands.map((text, at): LogLine => ({
      key: `state ${at}`,
      at: undefined,
      ...base,
      state: 'idle',
      text,
    })),
  ];
}

function pauseGroups({ step, from, until, by }: PauseModel): Group[] {
  const base = { kind: 'run', step, host: undefined, state: 'idle' } as const;
  const paused = say('dump paused by {by}', { by });
  return [
    [{ key: `paused ${from}`, at: from, ...base, text: paused }],
    ...(until === undefined
      ? []
      : [[{ key: `continued ${until}`, at: until, ...base, text: say('dump continued') }]]),
  ];
}

/** In the order of time; what happened at the same moment stays in the order of the journal. */
export function logLines(model: RunModel): LogLine[] {
  const apart = { step: '', host: undefined } as const;
  const groups: Group[] = [
    ...model.sessions.map(({ at, by, mode }, index): Group => {
      return [
        {
          key: `session ${index}`,
          at,
          kind: 'run',
          ...apart,
          state: 'idle',
          text: say('{mode}, by {by}', { mode, by }),
        },
      ];
    }),
    ...model.passes.flatMap(passGroups),
    ...model.otherCommands.map((command) => commandGroup('', command)),
    ...model.pauses.flatMap(pauseGroups),
    ...model.warnings.map(({ step, text, at }, index): Group => {
      return [{ key: `warning ${index}`, at, kind: 'warning', step, host: undefined, state: 'warn', text }];
    }),
  ];
  const momentOf = ([first]: Group) => first?.at ?? 0;
  return [...groups.toSorted((one, other) => momentOf(one) - momentOf(other)), endGroup(model)].flat();
}

/** The lines that hold all of the words, in any case; their hosts and steps count, too. */
export function foundLines(lines: readonly LogLine[], search: string): readonly LogLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter(({ step, host = '', text }) => {
    const line = `${step} ${host} ${text}`.toLowerCase();
    return words.every((word) => line.includes(word));
  });
}
