/** A step that is being folded: what grows with each event, and the plain view of it. */
import type { EventOf } from '../../contract/events.ts';
import type { ProgressView } from '../../contract/screens.ts';
import type { AskedModel, CommandModel, PassModel, PassState, StepError } from './run-model.ts';

/** Signals and lost connections leave no exit status. */
function endOf({ exitStatus, error, expected }: EventOf<'outcome'>): CommandModel['state'] {
  if (error !== undefined) return 'bad';
  if (exitStatus === 0) return 'good';
  return expected ? 'answered' : 'bad';
}

/** Commands in the order of their intents; outcomes come in any order. */
export class CommandList {
  readonly #commands = new Map<number, CommandModel>();

  begin({ seq, at, host, line, changes }: EventOf<'intent'>): void {
    const startedAt = Date.parse(at);
    this.#commands.set(seq, { seq, host, line, changes, state: 'running', startedAt, outcome: undefined });
  }

  end(outcome: EventOf<'outcome'>): void {
    const command = this.#commands.get(outcome.of);
    if (command) this.#commands.set(outcome.of, { ...command, state: endOf(outcome), outcome });
  }

  /** @param seq of its intent; undefined if there is no such command */
  lineOf(seq: number): string | undefined {
    return this.#commands.get(seq)?.line;
  }

  /** The console died: how they ended is not known. */
  breakOff(): void {
    for (const [seq, command] of this.#commands)
      if (command.state === 'running') this.#commands.set(seq, { ...command, state: 'unheard' });
  }

  view(): CommandModel[] {
    return [...this.#commands.values()];
  }
}

export class PassBuilder {
  readonly key: number;
  readonly step: string;
  readonly commands = new CommandList();
  readonly #started: EventOf<'step-started'>;
  readonly #checks: EventOf<'check'>[] = [];
  readonly #warnings: string[] = [];
  readonly #questions: AskedModel[] = [];
  #state: PassState = 'running';
  #milliseconds: number | undefined;
  #reason: string | undefined;
  #error: StepError | undefined;
  #progress: ProgressView | undefined;
  #health: EventOf<'drive-health'> | undefined;
  #view: PassModel | undefined;

  readonly #since: number;

  /** @param since when it began, by the monotonic clock */
  constructor(started: EventOf<'step-started'>, since: number) {
    this.#started = started;
    this.#since = since;
    this.key = started.seq;
    this.step = started.step;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Its view is recreated at the next asking. */
  touch(): void {
    this.#view = undefined;
  }

  check(event: EventOf<'check'>): void {
    this.#checks.push(event);
  }

  warn(text: string): void {
    this.#warnings.push(text);
  }

  ask(asked: EventOf<'asked'>): void {
    this.#questions.push({ asked, answered: undefined });
  }

  answer(answered: EventOf<'answered'>): void {
    const open = this.#questions.findLastIndex(({ asked }) => asked.question === answered.question);
    const question = this.#questions[open];
    if (question) this.#questions[open] = { ...question, answered };
  }

  tellHealth(event: EventOf<'drive-health'>): void {
    this.#health = event;
  }

  advance(progress: ProgressView): void {
    this.#progress = progress;
  }

  finish({ result, reason, error, milliseconds }: EventOf<'step-finished'>): void {
    this.#state = result;
    this.#milliseconds = milliseconds;
    this.#reason = reason;
    if (!error) return;
    const { code, sentence, hint, onScreen } = error;
    this.#error = { code, sentence, hint, ...(onScreen === undefined ? {} : { onScreen }) };
  }

  breakOff(): void {
    this.commands.breakOff();
    if (this.isRunning) this.#state = 'broken-off';
    this.touch();
  }

  view(): PassModel {
    const { step, title, phase, unwinding, at } = this.#started;
    this.#view ??= {
      key: this.key,
      step,
      title,
      phase,
      unwinding,
      state: this.#state,
      startedAt: Date.parse(at),
      since: this.#since,
      milliseconds: this.#milliseconds,
      reason: this.#reason,
      error: this.#error,
      commands: this.commands.view(),
      checks: [...this.#checks],
      warnings: [...this.#warnings],
      questions: [...this.#questions],
      progress: this.#progress,
      ...(this.#health ? { health: this.#health } : {}),
    };
    return this.#view;
  }
}
