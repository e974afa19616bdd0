/** The complete list of state checks before and after each step, and of its commands that change something. */
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../model/assignment.ts';
import {
  guideAssignment,
  mountOf,
  parted,
  restoreOrder as order,
  shadow,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import type { StepChecks } from '../model/step.ts';
import { stepsOf } from './steps.ts';

const seen = {
  ...worldOf(parted, shadow, { mounts: [mountOf('/mnt1')] }),
  disks: { primary: new Map<string, string>(), backup: new Map<string, string>() },
};

function checksText(name: string, checks: StepChecks | undefined): string[] {
  if (!checks) return [];
  const { looks, fresh, last, holdThroughout, judge } = checks;
  const rules = [...new Set(judge(seen).map(({ rule }) => rule))];
  const words = [
    `${name} ${looks.join('+')}`,
    ...(fresh ? [`afresh ${fresh.join('+')}`] : []),
    ...(last ? [`${last} last`] : []),
    ...(holdThroughout ? ['throughout'] : []),
  ];
  return [`${words.join(', ')}: ${rules.join(' ') || 'none'}`];
}

/** The checks of each step, with their rules, and how the step handles the shadow. */
const checked = (assignment: Assignment) =>
  stepsOf(assignment).flatMap(
    ({ id, before, after, guarded, holds = [], needsClosed = [], writesThrough }) => {
      const words = [
        ...checksText('before', before),
        ...(guarded ? [`guarded ${guarded}`] : []),
        ...(holds.length > 0 ? [`holds ${holds.join('+')}`] : []),
        ...(needsClosed.length > 0 ? [`needs closed ${needsClosed.join('+')}`] : []),
        ...(writesThrough === undefined ? [] : [`writes through ${writesThrough}`]),
        ...checksText('after', after),
      ];
      return words.map((word) => `${id} ${word}`);
    },
  );

/** The commands that change something; all others only query. */
const changing = (assignment: Assignment) =>
  stepsOf(assignment).flatMap(({ id, commands }) =>
    commands.flatMap(({ host, argv, changes, anyNode }) =>
      changes ? [`${id} ${anyNode ? 'any node' : host}: ${argv.join(' ')}`] : [],
    ),
  );

const raw = guideAssignment();
const restoring: Assignment = { ...raw, restore: order };

const joinedRules = 'proxy-joined proxy-slices-in-sync proxy-disks-enabled';
const shadowableRules = 'statuses-known shadowable-type shadowable-members shadowable-blocks-before';
const stoppedRules = 'proxy-parted proxy-stopped';
const absentRules = 'no-shadow-objects nothing-mounted';
const shadowRules =
  'disk-names disk-devices device-sizes group-type disk-order first-block size shadow-active access-mode proxy-parted proxy-stopped proxy-slices nothing-else statuses-known';
const bothAfresh = 'primaries+backup, afresh primaries+backup';
const beforeRejoin = 'before primaries+backup, afresh primaries, backup last, throughout';
const beforeReplacing = `${stoppedRules} proxy-slices master-valid other-proxies-parted ${absentRules}`;

const partChecks = [
  `3-3 before primaries: ${joinedRules}`,
  '3-3 after primaries: proxy-parted',
  'fingerprint before primaries: proxy-parted',
  '3-5 before primaries: proxy-parted',
  `3-5 after primaries: ${stoppedRules}`,
];
const beforeDump = [
  `3-1 after primaries+backup: ${joinedRules} ${shadowableRules} disk-identity ${absentRules}`,
  ...partChecks,
  `5 before primaries+backup, backup last: ${stoppedRules} disk-identity no-shadow-objects`,
  `verify before primaries+backup: ${shadowRules}`,
];
const removal = [
  '7 before backup: nothing-mounted',
  '7 needs closed Volume2',
  '7 after backup: no-shadow-objects',
];
const rejoin = [
  `8-1 ${beforeRejoin}: ${absentRules} proxy-parted`,
  '8-1 after primaries: proxy-joined proxy-copying',
  `8-2 after primaries: ${joinedRules}`,
];
const reading = (id: string) => `${id} after ${bothAfresh}: ${absentRules} proxy-parted proxy-readable`;
const started = [
  `start-proxy before primaries+backup, afresh primaries: ${absentRules} proxy-parted`,
  'start-proxy after primaries: proxy-readable',
];

const partCommands = [
  '3-3 any node: sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
  '3-5 any node: sdxvolume -F -c Class1 -v Volume2 -e allnodes',
];
const creation = [
  '5 node3: sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
  '5 node3: sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
  '5 node3: sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576',
];
const removing = [
  '7 node3: sdxshadowvolume -F -c Class2 -v Volume2',
  '7 node3: sdxshadowvolume -R -c Class2 -v Volume2',
  '7 node3: sdxshadowgroup -R -c Class2 -g Group2',
  '7 node3: sdxshadowdisk -R -c Class2 -d Disk3',
];
const rejoining = '8-1 any node: sdxproxy Rejoin -c Class1 -p Volume2';
const onNode1 = [
  'start-proxy node1: sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
  'stop-proxy node1: sdxvolume -F -c Class1 -v Volume2 -e allnodes',
];
const toTape = 'node3: dd ibs=262144 obs=32768 of=/dev/rmt/0';
const rewound = 'node3: mt -f /dev/rmt/0n rewind';

describe('a backup', () => {
  it('of a raw device', () => {
    expect(checked(raw)).toEqual([...beforeDump, '6a guarded around', ...removal, ...rejoin]);
    expect(changing(raw)).toEqual([
      ...[...partCommands, ...creation, `6a ${toTape}`, `read-back ${rewound}`, ...removing, rejoining],
    ]);
  });

  it('of a file system, which is repaired and mounted through the shadow', () => {
    const sfxfs = guideAssignment({ method: '6d' });
    const writing = (id: string) => [
      ...[`${id} guarded before`, `${id} needs closed Volume2`, `${id} writes through Volume2`],
    ];
    expect(checked(sfxfs)).toEqual([
      ...beforeDump,
      'verify holds Volume2',
      ...['6d-1 guarded before', '6d-1 needs closed Volume2', '6d-1 after backup: shadow-writable'],
      ...[...writing('6d-2'), ...writing('6d-3')],
      ...['6d-4 guarded before', '6d-4 holds Volume2', '6d-4 after backup: mounted'],
      ...['6d-5 guarded around', '6d-5 holds Volume2'],
      ...['6d-6 before backup: own-mount', '6d-6 after backup: nothing-mounted'],
      ...removal,
      ...rejoin,
    ]);
    expect(changing(sfxfs)).toEqual([
      ...partCommands,
      ...creation,
      '6d-1 node3: sdxshadowvolume -F -c Class2 -v Volume2',
      '6d-1 node3: sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
      '6d-2 node3: sfxadm /dev/sfdsk/Class2/rdsk/Volume2',
      '6d-3 node3: fsck -F sfxfs -y /dev/sfdsk/Class2/rdsk/Volume2',
      '6d-4 node3: mkdir /mnt1',
      '6d-4 node3: mount -F sfxfs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1',
      `6d-5 ${toTape}`,
      '6d-6 node3: umount /mnt1',
      '6d-6 node3: rmdir /mnt1',
      `read-back ${rewound}`,
      ...removing,
      rejoining,
    ]);
  });

  it('whose whole proxy is hashed', () => {
    const whole = guideAssignment({ verify: { fingerprint: 'all' } });
    expect(checked(whole)).toEqual([
      ...[...beforeDump, '6a guarded around', ...removal, ...started, reading('hash-proxy')],
      `stop-proxy after primaries: ${stoppedRules}`,
      ...rejoin,
    ]);
    expect(changing(whole).slice(-3)).toEqual([...onNode1, rejoining]);
  });

  it('that synchronizes first', () => {
    const first = guideAssignment({ part: { synchroniseFirst: true } });
    expect(checked(first)[0]).toBe(`synchronise ${beforeRejoin}: ${absentRules} proxy-parted`);
    expect(changing(first)[0]).toBe('synchronise any node: sdxproxy Rejoin -c Class1 -p Volume2');
  });
});

describe('a restore', () => {
  const proven = 'disks-proven';
  const view = `${shadowableRules} master-valid other-proxies-parted disk-identity ${proven} ${absentRules}`;
  const fromShadow = [
    `5 before primaries+backup, afresh disks, backup last: ${stoppedRules} disk-identity no-shadow-objects ${proven}`,
    `verify before primaries+backup, afresh disks: ${shadowRules} ${proven}`,
    'approve-overwrite guarded before',
    `activate before primaries+backup, afresh disks: ${proven}`,
    ...['activate guarded before', 'activate needs closed Volume2', 'activate after backup: shadow-writable'],
    ...['write guarded around', 'read-shadow guarded around'],
    ...removal,
  ];
  const replacing = [
    ...[...started, reading('read-proxy'), `stop-proxy after primaries: ${stoppedRules}`],
    `3-2 before ${bothAfresh}: ${beforeReplacing}`,
    `stop-master before ${bothAfresh}: ${beforeReplacing}`,
    'stop-master after primaries: master-stopped',
    `rejoin-restore before ${bothAfresh}, backup last: ${beforeReplacing} master-stopped`,
    'rejoin-restore after primaries: proxy-rejoined',
    `watch-restore after primaries, afresh primaries: ${joinedRules} master-stopped`,
    ...['close-master before primaries: none', 'close-master after primaries: master-stopped'],
    'start-master after primaries: master-active',
  ];

  it('from tape to a proxy that is joined', () => {
    expect(checked(restoring)).toEqual([
      ...[`view after primaries+backup: ${joinedRules} ${view}`, ...partChecks, ...fromShadow, ...replacing],
    ]);
    expect(changing(restoring)).toEqual([
      `read-tape ${rewound}`,
      ...[...partCommands, ...creation],
      'activate node3: sdxshadowvolume -F -c Class2 -v Volume2',
      'activate node3: sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
      `write ${rewound}`,
      'write node3: dd ibs=262144 obs=32768 of=/dev/sfdsk/Class2/rdsk/Volume2',
      ...[...removing, ...onNode1],
      'stop-master any node: sdxvolume -F -c Class1 -v Volume1 -e allnodes',
      'rejoin-restore any node: sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
      'open-master node1: sdxvolume -N -c Class1 -v Volume1 -e mode=ro',
      'close-master node1: sdxvolume -F -c Class1 -v Volume1 -e allnodes',
      'start-master node1: sdxvolume -N -c Class1 -v Volume1 -e node=node1',
    ]);
  });

  it('from tape to a proxy that is parted already, which is opened for its fingerprint', () => {
    const fromParted: Assignment = { ...raw, restore: { ...order, begins: 'parted' } };
    expect(checked(fromParted)).toEqual([
      `view after primaries+backup: ${stoppedRules} proxy-slices ${view}`,
      ...partChecks.slice(0, 2),
      `open-proxy before primaries+backup, afresh primaries: ${stoppedRules} no-shadow-objects`,
      'open-proxy after primaries: proxy-readable',
      ...[...partChecks.slice(2), ...fromShadow, ...replacing],
    ]);
    expect(changing(fromParted)[2]).toBe('open-proxy node1: sdxvolume -N -c Class1 -v Volume2 -e mode=ro');
  });

  it('from the parted proxy, which is not written to', () => {
    const fromProxy: Assignment = { ...raw, restore: { ...order, from: 'proxy', begins: 'parted' } };
    const withoutDisks = view.replace(` ${proven}`, '');
    expect(checked(fromProxy)).toEqual([
      ...[`view after primaries+backup: ${stoppedRules} proxy-slices ${withoutDisks}`, ...replacing],
    ]);
    expect(changing(fromProxy)).toEqual(
      changing(restoring).slice(changing(restoring).indexOf(onNode1[0] ?? '')),
    );
  });
});
