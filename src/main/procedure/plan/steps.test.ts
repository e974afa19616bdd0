/** All steps of a run in their order: the phase of each, how it is performed, which commands only look, and what is left out. */
import { describe, expect, it } from 'vitest';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment, restoreOrder } from '../model/guide-cluster.test-support.ts';
import type { Step } from '../model/step.ts';
import { severalJoined } from '../recover/resume-story.test-support.ts';
import { stepsOf } from './steps.ts';

const changer = '/dev/scsi/changer/c1t0d0';
const library = { barcodes: {}, cleaning: [], unload: 'after-run', named: [] } as const;
const withLibrary = (assignment: Assignment): Assignment => ({
  ...assignment,
  tapeChange: { ...assignment.tapeChange, changer, library },
});
const pairs = {
  volumes: [
    { master: 'Volume3', proxy: 'Volume4' },
    { master: 'Volume5', proxy: 'Volume6' },
  ],
  shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
};
const several = (job: object) => guideAssignment({ ...pairs, ...job }, severalJoined);
/** A run that has every step that a backup of raw devices can have. */
const everything = withLibrary(
  several({
    route: 'server',
    verify: { fingerprint: 'all' },
    media: { layout: 'labelled', name: 'NIGHTLY' },
    part: { synchroniseFirst: true },
    resynchronisation: { atOnce: 1 },
    services: { stop: ['umount /app'], resume: ['mount /app'] },
    fileSystem: 'gfs-shared',
  }),
);
const order: RestoreOrder = { ...restoreOrder, activeOn: ['node2'] };
const sfxfs = guideAssignment({ method: '6d' });
const restoring: Assignment = { ...sfxfs, restore: order };
const fromProxy: Assignment = {
  ...guideAssignment(),
  restore: { ...order, from: 'proxy', begins: 'parted' },
};

const rows = (assignment: Assignment) =>
  stepsOf(assignment).map(({ id, phase, performance, volumes, reads }) =>
    [id, phase, performance, ...(volumes ?? []), ...(reads ? [reads] : [])].join(' '),
  );
const lineOf = ({ host, argv, anyNode }: Step['commands'][number]) =>
  `${anyNode ? 'any node' : host}: ${argv.join(' ')}`;
function stepOf(assignment: Assignment, id: string): Step {
  const step = stepsOf(assignment).find((each) => each.id === id);
  if (!step) throw new Error(`the run has no step ${id}`);
  return step;
}
const sent = (assignment: Assignment, id: string) => stepOf(assignment, id).commands.map(lineOf);

/** Commands that only look, without those that read sampled records. */
const looking = (assignment: Assignment) =>
  stepsOf(assignment).flatMap(({ id, commands }) =>
    commands.flatMap((command) =>
      command.changes || /seek=/.test(command.argv.join(' '))
        ? []
        : [`${id}${command.guide ? ' (guide)' : ''} ${lineOf(command)}`],
    ),
  );

describe('the steps of a backup', () => {
  it('are in the order of the guide, and between them those that Shadowtape adds', () => {
    expect(rows(everything)).toEqual([
      'lock prepare lock',
      'tools prepare tools-check',
      'hash-tools prepare tools-check',
      'load-tape prepare load-tape',
      'tape prepare tape-check',
      'drive prepare health-before',
      'synchronise part synchronise Volume4 Volume6',
      '3-1 part commands',
      '3-2 part stop-services',
      '3-3 part part',
      '3-4 part resume-services',
      'fingerprint part fingerprint',
      '3-5 part commands',
      '4 view commands',
      '5 shadow commands',
      'verify verify verification',
      'label dump label',
      '6a:Volume4 dump dump Volume4',
      'dump-ended:Volume4 dump dump-ended Volume4',
      '6a:Volume6 dump dump Volume6',
      'dump-ended:Volume6 dump dump-ended Volume6',
      'manifest dump manifest',
      'read-back dump read-back',
      '7 remove commands',
      'start-proxy remove commands',
      'hash-proxy remove whole-hash',
      'stop-proxy remove stop-hashed',
      '8-1:1 rejoin commands',
      '8-2:1 rejoin watch Volume4',
      '8-1:2 rejoin commands',
      '8-2:2 rejoin watch Volume6',
      'clear finish clear-work',
      'drive-after finish health-after',
      'unload-tape finish unload-tape',
      'unlock finish unlock',
    ]);
  });

  it('are no more than a plain job needs', () => {
    const plain = rows(guideAssignment()).map((row) => row.split(' ')[0]);
    expect(plain).toEqual([
      ...[
        'lock',
        'tape',
        'drive',
        '3-1',
        '3-2',
        '3-3',
        '3-4',
        'fingerprint',
        '3-5',
        '4',
        '5',
        'verify',
        '6a',
      ],
      ...['read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'],
    ]);
    const mounted = rows(sfxfs);
    expect(mounted.slice(2, 4)).toEqual([
      'drive prepare health-before',
      'mount-point prepare mount-point-check',
    ]);
    expect(mounted.filter((row) => row.startsWith('6'))).toEqual([
      '6d-1 dump commands',
      '6d-2 dump commands',
      '6d-3 dump check-file-system',
      '6d-4 dump commands',
      '6d-5 dump dump Volume2',
      '6d-6 dump commands',
    ]);
  });

  it('look at hosts, drive and changer without a change', () => {
    const tools = ['sh', 'nohup', 'mkfifo', 'ps', 'kill', 'dd', 'tee', 'cksum', 'digest'];
    const queries = [
      'node3: sg_logs --page=0x2e /dev/rmt/0n',
      'node3: sg_logs --page=0x14 /dev/rmt/0n',
      'node3: sg_logs --page=0x1b /dev/rmt/0n',
      'node3: stenc -f /dev/rmt/0n',
      'node3: mt -f /dev/rmt/0n status',
    ];
    const view = (name: string) => [
      `3-1 (guide) any node: sdxinfo -V -c Class1 -o ${name} -e long`,
      `3-1 (guide) any node: sdxinfo -S -c Class1 -o ${name}`,
    ];
    const configuration = (name: string) => [
      `4 (guide) any node: sdxinfo -c Class1 -o ${name}`,
      `4 (guide) any node: sdxinfo -c Class1 -o ${name} -e long`,
    ];
    const locks = [
      'node3: mkdir /var/tmp/shadowtape-Class1.lock',
      'node1: mkdir /var/tmp/shadowtape-Class1.lock',
      'node2: mkdir /var/tmp/shadowtape-Class1.lock',
      'node3: mkdir /var/tmp/shadowtape-dev.rmt.0.lock',
    ];
    const looks = looking(everything);
    const isOfTape = (line: string) => /^(label|manifest|read-back|6a)/.test(line);
    expect(looks.filter((line) => !isOfTape(line))).toEqual([
      ...locks.map((line) => `lock ${line}`),
      // Sampled records are kept on the way, by cat where another process reads the tape.
      ...[...tools, 'cat'].map((tool) => `tools node3: command -v ${tool}`),
      ...tools.map((tool) => `hash-tools node1: command -v ${tool}`),
      `load-tape node3: mtx -f ${changer} status`,
      'tape node3: mt -f /dev/rmt/0n status',
      'tape node3: mt -f /dev/rmt/0n rewind',
      'tape node3: dd if=/dev/rmt/0n bs=262144 count=1',
      'tape node3: mt -f /dev/rmt/0n rewind',
      `tape node3: mtx -f ${changer} status`,
      ...queries.map((line) => `drive ${line}`),
      'synchronise any node: sdxinfo -S -c Class1 -o Volume4',
      'synchronise any node: sdxinfo -S -c Class1 -o Volume6',
      ...[...view('Volume4'), ...view('Volume6'), ...configuration('Volume4'), ...configuration('Volume6')],
      'hash-proxy node1: dd if=/dev/sfdsk/Class1/rdsk/Volume4 bs=1048576',
      'hash-proxy node1: dd if=/dev/sfdsk/Class1/rdsk/Volume6 bs=1048576',
      '8-2:1 (guide) any node: sdxinfo -S -c Class1 -o Volume4',
      '8-2:2 (guide) any node: sdxinfo -S -c Class1 -o Volume6',
      ...queries.map((line) => `drive-after ${line}`),
      `unload-tape node3: mtx -f ${changer} status`,
      ...locks.toReversed().map((line) => `unlock ${line.replace('mkdir', 'rmdir')}`),
    ]);
    expect(sent(sfxfs, 'mount-point')).toEqual(['node3: ls -d /mnt1']);
  });

  it('read sampled records where the cluster and the backup server have them', () => {
    const devices = (id: string) => [
      ...new Set(sent(everything, id).map((line) => line.replace(/ iseek=\d+/, ''))),
    ];
    const record = (host: string, name: string) => `${host}: dd if=/dev/sfdsk/${name} bs=32768 count=1`;
    expect(devices('fingerprint')).toEqual([
      record('any node', 'Class1/rdsk/Volume4'),
      record('any node', 'Class1/rdsk/Volume6'),
    ]);
    expect(devices('verify')).toEqual([
      record('node3', 'Class2/rdsk/Volume4'),
      record('node3', 'Class2/rdsk/Volume6'),
    ]);
  });

  it('mark the lines of the guide in steps that change something', () => {
    const ofGuide = stepsOf(guideAssignment()).flatMap(({ id, commands }) =>
      commands.some(({ guide, changes }) => guide && changes) ? [id] : [],
    );
    expect(ofGuide).toEqual(['3-3', '3-5', '5', '7', '8-1']);
  });
});

describe('the rejoin of several volumes', () => {
  const groups = (atOnce?: number) =>
    stepsOf(several(atOnce === undefined ? {} : { resynchronisation: { atOnce } })).flatMap(
      ({ id, commands }) => (id.startsWith('8-') ? [[id, ...commands.map(({ argv }) => argv.at(-1))]] : []),
    );
  const [first] = several({}).volumes;
  const five = (atOnce: number) => {
    const assignment = several({ resynchronisation: { atOnce } });
    const volumes = [1, 2, 3, 4, 5].flatMap((n) => (first ? [{ ...first, proxy: `Proxy${n}` }] : []));
    return stepsOf({ ...assignment, volumes }).flatMap(({ id, volumes: watched }) =>
      id.startsWith('8-2') ? [[id, ...(watched ?? [])]] : [],
    );
  };

  it('is one command each, all at once where the job sets no limit', () => {
    const together = [
      ['8-1', 'Volume4', 'Volume6'],
      ['8-2', 'Volume4', 'Volume6'],
    ];
    expect(groups()).toEqual(together);
    expect(groups(2)).toEqual(together);
    expect(groups(3)).toEqual(together);
  });

  it('copies no more at once than the job allows', () => {
    expect(groups(1)).toEqual([
      ['8-1:1', 'Volume4'],
      ['8-2:1', 'Volume4'],
      ['8-1:2', 'Volume6'],
      ['8-2:2', 'Volume6'],
    ]);
    expect(five(2)).toEqual([
      ['8-2:1', 'Proxy1', 'Proxy2'],
      ['8-2:2', 'Proxy3', 'Proxy4'],
      ['8-2:3', 'Proxy5'],
    ]);
  });
});

describe('what is left out of a run', () => {
  const leftOut = (job: object) =>
    stepsOf(guideAssignment(job)).flatMap(({ id, leftOut: reason }) =>
      reason === undefined ? [] : [[id, reason]],
    );
  const notNeeded =
    'the site file says that the data on the volume is always consistent (services: not-needed)';
  const services = [
    ['3-2', notNeeded],
    ['3-4', notNeeded],
  ];

  it('is the rejoin, where the job leaves the proxy parted', () => {
    const parted =
      'the job leaves the proxy parted until the next run (rejoin: leave-parted), so that data can be restored from it';
    expect(leftOut({})).toEqual(services);
    expect(leftOut({ rejoin: 'leave-parted' })).toEqual([...services, ['8-1', parted], ['8-2', parted]]);
  });

  it('is the watching of the copy, where the job does not wait for it', () => {
    expect(leftOut({ resynchronisation: { wait: false }, services: 'ask' })).toEqual([
      ['8-2', 'the job does not wait for the copy (resynchronisation.wait: false)'],
    ]);
  });
});

describe('the steps of a restore', () => {
  const replacing = [
    'start-proxy remove commands',
    'read-proxy remove read-volume Volume2 proxy',
    'stop-proxy remove stop-hashed',
    'approve-replace rejoin approve-replace',
    '3-2 rejoin stop-services',
    'stop-master rejoin stop-master',
    'rejoin-restore rejoin rejoin-restore',
    'watch-restore rejoin watch-restore Volume1',
    'open-master rejoin commands',
    'read-master rejoin read-volume Volume2 master',
    'close-master rejoin commands',
    'start-master rejoin commands',
  ];
  const end = ['3-4 rejoin resume-services', 'unlock finish unlock'];

  it('write the tape to the proxy, and copy the proxy to the master', () => {
    const all = rows(restoring);
    expect(all.slice(all.indexOf(replacing[0] ?? ''))).toEqual([
      ...replacing,
      'rename-device rejoin commands',
      ...end,
    ]);
    expect(rows({ ...guideAssignment(), restore: order }).slice(-end.length - 1)).toEqual([
      'start-master rejoin commands',
      ...end,
    ]);
    expect(rows(fromProxy).slice(3)).toEqual([...replacing, ...end]);
  });

  it('read and watch where the copy is made', () => {
    const ofMaster = ['read-proxy', 'watch-restore', 'read-master'].map((id) => sent(restoring, id));
    expect(ofMaster).toEqual([
      ['node1: dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=32768'],
      ['any node: sdxinfo -S -c Class1 -o Volume1'],
      ['node1: dd if=/dev/sfdsk/Class1/rdsk/Volume1 bs=32768'],
    ]);
    expect(sent(restoring, 'approve-replace')).toEqual([]);
    expect(stepsOf(restoring).flatMap(({ commands }) => commands.filter(({ guide }) => guide))).toEqual([]);
  });

  it('rename the device in an sfxfs on the node that starts its master, before anything mounts it', () => {
    expect(sent(restoring, 'rename-device')).toEqual([
      'node2: sfxadm /dev/sfdsk/Class1/rdsk/Volume1',
      'node2: fsck -F sfxfs -y /dev/sfdsk/Class1/rdsk/Volume1',
    ]);
    expect(sent(restoring, 'start-master')).toEqual([
      'node1: sdxvolume -N -c Class1 -v Volume1 -e node=node2',
    ]);
    for (const id of ['start-master', 'rename-device']) expect(stepOf(restoring, id).leftOut).toBeUndefined();
    expect(stepOf(restoring, 'rename-device').commands.every(({ changes }) => changes)).toBe(true);
  });

  it('start no master that was active on no node, and say what is to be done then', () => {
    const inactive = { ...restoring, restore: { ...order, activeOn: [] } };
    expect(stepOf(inactive, 'start-master')).toMatchObject({
      leftOut: 'no node had Volume1 active',
      commands: [],
    });
    expect(stepOf(inactive, 'rename-device').leftOut).toBe(
      'no node had Volume1 active: run sfxadm and fsck on each raw device before it is mounted',
    );
  });

  it('rename nothing in other file systems', () => {
    const ufs = { ...guideAssignment({ method: '6b' }), restore: order };
    expect(rows(ufs).filter((row) => row.startsWith('rename'))).toEqual([]);
  });

  it('rename nothing where the proxy is copied as it is: its file system was made on the cluster', () => {
    const copied = { ...sfxfs, restore: { ...order, from: 'proxy', begins: 'parted' } as const };
    expect(rows(copied).filter((row) => row.startsWith('rename'))).toEqual([]);
  });
});

describe('the words of each step', () => {
  it.each<[string, Assignment]>([
    ['a backup with every step', everything],
    ['a backup of an sfxfs', sfxfs],
    ['a restore from tape', restoring],
    ['a restore from the proxy', fromProxy],
    ['a restore of several volumes', { ...several({}), restore: order }],
  ])('are complete: %s', (_what, assignment) => {
    for (const { id, title, why, source, endangers, leftOut, notes = [] } of stepsOf(assignment)) {
      const texts = [title, why, source, ...notes];
      for (const optional of [endangers, leftOut]) if (optional !== undefined) texts.push(optional);
      for (const text of texts) {
        expect(text, id).not.toBe('');
        expect(text, id).not.toMatch(/[{}]|undefined/);
      }
    }
  });

  it('name the volumes that the step is about', () => {
    const titles = (assignment: Assignment, ...ids: string[]) =>
      ids.map((id) => stepOf(assignment, id).title);
    expect(titles(everything, '5', 'verify', '7', '8-1:2', '8-2:1', 'start-proxy')).toEqual([
      'Create the shadow volumes Volume4 and Volume6',
      'Verify the shadows',
      'Remove the shadow volumes Volume4 and Volume6',
      'Rejoin Volume6 to Volume5',
      'Watch the copy from Volume3 to Volume4',
      'Start Volume4 and Volume6 on node1 for reading',
    ]);
    expect(titles(restoring, 'approve-replace', 'rejoin-restore', 'watch-restore')).toEqual([
      'Approve: replace Volume1',
      'Rejoin Volume2 and rebuild Volume1',
      'Watch the copy from Volume2 to Volume1',
    ]);
  });
});
