/**
 * Notifies about one run: follows its events and sends the requested messages. Messages are sent while the run
 * continues; a failure to send is a warning, and never fails the run.
 */
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { NextTapeOfJob } from '../../contract/protection.ts';
import { phrase } from '../../contract/text/say.ts';
import type { NotifyWay } from '../site/notify-schema.ts';
import {
  askedNotification,
  drillNotification,
  endedNotification,
  lostTapeNotification,
  missedNotification,
  nextTapeNotification,
  refusedNotification,
  startedNotification,
  type Notification,
} from './notification.ts';
import { NotifiedRun } from './run-facts.ts';
import { notificationFor, send, wayWords } from './send.ts';

export interface NotifierOptions {
  /** The job's own, or those of the site. */
  readonly ways: readonly NotifyWay[];
  readonly job: string;
  readonly site: string;
  /** What a run that is resumed has done before. */
  readonly before?: readonly RunEvent[];
  /** The path of a run's journal. */
  readonly journalFileOf: (run: string) => string;
  /** Called with a sentence for each message that could not be sent. */
  readonly warn: (sentence: string) => void;
  /** A question that is answered within this time is not sent: an operator is present. */
  readonly patienceSeconds?: number;
  /** For each message. */
  readonly limitSeconds?: number;
  /** How long the message of the end waits for the run to be sealed; 0: not at all. */
  readonly sealSeconds?: number;
}

const defaultPatienceSeconds = 30;

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #facts: NotifiedRun;
  readonly #sending = new Set<Promise<void>>();
  #patience: NodeJS.Timeout | undefined;
  #end: { readonly event: EventOf<'run-finished'>; readonly timer: NodeJS.Timeout } | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#facts = new NotifiedRun(options.job, options.site);
    for (const event of options.before ?? []) this.#facts.fold(event);
  }

  /** Receives an event of the run; starts to send, and waits for nothing. */
  listen(event: RunEvent): void {
    this.#facts.fold(event);
    if (event.type === 'run-started' || event.type === 'run-resumed')
      this.#notify(() => startedNotification(this.#facts, this.#journalFile));
    if (event.type === 'asked') this.#awaitAnswer(event);
    if (event.type === 'answered') clearTimeout(this.#patience);
    if (event.type !== 'run-finished') return;
    clearTimeout(this.#patience);
    const { sealSeconds = 0 } = this.#options;
    this.#end = { event, timer: setTimeout(() => this.sealed(undefined), sealSeconds * 1000) };
    if (sealSeconds === 0) this.sealed(undefined);
  }

  /**
   * The run was sealed, or could not be: its end is sent now.
   * @param head of the list of seals, which is published with it
   */
  sealed(head: string | undefined): void {
    if (!this.#end) return;
    const { event, timer } = this.#end;
    clearTimeout(timer);
    this.#end = undefined;
    this.#notify(() => endedNotification(this.#facts, event, this.#journalFile, head));
  }

  /** The run was refused before it had a journal. */
  refused(error: Pick<ShadowtapeError, 'message' | 'hint'>): void {
    this.#notify(() => refusedNotification(this.#facts, error));
  }

  /** A night of the job had no run, or no drill. @param sentence which one, and why */
  missed(sentence: string, task: 'run' | 'drill'): void {
    this.#notify(() => missedNotification(this.#facts, sentence, task));
  }

  /** A scheduled drill has found a tape that does not hold what was written. @param hint what to do */
  drillFailed(sentence: string, hint: string): void {
    this.#notify(() => drillNotification(this.#facts, sentence, hint));
  }

  /** A tape of the job was declared lost, and no other one holds its data. */
  tapeLost(sentence: string, tape: string): void {
    this.#notify(() => lostTapeNotification(this.#facts, sentence, tape));
  }

  /** The day before a night: which tape it needs. @param hint what to do before then */
  nextTape(next: NextTapeOfJob, hint: string): void {
    this.#notify(() => nextTapeNotification(this.#facts, next, hint));
  }

  /** Resolves when everything was sent, or could not be: each message has its time limit. */
  async settled(): Promise<void> {
    clearTimeout(this.#patience);
    this.sealed(undefined);
    await Promise.all(this.#sending);
  }

  get #journalFile(): string | undefined {
    const { run } = this.#facts;
    return run === undefined ? undefined : this.#options.journalFileOf(run);
  }

  #awaitAnswer(event: EventOf<'asked'>): void {
    clearTimeout(this.#patience);
    const { patienceSeconds = defaultPatienceSeconds } = this.#options;
    this.#patience = setTimeout(
      () => this.#notify(() => askedNotification(this.#facts, event, this.#journalFile)),
      patienceSeconds * 1000,
    );
  }

  #notify(make: () => Notification): void {
    for (const way of this.#options.ways) {
      const notification = notificationFor(way, make);
      const event = notification.events.find((each) => each !== 'test' && way.on.includes(each));
      if (event === undefined) continue;
      const sending = send(way, notification, event, this.#options.limitSeconds).catch((error: unknown) =>
        this.#options.warn(
          phrase('the notification by {way} failed: {error}', {
            way: wayWords(way),
            error: sentenceOf(error),
          }),
        ),
      );
      this.#sending.add(sending);
      void sending.finally(() => this.#sending.delete(sending));
    }
  }
}

const sentenceOf = (error: unknown): string =>
  isFailure(error) ? error.message : error instanceof Error ? error.message : String(error);
