import { describe, expect, it } from 'vitest';
import {
  asking,
  atRest,
  dumping,
  failedAsking,
  faultedSituations,
  flow,
  halted,
  isStep,
  jobSite,
  left,
  silenced,
  unwinding,
  type FaultName,
} from '../../test/support/ui/faulted-situations.ts';
import { active, lineOf, pulseOf, runOf } from '../../test/support/ui/played-runs.ts';
import type { RunEvent } from '../contract/events.ts';
import type { ActiveRun, ClusterView, HostLook, SiteInfo } from '../contract/screens.ts';
import { fixtureEvents } from './journals.test-support.ts';
import { openRunsOf } from './open-runs.ts';
import {
  situationsOf,
  situationTitle,
  whyNoBackup,
  type Situation,
  type SituationFacts,
} from './situation.ts';

const name = runOf(dumping);
const failed = runOf(failedAsking);
const running = (run: string) => `run ${run} is running`;
const writeError = 'writing to the tape failed: write: I/O error';
const orphan = 'shadow Class2/Volume2 of Volume2 exists, and no run of this console uses it';

const told = ({ kind, reason, refusals }: Situation) => [kind, reason, refusals.backUp];
const first = (facts: SituationFacts) => situationsOf(facts)[0] as Situation;

/** What a look shows, with one host as it is given. */
const lookWith = (name: string, as: Partial<HostLook>): ClusterView => {
  const view = atRest.view as ClusterView;
  return { ...view, hosts: view.hosts.map((host) => (host.host === name ? { ...host, ...as } : host)) };
};

describe('the situation of a class', () => {
  it.each<[FaultName, Situation['kind'], string, string | undefined]>([
    ['at rest', 'idle', 'no backup running', undefined],
    ['a dump', 'running', 'Back up the raw device with dd', running(name)],
    ['a shadow that is to be approved', 'waiting for your answer', 'approve the shadow', running(name)],
    [
      'a shadow that a second person approves',
      'waiting for a second person',
      'approve the shadow',
      running(name),
    ],
    [
      'a failed dump that waits for an answer',
      'waiting for your answer',
      `a step failed: ${writeError}`,
      running(failed),
    ],
    ['a rollback', 'rolling back', writeError, running(failed)],
    ['a dump while no host answers', 'reconnecting', 'node1, node2 and node3 do not answer', running(name)],
    [
      'a run that was halted with its shadow',
      'action required',
      writeError,
      `run ${runOf(halted)} needs action`,
    ],
    [
      'a console that was killed in a dump',
      'interrupted',
      `run ${name} was interrupted at step 6a`,
      `run ${name} was interrupted`,
    ],
    [
      'a proxy joined below the shadow of an interrupted run',
      'unsafe shadow',
      'Volume2 is joined while its shadow Class2/Volume2 exists',
      `run ${name} was interrupted`,
    ],
    ['a shadow that belongs to no run', 'unsafe shadow', orphan, orphan],
    ['a killed lab', 'unknown', 'node1, node2 and node3 are not reached', 'node3 is not reached'],
    // The plan shows whether the job continues without it.
    ['one node down', 'unknown', 'node2 is not reached', undefined],
    [
      'a changed host key',
      'unknown',
      'the host key of node2 has changed',
      'the host key of node2 has changed',
    ],
    [
      'an offline page in a dump',
      'unknown',
      'the connection to the console is lost; before: running',
      'the connection to the console is lost',
    ],
  ])('of %s', (fault, ...expected) => {
    expect(told(first(faultedSituations[fault].facts))).toEqual(expected);
  });

  it.each<[string, Partial<SituationFacts>, string, string | undefined]>([
    ['a first look that has not come back', { view: undefined }, 'the hosts are being checked', undefined],
    [
      'a history that is being read',
      { open: undefined },
      'the history is being read',
      'the history is being read',
    ],
    [
      'a history that cannot be read',
      { open: undefined, historyTrouble: 'no space left' },
      'the history cannot be read: no space left',
      'the history cannot be read',
    ],
    [
      'a host that asks for a password',
      { view: undefined, logins: [{ kind: 'password', host: 'node2' }] },
      'node2 asks for a password',
      'node2 asks for a password',
    ],
    [
      'a host whose key wants a passphrase',
      { logins: [{ kind: 'passphrase', host: 'node1' }] },
      'the key for node1 asks for its passphrase',
      'the key for node1 asks for its passphrase',
    ],
    [
      'a host that was never seen before',
      { logins: [{ kind: 'host-key', host: 'node3' }] },
      'node3 shows a host key that is not known yet',
      'node3 shows a host key that is not known yet',
    ],
    // The plan asks again, and says whether it can be.
    [
      'a host that refuses the login',
      {
        view: lookWith('node2', {
          reached: false,
          code: 'LOGIN_REFUSED',
          trouble: 'every method was refused',
        }),
      },
      'node2 refuses the login',
      undefined,
    ],
    [
      'a backup server that refuses the login',
      {
        view: lookWith('node3', {
          reached: false,
          code: 'LOGIN_REFUSED',
          trouble: 'every method was refused',
        }),
      },
      'node3 refuses the login',
      'node3 refuses the login',
    ],
    [
      'a host whose objects cannot be read',
      { view: lookWith('node1', { reached: true, trouble: 'the disk table has no column STATUS' }) },
      'the disk table has no column STATUS',
      undefined,
    ],
  ])('of %s is unknown', (_title, facts, reason, refusal) => {
    expect(told(first({ ...atRest, ...facts }))).toEqual(['unknown', reason, refusal]);
  });

  it('lets data flow on the screens only while the run is running', () => {
    const flows = (run: ActiveRun) => situationsOf({ ...atRest, active: [run] })[0]?.flows;
    expect(flows(active(dumping, flow))).toBe(true);
    expect(flows(active(failedAsking, flow))).toBe(false);
    expect(flows(active(silenced(dumping, 'node3'), flow))).toBe(false);
    expect(flows(active(unwinding, flow))).toBe(false);
  });

  it('refuses every act while the page is offline, with the reason', () => {
    const [now] = situationsOf({ ...atRest, connection: 'lost' });
    expect(new Set(Object.values(now?.refusals ?? {}))).toEqual(
      new Set(['the connection to the console is lost']),
    );
    expect(Object.keys(now?.refusals ?? {})).toHaveLength(6);
  });

  it('keeps the drive for the run, and the site open, while one is running', () => {
    const [now] = situationsOf({ ...atRest, active: [active(dumping)] });
    const why = `run ${name} is running`;
    expect(now?.refusals).toEqual({
      backUp: why,
      answer: 'the run does not ask',
      useDrive: why,
      openSite: why,
    });
  });

  it('of several classes is shown with the gravest first, whatever is running', () => {
    const jobs: SiteInfo['jobs'] = [...jobSite.jobs, { ...jobSite.jobs[0], name: 'other', class: 'Class3' }];
    const open = left(dumping).map((run) => ({ ...run, class: 'Class3' }));
    const all = situationsOf({
      ...atRest,
      site: { ...jobSite, jobs },
      active: [active(dumping, flow)],
      open,
    });
    expect(all.map((each) => [each.class, situationTitle(each)])).toEqual([
      ['Class3', 'Interrupted'],
      ['Class1', 'Running'],
    ]);
  });

  it('offers no backup after a run that needs action, though it holds nothing any more, until it is discarded', () => {
    const [ended] = left(halted).map((run) => ({ ...run, holds: false }));
    if (!ended) throw new Error('it was halted');
    const refusal = (discarded: boolean) =>
      first({ ...atRest, open: [{ ...ended, discarded }] }).refusals.backUp;
    expect(refusal(false)).toBe(`run ${runOf(halted)} needs action`);
    expect(refusal(true)).toBeUndefined();
  });

  it('of a shadow that a discarded run has left is unsafe: no run guards it any more', () => {
    const open = left(halted).map((run) => ({ ...run, holds: false, discarded: true }));
    const { view } = faultedSituations['a run that was halted with its shadow'].facts;
    expect(told(first({ ...atRest, open, view }))).toEqual(['unsafe shadow', orphan, orphan]);
  });

  it('is that of a run before one that was refused, which touched nothing', () => {
    const lines = [
      {
        ...lineOf(fixtureEvents('raw-dd')),
        run: '20261130-000000-volume2',
        exitStatus: 1,
        verdict: 'failed' as const,
      },
      lineOf(dumping),
    ];
    expect(openRunsOf('lab', lines).map(({ run, how }) => [run, how])).toEqual([[name, 'interrupted']]);
    expect(openRunsOf('elsewhere', lines)).toEqual([]);
  });
});

describe('the pulse of a run', () => {
  it('forgets that a host was silent once it has answered', () => {
    const events = silenced(dumping, 'node3');
    expect(pulseOf(events).silent).toEqual([
      { host: 'node3', since: '2026-11-22T14:55:10.000Z', sentence: 'the connection is lost' },
    ]);
    const [intent, outcome] = events.slice(-2) as [RunEvent, RunEvent];
    const answered = [
      { ...intent, seq: 9100 },
      { ...outcome, seq: 9101, of: 9100, error: undefined },
    ] as RunEvent[];
    expect(pulseOf([...events, ...answered]).silent).toEqual([]);
  });

  it('forgets a failure once its step is tried again, and keeps it while it is rolled back', () => {
    expect(pulseOf(unwinding).failure).toMatchObject({ step: '6a' });
    const again = [
      ...failedAsking,
      { ...fixtureEvents('tape-error').find(isStep('6a')), seq: 9500 } as RunEvent,
    ];
    expect(pulseOf(failedAsking).failure).toMatchObject({ step: '6a' });
    expect(pulseOf(again).failure).toBeUndefined();
  });

  it('shows since when it is asked', () => {
    expect(pulseOf(asking).since).toBe(asking.at(-1)?.at);
  });
});

describe('a job whose backup would be refused as the hosts are', () => {
  const refusal = { job: 'nightly', reason: 'Volume2 is not joined', instead: 'find out who parted it' };
  const jobs = (atRest.site as SiteInfo).jobs;
  const [job] = jobs;
  const view = (name: string): ClusterView => ({
    ...(atRest.view as ClusterView),
    refusals: [{ ...refusal, job: name }],
  });

  it('says why, and what to do instead', () => {
    const now = first({ ...atRest, view: view(job?.name ?? '') });
    expect(whyNoBackup(now, job?.name ?? '')).toMatchObject({
      reason: refusal.reason,
      instead: refusal.instead,
    });
  });

  it('keeps no other job from its backup', () => {
    expect(whyNoBackup(first({ ...atRest, view: view('another') }), job?.name ?? '')).toBeUndefined();
  });

  it('is refused first of all for what concerns its whole class', () => {
    const facts = { ...faultedSituations['a dump'].facts, view: view(job?.name ?? '') };
    expect(whyNoBackup(first(facts), job?.name ?? '')).toEqual({ reason: running(name) });
  });
});
