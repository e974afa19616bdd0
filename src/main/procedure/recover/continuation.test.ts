import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { readFixture } from '../../gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { chooseJob, siteOf } from '../../site/site-file.ts';
import { assign } from '../model/assign.ts';
import { sentCommands } from '../model/sent-commands.ts';
import { stepsOf } from '../plan/steps.ts';
import { whyNotContinued, type ContinuationFacts } from './continuation.ts';

const joined = [{ node: 'node1', report: parseSdxinfo(readFixture('primary-joined')) }];
const media = { layout: 'labelled', name: 'NIGHTLY' };
const jobFields = {
  class: 'Class1',
  volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
  shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
  services: { stop: ['umount /app'], resume: ['mount /app'] },
  media,
};

function assignmentOf(fields: object) {
  const site = siteOf('site.yaml', {
    site: 'payroll',
    platform: 'solaris',
    hosts: { node1: { role: 'primary' }, node3: { role: 'backup' } },
    tape: { host: 'node3', device: '/dev/rmt/0' },
    jobs: { raw: { ...jobFields, ...fields } },
  });
  return assign(site, chooseJob('site.yaml', site, 'raw'), { primaries: joined }, 'run-1');
}

const label = { type: 'label', number: 1 } as NewEvent;
const started = (step: string): NewEvent => ({
  type: 'step-started',
  ...{ step, title: '', phase: 'dump', unwinding: false },
});
const ended = (step: string, code?: string): NewEvent => ({
  type: 'step-finished',
  ...{ step, result: code === undefined ? 'done' : 'failed', milliseconds: 1 },
  ...(code === undefined ? {} : { error: { code, sentence: `it ended with ${code}`, hint: '' } }),
});
const sent = (step: string, line: string): NewEvent => ({
  type: 'intent',
  ...{ step, host: 'node3', argv: line.split(' '), line, changes: true },
});
const begun = [label, started('6a'), sent('6a', 'dd ibs=262144 of=/dev/rmt/0n')];

function reason(
  events: readonly NewEvent[],
  { fields = {}, ...facts }: Partial<ContinuationFacts> & { readonly fields?: object } = {},
): string | undefined {
  const assignment = assignmentOf(fields);
  const all = events.map(
    (event, index) => ({ seq: index + 1, at: '', run: 'run-1', prev: '', ...event }) as RunEvent,
  );
  return whyNotContinued({
    ...{ assignment, steps: stepsOf(assignment), events: all, sent: sentCommands(all) },
    ...{ isStopped: true, isShadowWhole: true, isFingerprintTaken: true },
    ...facts,
  });
}

describe('an interrupted dump may be continued', () => {
  it('where its console died, or its connection was lost', () => {
    expect(reason(begun)).toBeUndefined();
    for (const code of ['CONNECTION_LOST', 'RUN_HALTED', 'RUN_CANCELLED', 'DATA_THREAD_ENDED'])
      expect(reason([...begun, ended('6a', code)])).toBeUndefined();
  });

  it('where only its end was missing, or the manifest', () => {
    expect(reason([...begun, ended('6a')])).toBeUndefined();
    expect(
      reason([...begun, ended('6a'), started('manifest'), sent('manifest', 'dd of=/dev/rmt/0n')]),
    ).toBeUndefined();
  });

  it('where another step failed, or an earlier tape was closed or read back', () => {
    expect(reason([...begun, ended('6a'), started('manifest'), ended('manifest', 'TAPE_WRITE_FAILED')])).toBe(
      undefined,
    );
    expect(reason([{ type: 'tape-part' } as NewEvent, started('read-back'), ...begun])).toBeUndefined();
  });

  it('where services were resumed and locks released after the tape was labeled', () => {
    const others = [
      sent('tape', 'mt -f /dev/rmt/0n rewind'),
      sent('label', 'mt -f /dev/rmt/0n status'),
      ...[sent('3-4', 'mount /app'), sent('unlock', 'rmdir /var/tmp/shadowtape-Class1.lock')],
    ];
    expect(reason([...begun, ...others])).toBeUndefined();
  });
});

describe('an interrupted dump starts over', () => {
  it.each([
    'TAPE_WRITE_FAILED',
    'TAPE_END_OF_MEDIUM',
    'DUMP_DIFFERS',
    'SHADOW_CHANGED',
    'CHECK_FAILED',
    'DUMP_DIGESTS_DIFFER',
  ])('where it failed on its own: %s', (code) => {
    expect(reason([...begun, ended('6a', code)])).toBe(`it failed: it ended with ${code}`);
    expect(reason([...begun, ended('6a', code), started('3-4'), ended('3-4')])).toBe(
      `it failed: it ended with ${code}`,
    );
    // Only the last attempt counts.
    expect(reason([...begun, ended('6a', code), started('6a')])).toBeUndefined();
  });

  it('where the hosts do not show its source', () => {
    expect(reason(begun, { isStopped: false })).toBe('the proxy was started since then');
    expect(reason(begun, { isShadowWhole: false })).toBe('the shadow is created again');
    expect(reason(begun, { isFingerprintTaken: false })).toBe('the fingerprint is taken again');
  });

  it.each([
    ['5', 'sdxshadowvolume -M -c Class2 -v Volume2'],
    ['7', 'sdxshadowvolume -F -c Class2 -v Volume2'],
    ['3-5', 'sdxvolume -F -c Class1 -v Volume2'],
    ['8-1', 'sdxproxy Rejoin -c Class1 -p Volume2'],
    ['of another release', 'sdxvolume -N -c Class1 -v Volume2'],
  ])('where a command of step %s was sent meanwhile', (step, line) => {
    expect(reason([...begun, sent(step, line)])).toBe(`${line} was sent since its tape was labelled`);
    expect(reason([sent(step, line), ...begun])).toBeUndefined();
  });

  it('where its tape was read back, was never labeled, or is no longer the first', () => {
    expect(reason([...begun, ended('6a'), started('read-back')])).toBe('its tape was read back');
    expect(reason(begun.slice(1))).toBe('its tape was not labelled');
    expect(reason([...begun, { type: 'tape-part' } as NewEvent])).toBe('its first tape is closed');
    expect(reason([...begun, { ...label, number: 2 } as NewEvent])).toBe('its first tape is closed');
  });

  it('where the job does not read the tape back, or has several volumes', () => {
    expect(reason(begun, { fields: { verify: { readback: false } } })).toBe(
      'the job does not read the tape back (verify.readback: false)',
    );
    const assignment = assignmentOf({});
    const [volume] = assignment.volumes;
    const several = { ...assignment, volumes: volume ? [volume, volume] : [] };
    expect(reason(begun, { assignment: several })).toBe('the job has several volumes');
  });

  it.each([{ media: {} }, { method: '6b', fsck: { answerYes: true } }, { route: 'server' }])(
    'without a message in every other job: %j',
    (fields) => {
      expect(reason(begun, { fields })).toBe('');
    },
  );
});
