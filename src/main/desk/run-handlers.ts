import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { Plan } from '../../contract/plan.ts';
import type { RunLine } from '../../contract/screens.ts';
import { phrase } from '../../contract/text/say.ts';
import {
  copiesOf,
  lostTapesOf,
  readRun,
  type EndedRun,
  type Following,
  type ShadowtapeConsole,
} from '../application/console.ts';
import { continueRun, pauseRun } from '../application/pause-service.ts';
import { runLineOf } from '../history/history.ts';
import { giveApproval, readRequest, viewOf } from '../proof/approval.ts';
import { tapeOf, type DeskRoom, type Handlers } from './handlers.ts';
import type { OpenedSite } from './open-site.ts';
import { runsElsewhere, withProcess } from './runs-elsewhere.ts';

export type RunChannel =
  | 'plan'
  | 'start'
  | 'restore'
  | 'resume'
  | 'unwind'
  | 'recoveryRefusals'
  | 'discard'
  | 'pause'
  | 'cancel'
  | 'halt'
  | 'answer'
  | 'approval'
  | 'approve'
  | 'run'
  | 'verifyTape';

/** Runs whose journals name a run, such as its restores. */
const mostNamesakes = 100;
/** What is in the index already is shown, where the rest takes longer than this; milliseconds. */
const patience = 300;

/** A plan of what is left takes a look at the hosts: where they cannot be reached, the run is shown without one. */
async function planNow({ site }: DeskRoom, events: readonly RunEvent[]): Promise<Plan | undefined> {
  const [start] = events;
  // What a restore has left to do is not in the plan of a backup.
  if (start?.type !== 'run-started' || start.restore) return undefined;
  const { job, method, route, nodes } = start;
  try {
    return await (await site.current).console.plan({ job, method, route, nodes });
  } catch {
    return undefined;
  }
}

/** What the index has on the run in addition to its journal: whether its backup was proven restorable. */
async function proofsOf({ history }: DeskRoom, run: string): Promise<Pick<RunLine, 'restored' | 'drilled'>> {
  const question = { query: `"${run}"`, limit: mostNamesakes, patience };
  // A run is available even if the index cannot be read; the history says so.
  const { lines } = await history.search(question).catch(() => ({ lines: [] }));
  const { restored, drilled } = lines.find((line) => line.run === run) ?? {};
  return { ...(restored ? { restored } : {}), ...(drilled ? { drilled } : {}) };
}

/**
 * True if this process holds the lock of a run that it no longer performs: one that was halted keeps its lock, so that
 * nobody else begins as it is.
 */
async function holdsLock(console: ShadowtapeConsole, run: string): Promise<boolean> {
  // A question that cannot be asked now cannot be asked by the resumed run either, which then says why.
  const { locks } = await console.lockService.look().catch(() => ({ locks: [] }));
  return locks.some(
    ({ owner, holder }) => holder === 'lives' && owner?.run === run && owner.processId === process.pid,
  );
}

export function runHandlers(room: DeskRoom): Pick<Handlers, RunChannel> {
  const { state, site, runs, drive, history } = room;

  /** Begins or resumes a run; its result is written to the index when it ends. */
  const begin = async (perform: (following: Following) => Promise<EndedRun>): Promise<{ run: string }> => ({
    run: await runs.begin((following) => perform(following).finally(() => void history.refresh())),
  });

  /** A run uses the drive from beginning to end: between two of its commands nobody else may move the tape. */
  async function beginWithDrive(
    what: string,
    perform: (opened: OpenedSite, following: Following) => Promise<EndedRun>,
  ): Promise<{ run: string }> {
    const opened = await site.current;
    // Until the hosts have let it in, and its journal is open, there is no run.
    const beginning = phrase('{what} is starting', { what });
    const giveBack = drive.take(tapeOf(opened), beginning);
    const begun = await begin((following) => perform(opened, following).finally(giveBack));
    drive.rename(beginning, phrase('{what} is running', { what }));
    return begun;
  }

  /** Runs that are being resumed, and are not live yet. */
  const recovering = new Set<string>();

  function requireNotLive(run: string): void {
    if (runs.find(run) || recovering.has(run)) throw failure('RUN_IS_LIVE', { run });
  }

  async function recoverRun(
    mode: 'resume' | 'unwind',
    { run, takeOverLock, ownPart }: { run: string; takeOverLock: boolean; ownPart: boolean },
    following: Following,
  ): Promise<EndedRun> {
    const { console } = await site.current;
    const isOwn = takeOverLock || (await holdsLock(console, run));
    return console[mode]({ run, takeOverLock: isOwn, ownPart, ...following });
  }

  /** Of two who take the same run up, or give it up, only one does. */
  async function alone<Result>(run: string, take: () => Promise<Result>): Promise<Result> {
    requireNotLive(run);
    recovering.add(run);
    try {
      return await take();
    } finally {
      recovering.delete(run);
    }
  }

  return {
    plan: async (request) => (await site.current).console.plan(request),

    start: (request) =>
      beginWithDrive(phrase('a run of job {job}', { job: request.job }), ({ console }, following) =>
        console.run({ ...request, ...following }),
      ),

    restore: (request) =>
      beginWithDrive(phrase('a restore of run {run}', { run: request.run }), ({ console }, following) =>
        console.volumeRestoreService.restore({ ...request, ...following }),
      ),

    resume: (request) =>
      alone(request.run, () =>
        beginWithDrive(phrase('run {run}', { run: request.run }), (_opened, following) =>
          recoverRun('resume', request, following),
        ),
      ),

    // No tape is moved while the cluster is rolled back.
    unwind: (request) =>
      alone(request.run, () => begin((following) => recoverRun('unwind', request, following))),

    recoveryRefusals: async ({ run }) => {
      requireNotLive(run);
      const { console } = await site.current;
      const resume = await console.recoveryRefusal('resume', run);
      const unwind = await console.recoveryRefusal('unwind', run);
      return { resume: resume?.message, unwind: unwind?.message };
    },

    discard: ({ run }) =>
      alone(run, async () => {
        const { console } = await site.current;
        await console.lockService.discard(run);
        void history.refresh();
        return null;
      }),

    pause: async ({ run, paused }) => {
      await (paused ? pauseRun : continueRun)(state, run);
      return null;
    },

    cancel: async ({ run }) => {
      runs.cancel(run);
      return null;
    },

    halt: async ({ run }) => {
      runs.halt(run);
      return null;
    },

    answer: async (request) => {
      runs.answer(request);
      return null;
    },

    approval: async ({ run }) => viewOf(await readRequest(state, run)),

    approve: async ({ run, signature }) => {
      const { by, signed } = await giveApproval(state, await readRequest(state, run), signature);
      return { by, keyType: signed.keyType, fingerprint: signed.fingerprint };
    },

    run: async ({ run }) => {
      const live = runs.find(run);
      const { events, lastHash, truncated } = await readRun(state, run);
      const lost = lostTapesOf(state, run);
      const told = runLineOf(run, live?.events ?? events, live !== undefined);
      const performedBy = live ? undefined : (await runsElsewhere(state)).get(run);
      const line = withProcess(lost.length === 0 ? told : { ...told, lost }, performedBy);
      const isLeft = !live && line.verdict === 'unfinished';
      const proofs = live ? {} : await proofsOf(room, run);
      const copies = live ? [] : copiesOf(state, run);
      return {
        line: { ...line, ...proofs },
        events: live?.events ?? events,
        journalFile: state.journalFile(run),
        lastHash,
        // The last line of a journal that is being written may be half there.
        chain: truncated && !live ? 'torn' : 'intact',
        plan: live ? live.plan : isLeft ? await planNow(room, events) : undefined,
        ...(copies.length === 0 ? {} : { copies }),
      };
    },

    verifyTape: async ({ run }, abort) => {
      requireNotLive(run);
      const opened = await site.current;
      return drive.during(tapeOf(opened), phrase('the tape of run {run} is being read', { run }), () =>
        opened.console.verify(
          run,
          abort,
          runs.progressOf(run),
          (question, stop) => runs.ask(run, question, stop),
          (sentence) => runs.notice(sentence),
        ),
      );
    },
  };
}
