/** What may be restored, and whether a parted proxy may be copied to its master: as the journals tell. */
import { describe, expect, it } from 'vitest';
import { fixtureEvents, type FixtureName } from '../../../folds/journals.test-support.ts';
import { isFailure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { partProof, restorableOf, type KnownRun } from './restore-source.ts';

const known = (name: FixtureName): KnownRun => {
  const events = fixtureEvents(name);
  return { run: events[0]?.run ?? '', events };
};

function refusalOf(run: KnownRun): string {
  try {
    restorableOf(run);
    return 'none';
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('a run can be restored', () => {
  it('where the journal has the SHA-256 of a whole raw device', () => {
    const run = known('raw-dd');
    const { volumes, at } = restorableOf(run);
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

  it.each([
    ['ufs-tar', 'its method is 6b, not 6a'],
    ['three-volumes', 'it has 3 volumes, not one'],
    ['tape-error', 'it failed'],
  ] as const)('but not %s: %s', (name, reason) => {
    const run = known(name);
    expect(refusalOf(run)).toBe(
      `RESTORE_UNSUPPORTED: run ${run.run} cannot be restored by this release: ${reason}`,
    );
  });

  it('but not where the digest is missing, or of another size', () => {
    const changed = (change: (event: RunEvent & { type: 'digest' }) => object) => {
      const { run, events } = known('raw-dd');
      return {
        run,
        events: events.map((event) =>
          event.type === 'digest' && event.hop === 'handed'
            ? ({ ...event, ...change(event) } as RunEvent)
            : event,
        ),
      };
    };
    expect(refusalOf(changed(() => ({ onTapeSha256: undefined })))).toMatch(/^RUN_HAS_NO_DIGEST: /);
    expect(refusalOf(changed(({ bytes = 0 }) => ({ bytes: bytes - 512 })))).toMatch(
      /^RESTORE_UNSUPPORTED: .*its tape holds/,
    );
  });
});

/** A run of one command on the proxy. @param ended false: its end is not known */
function after(run: string, words: string, ended = true): KnownRun {
  const [start] = fixtureEvents('raw-dd');
  if (!start) throw new Error('the run has a beginning');
  const common = { at: start.at, run, prev: '0'.repeat(64), step: '3-3' };
  const argv = ['sdxproxy', ...words.split(' ')];
  const intent: RunEvent = {
    ...common,
    ...{ type: 'intent', seq: 2, host: 'node1', argv, line: argv.join(' '), changes: true },
  };
  const output = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
  const outcome: RunEvent = { ...common, ...output, type: 'outcome', seq: 3, of: 2, exitStatus: 0 };
  return { run, events: [start, intent, ...(ended ? [outcome] : [])] };
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

  it.each([
    ['no run parted it', []],
    ['it was parted with another mode', [after('on', 'Part -c Class1 -p Volume2 -a pjrm=on')]],
    ['the answer of the part was lost', [after('lost', 'Part -c Class1 -p Volume2 -a pjrm=off', false)]],
    ['it was rejoined since', [part, after('later', 'Rejoin -c Class1 -p Volume2')]],
    ['it was restored since', [part, after('later', 'RejoinRestore -c Class1 -p Volume2 -e nowaitsync')]],
  ] as const)('but not where %s', (_why, runs) => {
    expect(proof(...runs)).toBeUndefined();
  });
});
