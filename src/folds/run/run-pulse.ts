/** Folds the events of a run that continues into what its situation is derived from: hosts that are silent, what failed, since when. */
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { QuestionView, RunPulse, SilentHost } from '../../contract/screens.ts';

/** The command was not carried out, or its answer did not arrive; its host may be gone. */
const silences: readonly string[] = [
  'CONNECTION_LOST',
  'HOST_UNREACHABLE',
  'COMMAND_NOT_STARTED',
  'COMMAND_TIMED_OUT',
];

export class RunPulseFold {
  #class = '';
  #step: EventOf<'step-started'> | undefined;
  #rollbackSince: string | undefined;
  #failure: RunPulse['failure'];
  #asked: EventOf<'asked'> | undefined;
  #resumedAt = '';
  /** `seq` of an intent -> its host, until its outcome. */
  readonly #hosts = new Map<number, string>();
  readonly #silent = new Map<string, SilentHost>();
  /** Nodes that the run continues without. */
  readonly #missing = new Set<string>();

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#class = event.class;
        return this.#resume(event.at, true);
      case 'run-resumed':
        return this.#resume(event.at, event.mode === 'resume');
      case 'step-started':
        return this.#begin(event);
      case 'step-finished':
        return this.#finish(event);
      case 'intent':
        this.#hosts.set(event.seq, event.host);
        return undefined;
      case 'outcome':
        return this.#hear(event);
      case 'asked':
        this.#asked = event;
        return undefined;
      case 'answered':
        this.#asked = undefined;
        return undefined;
      case 'node':
        if (event.what === 'back') this.#missing.delete(event.node);
        else if (event.what === 'missing' || event.what === 'down') this.#missing.add(event.node);
        return undefined;
      case 'run-finished':
        this.#silent.clear();
        this.#asked = undefined;
        return undefined;
      default:
        return undefined;
    }
  }

  #resume(at: string, isRunning: boolean): void {
    this.#resumedAt = at;
    this.#step = undefined;
    this.#rollbackSince = isRunning ? undefined : at;
    this.#asked = undefined;
    this.#hosts.clear();
    this.#silent.clear();
    // Why it is rolled back stays on the screen while it is.
    if (isRunning) this.#failure = undefined;
  }

  #begin(event: EventOf<'step-started'>): void {
    this.#step = event;
    if (event.unwinding) this.#rollbackSince ??= event.at;
    else {
      this.#rollbackSince = undefined;
      if (this.#failure?.step === event.step) this.#failure = undefined;
    }
  }

  #finish({ step, result, error, at }: EventOf<'step-finished'>): void {
    if (result !== 'failed' || error === undefined || this.#step?.unwinding === true) return;
    this.#failure = { step, sentence: error.sentence, hint: error.hint, at };
  }

  #hear({ of, error, at }: EventOf<'outcome'>): void {
    const host = this.#hosts.get(of);
    this.#hosts.delete(of);
    if (host === undefined) return;
    if (error === undefined || !silences.includes(error.code)) this.#silent.delete(host);
    else {
      const since = this.#silent.get(host)?.since ?? at;
      this.#silent.set(host, { host, since, sentence: error.sentence });
    }
  }

  view(): RunPulse {
    return {
      class: this.#class,
      since: this.#asked?.at ?? this.#rollbackSince ?? this.#step?.at ?? this.#resumedAt,
      failure: this.#failure,
      question: this.#asked?.question as QuestionView['id'] | undefined,
      ...(this.#asked?.statement === undefined ? {} : { bySignature: true }),
      silent: [...this.#silent.values()].filter(({ host }) => !this.#missing.has(host)),
    };
  }
}
