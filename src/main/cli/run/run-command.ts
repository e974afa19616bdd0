import type { RunEvent } from '../../../contract/events.ts';
import { omissionWords } from '../../../contract/run-outcome.ts';
import { say, translated } from '../../../contract/text/say.ts';
import type { EndedRun, Following, ShadowtapeConsole } from '../../application/console.ts';
import {
  faultOption,
  freshLabOption,
  jsonOption,
  methodOption,
  nodeDownOption,
  nodesOption,
  routeOption,
  type CommandLine,
  type JsonOption,
  type LabFlags,
} from '../command-line.ts';
import type { JsonOutput } from '../json-output.ts';
import { isQuiet, isVerbose, shownZone } from '../terminal/display.ts';
import { exact, type Line } from '../terminal/lines.ts';
import { printJson, standardError, standardOutput, warn } from '../terminal/output.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { reportAtEnd } from '../report-commands.ts';
import { asGiven, type GlobalOptionWords } from '../given-options.ts';
import { ApprovalText } from './approval-text.ts';
import { furtherLines, RunFollower } from './run-follower.ts';
import { eventLines } from '../history/event-lines.ts';
import { endWord, RunText } from './run-text.ts';
import { stateLines } from './state-lines.ts';
import { stopOnSignals, unexpectedStatus } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk } from '../terminal/terminal.ts';
import { stateTone } from '../terminal/state-tone.ts';
import { loginName } from '../../owner/login-name.ts';

interface FollowOptions extends GlobalOptionWords {
  readonly yes: boolean;
  readonly json: boolean;
  /** Done when the run has ended and its last lines are shown. @returns a line more */
  readonly atEnd?: ((run: string) => Promise<string>) | undefined;
}

/** The last lines: what happened, the current state, where the journal is, how to see it. */
export function endLines(end: EndedRun, given: GlobalOptionWords): Line[] {
  const { sentence, error, stands, journalFile, journalBroken, run } = end;
  const word = `${endWord(end)}${omissionWords(end)}`;
  return [
    [stateTone(word), `: ${translated(sentence)}`],
    ...(error?.hint ? [`  ${say('hint: {hint}', { hint: asGiven(error.hint, given) })}`] : []),
    ...stateLines(stands),
    [
      `${say('journal:')} `,
      exact(journalFile),
      ...(journalBroken ? [` ${say('(its end could not be written)')}`] : []),
    ],
    [`${say('show it again:')} `, exact(`shadowtape show ${run}${given.stateOption}`)],
  ];
}

/**
 * If action is required: the commands that resume the run or roll it back, with the same checks.
 * @param halted true if no more queries may be sent
 */
async function actLines(
  console: ShadowtapeConsole,
  { run, exitStatus }: EndedRun,
  words: GlobalOptionWords,
  halted: boolean,
): Promise<string[]> {
  if (exitStatus !== 3) return [];
  if (halted) return furtherLines(run, words);
  const [resume, unwind] = [
    await console.recoveryRefusal('resume', run),
    await console.recoveryRefusal('unwind', run),
  ];
  return furtherLines(run, words, { resume: resume?.message, unwind: unwind?.message });
}

/** Events that are always shown, even with --quiet. */
const isLoud = (event: RunEvent): boolean =>
  event.type === 'warning' || (event.type === 'step-finished' && event.result === 'failed');

/** What is shown of an event, less with `--quiet`, more with `--verbose`. The end of a run has its own lines. */
function linesFor(event: RunEvent, text: RunText): Line[] {
  if (isVerbose() && event.type !== 'run-finished') return eventLines(event, text);
  const lines = text.linesOf(event);
  return isQuiet() && !isLoud(event) ? [] : lines;
}

/**
 * Follows a run, answers its questions, and prints its end.
 * @param ended called with the exit status as soon as it is known: later errors do not change it
 */
async function follow(
  console: ShadowtapeConsole,
  options: FollowOptions,
  begin: (following: Following) => Promise<EndedRun>,
  ended: (exitStatus: number) => void,
): Promise<void> {
  const progress = new ProgressLine(options.json ? standardError : standardOutput);
  const text = new RunText();
  const follower = new RunFollower();
  const approval = new ApprovalText();
  const abandon = () => {
    progress.print(follower.abandonedLines(options));
    return follower.changed ? 3 : unexpectedStatus;
  };
  const stop = stopOnSignals({
    hangup: 'continues',
    say: (line) => progress.print([line]),
    abandoned: abandon,
  });
  const show = (event: RunEvent) => {
    follower.hear(event);
    approval.hear(event);
    if (options.json) printJson<JsonOutput['run']>(event);
    else progress.print(linesFor(event, text));
  };
  try {
    const end = await begin({
      ask: hasTerminal()
        ? terminalAsk(progress, loginName(), {
            stop,
            about: (id) => approval.linesFor(id),
          })
        : undefined,
      approveVerified: options.yes,
      cancel: stop.cancel,
      halt: stop.halt,
      onEvent: show,
      onProgress: (shown) => progress.show(shown),
      onNotice(sentence) {
        progress.clear();
        warn(`shadowtape: ${translated(sentence)}`);
      },
    });
    ended(end.exitStatus);
    // Separated from the output of the run; a quiet one has printed nothing.
    if (progress.hasPrinted) progress.print(['']);
    progress.print(endLines(end, options));
    progress.print(await actLines(console, end, options, stop.halt.aborted));
    if (console.isLab && end.error?.code === 'TAPE_NOT_BLANK')
      progress.print([say('in the embedded lab, --fresh-lab starts with a blank tape')]);
    if (options.atEnd) progress.print([await options.atEnd(end.run)]);
  } catch (error) {
    // Exit status 1 says that nothing was touched.
    if (follower.changed) ended(abandon());
    throw error;
  } finally {
    progress.clear();
    stop.release();
  }
}

type Begin = (console: ShadowtapeConsole, following: Following) => Promise<EndedRun>;

/** Opens the console, and follows the run until it ends. */
export function followOn(
  line: CommandLine,
  lab: LabFlags,
  options: FollowOptions,
  begin: Begin,
): Promise<void> {
  return line.withConsole(lab, (console) =>
    follow(
      console,
      options,
      (following) => begin(console, following),
      (exitStatus) => line.endWith(exitStatus),
    ),
  );
}

interface NodeOptions {
  readonly nodes?: 'all' | 'any';
  readonly nodeDown?: readonly string[];
}

interface RunOptions extends LabFlags, JsonOption, NodeOptions {
  readonly method?: '6a' | '6b' | '6c' | '6d' | '6e';
  readonly route?: 'console' | 'server';
  readonly yes: boolean;
  readonly ifDue: boolean;
  readonly report?: string;
}

function registerRun(line: CommandLine): void {
  line.program
    .command('run')
    .description(say('run a job: part, shadow, verify, dump, read back, remove, rejoin'))
    .argument('[job]')
    .addOption(methodOption())
    .addOption(routeOption())
    .addOption(nodesOption())
    .addOption(nodeDownOption())
    .option('--yes', say('approve the shadow if every rule holds, without asking'), false)
    .option('--if-due', say('run only if the schedule of the job asks for it now; timers do this'), false)
    .option('--report <file>', say('write the report of the run as a PDF when it ends'))
    .addOption(jsonOption())
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (job: string | undefined, options: RunOptions) => {
      const { method, route, nodes, nodeDown: nodesDown, yes, json = false, report, ifDue } = options;
      const { ReportService } = await import('../../application/report-service.ts');
      const desk = new ReportService(line.state, shownZone());
      if (report !== undefined) await desk.requireFree(report);
      const atEnd = report === undefined ? undefined : (run: string) => reportAtEnd(desk, run, report);
      const begin = (name: string | undefined) =>
        followOn(line, options, { yes, json, atEnd, ...line.again }, (console, following) =>
          console.run({ job: name, method, route, nodes, nodesDown, ...following }),
        );
      if (!ifDue) return begin(job);
      const { runIfDue } = await import('../schedule/run-if-due.ts');
      return runIfDue(line, { job, json }, begin);
    });
}

interface RecoveryOptions extends LabFlags, JsonOption, NodeOptions {
  readonly yes?: boolean;
  readonly takeOverLock?: boolean;
  readonly sameMachine?: readonly string[];
  readonly ownPart?: boolean;
}

const recoveryWords = {
  resume: {
    name: 'resume',
    aliases: [],
    words: say('continue a run whose console died, or that was halted'),
  },
  unwind: {
    name: 'rollback',
    aliases: ['unwind'],
    words: say('roll such a run back: remove the shadow, rejoin the proxy'),
  },
};

function registerRecovery(line: CommandLine, mode: 'resume' | 'unwind'): void {
  const { name, aliases, words } = recoveryWords[mode];
  const command = line.program.command(name).aliases(aliases).description(words).argument('<run>');
  if (mode === 'resume')
    command.option('--yes', say('approve the shadow if every rule holds, without asking'), false);
  command
    .option('--take-over-lock', say('take over the lock of this run although another process holds it'))
    .option(
      '--same-machine <host...>',
      say('hosts that are the same machines although their host key or machine id changed'),
    )
    .option('--own-part', say('say that this run parted the proxy, where the journal does not prove it'))
    .addOption(nodesOption())
    .addOption(nodeDownOption())
    .addOption(jsonOption())
    .addOption(faultOption())
    .action(async (run: string, options: RecoveryOptions) => {
      const { yes = false, json = false, takeOverLock = false, sameMachine = [] } = options;
      const { nodes, nodeDown: nodesDown, ownPart } = options;
      await followOn(line, options, { yes, json, ...line.again }, (console, following) =>
        console[mode]({
          run,
          takeOverLock,
          sameMachines: sameMachine,
          ownPart,
          nodes,
          nodesDown,
          ...following,
        }),
      );
    });
}

export function registerRuns(line: CommandLine): void {
  registerRun(line);
  registerRecovery(line, 'resume');
  registerRecovery(line, 'unwind');
}
