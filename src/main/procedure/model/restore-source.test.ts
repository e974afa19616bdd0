/** What may be restored, and whether a parted proxy may be copied to its master, according to the journals. */
import { describe, expect, it } from 'vitest';
import { fixtureEvents, type FixtureName } from '../../../folds/journals.test-support.ts';
import { failure, isFailure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { partProof, restorableOf, type KnownRun } from './restore-source.ts';

const known = (name: FixtureName): KnownRun => {
  const events = fixtureEvents(name);
  return { run: events[0]?.run ?? '', events };
};

const failureText = (...args: Parameters<typeof failure>) => `${args[0]}: ${failure(...args).message}`;
function refusalOf(run: KnownRun, masters: readonly string[] = []): string {
  try {
    restorableOf(run, masters);
    return 'none';
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('a run can be restored', () => {
  it('where the journal has the SHA-256 of a whole raw device', () => {
    const run = known('raw-dd');
    const { volumes, at } = restorableOf(run).order;
    const written = run.events.find((event) => event.type === 'digest' && event.hop === 'handed');
    expect(volumes).toEqual([
      {
        proxy: 'Volume2',
        bytes: written?.type === 'digest' ? written.bytes : undefined,
        sha256: written?.type === 'digest' ? written.onTapeSha256 : undefined,
      },
    ]);
    const part = run.events.find((event) => event.type === 'intent' && event.argv[1] === 'Part');
    expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(part?.at ?? ''));
  });

  it.each([['tape-error', 'it failed']] as const)('but not %s: %s', (name, reason) => {
    const run = known(name);
    expect(refusalOf(run)).toBe(
      `RESTORE_UNSUPPORTED: run ${run.run} cannot be restored by this release: ${reason}`,
    );
  });

  /** As later releases write it: with the disks of the shadow, and with those of each volume. */
  function withDisks({ run, events }: KnownRun): KnownRun {
    const [start, ...others] = events;
    if (start?.type !== 'run-started') throw new Error('the run has a beginning');
    const disk = (name: string) => ({ name, device: `device of ${name}` });
    const disks = [disk('Disk3'), disk('Disk6')];
    const shadow = { class: 'Class2', volume: 'Volume2', disks };
    const spaces = ['Volume2', 'Volume4'].map((name, index) => ({
      ...{ side: 'primary' as const, class: 'Class1', disks: disks.slice(index, index + 1) },
      volumes: [{ name, first: 0, blocks: 2048 }],
    }));
    const { at, prev, seq } = start;
    const layout: RunEvent = { at, prev, seq, run, type: 'layout', step: 'verify', spaces };
    return { run, events: [{ ...start, shadow }, layout, ...others] };
  }

  it('of three volumes, only the named one, with its disks and its tape file', () => {
    const run = withDisks(known('three-volumes'));
    const { start, order } = restorableOf(run, ['Volume3']);
    const { volumes, manifestFile } = order;
    expect(start.volumes.map(({ proxy, tapeFile }) => [proxy, tapeFile])).toEqual([['Volume4', 2]]);
    expect(start.shadow?.disks.map(({ name }) => name)).toEqual(['Disk6']);
    expect(start.blocks).toBe((volumes[0]?.bytes ?? 0) / 512);
    expect({ proxies: volumes.map(({ proxy }) => proxy), manifestFile }).toEqual({
      proxies: ['Volume4'],
      manifestFile: 4,
    });
  });

  it('two named volumes of three, in the order of the run; the third is reported', () => {
    const { start, order } = restorableOf(withDisks(known('three-volumes')), ['Volume3', 'Volume1']);
    expect(start.volumes.map(({ proxy }) => proxy)).toEqual(['Volume2', 'Volume4']);
    expect(start.shadow?.disks.map(({ name }) => name)).toEqual(['Disk3', 'Disk6']);
    expect(order.others).toEqual(['Volume5']);
  });

  it('the files of a volume: the digest is that of the archive', () => {
    const { events, ...run } = known('ufs-tar');
    const digest = events.findLast((event) => event.type === 'digest' && event.hop === 'handed');
    const { volumes } = restorableOf({ ...run, events }).order;
    expect(volumes).toMatchObject([{ proxy: 'Volume2', files: true }]);
    expect(digest).toMatchObject({ bytes: volumes[0]?.bytes, onTapeSha256: volumes[0]?.sha256 });
  });

  it.each([
    ['none of them', []],
    ['Volume9, which is not one of them', ['Volume9']],
    ['Volume9, which is not one of them', ['Volume1', 'Volume9']],
  ] as const)('but not where --replace names %s: %j', (named, masters) => {
    const run = known('three-volumes');
    expect(refusalOf(run, masters)).toBe(
      `RESTORE_MASTER_NOT_NAMED: run ${run.run} backed up several volumes, and --replace names ${named}. Their masters: Volume1, Volume3, Volume5`,
    );
  });

  it('but not one of three where the journal does not have their disks', () => {
    expect(refusalOf(known('three-volumes'), ['Volume3'])).toContain(
      'its journal does not name the disks of Volume4',
    );
  });

  /** The journal of a backup with some events changed, or left out. */
  function changed(change: (event: RunEvent) => object | undefined, name: FixtureName = 'raw-dd'): KnownRun {
    const { run, events } = known(name);
    return { run, events: events.flatMap((event) => (change(event) ?? []) as RunEvent | RunEvent[]) };
  }
  const withDump = (change: (dump: RunEvent & { type: 'digest' }) => object | undefined) =>
    changed((event) => (event.type === 'digest' && event.hop === 'handed' ? change(event) : event));
  const withStart = (more: object) =>
    changed((event) => (event.type === 'run-started' ? { ...event, ...more } : event));
  const unsupported = ({ run }: KnownRun, reason: string) =>
    `RESTORE_UNSUPPORTED: run ${run} cannot be restored by this release: ${reason}`;

  it('but not where its dump is missing, has no digest, was continued, or is of another size', () => {
    const { run } = known('raw-dd');
    expect(refusalOf(withDump(() => undefined))).toBe(failureText('RUN_HAS_NO_TAPE', { run }));
    const noDigest = withDump((dump) => ({ ...dump, onTapeSha256: undefined }));
    expect(refusalOf(noDigest)).toBe(failureText('RUN_HAS_NO_DIGEST', { run, volume: 'Volume2' }));
    const continued = withDump((dump) => ({ ...dump, sections: [{ bytes: 1, sha256: '' }] }));
    expect(refusalOf(continued)).toBe(unsupported(continued, 'its dump was interrupted and continued'));
    const short = withDump((dump) => ({ ...dump, bytes: 8_388_096 }));
    expect(refusalOf(short)).toBe(
      unsupported(short, 'its tape holds 8388096 bytes of a volume of 8388608 bytes'),
    );
    expect(refusalOf({ run, events: [] })).toBe(failureText('RUN_HAS_NO_TAPE', { run }));
  });

  it('but not a restore, nor what Linux hosts have backed up, nor a run that has not ended', () => {
    const restored = known('restore');
    expect(refusalOf(restored)).toBe(unsupported(restored, 'it is a restore, not a backup'));
    const linux = withStart({ platform: 'linux' });
    expect(refusalOf(linux)).toBe(unsupported(linux, 'restoring volumes of Linux hosts is not supported'));
    const unfinished = changed((event) => (event.type === 'run-finished' ? undefined : event));
    expect(refusalOf(unfinished)).toBe(unsupported(unfinished, 'it has not ended'));
  });

  it('that was imported, if its journal was on the tape: then its end is not known', () => {
    const imported = (from: string) =>
      changed((event) => (event.type === 'run-finished' ? { ...event, type: 'imported', from } : event));
    expect(restorableOf(imported('journal')).order.imported).toBe(true);
    expect('imported' in restorableOf(known('raw-dd')).order).toBe(false);
    expect(refusalOf(imported('label'))).toBe(
      unsupported(
        imported('label'),
        'it was imported from a tape without its journal, so its pair and its disks are not known',
      ),
    );
  });

  it('says which files it lacks, and which changed while they were read', () => {
    const remarks = (name: FixtureName) =>
      changed((event) => {
        if (event.type !== 'run-finished') return event;
        const warning = { ...event, type: 'warning', step: '6b-4', text: '' };
        return [{ ...warning, kind: 'skipped' }, { ...warning, kind: 'inconsistent', count: 2 }, event];
      }, name);
    expect(restorableOf(remarks('ufs-tar')).order.skipped).toBe(3);
    // Nothing of a raw device is a file.
    expect('skipped' in restorableOf(remarks('raw-dd')).order).toBe(false);
    expect(Object.keys(restorableOf(known('ufs-tar')).order)).toEqual(['at', 'volumes']);
  });
});

/** A run of one command on the proxy. @param exitStatus lost: its end is not known */
function after(run: string, words: string, exitStatus: number | 'lost' = 0, site = 'lab'): KnownRun {
  const [begun] = fixtureEvents('raw-dd');
  if (begun?.type !== 'run-started') throw new Error('the run has a beginning');
  const start = { ...begun, site };
  const common = { at: start.at, run, prev: '0'.repeat(64), step: '3-3' };
  const argv = ['sdxproxy', ...words.split(' ')];
  const intent: RunEvent = {
    ...common,
    ...{ type: 'intent', seq: 2, host: 'node1', argv, line: argv.join(' '), changes: true },
  };
  const output = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
  const outcome: RunEvent = {
    ...common,
    ...output,
    type: 'outcome',
    seq: 3,
    of: 2,
    exitStatus: Number(exitStatus),
  };
  return { run, events: [start, intent, ...(exitStatus === 'lost' ? [] : [outcome])] };
}

describe('pjrm=off of a parted proxy is proven', () => {
  const backup = known('raw-dd');
  const proof = (...runs: KnownRun[]) => partProof(runs, backup, 'Class1', 'Volume2');
  const part = after('parting', 'Part -c Class1 -p Volume4,Volume2 -a pjrm=off');

  it('by the run that parted it last', () => {
    expect(proof(part)).toBe('parting');
    expect(proof(after('earlier', 'Rejoin -c Class1 -p Volume2'), part)).toBe('parting');
    expect(proof(part, after('other', 'Rejoin -c Class1 -p Volume4'))).toBe('parting');
  });

  it('whatever happened to volumes of that name in other classes and clusters, or was refused', () => {
    const rejoin = 'Rejoin -c Class1 -p Volume2';
    expect(proof(part, after('other class', rejoin.replace('Class1', 'Class7')))).toBe('parting');
    expect(proof(part, after('other cluster', rejoin, 0, 'other'))).toBe('parting');
    expect(proof(part, after('refused', rejoin, 1))).toBe('parting');
  });

  it.each([
    ['no run parted it', []],
    ['it was parted with another mode', [after('on', 'Part -c Class1 -p Volume2 -a pjrm=on')]],
    ['the answer of the part was lost', [after('lost', 'Part -c Class1 -p Volume2 -a pjrm=off', 'lost')]],
    ['it was rejoined since', [part, after('later', 'Rejoin -c Class1 -p Volume2')]],
    ['it was joined since', [part, after('later', 'Join -c Class1 -m Volume1 -p Volume2 -a pjrm=off')]],
    ['it was restored since', [part, after('later', 'RejoinRestore -c Class1 -p Volume2 -e nowaitsync')]],
  ] as const)('but not where %s', (_why, runs) => {
    expect(proof(...runs)).toBeUndefined();
  });
});
