/** Sends commands, and journals each: the intent before, the outcome after. */
import { createHash } from 'node:crypto';
import { failure, isFailure, type Evidence, type ShadowtapeError } from '../../../contract/errors.ts';
import type { EventOf } from '../../../contract/events.ts';
import { shortened } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isCountLine } from '../../../streams/tape/dd-counts.ts';
import type { OnRetry } from '../../ssh/host-profile.ts';
import { commandLine, shownLine } from '../../ssh/quoting.ts';
import type { CommandResult, Hosts } from './hosts.ts';
import type { NodeSight } from './node-sight.ts';
import type { QueryRetry } from './query-retry.ts';
import type { EventSink } from '../../journal/journal.ts';
import { sdxError } from '../model/sent-commands.ts';

/** Characters of output that the journal keeps of a command. */
const keptCharacters = 8192;
/** A GDS command may wait for its daemon; an fsck may take long. */
const defaultTimeLimitSeconds = 3600;

export interface Command {
  readonly host: string;
  readonly argv: readonly string[];
  readonly changes: boolean;
  /** True for a command of the site file: it runs in the language of the login, as when an operator types it. */
  readonly ofSite?: boolean;
  /**
   * True if any primary node may run it: it is then sent to another one if its host cannot be reached, or its GDS does
   * not answer.
   */
  readonly anyNode?: boolean;
}

export interface SendOptions {
  /** The caller judges exit statuses other than 0. */
  readonly anyStatus?: boolean;
  /** True for an end with another exit status than 0 that is an answer, such as "no": the journal has it as expected. */
  readonly isAnswer?: (result: CommandResult) => boolean;
  /** The output is bulk data: only its length and digest are kept. */
  readonly binary?: boolean;
  readonly timeLimitSeconds?: number;
  /** The run does not need the answer: the query is not repeated if it gets none. */
  readonly once?: boolean;
}

/** Of a question that every exit status answers, except that of a command that is not there. */
export const anyAnswer = {
  anyStatus: true,
  isAnswer: ({ status }) => status !== 127,
} as const satisfies SendOptions;

/** A command that was ended by a signal has answered nothing. */
const isExpected = (result: CommandResult, { isAnswer }: SendOptions): boolean =>
  result.status !== undefined && result.status !== 0 && (isAnswer?.(result) ?? false);

/** Which abort signal stops what: a command that changes something may finish unless the operator stops immediately. */
export interface StopSignals {
  /** The operator canceled, or stopped immediately. */
  readonly cancel: AbortSignal;
  /** The operator stopped immediately. */
  readonly halt: AbortSignal;
}

/** What a run sets for all of its commands. */
export interface RunnerOptions {
  /** Step id -> the most seconds that a command or a data stream of that step may take; undefined if the site sets none. */
  readonly timeLimitOf?: ((step: string) => number | undefined) | undefined;
  /** Called before each command that changes something; if it throws, the command is not sent. */
  readonly beforeChange?: ((step: string, command: Command) => Promise<void>) | undefined;
  /** Repeats queries that get no answer. Outside a run, where an operator waits for the first answer, nothing is repeated. */
  readonly retry?: QueryRetry | undefined;
  /** Knows which primary nodes answer; without it each command is sent to its host. */
  readonly nodes?: Pick<NodeSight, 'standIn' | 'isGone' | 'hasNoGds'> | undefined;
  /** Called when a host is connected again after a new attempt. */
  readonly onReconnect?: (() => void) | undefined;
  /**
   * Called between the intent of a command and its sending. If it throws, the command is not sent.
   * @param connect connects to the host if needed
   */
  readonly beforeSend?: ((command: Command, connect: () => Promise<void>) => Promise<void>) | undefined;
}

/** What a journal keeps of an error. */
export function errorFields(error: unknown): NonNullable<EventOf<'outcome'>['error']> {
  if (isFailure(error)) {
    const { code, message: sentence, hint, onScreen } = error;
    return { code, sentence, hint, ...(onScreen === undefined ? {} : { onScreen }) };
  }
  return { code: 'UNEXPECTED', sentence: error instanceof Error ? error.message : String(error), hint: '' };
}

function cut(text: string): string {
  if (text.length <= keptCharacters) return text;
  return phrase('{text}… ({more} more characters)', {
    text: text.slice(0, keptCharacters),
    more: text.length - keptCharacters,
  });
}

/** No lock is removed and taken again within this time. */
const longWaitMilliseconds = 1000;

export class CommandRunner {
  readonly #journal: EventSink;
  readonly #hosts: Hosts;
  readonly #signals: () => StopSignals;
  readonly #options: RunnerOptions;

  /** @param signals evaluated at each command: during a rollback, a cancel no longer counts */
  constructor(journal: EventSink, hosts: Hosts, signals: () => StopSignals, options: RunnerOptions = {}) {
    this.#journal = journal;
    this.#hosts = hosts;
    this.#signals = signals;
    this.#options = options;
  }

  get hosts(): Hosts {
    return this.#hosts;
  }

  /** The signal that ends a command: see StopSignals. */
  abortOf(changes: boolean): AbortSignal {
    const signals = this.#signals();
    return changes ? signals.halt : signals.cancel;
  }

  /** What the data stream of a command is opened with. */
  dataOptions(step: string, command: Command) {
    return { ...this.streamOptions(step), onNewConnection: () => this.ready(step, command) };
  }

  /**
   * What a command of that step is sent with: its time limit, if the site sets one, and the callback for new attempts
   * to connect.
   */
  streamOptions(step: string): { timeLimitSeconds: number | undefined; onRetry: OnRetry } {
    const onRetry: OnRetry = (text) => {
      this.#options.onReconnect?.();
      this.#journal.append({ type: 'warning', step, text });
    };
    return { timeLimitSeconds: this.#options.timeLimitOf?.(step), onRetry };
  }

  /**
   * To be awaited before a command is sent whose intent is written.
   * @throws the reason not to send it
   */
  async ready(step: string, command: Command): Promise<void> {
    const session = this.#hosts.session(command.host);
    const { onRetry } = this.streamOptions(step);
    const since = performance.now();
    await this.#options.beforeSend?.(command, async () => session.connect?.(onRetry));
    // The host was unreachable for a while: somebody may have removed the lock meanwhile.
    if (performance.now() - since > longWaitMilliseconds) await this.beforeSending(step, command);
  }

  /** The site's limit applies to each command; one that is known to be quick keeps its own, shorter limit. */
  #timeLimitOf(step: string, ownLimit: number | undefined): number {
    const ofSite = this.#options.timeLimitOf?.(step);
    if (ofSite === undefined || ownLimit === undefined) return ofSite ?? ownLimit ?? defaultTimeLimitSeconds;
    return Math.min(ofSite, ownLimit);
  }

  /** To be awaited before a command is sent, and before its intent is written. @throws the reason not to send it */
  async beforeSending(step: string, command: Command): Promise<void> {
    if (command.changes) await this.#options.beforeChange?.(step, command);
  }

  /** Writes the intent of a command whose data the caller moves itself; pass the number to `outcome`. */
  intent(step: string, { host, argv, changes }: Command): number {
    return this.#journal.append({
      type: 'intent',
      step,
      host,
      argv: [...argv],
      line: shownLine(argv, this.#hosts.session(host).profile?.become),
      changes,
    });
  }

  outcome(
    step: string,
    of: number,
    result: Partial<CommandResult> & { error?: unknown },
    {
      binary = false,
      expected = false,
    }: { readonly binary?: boolean | undefined; readonly expected?: boolean } = {},
  ): void {
    const stdout = result.stdout ?? Buffer.alloc(0);
    const stderr = result.stderr ?? '';
    this.#journal.append({
      type: 'outcome',
      step,
      of,
      ...(result.status === undefined ? {} : { exitStatus: result.status }),
      ...(result.signal === undefined ? {} : { signal: result.signal }),
      milliseconds: Math.round(result.milliseconds ?? 0),
      stdout: binary
        ? `sha256 ${createHash('sha256').update(stdout).digest('hex')}`
        : cut(stdout.toString('utf8')),
      stdoutBytes: stdout.length,
      stderr: cut(stderr),
      stderrBytes: Buffer.byteLength(stderr),
      ...(expected ? { expected } : {}),
      ...(result.error === undefined ? {} : { error: errorFields(result.error) }),
    });
  }

  /**
   * Sends one command and waits for its end. In a run a query is repeated while its host does not answer. What any node
   * may run is sent to another one if its node is missing: nothing was sent to a host that cannot be reached. A failed
   * sdxinfo is sent to another node; a command that changes something never is, once it was sent.
   * @throws QUERY_UNANSWERED if its host does not answer for too long, COMMAND_FAILED for an exit status other than 0
   *   (unless anyStatus), COMMAND_NOT_FOUND for 127, SDX_ERROR_PRINTED if a GDS command exited 0 but printed an error
   *   line, and what the ssh session throws
   */
  async send(step: string, command: Command, options: SendOptions = {}): Promise<CommandResult> {
    const { nodes } = this.#options;
    if (!nodes || !command.anyNode) return this.#sendTo(step, command, options);
    for (;;) {
      const host = nodes.standIn(command.host);
      try {
        return await this.#sendTo(step, { ...command, host }, options);
      } catch (error) {
        const isQuery = command.argv[0] === 'sdxinfo' && !command.changes;
        if (!nodes.isGone(step, host, error) && !(isQuery && nodes.hasNoGds(step, host, error))) throw error;
      }
    }
  }

  async #sendTo(step: string, command: Command, options: SendOptions): Promise<CommandResult> {
    const { retry } = this.#options;
    if (!options.once && retry?.isRepeatable(command)) {
      const perform = () => this.#sendOnce(step, command, options);
      return retry.persist({ ...this.#attempt(step, command), isSequence: false, perform });
    }
    const result = await this.#sendOnce(step, command, options);
    retry?.answered(command.host);
    return result;
  }

  /**
   * Repeats queries while their host does not answer, as `send` does with one query.
   * @param command names host and program
   * @param perform several commands that begin with a rewind: a repeated read from tape alone would miss a record
   * @throws QUERY_UNANSWERED, and what `perform` throws
   */
  persist<Value>(
    step: string,
    command: Pick<Command, 'host' | 'argv'>,
    perform: () => Promise<Value>,
  ): Promise<Value> {
    const { retry } = this.#options;
    return retry ? retry.persist({ ...this.#attempt(step, command), isSequence: true, perform }) : perform();
  }

  #attempt(step: string, { host, argv }: Pick<Command, 'host' | 'argv'>) {
    return { step, host, what: argv[0] ?? '', abort: this.abortOf(false) };
  }

  async #sendOnce(step: string, command: Command, options: SendOptions): Promise<CommandResult> {
    await this.beforeSending(step, command);
    const of = this.intent(step, command);
    const session = this.#hosts.session(command.host);
    const send = () =>
      session.exec(command.argv, {
        ...this.streamOptions(step),
        // While one sdxinfo runs, no other is sent.
        ...(command.argv[0] === 'sdxinfo' ? {} : { onNewConnection: () => this.ready(step, command) }),
        timeLimitSeconds: this.#timeLimitOf(step, options.timeLimitSeconds),
        abort: this.abortOf(command.changes),
        language: languageOf(command),
        // A query serves only for its output; a command that changes something may leave a process running.
        mayLeaveOutputOpen: command.changes,
      });
    let result: CommandResult;
    try {
      await this.ready(step, command);
      result = await (command.argv[0] === 'sdxinfo' ? session.exclusive('sdxinfo', send) : send());
    } catch (error) {
      this.outcome(step, of, { error });
      throw error;
    }
    this.outcome(step, of, result, { binary: options.binary, expected: isExpected(result, options) });
    const trouble = options.anyStatus ? undefined : troubleOf(command, result);
    if (trouble) throw trouble;
    return result;
  }
}

/** GDS commands are judged by their messages, for every caller; see `troubleOf`. */
const isGdsCommand = (name: string): boolean => name.startsWith('sdx');

/** What a site command starts keeps its locale: a resumed database must not run in locale C. */
const languageOf = ({ ofSite, argv }: Command) =>
  ofSite && !isGdsCommand(argv[0] ?? '') ? 'login' : 'english';

/** How many characters of a command line are quoted in a sentence. */
const saidCharacters = 300;

/** The last message of a command, in one line: from its errors, or, if there are none, from its output. */
export function wordsOf({ stdout = '', stderr = '' }: Evidence): string {
  const linesOf = (text: string) =>
    text.split(/[\r\n]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const errors = linesOf(stderr);
  // dd counts its records after the reason why it failed.
  const last = errors.findLast((line) => !isCountLine(line)) ?? linesOf(stdout).at(-1) ?? errors.at(-1) ?? '';
  return shortened(last, saidCharacters);
}

/** What is wrong with the end of a command; undefined if it succeeded. */
export function troubleOf(
  { host, argv }: Pick<Command, 'host' | 'argv'>,
  result: Omit<CommandResult, 'milliseconds'>,
): ShadowtapeError | undefined {
  const command = commandLine(argv);
  const stdout = result.stdout.toString('utf8', 0, keptCharacters);
  const evidence = {
    host,
    command,
    ...(result.status === undefined ? {} : { exitStatus: result.status }),
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    stdout,
    stderr: cut(result.stderr),
  };
  const name = argv[0] ?? '';
  if (result.status === 127) {
    return failure(name === 'sdxinfo' ? 'SDXINFO_MISSING' : 'COMMAND_NOT_FOUND', { host, name }, evidence);
  }
  if (result.status !== 0) {
    const ended =
      result.status === undefined
        ? phrase('was ended by signal {signal}', { signal: result.signal ?? phrase('unknown') })
        : phrase('ended with exit status {status}', { status: result.status });
    const said = wordsOf(evidence);
    return failure(
      'COMMAND_FAILED',
      { host, command, how: said === '' ? ended : `${ended}: ${said}` },
      evidence,
    );
  }
  const printed = isGdsCommand(name) ? sdxError.exec(`${stdout}\n${result.stderr}`)?.[0] : undefined;
  return printed === undefined
    ? undefined
    : failure('SDX_ERROR_PRINTED', { host, command, printed }, evidence);
}
