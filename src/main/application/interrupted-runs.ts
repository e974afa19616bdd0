/**
 * Runs that need an operator: their process died, or they ended with action required and keep their locks. What they
 * may have left, and how they are resumed, rolled back or discarded.
 */
import { failure, isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { phrase, phrases } from '../../contract/text/say.ts';
import { Journal } from '../journal/journal.ts';
import { laterRuns, readRun, readRuns, type UnreadRun } from '../journal/run-history.ts';
import { lastOf, summarise, type RunSummary } from '../journal/run-summary.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { ownerWords, type LockOwner } from '../procedure/model/lock.ts';
import { identifiedHosts } from '../procedure/model/host-identity.ts';
import type { LockPlace } from '../procedure/model/lock-places.ts';
import { hasPartedLater } from '../procedure/model/later-runs.ts';
import type { TapeOwners } from '../procedure/hosts/run-context.ts';
import { areSamePairs, type Pair } from '../procedure/model/restore-volume.ts';
import {
  deadMarks,
  endedMarkOf,
  leftMarkOf,
  performedRuns,
  removeMarkOf,
  type LiveMark,
} from '../proof/live-runs.ts';
import { mayHaveLeft } from '../proof/open-runs.ts';
import { unpackJournal } from '../proof/packed-runs.ts';

/** The place of a run's class, and the command line of this console for it. */
export interface InterruptedOptions {
  readonly state: StateFolder;
  /** The name of the site; another site may have a class with the same name. */
  readonly site: string;
  readonly backupServer: string;
  /** The current host keys of the site's hosts. */
  readonly hostKeys: () => Promise<readonly string[]>;
  /** What precedes the command on the command line: `shadowtape`, with the site file if there is one. */
  readonly program: string;
  /** The progress of a run's detached dumps, one sentence each. */
  readonly dumpWords: (run: string, events: readonly RunEvent[]) => Promise<readonly string[]>;
  /** The error with which resume or unwind would refuse a run; undefined if they would not, or if that is not known. */
  readonly recoveryRefusal: (
    mode: 'resume' | 'unwind',
    run: string,
  ) => Promise<Pick<ShadowtapeError, 'message'> | undefined>;
  /** Seals the journal of a run again: its end was rewritten. */
  readonly seal: (run: string) => Promise<void>;
}

/** True if the mark belongs to the process that a lock names. */
function isOfOwner(mark: LiveMark, owner: LockOwner): boolean {
  const { process, console, started, host } = mark;
  return (
    process === owner.processId &&
    host === owner.console &&
    console === owner.consoleId &&
    started === owner.started
  );
}

/** A detached dump whose end is not in the journal. */
export interface DumpUnderWay {
  readonly volume: string;
  readonly purpose: 'dump';
  readonly folder: string;
  readonly host: string;
  readonly isOver: boolean;
}

/** The detached dumps of a run that may still run. */
export function dumpsUnderWay(events: readonly RunEvent[]): DumpUnderWay[] {
  const dumps = new Map<string, DumpUnderWay>();
  for (const event of events) {
    if (event.type !== 'work' || event.purpose !== 'dump') continue;
    const { volume, folder, host, what } = event;
    dumps.delete(folder);
    if (what === 'starting' || what === 'taken-up')
      dumps.set(folder, { volume, purpose: 'dump', folder, host, isOver: false });
  }
  return [...dumps.values()];
}

/** True if a run may have left data without a label on the tape of a drive. @param start undefined if it is not known */
function mayUseWithoutLabel(
  start: RunEvent | undefined,
  { host, device }: Pick<TapeOwners, 'host' | 'device'>,
): boolean {
  if (start?.type !== 'run-started') return true;
  return start.layout === 'plain' && start.tape.host === host && start.tape.device === device;
}

const hasBegunDump = (events: readonly RunEvent[]): boolean =>
  events.some((event) => event.type === 'step-started' && event.phase === 'dump');

interface Remedy {
  readonly line: string;
  readonly refusal: Pick<ShadowtapeError, 'message'> | undefined;
}

interface Remedies {
  readonly resume: Remedy;
  readonly rollBack: Remedy;
  readonly discard: string;
}

/** Names only commands that would accept the run, and why the others would not. */
function remediesOf({ resume, rollBack, discard }: Remedies): string {
  const choices = [
    ...(resume.refusal ? [] : [phrase('resume it: {line}', { line: resume.line })]),
    ...(rollBack.refusal ? [] : [phrase('roll it back: {line}', { line: rollBack.line })]),
    phrase('discard it: {discard}', { discard }),
  ];
  return [choices.join('; or '), ...reasonsOf({ resume, rollBack })].join('. ');
}

/** The same for a screen, whose buttons need no command. */
function remediesOnScreen({ resume, rollBack }: Remedies): string {
  const choices = [
    ...(resume.refusal ? [] : [phrase('resume it')]),
    ...(rollBack.refusal ? [] : [phrase('roll it back')]),
    phrase('discard it'),
  ];
  const offered = phrase('on the Plan screen, {choices}', { choices: choices.join(` ${phrase('or')} `) });
  return [offered, ...reasonsOf({ resume, rollBack })].join('. ');
}

const reasonsOf = ({ resume, rollBack }: Omit<Remedies, 'discard'>): string[] => [
  ...new Set([resume.refusal, rollBack.refusal].flatMap((refusal) => refusal?.message ?? [])),
];

export class InterruptedRuns {
  readonly #options: InterruptedOptions;

  constructor(options: InterruptedOptions) {
    this.#options = options;
  }

  /**
   * Refuses a run while another one of the same class is interrupted, or has ended with action required and keeps its
   * locks. Reads only the journals of runs that no process works on.
   * @param except a restore that is replaced by another one
   * @throws RUN_INTERRUPTED, RUN_LEFT_UNREAD
   */
  async requireNone(className: string, except?: string): Promise<void> {
    const { state, site } = this.#options;
    for (const { run, ended = false } of await deadMarks(state)) {
      if (run === except) continue;
      const events = await this.#eventsOf(run);
      if (!events) await this.#requireOther(run, className);
      const summary = events && summarise(events);
      if (!summary || (summary.finishedAt !== undefined && !ended)) continue;
      if (summary.class !== className) continue;
      if (summary.site !== site && !(await this.#isOnOurHosts(events))) continue;
      if (!mayHaveLeft(events, summary)) continue;
      const { known } = await laterRuns(state, run);
      if (known.some((later) => hasPartedLater(events, later.events))) continue;
      throw await this.#interrupted(events, summary);
    }
  }

  /** The run, if it has a journal that cannot be read. A journal that is missing was removed on purpose. */
  async #unread(run: string): Promise<UnreadRun | undefined> {
    const { state } = this.#options;
    const named = (await state.runs()).filter((each) => each === run);
    return (await readRuns(state, named)).unread[0];
  }

  /** @param run one that was left @throws RUN_LEFT_UNREAD if it may be of the class, and its journal cannot be read */
  async #requireOther(run: string, className: string): Promise<void> {
    const unread = await this.#unread(run);
    if (!unread || (unread.start && unread.start.class !== className)) return;
    throw failure('RUN_LEFT_UNREAD', { run, class: className, reason: unread.reason });
  }

  /**
   * A restore of a class that has ended with action required before its master was touched: another one of the same
   * volumes may replace it. It must not have left anything on other volumes.
   * @returns undefined if there is none
   */
  async replaceableRestore(className: string, volumes: readonly Pair[]): Promise<string | undefined> {
    const { state, site } = this.#options;
    for (const { run, ended = false } of await deadMarks(state)) {
      const events = await this.#eventsOf(run);
      const start = events?.[0];
      if (!events || !ended || start?.type !== 'run-started' || !start.restore) continue;
      if (start.class !== className || start.site !== site || !areSamePairs(start.volumes, volumes)) continue;
      const summary = summarise(events);
      const isSent = events.some((event) => event.type === 'intent' && event.argv[1] === 'RejoinRestore');
      if (!isSent && summary && mayHaveLeft(events, summary)) return run;
    }
    return undefined;
  }

  /** A run of a site with another name may belong to this cluster: the site may have been renamed. */
  async #isOnOurHosts(events: readonly RunEvent[]): Promise<boolean> {
    const identified = identifiedHosts(events);
    if (!identified) return false;
    const ours = await this.#options.hostKeys();
    return identified.some(({ hostKey }) => ours.includes(hostKey));
  }

  /**
   * True if a process has ended a run and left locks of it: it no longer works on the run, running or not.
   * @param mark that of the run, if the caller is about to write its own
   */
  async hasEnded(owner: LockOwner, mark?: LiveMark): Promise<boolean> {
    const left = mark?.run === owner.run ? mark : await endedMarkOf(this.#options.state, owner.run);
    return left !== undefined && isOfOwner(left, owner);
  }

  /**
   * Why the lock of a run that no process works on must stay.
   * @returns RUN_INTERRUPTED, or LOCK_OF_UNKNOWN_RUN if this state folder has no journal of the run; undefined if it
   *   left nothing
   */
  async whyLockStays(
    owner: LockOwner,
    { name, host }: Pick<LockPlace, 'name' | 'host'>,
  ): Promise<ShadowtapeError | undefined> {
    const events = await this.#eventsOf(owner.run);
    const summary = events && summarise(events);
    if (!summary) {
      const discard = this.#discard(name, owner.run);
      const { run } = owner;
      return failure('LOCK_OF_UNKNOWN_RUN', {
        name,
        host,
        run,
        owner: ownerWords(owner),
        discard,
      });
    }
    return mayHaveLeft(events, summary) ? this.#interrupted(events, summary) : undefined;
  }

  /** The class of a run. @throws RUN_UNKNOWN */
  async classOf(run: string): Promise<string> {
    const events = await this.#eventsOf(run);
    const summary = events && summarise(events);
    if (!summary) throw failure('RUN_UNKNOWN', { run });
    return summary.class;
  }

  /**
   * The class of a run that needs an operator: interrupted, or ended with action required while it keeps its locks.
   * @returns undefined if it ended differently or is running, or if this state folder has no journal of it
   */
  async openClassOf(run: string): Promise<string | undefined> {
    const { state } = this.#options;
    if ((await performedRuns(state)).some((live) => live.run === run)) return undefined;
    const events = await this.#eventsOf(run);
    const summary = events && summarise(events);
    if (!summary) return undefined;
    const isOpen =
      summary.finishedAt === undefined ||
      ((await endedMarkOf(state, run)) !== undefined && mayHaveLeft(events, summary));
    return isOpen ? summary.class : undefined;
  }

  /** True if a process works on the run, or it needs an operator. */
  async #isOpen(run: string): Promise<boolean> {
    const { state } = this.#options;
    const isLive = (await performedRuns(state)).some((live) => live.run === run);
    if (isLive || (await this.openClassOf(run)) !== undefined) return true;
    return (await leftMarkOf(state, run)) !== undefined && (await this.#unread(run)) !== undefined;
  }

  /**
   * The run that still needs a tape: it is running or interrupted, and has written it. A tape without a label may be
   * that of any open run that has begun a dump without a label on that drive.
   * @param own a run that does not count
   */
  async openRunOn(tape: TapeOwners, own: string | undefined): Promise<string | undefined> {
    for (const run of tape.writers) if (run !== own && (await this.#isOpen(run))) return run;
    if (!tape.isForeign) return undefined;
    const { state } = this.#options;
    const marks = [...(await performedRuns(state)), ...(await deadMarks(state))];
    for (const { run } of marks) {
      if (run === own || !(await this.#isOpen(run))) continue;
      const events = await this.#eventsOf(run);
      const start = events ? events[0] : (await this.#unread(run))?.start;
      if (mayUseWithoutLabel(start, tape) && (!events || hasBegunDump(events))) return run;
    }
    return undefined;
  }

  /**
   * Journals that the operator discarded a run: nothing waits for what it left any more. A run that has ended keeps its
   * verdict. A run without a journal loses only its mark.
   * @param isWhole false where a host could not be checked: it may still have a lock of the run
   * @throws JOURNAL_UNWRITABLE, JOURNAL_BROKEN
   */
  async giveUp(run: string, operator: string, isWhole: boolean): Promise<void> {
    const { state } = this.#options;
    const events = await this.#eventsOf(run);
    const summary = events && summarise(events);
    if (summary && (summary.finishedAt === undefined || mayHaveLeft(events, summary)))
      await this.#writeEnd(summary, operator);
    if (isWhole) await removeMarkOf(state, run);
  }

  async #writeEnd({ run, class: className, verdict, sentence }: RunSummary, operator: string): Promise<void> {
    const { state, backupServer, seal } = this.#options;
    await unpackJournal(state, run);
    const journal = Journal.reopen({ file: state.journalFile(run), run }, await readRun(state, run));
    try {
      journal.append({
        type: 'run-finished',
        verdict: verdict === 'unfinished' ? 'failed' : verdict,
        exitStatus: 3,
        sentence:
          verdict === 'unfinished'
            ? phrase('{operator} discarded the interrupted run', { operator })
            : phrase('{operator} discarded the run: {sentence}', { operator, sentence: sentence ?? '' }),
        discarded: true,
        stands: [
          phrase(
            '{className} may be parted, and a shadow may exist on {backupServer}: check both with sdxinfo before a rejoin',
            { className, backupServer },
          ),
        ],
      });
    } finally {
      journal.close();
    }
    await seal(run);
  }

  #discard(className: string, run: string): string {
    return `${this.#options.program} unlock ${className} --discard ${run}`;
  }

  async #eventsOf(run: string): Promise<readonly RunEvent[] | undefined> {
    try {
      return (await readRun(this.#options.state, run)).events;
    } catch (error) {
      if (isFailure(error, 'RUN_UNKNOWN', 'JOURNAL_BROKEN')) return undefined;
      throw error;
    }
  }

  async #interrupted(events: readonly RunEvent[], summary: RunSummary): Promise<ShadowtapeError> {
    const { backupServer: host, program, dumpWords, recoveryRefusal } = this.#options;
    const { run, job, class: className } = summary;
    const step = lastOf(events, 'step-started')?.step;
    const dumps = await dumpWords(run, events);
    const remedies = {
      resume: { line: `${program} resume ${run}`, refusal: await recoveryRefusal('resume', run) },
      rollBack: { line: `${program} rollback ${run}`, refusal: await recoveryRefusal('unwind', run) },
      discard: this.#discard(className, run),
    };
    const values = {
      run,
      job,
      class: className,
      host,
      how:
        summary.finishedAt === undefined
          ? phrase('was interrupted{words}', {
              words: step === undefined ? '' : phrase(' at step {step}', { step }),
            })
          : phrase('ended with action required'),
      dump: phrases(
        dumps.flatMap((text) => ['; ', text]),
        '',
      ),
      remedies: remediesOf(remedies),
      remediesOnScreen: remediesOnScreen(remedies),
    };
    return failure('RUN_INTERRUPTED', values, { run });
  }
}
