/** Who is notified of a run of the console, and where a failed notification is reported. */
import { isFailure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { Notifier } from '../notify/notifier.ts';
import { prepare } from '../notify/send.ts';
import type { EventSink } from '../journal/journal.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export interface RunNoticesOptions {
  readonly site: Site;
  readonly state: StateFolder;
  readonly named: NamedJob;
  /** What a run that is resumed has done before. */
  readonly before?: readonly RunEvent[];
  /** Called with what can no longer be written to the journal. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** A list of seals that is locked must not keep an operator waiting. */
const sealSeconds = 20;

export class RunNotices {
  readonly #notifier: Notifier;
  readonly #onNotice: (sentence: string) => void;
  #journal: EventSink | undefined;

  constructor({ site, state, named, before = [], onNotice }: RunNoticesOptions) {
    this.#onNotice = onNotice ?? (() => undefined);
    // The list of a job replaces the site’s.
    const ways = named.job.notify ?? site.notify ?? [];
    // What cannot be loaded is reported when it is needed.
    void prepare(ways).catch(() => undefined);
    this.#notifier = new Notifier({
      ways,
      job: named.name,
      site: site.site,
      before,
      journalFileOf: (run) => state.journalFile(run),
      warn: (sentence) => this.#warn(sentence),
      sealSeconds,
    });
  }

  /** Until the run has ended, warnings are in its journal. */
  writeTo(journal: EventSink): void {
    this.#journal = journal;
  }

  /** The listeners of the run get each event first. */
  after(follower: (event: RunEvent) => void): (event: RunEvent) => void {
    return (event) => {
      follower(event);
      this.#listen(event);
    };
  }

  #listen(event: RunEvent): void {
    // The end is the last line of a journal.
    if (event.type === 'run-finished') this.#journal = undefined;
    this.#notifier.listen(event);
  }

  /** The run could not begin. An operator who canceled it is not notified. */
  refused(error: unknown, cancel: AbortSignal): void {
    if (isFailure(error) && !cancel.aborted) this.#notifier.refused(error);
  }

  /** The run is sealed; see Notifier. */
  sealed(head: string | undefined): void {
    this.#notifier.sealed(head);
  }

  settled(): Promise<void> {
    return this.#notifier.settled();
  }

  #warn(text: string): void {
    try {
      if (this.#journal) this.#journal.append({ type: 'warning', step: 'notify', text });
      else this.#onNotice(text);
    } catch {
      // A journal that cannot be written ends the run with its own error.
      this.#onNotice(text);
    }
  }
}
