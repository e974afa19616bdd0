/**
 * The places at which a run is interrupted: the commands of a successful run, from its journal. A new step has its
 * places as soon as it sends a command; commands that performers add count, too.
 */
import type { RunEvent } from '../../src/contract/events.ts';
import type { PlannedCommand, PlannedStep } from '../../src/contract/plan.ts';
import type { KindOfRun } from './kinds-of-run.ts';
import { openSceneConsole, runScene, type Scene } from './lab-run.ts';

/**
 * A command of a run, by its step and its place among those of the step's commands that change something, or among its
 * queries. A query has its place among equal ones: the number of others in between differs from run to run.
 */
export interface Place {
  readonly kind: KindOfRun;
  readonly step: string;
  readonly phase: string;
  readonly host: string;
  readonly changes: boolean;
  /** From 0. */
  readonly nth: number;
  /** The first line of what is sent. */
  readonly line: string;
  /** True for each sdxinfo, whether it is the step's first query or not. */
  readonly isQuery?: true;
}

/** Names and sizes of one volume; a list of several is not one. */
const isName = (word: string) =>
  /^(\/[^,]*|(Class|Volume|Group)\d+|c\d+t\d+d\d+=Disk\d+|Disk\d+|\d+)$/.test(word);

const shapeOfCommand = ({ argv }: PlannedCommand) => argv.filter((word) => !isName(word)).join(' ');

/** What a step has in common with the same step of another job. */
const shapeOf = ({ step, commands }: PlannedStep) => [step, ...commands.map(shapeOfCommand)].join('\n');

/** The steps that a run of a job performs. */
export async function stepsOfPlan(
  scene: Scene,
  { job, change }: Pick<KindOfRun, 'job' | 'change'>,
): Promise<readonly PlannedStep[]> {
  const console = await openSceneConsole(scene, change);
  try {
    const { steps } = await console.plan({ job });
    return steps.filter(({ leftOut }) => leftOut === undefined);
  } finally {
    await console.close();
  }
}

/** The steps that no other kind covers. */
export async function ownSteps(scene: Scene, kind: KindOfRun): Promise<Map<string, PlannedStep>> {
  const others = new Set<string>();
  for (const like of kind.like) for (const step of await stepsOfPlan(scene, like)) others.add(shapeOf(step));
  const steps = await stepsOfPlan(scene, kind);
  const isStoodFor = (step: PlannedStep) =>
    kind.stoodFor === undefined ? false : step.step.endsWith(kind.stoodFor);
  const own = steps.filter(
    (step) => kind.again.includes(step.phase) || !(isStoodFor(step) || others.has(shapeOf(step))),
  );
  return new Map(own.map((step) => [step.step, step]));
}

/** Without what is different in every run. */
const firstLine = (line: string) => (line.split('\n')[0] ?? '').replace(/\d{8}-\d{6}-[\w-]+(,\S*)?/, 'RUN');

const isEqualTo = (one: { host: string; line: string }) => (other: { host: string; line: string }) =>
  one.host === other.host && one.line === other.line;

/** The first and the last of equal queries of a step; the number in between may differ from run to run. */
function queriesAmong(looking: readonly Extract<RunEvent, { type: 'intent' }>[]) {
  return looking.filter(
    (intent) =>
      intent.argv[0] === 'sdxinfo' &&
      (looking.find(isEqualTo(intent)) === intent ||
        (intent.step !== '8-2' && looking.findLast(isEqualTo(intent)) === intent)),
  );
}

/** Each command that changes something, each sdxinfo, and the first query of a step: one of its own, if it has one. */
function placesOfStep(kind: KindOfRun, { step, phase, commands }: PlannedStep, events: readonly RunEvent[]) {
  const sent = events.filter((event) => event.type === 'intent').filter((intent) => intent.step === step);
  const changing = sent.filter(({ changes }) => changes);
  const looking = sent.filter(({ changes }) => !changes);
  const isOwn = ({ line }: { line: string }) => commands.some((command) => command.line === line);
  const look = looking.find(isOwn) ?? looking[0];
  const place = (intent: (typeof sent)[number], nth: number): Place => {
    const { host, changes, line } = intent;
    return { kind, step, phase, host, changes, nth, line: firstLine(line) };
  };
  const queries = queriesAmong(looking).map((intent) => ({
    ...place(intent, looking.filter(isEqualTo(intent)).indexOf(intent)),
    isQuery: true as const,
  }));
  return [...(look ? [place(look, looking.indexOf(look))] : []), ...changing.map(place), ...queries];
}

/**
 * Performs the kind of run once, successfully.
 * @throws if it fails, or a step of the plan was not performed
 */
export async function placesOf(scene: Scene, kind: KindOfRun): Promise<Place[]> {
  const own = await ownSteps(scene, kind);
  await scene.lab.insertCartridge('tape', { blank: true });
  const end = await runScene(scene, { job: kind.job, change: kind.change });
  if (end.verdict !== 'verified') throw new Error(`a run of kind ${kind.name} ends: ${end.sentence}`);
  await scene.lab.copyingFinished();
  const performed = new Set(
    end.events.flatMap((event) =>
      event.type === 'step-finished' && event.result === 'done' ? [event.step] : [],
    ),
  );
  for (const step of own.keys())
    if (!performed.has(step)) throw new Error(`a run of kind ${kind.name} does not perform step ${step}`);
  return [...own.values()].flatMap((step) => placesOfStep(kind, step, end.events));
}
