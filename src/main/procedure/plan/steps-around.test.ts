/** What a run does before the guide's steps and after them: programs, tape, library and the health of the drive. */
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import type { Step } from '../model/step.ts';
import { stepsOf } from './steps.ts';

function stepOf(assignment: Assignment, id: string): Step | undefined {
  return stepsOf(assignment).find((each) => each.id === id);
}
const sent = (assignment: Assignment, id: string) =>
  stepOf(assignment, id)?.commands.map(
    ({ host, argv, changes }) => `${host}: ${argv.join(' ')}${changes ? '!' : ''}`,
  );
const programs = (assignment: Assignment, id: string) =>
  stepOf(assignment, id)?.commands.map(({ host, argv }) => `${host} ${argv.at(-1)}`);

describe('the commands that must exist', () => {
  it('are those of the detached dump, by route server', () => {
    expect(stepOf(guideAssignment(), 'tools')).toBeUndefined();
    const shell = ['sh', 'nohup', 'mkfifo', 'ps', 'kill'];
    const onServer = (names: readonly string[]) => names.map((name) => `node3 ${name}`);
    const tools = (job: object) => programs(guideAssignment({ route: 'server', ...job }), 'tools');
    expect(tools({ verify: { digest: 'none' } })).toEqual(onServer([...shell, 'dd']));
    // Sampled records of a raw device are kept on the way.
    expect(tools({})).toEqual(onServer([...shell, 'dd', 'tee', 'cksum', 'digest', 'cat']));
    expect(tools({ method: '6c', verify: { digest: 'cksum' } })).toEqual(
      onServer([...shell, 'ufsdump', 'tee', 'cksum', 'dd']),
    );
    expect(tools({ method: '6b', fsck: { answerYes: true } })).toEqual(
      onServer([...shell, 'tar', 'tee', 'cksum', 'digest', 'dd']),
    );
  });

  it('are those of the hash, on the node that hashes the whole proxy', () => {
    const whole = { verify: { fingerprint: 'all' } };
    expect(programs(guideAssignment(whole), 'hash-tools')).toEqual(
      ['sh', 'nohup', 'mkfifo', 'ps', 'kill', 'dd', 'tee', 'cksum', 'digest'].map((name) => `node1 ${name}`),
    );
    expect(stepOf(guideAssignment(), 'hash-tools')).toBeUndefined();
  });

  it('are looked for where sudo finds them, too', () => {
    const become = { node3: 'sudo' } as const;
    const [first] = stepOf({ ...guideAssignment({ route: 'server' }), become }, 'tools')?.commands ?? [];
    expect(first?.argv.slice(0, 3).join(' ')).toBe(
      'sh -c PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH; export PATH; command -v "$1"',
    );
  });
});

describe('the check of the tape', () => {
  const tape = (job: object, differing: Partial<Assignment> = {}) =>
    stepOf({ ...guideAssignment(job), ...differing }, 'tape');

  it('says what may be overwritten', () => {
    expect(tape({})?.why).toBe('only a blank tape is written to');
    expect(tape({ media: { overwrite: true } })?.why).toBe(
      'the job may overwrite the tape; what is lost is shown first',
    );
    expect(tape({}, { platform: 'linux' })?.notes).toBeUndefined();
    expect(tape({})?.notes).toHaveLength(1);
  });

  it('asks the changer only where the run may work it', () => {
    const changer = '/dev/scsi/changer/c1t0d0';
    const withChanger = (job: object) => {
      const assignment = guideAssignment(job);
      return sent({ ...assignment, tapeChange: { ...assignment.tapeChange, changer } }, 'tape')?.at(-1);
    };
    expect(withChanger({ media: { layout: 'labelled', span: true } })).toBe(
      `node3: mtx -f ${changer} status`,
    );
    expect(withChanger({})).toBe('node3: mt -f /dev/rmt/0n rewind');
  });
});

describe('the check of the mount point', () => {
  it('only asks, where a file system is mounted', () => {
    expect(sent(guideAssignment({ method: '6b' }), 'mount-point')).toEqual(['node3: ls -d /mnt1']);
    expect(sent(guideAssignment(), 'mount-point')).toBeUndefined();
  });
});

describe('the health of the drive', () => {
  it('refuses a run before it, unless the site only wants to be warned, and never after it', () => {
    const why = (id: string, onCriticalAlert?: 'warn' | 'refuse') =>
      stepOf({ ...guideAssignment(), onCriticalAlert }, id)?.why;
    const refuses = 'a critical TapeAlert flag refuses the run before anything is touched';
    const warns = 'TapeAlert flags are warnings of the run';
    expect([why('drive'), why('drive', 'refuse'), why('drive', 'warn')]).toEqual([refuses, refuses, warns]);
    expect([why('drive-after'), why('drive-after', 'refuse')]).toEqual([warns, warns]);
  });
});

describe('a run in a library', () => {
  const changer = '/dev/scsi/changer/c1t0d0';
  const library = (unload: 'after-run' | 'never') =>
    ({ barcodes: {}, cleaning: [], unload, named: [] }) as const;
  function inLibrary(
    libraryPlan?: Assignment['libraryPlan'],
    unload: 'after-run' | 'never' = 'after-run',
    media: object = { layout: 'labelled', name: 'NIGHTLY' },
  ): Assignment {
    const assignment = guideAssignment({ media });
    const tapeChange = { ...assignment.tapeChange, changer, library: library(unload) };
    return { ...assignment, tapeChange, ...(libraryPlan ? { libraryPlan } : {}) };
  }
  const look = `node3: mtx -f ${changer} status`;
  const offline = 'node3: mt -f /dev/rmt/0n offline!';
  const move = (what: string) => `node3: mtx -f ${changer} ${what}!`;
  const load = { slot: 7, barcode: 'NIGHTLY' };
  const before = { slot: 3, barcode: 'WEEKLY' };
  const notes = (plan?: Assignment['libraryPlan']) =>
    stepOf(inLibrary(plan), 'load-tape')?.notes?.slice(0, -1);

  it('shows its moves, each between two looks, as far as somebody has looked', () => {
    expect(sent(inLibrary(), 'load-tape')).toEqual([look]);
    expect(sent(inLibrary(), 'unload-tape')).toEqual([look]);
    const full = inLibrary({ drive: 1, load, unload: before });
    expect(sent(full, 'load-tape')).toEqual([look, offline, move('unload 3 1'), move('load 7 1'), look]);
    expect(sent(full, 'unload-tape')).toEqual([look, offline, move('unload 7 1'), look]);
    expect(sent(inLibrary({ drive: 0, load }), 'load-tape')).toEqual([look, move('load 7 0'), look]);
    expect(notes({ drive: 0, load })).toEqual([]);
    expect(notes()).toEqual([]);
  });

  it('moves nothing while its tape is in the drive, or where it cannot be loaded', () => {
    const inDrive = { drive: 1 };
    expect(sent(inLibrary(inDrive), 'load-tape')).toEqual([look]);
    expect(sent(inLibrary(inDrive), 'unload-tape')).toEqual([look]);
    expect(notes(inDrive)).toEqual(['nothing is moved while the tape is in drive 1']);
    const refused = { refused: 'NIGHTLY is in no slot' };
    expect(sent(inLibrary(refused), 'load-tape')).toEqual([look]);
    expect(sent(inLibrary(refused), 'unload-tape')).toEqual([look]);
    expect(notes(refused)).toEqual(['as things are, the run is refused: NIGHTLY is in no slot']);
  });

  it('returns the tape only where the site says so, and loads only a tape with a name', () => {
    expect(stepOf(inLibrary(undefined, 'never'), 'unload-tape')).toBeUndefined();
    expect(stepOf(inLibrary(undefined, 'never'), 'load-tape')?.title).toBe('Load the tape "NIGHTLY"');
    expect(stepOf(inLibrary(undefined, 'after-run', {}), 'load-tape')).toBeUndefined();
    const assignment = inLibrary();
    const withoutChanger = { ...assignment, tapeChange: { ...assignment.tapeChange, changer: undefined } };
    expect(stepOf(withoutChanger, 'load-tape')).toBeUndefined();
    expect(stepOf(withoutChanger, 'unload-tape')).toBeUndefined();
    expect(stepOf(guideAssignment(), 'unload-tape')).toBeUndefined();
  });
});
