/** The steps of a restore that a backup does not have: what each sends where, and how files get into a new file system. */
import { describe, expect, it } from 'vitest';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import type { Assignment } from '../../model/assignment.ts';
import {
  guideAssignment,
  restoreOrder,
  mountOf,
  parted,
  shadow,
  worldOf,
} from '../../model/guide-cluster.test-support.ts';
import type { RunMarks } from '../../model/run-marks.ts';
import type { Step } from '../../model/step.ts';
import { severalJoined } from '../../recover/resume-story.test-support.ts';
import { stepsOf } from '../steps.ts';

const order: RestoreOrder = { ...restoreOrder, activeOn: ['node2'] };
const restoring = (job: object = {}, differing: Partial<RestoreOrder> = {}): Assignment => ({
  ...guideAssignment(job),
  restore: { ...order, ...differing },
});
/** The site names the command for sfxfs: it has no default. */
const maker = { restore: { makeFileSystem: { sfxfs: 'mkfs -F sfxfs' } } };

/** A raw device and a file system. */
const pairs = [
  { master: 'Volume3', proxy: 'Volume4' },
  { master: 'Volume5', proxy: 'Volume6', method: '6b' },
];
const several: Assignment = {
  ...guideAssignment(
    { volumes: pairs, shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } } },
    severalJoined,
  ),
  restore: order,
};

function stepOf(assignment: Assignment, id: string): Step {
  const step = stepsOf(assignment).find((each) => each.id === id);
  if (!step) throw new Error(`the restore has no step ${id}`);
  return step;
}
/** `!` after a command that changes something. */
const sent = (assignment: Assignment, id: string) =>
  stepOf(assignment, id).commands.map(
    ({ host, argv, anyNode, changes }) =>
      `${anyNode ? 'any node' : host}: ${argv.join(' ')}${changes ? '!' : ''}`,
  );
const performed = (assignment: Assignment) =>
  stepsOf(assignment).map(({ id, phase, performance, guarded }) =>
    [id, phase, performance, ...(guarded ? [guarded] : [])].join(' '),
  );

describe('before anything is changed', () => {
  it('both volumes of the pair are shown, with their slices', () => {
    expect(sent(restoring(), 'view')).toEqual([
      'any node: sdxinfo -V -c Class1 -o Volume1 -e long',
      'any node: sdxinfo -S -c Class1 -o Volume1',
      'any node: sdxinfo -V -c Class1 -o Volume2 -e long',
      'any node: sdxinfo -S -c Class1 -o Volume2',
    ]);
  });

  it('the lock of the class is marked on every host, and that of the drive is not', () => {
    expect(sent(restoring(), 'mark')).toEqual(
      ['node3', 'node1', 'node2'].map((host) => `${host}: mkdir /var/tmp/shadowtape-Class1.lock/restore,RUN`),
    );
  });

  it('the programs for the files are looked for, each once', () => {
    const tools = (job: object) =>
      stepOf(restoring(job), 'tools').commands.map(({ host, argv }) => `${host} ${argv.at(-1)}`);
    const onServer = (...names: string[]) => [...names, 'mount', 'umount'].map((name) => `node3 ${name}`);
    expect(tools({ method: '6b' })).toEqual(onServer('newfs', 'tar'));
    expect(tools({ method: '6c' })).toEqual(onServer('newfs', 'ufsrestore'));
    expect(tools({ method: '6d', ...maker })).toEqual(onServer('mkfs', 'tar'));
    expect(tools({ method: '6e', ...maker })).toEqual(onServer('mkfs', 'sfxrestore'));
    const own = { restore: { makeFileSystem: { ufs: '/opt/bin/newfs -m 1' } } };
    expect(tools({ method: '6b', ...own })[0]).toBe('node3 /opt/bin/newfs');
    expect(performed(restoring()).filter((row) => /tools|mount/.test(row))).toEqual([]);
  });
});

describe('the steps of a restore of files', () => {
  const before = [
    'lock prepare lock',
    'tools prepare tools-check',
    'mount-point prepare mount-point-check',
    'read-tape prepare restore-tape',
    'view prepare commands',
    'mark prepare restore-mark',
    '3-3 part part',
    'fingerprint part fingerprint',
    '3-5 part commands',
    '5 shadow commands',
    'verify verify verification',
    'approve-overwrite dump approve-overwrite before',
    'activate dump commands before',
  ];
  const writing = [
    'make-file-system dump make-file-system before',
    'mount dump commands before',
    'write dump restore-files around',
    'unmount dump commands',
    'read-shadow dump read-volume around',
    '7 remove commands',
  ];

  it('are those of a raw device, with a new file system in place of the blocks', () => {
    const ofFiles = performed(restoring({ method: '6b' }));
    expect(ofFiles.slice(0, before.length + writing.length)).toEqual([...before, ...writing]);
    const raw = performed(restoring());
    expect(raw.slice(0, raw.indexOf('7 remove commands') + 1)).toEqual([
      ...before.filter((row) => !/^(tools|mount-point) /.test(row)),
      'write dump restore-write around',
      ...writing.slice(-2),
    ]);
  });

  it('make the file system with the command of the site, on the device that was proven', () => {
    const device = '/dev/sfdsk/Class2/rdsk/Volume2';
    const found = `node3: test -c ${device}`;
    expect(sent(restoring({ method: '6b' }), 'make-file-system')).toEqual([found, `node3: newfs ${device}!`]);
    expect(sent(restoring({ method: '6d', ...maker }), 'make-file-system')).toEqual([
      found,
      `node3: mkfs -F sfxfs ${device}!`,
    ]);
    const step = stepOf(restoring({ method: '6c' }), 'make-file-system');
    expect(step).toMatchObject({ needsClosed: ['Volume2'], writesThrough: 'Volume2', volumes: ['Volume2'] });
    expect(step.title).toBe('Make a new ufs file system on Volume2');
    expect(step.endangers).toContain('if the defaults of newfs do not fit');
    // Sampled records are read right before it, and afterwards: nobody else may write meanwhile.
    expect([step.around?.before.length, step.around?.after.length]).toEqual([64, 64]);
  });

  it('mount it for writing, and check that it is mounted right before the tape is extracted and afterwards', () => {
    const assignment = restoring({ method: '6d', ...maker });
    expect(sent(assignment, 'mount')).toEqual([
      'node3: mkdir /mnt1!',
      'node3: mount -F sfxfs /dev/sfdsk/Class2/dsk/Volume2 /mnt1!',
    ]);
    expect(stepOf(assignment, 'mount').volumes).toEqual(['Volume2']);
    const mounted = worldOf(parted, shadow, { mounts: [mountOf('/mnt1')] });
    const { after: mounting } = stepOf(assignment, 'mount');
    const { before: extracting, after: extracted } = stepOf(assignment, 'write');
    for (const checks of [mounting, extracting, extracted]) {
      expect(checks?.looks).toEqual(['backup']);
      const [verdict] = checks?.judge(mounted) ?? [];
      expect(verdict).toMatchObject({
        rule: 'mounted',
        verdict: 'holds',
        why: 'otherwise the files are extracted into the mount point itself',
        source: 'Shadowtape, based on GDS guide 6.6.3.7, step 6b-3',
      });
      expect(checks?.judge(worldOf(parted, shadow))[0]?.verdict).toBe('fails');
    }
    for (const checks of [extracting, extracted]) expect(checks?.fresh).toEqual(['backup']);
  });

  it('extract an archive and send its files back; a dump goes to the one program that reads it', () => {
    const read = [
      'node3: mt -f /dev/rmt/0n rewind',
      'node3: dd if=/dev/rmt/0n bs=262144 count=1',
      'node3: mt -f /dev/rmt/0n rewind!',
      'node3: dd if=/dev/rmt/0 bs=32768',
    ];
    const archive = [
      ...read,
      'node3: sh -c cd "$1" && exec tar xpf - sh /mnt1!',
      'node3: sh -c cd "$1" && exec tar cf - . sh /mnt1',
    ];
    expect(sent(restoring({ method: '6b' }), 'write')).toEqual(archive);
    expect(sent(restoring({ method: '6d', ...maker }), 'write')).toEqual(archive);
    expect(sent(restoring({ method: '6c' }), 'write')).toEqual([
      ...read,
      'node3: sh -c cd "$1" && exec ufsrestore rf - sh /mnt1!',
      'node3: rm /mnt1/restoresymtable!',
    ]);
    const words = (job: object) => {
      const { title, notes } = stepOf(restoring(job), 'write');
      return [title, ...(notes ?? [])];
    };
    expect(words({ method: '6b' })).toEqual([
      'Extract the tape to Volume2, read every file back and compare',
    ]);
    expect(words({ method: '6e', ...maker })).toEqual([
      'Rebuild the file system of Volume2 from the tape with sfxrestore',
      'only sfxrestore reads this format: only its exit status and its messages show that the files are as on tape',
    ]);
  });

  it('say what the second read proves, and which volume is read', () => {
    const read = (job: object) => stepOf(restoring(job), 'read-shadow');
    expect(read({ method: '6b' }).title).toBe('Read Volume2 back through the shadow');
    expect(read({}).title).toBe('Read Volume2 back through the shadow and compare');
    expect(read({})).toMatchObject({ reads: 'shadow', volumes: ['Volume2'] });
  });
});

describe('the blocks of a raw device', () => {
  it('are written and read in the records of the tape', () => {
    const large = restoring({ media: { recordBytes: 65_536 } });
    const device = '/dev/sfdsk/Class2/rdsk/Volume2';
    expect(sent(large, 'write')).toEqual([
      `node3: test -c ${device}`,
      'node3: mt -f /dev/rmt/0n rewind',
      'node3: dd if=/dev/rmt/0n bs=262144 count=1',
      'node3: mt -f /dev/rmt/0n rewind!',
      'node3: dd if=/dev/rmt/0 bs=65536',
      `node3: dd ibs=262144 obs=65536 of=${device}!`,
    ]);
    expect(sent(large, 'read-shadow')).toEqual([`node3: dd if=${device} bs=65536`]);
    expect(sent(large, 'read-proxy')).toEqual(['node1: dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=65536']);
    expect(sent(large, 'read-master')).toEqual(['node1: dd if=/dev/sfdsk/Class1/rdsk/Volume1 bs=65536']);
  });
});

describe('a restore of several volumes', () => {
  it('writes one after the other: blocks, or files', () => {
    const dumps = performed(several).filter((row) => row.includes(' dump '));
    expect(dumps.map((row) => row.replace(/ dump.*/, ''))).toEqual([
      'approve-overwrite',
      ...['activate:Volume4', 'write:Volume4', 'read-shadow:Volume4'],
      ...[
        'activate:Volume6',
        'make-file-system:Volume6',
        'mount:Volume6',
        'write:Volume6',
        'unmount:Volume6',
      ],
      'read-shadow:Volume6',
    ]);
  });

  it('names them as several, and says where a master is started only if it is', () => {
    const orders: Partial<RestoreOrder>[] = [
      {},
      { begins: 'parted', partedBy: 'run-0' },
      { from: 'proxy', begins: 'parted' },
      { activeOn: [] },
    ];
    const texts = orders.flatMap((differing) =>
      stepsOf({ ...several, restore: { ...order, ...differing } }).flatMap(
        ({ title, why, endangers = '', leftOut = '', notes = [] }) => [
          title,
          why,
          endangers,
          leftOut,
          ...notes,
        ],
      ),
    );
    // `Volume4 and Volume6 is`, or `it` for both.
    const wrong =
      /(?<! of Volume\d+) and Volume\d+ (\([^)]*\) )?(is|was|has|holds|becomes|starts)\b|\bVolume\d+ (until|from) it\b/;
    expect(texts.filter((text) => wrong.test(text))).toEqual([]);
    expect(texts.filter((text) => text.endsWith(' '))).toEqual([]);
  });
});

describe('the tape', () => {
  const mt = (what: string) => `node3: mt -f /dev/rmt/0n ${what}`;
  const dump = 'node3: dd if=/dev/rmt/0n bs=32768';
  const label = [mt('rewind'), 'node3: dd if=/dev/rmt/0n bs=262144 count=1', mt('rewind')];
  /** Lines that read, whether or not they move the tape. */
  const read = (assignment: Assignment, id: string) =>
    sent(assignment, id).flatMap((line) => (/of=|test -c/.test(line) ? [] : [line.replace(/!$/, '')]));

  it('with a label is recognized by it, and read up to its manifest', () => {
    const labelled = restoring({ media: { layout: 'labelled' } });
    const manifest = [mt('status'), `${dump} count=64`, mt('rewind')];
    expect(read(labelled, 'read-tape')).toEqual([...label, mt('fsf 1'), dump, ...manifest]);
    expect(read(labelled, 'write')).toEqual([...label, mt('fsf 1'), dump]);
  });

  it('without a label is read file by file, and rewound at the end', () => {
    const second = {
      ...restoring(),
      volumes: guideAssignment().volumes.map((volume) => ({ ...volume, tapeFile: 2 })),
    };
    expect(read(second, 'read-tape')).toEqual([mt('rewind'), mt('fsf 2'), dump, mt('rewind')]);
    expect(read(second, 'write')).toEqual([...label, mt('fsf 2'), dump]);
    expect(read(several, 'read-tape')).toEqual([
      ...[mt('rewind'), dump],
      ...[mt('rewind'), mt('fsf 1'), dump, mt('rewind')],
    ]);
  });

  it('is one of several for a volume: each is recognized, and read where it holds that volume', () => {
    const tapesOf = (proxy: string, ...files: number[]) => {
      const tapes = files.map((file, index) => ({ number: index + 1, name: `NIGHTLY-${index}`, file }));
      return { proxy, bytes: 1, sha256: '', tapes };
    };
    const media = { layout: 'labelled', span: true };
    const volumes = [tapesOf('Volume9', 7), tapesOf('Volume2', 3, 1)];
    const onTwo = restoring({ media }, { volumes });
    const part = (file: number) => [...label, mt('rewind'), mt(`fsf ${file}`), dump];
    expect(read(onTwo, 'write')).toEqual([...part(3), ...part(1)]);
    expect(read(onTwo, 'read-tape').slice(0, 12)).toEqual([...part(3), ...part(1)]);
  });
});

describe('the notes of a restore', () => {
  const notes = (job: object, differing: Partial<RestoreOrder> = {}) =>
    stepOf(restoring(job, differing), 'approve-overwrite').notes;

  it('say what is lost in addition to the data of the proxy', () => {
    expect(notes({})).toEqual([]);
    expect(notes({ method: '6b' })).toEqual(['files are restored into a new file system']);
    expect(notes({}, { imported: true, skipped: 3, others: ['Volume5'], otherProxies: ['Volume9'] })).toEqual(
      [
        'run backup-1 was imported from its tape: whether it was verified is not known',
        '3 files are missing from the backup, or changed while tar read them: see the report of the backup',
        'Volume5 was backed up at the same instant and is not restored: data that spans Volume1 and Volume5 no longer matches. To keep it consistent, restore Volume1 and Volume5 together',
        'Volume9 is another proxy of Volume1, parted and valid: it may be the better source',
      ],
    );
  });

  it('say why the proxy is parted without a resynchronization, or that it is parted already', () => {
    const part = (differing: Partial<RestoreOrder> = {}) => stepOf(restoring({}, differing), '3-3');
    expect(part()).toMatchObject({
      why: 'the tape is written to the parted proxy; the master keeps its data until the restored proxy is proven',
      notes: [
        'the cluster does not see what the backup server writes, so pjrm is off: with pjrm=on, GDS would not copy it in a restore',
      ],
    });
    expect(part().leftOut).toBeUndefined();
    const parted: Partial<RestoreOrder> = { begins: 'parted', partedBy: 'run-0' };
    expect(part(parted).leftOut).toBe('Volume2 is parted already, with pjrm=off, by run run-0');
    expect(stepOf(restoring({}, parted), 'open-proxy')).toMatchObject({
      phase: 'part',
      why: 'the fingerprint is taken on the cluster, and a stopped volume cannot be read',
    });
  });

  it('say what a wrong shadow would destroy', () => {
    const { endangers } = stepOf(restoring(), 'verify');
    expect(endangers).toBe('writing through a wrong shadow destroys other data of the cluster');
    expect(stepOf(restoring(), '5').endangers).not.toBe(endangers);
  });

  it('name the tapes in their order, where there are several', () => {
    const of = (...files: readonly (readonly [name: string, file: number])[]) => {
      const tapes = files.map(([name, file], index) => ({ number: index + 1, name, file }));
      const volumes = [{ proxy: 'Volume2', bytes: 1, sha256: '', tapes }];
      const assignment = restoring({ media: { layout: 'labelled', span: true } }, { volumes });
      const { title, notes: told = [] } = stepOf(assignment, 'read-tape');
      return [title, ...told];
    };
    expect(of(['NIGHTLY-1', 1], ['NIGHTLY-2', 1])).toEqual([
      'Read the 2 tapes of run backup-1 and compare',
      'the tapes in order: NIGHTLY-1, NIGHTLY-2. They are read twice',
    ]);
    expect(of(['NIGHTLY-1', 1], ['NIGHTLY-1', 3])).toEqual(['Read the tape of run backup-1 and compare']);
  });
});

it('a rollback resumes the services before RejoinRestore was sent, and not after that: the master may be mixed', () => {
  const assignment = restoring({
    services: { nodes: { node1: { stop: ['stop'], resume: ['start'] } } },
  });
  const isDone = (restoreSent: boolean) => {
    const marks = { servicesStopped: ['node1'], operatorStopped: false, restoreSent };
    return stepOf(assignment, '3-4').unwinds?.isDone(worldOf(parted), marks as unknown as RunMarks);
  };
  expect([isDone(false), isDone(true)]).toEqual([false, true]);
});
