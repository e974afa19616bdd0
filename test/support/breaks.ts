/** The ways in which a run is interrupted around one of its commands. */
import type { NewEvent, RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { jobOf, runScene, type Scene, type SceneRun, type SiteTree } from './lab-run.ts';
import { dyingRun, type Death } from './mortal-console.ts';
import type { Place } from './places.ts';

/**
 * What happens to a query: it prints nothing and exits 0, once or from then on; or half of its output arrives, the exit
 * status, and no end of the output.
 */
export const silences = ['silent', 'silent from there on', 'cut'] as const;

/**
 * Its command fails; the connection with its host drops before it is sent, while it continues, or before its end
 * arrives; the console is killed when the intent is written, or before the outcome is.
 */
export const breaks = [
  'fails',
  'dropped before',
  'dropped during',
  'dropped after',
  'killed before',
  'killed after',
] as const;
type Silence = (typeof silences)[number];
export type Break = (typeof breaks)[number] | Silence;

export interface BrokenRun {
  readonly run: string;
  /** How the run ended; undefined if its console died. */
  readonly end: SceneRun | undefined;
}

type Intent = Extract<NewEvent, { type: 'intent' }>;

type AnyPlace = Pick<Place, 'step' | 'changes' | 'nth'> & Partial<Pick<Place, 'isQuery' | 'host' | 'line'>>;

/** Reports the intent of the place, once. */
function intentAt({ step, changes, nth, isQuery, host, line }: AnyPlace) {
  let passed = 0;
  return (event: NewEvent | RunEvent): event is Intent => {
    if (event.type !== 'intent' || event.step !== step || event.changes !== changes) return false;
    if (isQuery && (event.host !== host || event.line !== line)) return false;
    passed += 1;
    return passed === nth + 1;
  };
}

/** Dies around one command: never sent though its intent is written; or sent, and its end is not known. */
export function dying(place: AnyPlace, moment: 'before' | 'after'): Death {
  const isPlace = intentAt(place);
  let seq = 0;
  let intent: number | undefined;
  return (event: NewEvent) => {
    seq += 1;
    if (isPlace(event)) {
      intent = seq;
      return moment === 'before' ? 'after' : undefined;
    }
    return event.type === 'outcome' && event.of === intent ? 'before' : undefined;
  };
}

const faultNames = {
  fails: 'fail-once',
  silent: 'ignore-once',
  cut: 'cut-once',
} as const;

/** The fault that breaks one command. A command that is a script is recognized by its beginning. */
function faultOf({ host, argv }: Intent, how: keyof typeof faultNames): string {
  const [first = '', ...more] = argv.join(' ').split('\n');
  return `${faultNames[how]}=${host}:${more.length > 0 ? first.replace(/ \S*$/, '') : first}`;
}

const phases = { 'dropped during': 'started', 'dropped after': 'ended' } as const;

/** @returns the action when the intent of the place is written, and a function that ends the watch */
function striker({ lab }: Scene, how: Exclude<Break, `killed${string}`>) {
  let armed: Intent | undefined;
  const stop = lab.onCommand(({ host, line, phase }) => {
    if (phase !== (phases as Partial<Record<Break, string>>)[how]) return;
    if (armed?.host !== host || armed.line !== line) return;
    armed = undefined;
    lab.breakConnections(host);
  });
  const strike = (intent: Intent): void => {
    if (how === 'fails' || how === 'silent' || how === 'cut') lab.faults.set(faultOf(intent, how));
    else if (how === 'silent from there on') lab.faults.set(`ignore=${intent.host}:${intent.argv[0] ?? ''}`);
    else if (how === 'dropped before') lab.breakConnections(intent.host as NodeName);
    else armed = intent;
  };
  return { strike, stop };
}

/** @throws if the run never reached the place, or the fault had no effect */
export async function brokenRun(
  scene: Scene,
  place: Place,
  how: Break,
  onFailure: 'halt' | 'unwind',
): Promise<BrokenRun> {
  const { kind } = place;
  const change = (site: SiteTree) => {
    kind.change(site);
    jobOf(site, kind.job)['onFailure'] = onFailure;
  };
  if (how === 'killed before' || how === 'killed after') {
    const moment = how === 'killed before' ? 'before' : 'after';
    const { run } = await dyingRun(scene, kind.job, dying(place, moment), change);
    return { run, end: undefined };
  }
  const { strike, stop } = striker(scene, how);
  const isPlace = intentAt(place);
  let struck = false;
  const end = await runScene(scene, {
    job: kind.job,
    change,
    onEvent(event) {
      if (!isPlace(event)) return;
      struck = true;
      strike(event);
    },
  }).finally(stop);
  const unused = scene.lab.faults.list();
  for (const fault of unused) scene.lab.faults.clear(fault);
  if (!struck) throw new Error(`the run never came to: ${place.line}; ${end.sentence}`);
  if (unused.length > 0 && how !== 'silent from there on')
    throw new Error(`nothing failed: ${unused.join(', ')}`);
  return { run: end.run, end };
}
