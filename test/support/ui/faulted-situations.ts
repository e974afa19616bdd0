/**
 * Situations of a class under faults of the lab: recorded journals, truncated where the fault strikes, and what the
 * hosts show.
 */
import { failure } from '../../../src/contract/errors.ts';
import type { RunEvent } from '../../../src/contract/events.ts';
import type { OpenRun } from '../../../src/contract/protection.ts';
import type { ClusterView, ProgressView, QuestionView } from '../../../src/contract/screens.ts';
import { fixtureEvents } from '../../../src/folds/journals.test-support.ts';
import { openRunsOf } from '../../../src/folds/open-runs.ts';
import type { SituationFacts } from '../../../src/folds/situation.ts';
import { guideCluster } from './clusters.ts';
import { active, lineOf, runOf } from './played-runs.ts';
import { guideSite, seenCluster } from './sites.ts';

/** Up to and with the first event that a test names. */
function upTo(events: readonly RunEvent[], isLast: (event: RunEvent) => boolean): RunEvent[] {
  const at = events.findIndex(isLast);
  if (at < 0) throw new Error('the journal has no such event');
  return events.slice(0, at + 1);
}

export const jobSite = {
  ...guideSite,
  jobs: [
    {
      name: 'raw-dd',
      class: 'Class1',
      volumes: [{ master: 'Volume1', proxy: 'Volume2', method: '6a' }],
      shadowClass: 'Class2',
      method: '6a',
      route: 'console',
      layout: 'plain',
      approve: 'operator',
    },
  ],
} as const;

/** The result of a query; the named hosts do not answer. */
function look(topology: ClusterView['topology'], ...missing: string[]): ClusterView {
  const seen = seenCluster(topology);
  return {
    ...seen,
    hosts: seen.hosts.map((host) =>
      missing.includes(host.host)
        ? { ...host, reached: false, trouble: `${host.host} cannot be reached: timed out` }
        : host,
    ),
  };
}

/** The result of a query if node2 answers with another host key. */
const impostor: ClusterView = {
  ...look(guideCluster('joined')),
  hosts: look(guideCluster('joined')).hosts.map((host) =>
    host.host === 'node2'
      ? {
          ...{ host: 'node2', reached: false, code: 'HOST_KEY_CHANGED', hint: '' },
          changedKey: {
            ...{ shown: `SHA256:${'n'.repeat(43)}`, known: `SHA256:${'o'.repeat(43)}` },
            place: '/home/operator/.ssh/known_hosts, line 4',
          },
          trouble: failure('HOST_KEY_CHANGED', {
            ...{ host: 'node2', address: 'node2.example.com', port: 22, keyType: 'ssh-ed25519' },
            ...{ shown: `SHA256:${'n'.repeat(43)}`, known: `SHA256:${'o'.repeat(43)}` },
            ...{ file: '/home/operator/.ssh/known_hosts', line: 4 },
          }).message,
        }
      : host,
  ),
};

/** The same run, where a person is needed. */
export const left = (events: readonly RunEvent[]): OpenRun[] =>
  openRunsOf('lab', [lineOf(events)]).map((run) => ({ ...run, holds: true }));

export const isStep =
  (step: string, unwinding = false) =>
  (event: RunEvent): boolean =>
    event.type === 'step-started' && event.step === step && event.unwinding === unwinding;

const rawDd = fixtureEvents('raw-dd');
const tapeError = fixtureEvents('tape-error');
export const dumping = upTo(rawDd, isStep('6a'));
export const asking = upTo(rawDd, ({ type }) => type === 'asked');
/** The same question, where the job wants the signature of a second person. */
const signedAsking = asking.map((event): RunEvent =>
  event.type === 'asked' ? { ...event, choices: ['approve'], statement: 'Shadowtape approval\n' } : event,
);
export const unwinding = upTo(tapeError, (event) => event.type === 'step-started' && event.unwinding);
export const halted = upTo(fixtureEvents('halted-unwound'), ({ type }) => type === 'run-finished');
export const flow: ProgressView = { step: '6a', what: 'dump', bytes: 48, total: 100 };

const question: QuestionView['id'] = 'step-failed';

/** After a step has failed, the run asks what next. */
export const failedAsking: RunEvent[] = [
  ...upTo(tapeError, (event) => event.type === 'step-finished' && event.result === 'failed'),
  {
    ...{ seq: 9000, at: '2026-11-22T14:54:00.000Z', run: runOf(tapeError), type: 'asked', prev: '' },
    ...{ step: '6a', question, text: 'Step 6a has failed', choices: ['retry', 'unwind', 'halt'] },
  } as RunEvent,
];

/** Hosts fall silent one after the other, and stay so. */
export function silenced(events: readonly RunEvent[], ...hosts: string[]): RunEvent[] {
  const run = runOf(events);
  const error = { code: 'CONNECTION_LOST', sentence: 'the connection is lost', hint: '' };
  return [
    ...events,
    ...hosts.flatMap((host, at) => [
      {
        ...{ seq: 9001 + 2 * at, at: `2026-11-22T14:55:0${at}.000Z`, run, type: 'intent', step: '6a', host },
        ...{ argv: ['sdxinfo'], line: 'sdxinfo', changes: false, prev: '' },
      } as RunEvent,
      {
        ...{ seq: 9002 + 2 * at, at: `2026-11-22T14:55:1${at}.000Z`, run, type: 'outcome', step: '6a' },
        ...{ of: 9001 + 2 * at, milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 },
        ...{ error, prev: '' },
      } as RunEvent,
    ]),
  ];
}

const joined = guideCluster('joined');
const shadowed = guideCluster('shadowed');
/** Somebody has joined the proxy below its shadow. */
const unsafe = {
  ...shadowed,
  volumes: shadowed.volumes.map((each) => (each.master === null ? each : { ...each, joined: true })),
};

/** Nothing is in progress, and everything is normal. */
export const atRest: SituationFacts = {
  connection: 'connected',
  site: jobSite,
  active: [],
  open: [],
  view: look(joined),
  lookTrouble: undefined,
  historyTrouble: undefined,
};

export interface FaultedSituation {
  readonly facts: SituationFacts;
  /** Of the run of the situation. */
  readonly events: readonly RunEvent[];
}

const of = (facts: Partial<SituationFacts>, events: readonly RunEvent[] = []): FaultedSituation => ({
  facts: { ...atRest, ...facts },
  events,
});

const silent = silenced(dumping, 'node1', 'node2', 'node3');

/** Each kind of fault, as the facts from which screens derive their texts. */
export const faultedSituations = {
  'at rest': of({}),
  'a dump': of({ active: [active(dumping, flow)], view: look(shadowed) }, dumping),
  'a shadow that is to be approved': of({ active: [active(asking)], view: look(shadowed) }, asking),
  'a shadow that a second person approves': of(
    { active: [active(signedAsking)], view: look(shadowed) },
    signedAsking,
  ),
  'a failed dump that waits for an answer': of(
    { active: [active(failedAsking, flow)], view: look(shadowed) },
    failedAsking,
  ),
  'a rollback': of({ active: [active(unwinding)], view: look(shadowed) }, unwinding),
  'a dump while no host answers': of({ active: [active(silent, flow)], view: look(shadowed) }, silent),
  'a run that was halted with its shadow': of({ open: left(halted), view: look(shadowed) }, halted),
  'a console that was killed in a dump': of({ open: left(dumping), view: look(shadowed) }, dumping),
  'a proxy joined below the shadow of an interrupted run': of(
    { open: left(dumping), view: look(unsafe) },
    dumping,
  ),
  'a shadow that belongs to no run': of({ view: look(shadowed) }),
  'a killed lab': of({ view: look(joined, 'node1', 'node2', 'node3') }),
  'one node down': of({ view: look(joined, 'node2') }),
  'a changed host key': of({ view: impostor }),
  'an offline page in a dump': of({ connection: 'lost', active: [active(dumping, flow)] }, dumping),
} as const satisfies Readonly<Record<string, FaultedSituation>>;

export type FaultName = keyof typeof faultedSituations;
