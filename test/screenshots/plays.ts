/** The consoles that are photographed: captured once on labs of their own, then played in every state. */
import type { RunEvent } from '../../src/contract/events.ts';
import type { ClusterView, RunPush, RunView } from '../../src/contract/screens.ts';
import { smallBlocks, type SiteTree } from '../support/lab-run.ts';
import {
  answersOf,
  captureConsole,
  endedPushes,
  middleOf,
  playedNow,
  renamed,
  type Captured,
} from '../support/ui/captured-console.ts';
import { idle, type Play } from '../support/ui/played-console.ts';
import type { Answers } from '../support/ui/fake-bridge.ts';
import { historyAnswers } from '../support/ui/history-answers.ts';
import { protectionAnswers } from '../support/ui/protection-answers.ts';

/** Forty records, of which a tape takes twenty, its label included. */
const spannedBlocks = 40 * 64;

export interface Plays {
  readonly normal: Captured;
  readonly three: Captured;
  readonly mismatch: Captured;
  readonly broken: Captured;
  readonly spanned: Captured;
  /** A volume that is restored, files and a drill. */
  readonly restored: Captured;
}

const unlike = { site: 'payroll' } as const;

/** Neither this machine's folders nor its user are on a picture. */
function anonymous(captured: Captured): Captured {
  const { file } = captured.site;
  const folder = file?.replace(/\/[^/]*$/, '') ?? 'no such folder';
  const operator = captured.opened.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'run-started' ? [event.operator] : [])),
  )[0];
  const named = renamed(captured, {
    [folder]: '/home/mika/payroll',
    ...(operator === undefined ? {} : { [operator]: 'mika@console' }),
  });
  return { ...named, site: { ...named.site, name: unlike.site } };
}

const capture = async (options: Parameters<typeof captureConsole>[0]): Promise<Captured> =>
  anonymous(await captureConsole(options));

const askingFor = (fingerprint: number) => (site: SiteTree) => {
  site.site = unlike.site;
  for (const job of Object.values(site.jobs)) {
    job['approve'] = 'operator';
    job['verify'] = { fingerprint, readback: true };
    job['media'] = { ...(job['media'] as object), overwrite: true };
  }
};

export interface PlaysOptions {
  /** Of Volume2, on which the run in the middle of which most pictures are taken is. */
  readonly blocks: number;
  /** Bytes a second of the tape. */
  readonly tapeRate: number;
  /** Blocks of each volume that are read on both sides. */
  readonly fingerprint: number;
  /** False: the first console stands for that of three volumes. */
  readonly three: boolean;
}

/** 256 MiB: a dump that takes long enough for a chart. */
export const forPictures: PlaysOptions = {
  blocks: 524_288,
  tapeRate: 70_000_000,
  fingerprint: 64,
  three: true,
};
/** As quick as can be. */
export const forTests: PlaysOptions = {
  blocks: smallBlocks,
  tapeRate: 100_000_000,
  fingerprint: 4,
  three: false,
};

/**
 * Runs of two labs that began in the same second have the same name: one gets a different one, since one history shows
 * them all.
 */
function namesApart(): (captured: Captured) => Captured {
  const known = new Set<string>();
  return (captured) => {
    const names: Record<string, string> = {};
    for (const { run } of captured.runs) {
      if (known.has(run)) names[run] = `${run}.${known.size}`;
      known.add(names[run] ?? run);
    }
    return renamed(captured, names);
  };
}

export async function capturePlays({
  blocks,
  tapeRate,
  fingerprint,
  three: isThreeWanted,
}: PlaysOptions): Promise<Plays> {
  const asking = askingFor(fingerprint);
  const normal = capture({
    blocks,
    rejoinBytesPerSecond: 100_000_000,
    jobs: ['raw-dd', 'ufs-tar', 'ufsdump'],
    runs: ['raw-dd', 'ufs-tar'],
    change: asking,
    faults: [`slow-tape=${tapeRate}`],
  });
  const three = isThreeWanted
    ? capture({ jobs: ['three-volumes', 'raw-dd'], runs: ['three-volumes'], change: asking })
    : normal;
  const mismatch = capture({ runs: ['raw-dd'], change: asking, faults: ['shadow-first-block=512'] });
  const broken = capture({
    runs: ['raw-dd'],
    faults: ['tape-error=40'],
    change: (site) => {
      asking(site);
      for (const job of Object.values(site.jobs)) job['onFailure'] = 'halt';
    },
  });
  const spanned = capture({
    blocks: spannedBlocks,
    tapeBytes: 20 * 32_768,
    jobs: ['raw-dd'],
    runs: ['raw-dd'],
    cartridges: [{ name: 'second' }, { name: 'third' }],
    change: (site) => {
      asking(site);
      for (const job of Object.values(site.jobs))
        job['media'] = { layout: 'labelled', name: 'NIGHTLY', span: true, overwrite: true };
      site.tape['changer'] = '/dev/scsi/changer/c2t0d0';
    },
  });
  const restored = capture({
    blocks,
    rejoinBytesPerSecond: 100_000_000,
    jobs: ['raw-dd', 'ufs-tar'],
    runs: ['raw-dd', 'ufs-tar'],
    change: (site) => {
      asking(site);
      const files = site.jobs['ufs-tar'] ?? {};
      files['media'] = { layout: 'labelled', name: 'PAYROLL-01' };
    },
    faults: [`slow-tape=${tapeRate}`],
    restores: true,
  });
  const apart = namesApart();
  const first = apart(await normal);
  return {
    normal: first,
    three: isThreeWanted ? apart(await three) : first,
    mismatch: apart(await mismatch),
    broken: apart(await broken),
    spanned: apart(await spanned),
    restored: apart(await restored),
  };
}

/** Milliseconds since 1970 until the last event of all runs. */
export const lastMomentOf = ({ normal, three, mismatch, broken, spanned, restored }: Plays): number =>
  Math.max(
    ...[normal, three, mismatch, broken, spanned, restored].flatMap(({ opened }) =>
      opened.flatMap(({ events }) => events.map(({ at }) => Date.parse(at))),
    ),
  );

/** @param now the moment at which all of them are played from now on, in milliseconds since 1970 */
export function playedAt(plays: Plays, now: number): Plays {
  const at = (captured: Captured): Captured => ({ ...captured, playedAt: now });
  const { normal, three, mismatch, broken, spanned, restored } = plays;
  return {
    normal: at(normal),
    three: at(three),
    mismatch: at(mismatch),
    broken: at(broken),
    spanned: at(spanned),
    restored: at(restored),
  };
}

const pushesOf = (views: readonly RunView[]) =>
  Object.fromEntries(views.map((view) => [view.line.run, endedPushes(view)]));

/** Nothing continues. */
export const resting = (captured: Captured, answers: Answers = {}): Play => ({
  answers: { ...answersOf(captured), ...answers },
  activity: idle,
  runs: pushesOf(captured.opened),
});

/** The first run continues, and has come to an event. */
export function going(
  captured: Captured,
  isLast: (event: RunEvent) => boolean,
  then?: readonly RunPush[],
  look?: ClusterView,
): Play {
  const [first, ...rest] = captured.opened;
  if (!first) throw new Error('no run was captured');
  const middle = middleOf(first, isLast, then, captured.playedAt);
  // The steps that are still to come are those of the plan.
  const view = { ...middle.view, plan: captured.plans[middle.active.job] };
  const play = resting({ ...captured, opened: [view, ...rest] });
  const lines = [middle.view.line, ...captured.runs.filter(({ run }) => run !== first.line.run)];
  const opened = [middle.view, ...rest];
  const history = historyAnswers(lines, opened);
  const judged = { lines, opened, trends: history.trends, now: playedNow(captured) };
  return {
    answers: {
      ...play.answers,
      ...(look ? { look: () => ({ ...look, at: playedNow(captured) }) } : {}),
      ...history,
      ...protectionAnswers({ site: captured.site, ...judged }),
    },
    activity: { ...idle, runs: [middle.active] },
    runs: { ...play.runs, [first.line.run]: middle.pushes },
  };
}
