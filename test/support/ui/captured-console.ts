/** The answers of a real console on a small lab, kept for replay: unchanged, with other names, or truncated. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel, RequestOf, Responses } from '../../../src/contract/channels.ts';
import { failure } from '../../../src/contract/errors.ts';
import type { RunEvent } from '../../../src/contract/events.ts';
import type {
  ActiveRun,
  ProgressView,
  QuestionView,
  RunPush,
  RunView,
} from '../../../src/contract/screens.ts';
import { Desk } from '../../../src/main/desk/desk.ts';
import { openScene, type Scene, type SceneOptions, type SiteTree } from '../lab-run.ts';
import type { Answers } from './fake-bridge.ts';
import { historyAnswers } from './history-answers.ts';
import { pulseOf } from './played-runs.ts';
import { protectionAnswers } from './protection-answers.ts';

type Kept =
  | 'site'
  | 'look'
  | 'check'
  | 'runs'
  | 'tape'
  | 'driveHealth'
  | 'identify'
  | 'tapes'
  | 'siteFile'
  | 'draftSite'
  | 'findPairs';

/** Answers of a console that has performed runs, one after the other. */
export type Captured = { readonly [Name in Kept]: Responses[Name] } & {
  readonly plans: Readonly<Record<string, Responses['plan']>>;
  readonly probes: Readonly<Record<string, Responses['probeHost']>>;
  readonly opened: readonly RunView[];
  /** The questions of the runs, in order, and the state of the cluster while they waited. */
  readonly asked: readonly { readonly question: QuestionView; readonly look: Responses['look'] }[];
  /** The moment at which it is played, in milliseconds since 1970; without it, it is the present. */
  readonly playedAt?: number;
  /** Where restores were captured, too: the volume's is the first of `opened`. */
  readonly restores?: CapturedRestores;
};

/** The moment at which a console is played, as a look at the cluster shows it. */
export const playedNow = ({ playedAt }: Pick<Captured, 'playedAt'>): string =>
  new Date(playedAt ?? Date.now()).toISOString();

/** What a screen shows of a target before and after it is written. */
interface CapturedTarget {
  readonly preview: Responses['restorePreview'];
  readonly record: Responses['restoreRecord'];
}

/** The answers to restores of the captured runs. */
interface CapturedRestores {
  readonly plan: Responses['restorePlan'];
  readonly preview: Responses['restorePreview'];
  /** All files of a run into a folder of a host. */
  readonly toHost: CapturedTarget;
  /** A run of a raw device to a file. */
  readonly image: Responses['restorePreview'];
  /** Files, then a drill. */
  readonly records: readonly Responses['restoreRecord'][];
}

export interface CaptureOptions extends SceneOptions {
  /** Jobs that are run, in this order. */
  readonly runs: readonly string[];
  readonly change?: (site: SiteTree) => void;
  /** Restores a file of the second run and drills it, then the volume of the first; each run has a tape of its own. */
  readonly restores?: boolean;
}

/** Every question is answered with what continues; a step that failed halts the run. */
const answerTo = ({ id, choices }: QuestionView): string =>
  id === 'step-failed' ? 'halt' : (choices[0]?.id ?? '');

/** Follows a run until it ends. @returns what it asked */
async function finish(desk: Desk, run: string, ask: Asker): Promise<Captured['asked']> {
  const asked: { question: QuestionView; look: Responses['look'] }[] = [];
  await new Promise<void>((resolve, reject) => {
    const answer = async (question: QuestionView) => {
      asked.push({ question, look: await ask('look', {}) });
      await ask('answer', { run, number: question.number, choice: answerTo(question) });
    };
    desk.follow('run', { run }, (told) => {
      if ('error' in told) return reject(new Error(told.error.sentence));
      const push = told.push as RunPush;
      if (push.kind === 'question' && push.question) answer(push.question).catch(reject);
      if (push.kind === 'end') resolve();
    });
  });
  return asked;
}

type Asker = <Name extends Channel>(channel: Name, request: RequestOf<Name>) => Promise<Responses[Name]>;

function askerOf(desk: Desk): Asker {
  return async <Name extends Channel>(channel: Name, request: RequestOf<Name>) => {
    const reply = await desk.answer(channel, request, new AbortController().signal);
    if ('error' in reply) throw new Error(`${channel}: ${reply.error.sentence}`);
    return reply.result as Responses[Name];
  };
}

/** Runs jobs on a separate lab, sends every request that a page can send, and closes the lab. */
export async function captureConsole({
  runs,
  change,
  restores = false,
  ...options
}: CaptureOptions): Promise<Captured> {
  const scene = await openScene(options);
  try {
    const siteFile = await scene.writeSite(change);
    await scene.state.prepare();
    await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    const desk = new Desk({ state: scene.state, siteFile, guest: 'browser' });
    try {
      const ask = askerOf(desk);
      const opened: RunView[] = [];
      const asked: Captured['asked'][number][] = [];
      const perform = async (run: string) => {
        asked.push(...(await finish(desk, run, ask)));
        return ask('run', { run });
      };
      for (const [at, job] of runs.entries()) {
        if (restores && at > 0) await changeTape(scene, `tape-${at}`);
        const { run } = await ask('start', { job });
        opened.push(await perform(run));
      }
      if (!restores) return { ...(await captureRest(ask)), opened, asked };
      const { begun, ...captured } = await captureRestores(scene, desk, ask, opened);
      const restored = await perform(begun);
      // The verification is known since.
      const backups = await Promise.all(opened.map(({ line }) => ask('run', { run: line.run })));
      return { ...(await captureRest(ask)), opened: [restored, ...backups], asked, restores: captured };
    } finally {
      await desk.close();
    }
  } finally {
    await scene.close();
  }
}

async function changeTape(scene: Scene, name: string): Promise<void> {
  await scene.lab.ejectCartridge();
  await scene.lab.insertCartridge(name);
}

/** Resolves when a restore of files or a drill is over. */
const restoreEnd = (desk: Desk, name: string): Promise<void> =>
  new Promise((resolve) => {
    const end = desk.follow('activity', {}, (told) => {
      if (!('push' in told) || !('runs' in told.push)) return;
      if ((told.push.restores ?? []).some((each) => each.name === name)) return;
      setImmediate(() => end());
      resolve();
    });
  });

/** @returns the restore of the volume has begun, and is not followed yet */
async function captureRestores(
  scene: Scene,
  desk: Desk,
  ask: Asker,
  opened: readonly RunView[],
): Promise<CapturedRestores & { readonly begun: string }> {
  const [volume = '', files = ''] = opened.map(({ line }) => line.run);
  const request = { what: [files, 'bin', 'ledger'], path: join(scene.folder, 'restored') };
  const preview = await ask('restorePreview', request);
  const records: Responses['restoreRecord'][] = [];
  const ended = async (begin: Promise<{ readonly restore: string }>) => {
    const { restore } = await begin;
    await restoreEnd(desk, restore);
    return ask('restoreRecord', { restore });
  };
  records.push(await ended(ask('restoreFiles', request)), await ended(ask('drill', { run: files })));
  const folder = { what: [files], host: 'node1', path: '/var/tmp/restored' };
  const toHost = {
    preview: await ask('restorePreview', folder),
    record: await ended(ask('restoreFiles', folder)),
  };
  await changeTape(scene, 'tape');
  const image = await ask('restorePreview', { what: [volume], path: join(scene.folder, 'image') });
  const plan = await ask('restorePlan', { run: volume });
  const { run: begun } = await ask('restore', { run: volume, replace: ['Volume1'] });
  return { plan, preview, records, toHost, image, begun };
}

async function captureRest(ask: Asker): Promise<Omit<Captured, 'opened' | 'asked' | 'playedAt'>> {
  const site = await ask('site', {});
  const siteFile = await ask('siteFile', {});
  const { text } = siteFile;
  const plans: Record<string, Responses['plan']> = {};
  for (const { name } of site.jobs) plans[name] = await ask('plan', { job: name });
  const probes: Record<string, Responses['probeHost']> = {};
  for (const { name } of site.hosts) probes[name] = await ask('probeHost', { text, host: name });
  return {
    site,
    siteFile,
    plans,
    probes,
    look: await ask('look', {}),
    check: await ask('check', {}),
    runs: await ask('runs', {}),
    tape: await ask('tape', {}),
    driveHealth: await ask('driveHealth', {}),
    identify: await ask('identify', {}),
    tapes: await ask('tapes', {}),
    draftSite: await ask('draftSite', { text }),
    findPairs: await ask('findPairs', { text }),
  };
}

/** Replaces names in every text of an answer, including keys. */
export function renamed<Answer>(answer: Answer, names: Readonly<Record<string, string>>): Answer {
  const entries = Object.entries(names);
  const text = (value: string) => entries.reduce((result, [from, to]) => result.replaceAll(from, to), value);
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), walk(each)]));
  };
  return walk(answer) as Answer;
}

export function answersOf(captured: Captured): Answers {
  const { plans, probes, opened, ...kept } = captured;
  const { file = 'the embedded lab', jobs, hosts } = kept.site;
  const names = (named: readonly { readonly name: string }[]) => named.map(({ name }) => name).join(', ');
  const planOf = (job: string) => {
    const plan = plans[job];
    if (!plan) throw failure('JOB_UNKNOWN', { job, file, jobs: names(jobs) });
    return plan;
  };
  const probeOf = (host: string) => {
    const probe = probes[host];
    if (!probe) throw failure('HOST_UNDECLARED', { host, hosts: names(hosts) });
    return probe;
  };
  const runOf = (run: string) => {
    const view = opened.find(({ line }) => line.run === run);
    if (!view) throw failure('RUN_UNKNOWN', { run });
    return view;
  };
  const history = historyAnswers(kept.runs, opened);
  const judged = { lines: kept.runs, opened, trends: history.trends, now: playedNow(captured) };
  return {
    site: () => kept.site,
    ...protectionAnswers({ site: kept.site, ...judged }),
    look: () => ({ ...kept.look, at: playedNow(captured) }),
    check: () => kept.check,
    runs: () => kept.runs,
    ...history,
    tape: () => kept.tape,
    driveHealth: () => kept.driveHealth,
    identify: () => kept.identify,
    tapes: () => kept.tapes,
    siteFile: () => kept.siteFile,
    draftSite: ({ text }) => ({ ...kept.draftSite, text }),
    findPairs: () => kept.findPairs,
    plan: ({ job }) => planOf(job),
    draftPlan: ({ job }) => planOf(job),
    probeHost: ({ host }) => probeOf(host),
    run: ({ run }) => runOf(run),
  };
}

/** Everything that a page receives of a run that has ended. */
export function endedPushes({ events, line }: RunView): RunPush[] {
  return [
    { kind: 'events', events },
    { kind: 'question', question: undefined },
    { kind: 'end', exitStatus: line.exitStatus ?? 0, error: undefined },
  ];
}

/** A run in progress: its events up to and including the first that a test names. */
export interface Middle {
  readonly view: RunView;
  readonly active: ActiveRun;
  readonly pushes: readonly RunPush[];
}

/** It is in progress: the clock of a page counts from its events. */
function endingAt(events: readonly RunEvent[], now: number): RunEvent[] {
  const shift = now - Date.parse(events.at(-1)?.at ?? '');
  return events.map((event) => ({ ...event, at: new Date(Date.parse(event.at) + shift).toISOString() }));
}

const doneOf = (progress: ProgressView | undefined): number | undefined =>
  progress?.total === undefined ? undefined : progress.bytes / progress.total;

/**
 * @param then what follows the events: a question, progress
 * @param now when the last of its events is, in milliseconds since 1970
 */
export function middleOf(
  view: RunView,
  isLast: (event: RunEvent) => boolean,
  then: readonly RunPush[] = [{ kind: 'question', question: undefined }],
  now = Date.now(),
): Middle {
  const at = view.events.findIndex(isLast);
  if (at < 0) throw new Error('the run has no such event');
  const events = endingAt(view.events.slice(0, at + 1), now);
  const step = events.findLast((event) => event.type === 'step-started');
  const asking = then.some((push) => push.kind === 'question' && push.question !== undefined);
  const progress = then.findLast((push) => push.kind === 'progress')?.progress;
  const { run, job, volumes } = view.line;
  const line = {
    ...view.line,
    startedAt: events[0]?.at ?? view.line.startedAt,
    finishedAt: undefined,
    verdict: 'unfinished' as const,
    exitStatus: undefined,
    sentence: undefined,
    currentStep: step?.step,
    live: true,
  };
  return {
    view: { ...view, line, events },
    active: {
      run,
      job,
      volumes,
      events: events.at(-1)?.seq ?? 0,
      phase: step?.phase,
      step: step?.step,
      title: step?.title,
      unwinding: step?.unwinding ?? false,
      asking,
      done: doneOf(progress),
      progress,
      pulse: pulseOf(events),
    },
    pushes: [{ kind: 'events', events }, ...then],
  };
}
