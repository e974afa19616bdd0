/** What an operator may do with a small site, and what may happen meanwhile: for unforeseen sequences. */
import fc from 'fast-check';
import type { NewEvent, RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { jobOf, type Scene, type SiteTree } from './lab-run.ts';
import { rivalActs, type Administrator, type RivalAct } from './rival-administrator.ts';

export const jobs = ['raw-dd', 'ufs-tar', 'two'] as const;

/** What happens at the `at`th command of an act; another administrator acts when one of its steps begins. */
export interface Trouble {
  readonly kind:
    | 'none'
    | 'fails'
    | 'keeps failing'
    | 'dropped'
    | 'dropped amid'
    | 'hangs'
    | 'silent'
    | 'keeps silent'
    | 'cut'
    | 'tape error'
    | 'killed'
    | 'cancelled'
    | 'halted'
    | 'reboot'
    | 'rival';
  readonly at: number;
  readonly node: NodeName;
  readonly rival: RivalAct;
}

export type Act =
  | {
      readonly what: 'run';
      readonly job: (typeof jobs)[number];
      readonly route: 'console' | 'server';
      readonly onFailure: 'halt' | 'unwind';
      readonly trouble: Trouble;
    }
  /** Of the last run but `back`. */
  | { readonly what: 'resume' | 'unwind'; readonly back: number; readonly trouble: Trouble }
  | { readonly what: 'verify'; readonly back: number }
  | { readonly what: 'label' }
  /** Nobody runs anything meanwhile. */
  | { readonly what: 'rival'; readonly job: (typeof jobs)[number]; readonly rival: RivalAct }
  | { readonly what: 'reboot'; readonly node: NodeName };

const node = fc.constantFrom('node1', 'node2', 'node3');
const kinds = [
  'none',
  'fails',
  'keeps failing',
  'dropped',
  'dropped amid',
  'hangs',
  'silent',
  'keeps silent',
  'cut',
  'tape error',
  'cancelled',
  'halted',
  'reboot',
  'rival',
  'rival',
  'rival',
] as const;
const rival = fc.constantFrom(...rivalActs);
const troubleOf = (among: readonly Trouble['kind'][]): fc.Arbitrary<Trouble> =>
  fc.record({ kind: fc.constantFrom(...among), at: fc.nat(70), node, rival });
const back = fc.constantFrom(0, 0, 0, 1);

const run: fc.Arbitrary<Act> = fc.record({
  what: fc.constant('run'),
  job: fc.constantFrom(...jobs),
  route: fc.constantFrom('console', 'server'),
  onFailure: fc.constantFrom('halt', 'halt', 'unwind'),
  trouble: troubleOf([...kinds, 'killed', 'killed', 'killed']),
});
const recoverRun = (what: 'resume' | 'unwind'): fc.Arbitrary<Act> =>
  fc.record({ what: fc.constant(what), back, trouble: troubleOf(['none', 'none', ...kinds]) });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: run },
  { weight: 5, arbitrary: recoverRun('resume') },
  { weight: 2, arbitrary: recoverRun('unwind') },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('reboot'), node }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('verify'), back }) },
  { weight: 1, arbitrary: fc.constant({ what: 'label' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('rival'), job: fc.constantFrom(...jobs), rival }),
  },
);

/** Without a run, nothing could fail. */
export const acts: fc.Arbitrary<Act[]> = fc
  .tuple(run, fc.array(act, { minLength: 1, maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest]);

const limits = Object.fromEntries(
  ['prepare', 'part', 'view', 'shadow', 'verify', 'dump', 'remove', 'rejoin', 'finish'].map((phase) => [
    phase,
    '2 seconds',
  ]),
);

/** The site of the acts: jobs of one volume, and one of two; whatever is on the tape may be overwritten. */
export function actSite(site: SiteTree): void {
  site.jobs['two'] = {
    ...jobOf(site, 'raw-dd'),
    volumes: [
      { master: 'Volume1', proxy: 'Volume2' },
      { master: 'Volume5', proxy: 'Volume6' },
    ],
    shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3', Disk6: 'c1t1d6' } },
    services: {
      nodes: { node1: { stop: ['umount /app', 'umount /home'], resume: ['mount /app', 'mount /home'] } },
    },
  };
  for (const job of Object.values(site.jobs))
    Object.assign(job, {
      verify: { fingerprint: 2, readback: true },
      media: { layout: 'plain', overwrite: true },
      timeLimits: limits,
    });
}

/** Steps of which one begins when another administrator acts. */
const stepsCounted = 24;

/**
 * Delays the first query of a step while another administrator acts. Commands that change something are not delayed:
 * see rival-moment.ts.
 */
function rivalry({ lab }: Scene, { kind, at, rival: { act, later } }: Trouble, administrator: Administrator) {
  let begun = -1;
  let armed: { readonly host: string; readonly line: string } | undefined;
  let next: RivalAct['act'] | undefined = kind === 'rival' ? act : undefined;
  const stop = lab.onCommand(({ phase, host, line }) => {
    if (phase !== 'started' || armed?.host !== host || armed.line !== line) return;
    armed = undefined;
    const now = next;
    next = now === act ? later : undefined;
    return now?.(administrator);
  });
  let isFirst = false;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step-started') {
      begun += 1;
      isFirst = begun >= at % stepsCounted;
    } else if (event.type === 'intent' && isFirst && next) {
      isFirst = false;
      if (!event.changes) armed = event;
    }
  };
  return { onEvent, stop };
}

/** A host that hangs is rebooted by someone. The program waits for detached work for half an hour of the real clock. */
const hangsUntilRebooted = 3;

/** Counts the commands of an act, and has the trouble come with one of them. */
export function troubled(scene: Scene, trouble: Trouble, administrator: Administrator) {
  const { kind, at, node: which } = trouble;
  const rivals = rivalry(scene, trouble, administrator);
  const cancel = new AbortController();
  const halt = new AbortController();
  const { lab } = scene;
  let passed = 0;
  let armed = false;
  let hangs = 0;
  let hanging: { readonly host: string; readonly words: string } | undefined;
  const stop = lab.onCommand(({ host, line, phase }) => {
    if (phase !== 'started') return;
    if (hanging?.host === host && line.startsWith(hanging.words)) {
      hangs += 1;
      if (hangs > hangsUntilRebooted) lab.faults.clear('hang');
    }
    if (!armed) return;
    armed = false;
    lab.breakConnections(host);
  });
  const strike = (event: Extract<NewEvent, { type: 'intent' }>): void => {
    const words = (event.argv.join(' ').split('\n')[0] ?? '').split(' ').slice(0, 2).join(' ');
    if (kind === 'fails') lab.faults.set(`fail-once=${event.host}:${words}`);
    if (kind === 'keeps failing') lab.faults.set(`fail=${event.host}:${words}`);
    if (kind === 'hangs') {
      hanging = { host: event.host, words };
      lab.faults.set(`hang=${event.host}:${words}`);
    }
    if (kind === 'silent') lab.faults.set('ignore-once=node3:sdxinfo');
    if (kind === 'keeps silent') lab.faults.set('ignore=node3:sdxinfo');
    if (kind === 'cut') lab.faults.set('cut-once=node3:sdxinfo');
    if (kind === 'tape error') lab.faults.set('tape-error=2');
    if (kind === 'dropped') lab.breakConnections(event.host as NodeName);
    if (kind === 'dropped amid') armed = true;
    if (kind === 'cancelled') cancel.abort();
    if (kind === 'halted') halt.abort();
    if (kind === 'reboot') lab.faults.set(`reboot=${which}`);
  };
  return {
    cancel: cancel.signal,
    halt: halt.signal,
    onEvent(event: RunEvent): void {
      rivals.onEvent(event);
      if (event.type !== 'intent') return;
      passed += 1;
      if (passed === at + 1) strike(event);
    },
    /** Dies with that command: half of the time it was sent. */
    death(event: NewEvent): 'before' | 'after' | undefined {
      if (event.type === 'intent') passed += 1;
      if (passed !== at + 1) return undefined;
      if (event.type === 'intent' && at % 2 === 0) return 'after';
      return event.type === 'outcome' && at % 2 === 1 ? 'before' : undefined;
    },
    async over(): Promise<void> {
      stop();
      rivals.stop();
      for (const fault of lab.faults.list()) lab.faults.clear(fault);
      await lab.faultsSettled();
    },
  };
}
