import type { Client } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refuseGrowth } from './gds-shadow-groups.ts';
import type { Lab } from '../lab.ts';
import type { GdsGroup } from './lab-model.ts';

import { logIn, runOn, testLab } from '../lab.test-support.ts';
import { primaryClass } from './lab-volumes.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeAll(async () => ({ lab, end } = await testLab()));
afterAll(() => end());
beforeEach(async () => void (client = await logIn(lab, 'node3')));
afterEach(async () => {
  client.end();
  // a reboot forgets every shadow object (GDS guide 4.5, 2.2.2)
  await lab.rebootNode('node3');
});

/** Runs lines that must succeed; the output of the last one, without `SDX:command: INFO: `. */
async function done(...lines: string[]): Promise<string[]> {
  let said = '';
  for (const line of lines) {
    const { status, stdout, stderr } = await runOn(client, line);
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
    said = stdout.toString('utf8');
  }
  return said
    .split('\n')
    .filter((line) => line.startsWith('SDX:'))
    .map((line) => line.replace(/^SDX:\w+: INFO: /, ''));
}

async function refused(line: string): Promise<string> {
  const { status, stdout, stderr } = await runOn(client, line);
  expect({ line, status, stdout: stdout.toString('utf8') }).toEqual({ line, status: 1, stdout: '' });
  return stderr.replace(/^SDX:\w+: ERROR: /, '').trimEnd();
}

const disks = 'sdxshadowdisk -M -c Class2 -d c1t1d11=Disk11,c1t1d12=Disk12,c1t1d14=Disk14,c1t1d15=Disk15';
const stripe = 'sdxshadowdisk -C -c Class2 -g Group6a -d Disk11,Disk12 -a type=stripe,width=32';
const concat = 'sdxshadowdisk -C -c Class2 -g Group8a -d Disk14,Disk15 -a type=concat';
const nested = 'sdxshadowgroup -C -c Class2 -h Group6 -l Group6a';
const volume = 'sdxshadowvolume -M -c Class2 -g Group6 -v Volume8 -s 2048';

describe('a nested group', () => {
  test('is built from below, and removed from above', async () => {
    await done(disks);
    expect(await done(stripe)).toEqual([
      'Group6a: created group',
      'Disk11: connected disk to group Group6a',
      'Disk12: connected disk to group Group6a',
    ]);
    expect(await done(nested)).toEqual([
      'Group6: created group',
      'Group6a: connected group to another group Group6',
    ]);
    await done(volume);
    expect(await refused('sdxshadowgroup -R -c Class2 -g Group6')).toBe('Group6: volumes exist in group');
    expect(await refused('sdxshadowgroup -R -c Class2 -g Group6a')).toBe(
      'Group6a: group is connected to group Group6',
    );
    expect(await refused('sdxshadowdisk -R -c Class2 -d Disk12')).toBe(
      'Disk12: disk is connected to group Group6a',
    );
    await done('sdxshadowvolume -F -c Class2 -v Volume8', 'sdxshadowvolume -R -c Class2 -v Volume8');
    expect(await done('sdxshadowgroup -R -c Class2 -g Group6')).toEqual(['Group6: removed group']);
    expect(lab.world().shadow.groups).toEqual(['Group6a']);
    expect(await done('sdxshadowgroup -R -c Class2 -g Group6a')).toEqual(['Group6a: removed group']);
    const removals = ['Disk11', 'Disk12', 'Disk14', 'Disk15'].map(
      (disk) => `sdxshadowdisk -R -c Class2 -d ${disk}`,
    );
    expect(await done(...removals)).toEqual(['Class2: removed class']);
    expect(lab.world().shadow).toEqual({ disks: [], groups: [], volumes: [] });
  });

  test('takes two lower groups, and releases one while the other holds the volume', async () => {
    await done(disks, stripe, concat);
    expect(await done('sdxshadowgroup -C -c Class2 -h Group6 -l Group6a,Group8a -a type=mirror')).toEqual([
      'Group6: created group',
      'Group6a: connected group to another group Group6',
      'Group8a: connected group to another group Group6',
    ]);
    await done(volume);
    expect(await done('sdxshadowgroup -D -c Class2 -h Group6 -l Group8a')).toEqual([
      'Group8a: disconnected group from another group Group6',
    ]);
    expect(await refused('sdxshadowgroup -D -c Class2 -h Group6 -l Group8a')).toBe(
      'Group8a: group is not connected to group Group6',
    );
    expect(await refused('sdxshadowgroup -D -c Class2 -h Group6 -l Group6a')).toBe(
      'Group6: volumes exist in group',
    );
    await done('sdxshadowvolume -F -c Class2 -v Volume8', 'sdxshadowvolume -R -c Class2 -v Volume8');
    expect(await done('sdxshadowgroup -D -c Class2 -h Group6 -l Group6a')).toEqual([
      'Group6a: disconnected group from another group Group6',
      'Group6: removed group',
    ]);
    expect(lab.world().shadow.groups).toEqual(['Group6a', 'Group8a']);
  });

  test('can be a stripe of concatenations', async () => {
    await done(disks, concat, 'sdxshadowgroup -C -c Class2 -h Group9 -l Group8a -a type=stripe,width=16');
    expect((await runOn(client, 'sdxinfo -G -c Class2 -e long')).stdout.toString('utf8')).toMatch(
      /^group {2}Group9 {2}Class2 {2}Group8a {16}68608 {5}3072 {5}0 {4}16$/m,
    );
  });
});

describe('groups are refused', () => {
  test('a mirror, or one of its own type, below another', async () => {
    await done(disks, stripe, concat, 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3,c1t1d6=Disk6');
    await done('sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
    expect(await refused('sdxshadowgroup -C -c Class2 -h Group6 -l Group2')).toBe(
      'Group2: a mirror group cannot be connected to a group',
    );
    expect(await refused('sdxshadowgroup -C -c Class2 -h Group6 -l Group6a -a type=stripe')).toBe(
      'Group6a: a group of type stripe cannot be connected to one of its own type',
    );
    expect(await refused('sdxshadowgroup -C -c Class2 -h Group8a -l Group6a')).toBe(
      'Group8a: groups cannot be connected to a concatenation group',
    );
    expect(lab.world().shadow.groups).toEqual(['Group6a', 'Group8a', 'Group2']);
  });

  test('with volumes, or below two groups', async () => {
    await done(disks, stripe, 'sdxshadowvolume -M -c Class2 -g Group6a -v Volume8 -s 1024');
    expect(await refused(nested)).toBe('Group6a: volumes exist in group');
    await done('sdxshadowvolume -F -c Class2 -v Volume8', 'sdxshadowvolume -R -c Class2 -v Volume8', nested);
    expect(await refused('sdxshadowgroup -C -c Class2 -h Group7 -l Group6a')).toBe(
      'Group6a: group is connected to group Group6',
    );
    expect(await refused('sdxshadowvolume -M -c Class2 -g Group6a -v Volume8 -s 1024')).toBe(
      'Group6a: group is connected to group Group6',
    );
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group6a -d Disk14')).toBe(
      'Group6a: group is connected to group Group6',
    );
  });

  test.each([
    ['-a type=switch', 'type=switch: illegal attribute'],
    ['-a type=stripe,width=0', 'width=0: illegal attribute'],
    ['-a width=32', 'Group6a: only a stripe group has a stripe width'],
    ['-a type=concat,width=32', 'Group6a: only a stripe group has a stripe width'],
  ])('made with %s', async (attributes, reason) => {
    await done(disks);
    expect(await refused(`sdxshadowdisk -C -c Class2 -g Group6a -d Disk11,Disk12 ${attributes}`)).toBe(
      reason,
    );
    expect(lab.world().shadow.groups).toEqual([]);
  });

  test('with attributes other than theirs, under a name that is taken, with a disk named twice', async () => {
    await done(disks, stripe);
    const connect = (group: string, names: string, attributes = ''): Promise<string> =>
      refused(`sdxshadowdisk -C -c Class2 -g ${group} -d ${names} ${attributes}`);
    expect(await connect('Group6a', 'Disk14', '-a type=concat')).toBe('Group6a: group is of type stripe');
    expect(await connect('Group6a', 'Disk14', '-a width=16')).toBe('Group6a: stripe width of group is 32');
    expect(await connect('Disk15', 'Disk14')).toBe('Disk15: object already exists in class Class2');
    expect(await connect('Group8a', 'Disk14,Disk14')).toBe('Disk14: named twice');
    expect(await connect('Group_8.a', 'Disk14')).toBe('Group_8.a: illegal object name');
  });

  test('a further column under the volumes of a stripe, a disk that is too small for those of a mirror', async () => {
    await done(disks, stripe, 'sdxshadowvolume -M -c Class2 -g Group6a -v Volume8 -s 1024');
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group6a -d Disk14')).toBe(
      'Group6a: volumes exist in group',
    );
    await done(
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
      'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 16384',
    );
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group2 -d Disk14')).toBe(
      'Disk14: smaller than the volumes of group Group2',
    );
  });

  test('with more members than a mirror can have', () => {
    const owner = primaryClass(16_384);
    const names = owner.disks.map(({ name }) => name);
    const group = (type: 'mirror' | 'stripe'): GdsGroup => ({
      name: 'Group9',
      type,
      width: null,
      members: [],
      group: null,
    });
    expect(() => refuseGrowth(owner, group('mirror'), names.slice(0, 8))).not.toThrow();
    expect(() => refuseGrowth(owner, group('mirror'), names.slice(0, 9))).toThrow(
      'Group9: not more than 8 disks or groups can be connected',
    );
    expect(() => refuseGrowth(owner, group('stripe'), names)).not.toThrow();
  });
});

describe('a single disk', () => {
  const single = 'sdxshadowdisk -M -c Class2 -d c1t1d17=Disk17:single,c1t1d3=Disk3,c1t1d6=Disk6:single';

  test('holds volumes of its own, and is removed after them', async () => {
    await done(single);
    await done('sdxshadowvolume -M -c Class2 -d Disk17 -v Volume12 -s 2048');
    expect(await refused('sdxshadowvolume -M -c Class2 -d Disk17 -v Volume13 -s 2049')).toBe(
      'Volume13: not enough free space on disk Disk17, 2048 blocks are free',
    );
    expect(await refused('sdxshadowdisk -R -c Class2 -d Disk17')).toBe('Disk17: volumes exist on disk');
    await done('sdxshadowvolume -F -c Class2', 'sdxshadowvolume -R -c Class2 -v Volume12');
    await done('sdxshadowdisk -R -c Class2 -d Disk17');
    expect(lab.world().shadow.disks).toEqual(['Disk3', 'Disk6']);
  });

  test('is the only place outside of a group', async () => {
    await done(single);
    expect(await refused('sdxshadowvolume -M -c Class2 -d Disk3 -v Volume2 -s 2048')).toBe(
      'Disk3: not a single disk',
    );
    expect(await refused('sdxshadowvolume -M -c Class2 -d Disk17 -g Group2 -v Volume2 -s 2048')).toBe(
      'only one of the options -g and -d is allowed',
    );
    expect(await refused('sdxshadowvolume -M -c Class2 -v Volume2 -s 2048')).toBe('option -g is required');
    expect(await refused('sdxshadowdisk -M -c Class2 -d c1t1d14=Disk14:spare')).toBe(
      'c1t1d14=Disk14:spare: illegal argument of option -d',
    );
  });

  test('is connected alone, to a new group, which then holds its volumes', async () => {
    const reason = 'Disk17: a single disk can be connected only alone, to a new group';
    await done(single, 'sdxshadowvolume -M -c Class2 -d Disk17 -v Volume12 -s 2048');
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group9 -d Disk17,Disk6')).toBe(reason);
    await done('sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group2 -d Disk17')).toBe(reason);
    await done('sdxshadowdisk -C -c Class2 -g Group9 -d Disk17');
    expect(await refused('sdxshadowgroup -R -c Class2 -g Group9')).toBe('Group9: volumes exist in group');
    expect(await lab.volumeDigest('Class2', 'Volume12')).toBe(await lab.volumeDigest('Class1', 'Volume12'));
  });
});

describe('several volumes', () => {
  const group = [
    'sdxshadowdisk -M -c Class2 -d c1t1d6=Disk6',
    'sdxshadowdisk -C -c Class2 -g Group4 -d Disk6',
    'sdxshadowvolume -M -c Class2 -g Group4 -v Volume4 -s 1024',
    'sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s 1024',
  ];
  const places = (): (readonly [string, number])[] =>
    lab.world().shadow.volumes.map(({ name, firstBlock }) => [name, firstBlock] as const);

  test('follow the order in which they are made; a new one takes the first gap that is large enough', async () => {
    await done(
      ...group,
      'sdxshadowvolume -F -c Class2 -v Volume4',
      'sdxshadowvolume -R -c Class2 -v Volume4',
    );
    await done('sdxshadowvolume -M -c Class2 -g Group4 -v large -s 1025');
    await done('sdxshadowvolume -M -c Class2 -g Group4 -v small -s 1000');
    expect(places()).toEqual([
      ['Volume6', 66_560],
      ['large', 67_584],
      ['small', 65_536],
    ]);
    expect(await refused('sdxshadowvolume -M -c Class2 -g Group4 -v small -s 1')).toBe(
      'small: object already exists in class Class2',
    );
    expect(await refused('sdxshadowvolume -M -c Class2 -g Group4 -v a,b -s 1')).toBe(
      'a,b: illegal object name',
    );
  });

  test('are stopped by one command, all of them or none', async () => {
    await done(
      ...group,
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3:single',
      'sdxshadowvolume -M -c Class2 -d Disk3 -v Volume2 -s 16384',
    );
    await new Promise<void>((resolve, reject) => {
      client.exec('dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768', (error, channel) => {
        if (error) return reject(error);
        // nothing reads the output: the channel is full, and the command keeps the volume open
        channel.once('readable', () => resolve());
      });
    });
    expect(await refused('sdxshadowvolume -F -c Class2 -v Volume4,Volume2')).toBe(
      'Volume2: volume is in use on node node3',
    );
    expect(lab.world().shadow.volumes[0]?.statusOn).toEqual({ node3: 'ACTIVE' });
  });

  test('are started by one command, all of them or none', async () => {
    await done(...group);
    expect(await done('sdxshadowvolume -F -c Class2 -v Volume4,Volume6')).toEqual([
      'Volume4: stopped volume on node node3',
      'Volume6: stopped volume on node node3',
    ]);
    await done('sdxshadowvolume -N -c Class2 -v Volume6');
    expect(await refused('sdxshadowvolume -N -c Class2 -v Volume4,Volume6 -e mode=rw')).toBe(
      'Volume6: volume is already started on node node3 in mode ro',
    );
    expect(lab.world().shadow.volumes[0]?.statusOn).toEqual({ node3: 'STOP' });
  });

  test('have the faults of a shadow on the one that is made first', async () => {
    for (const fault of ['shadow-first-block=16', 'shadow-blocks=512']) lab.faults.set(fault);
    try {
      await done(...group);
    } finally {
      for (const fault of ['shadow-first-block', 'shadow-blocks']) lab.faults.clear(fault);
    }
    expect(lab.world().shadow.volumes).toMatchObject([
      { name: 'Volume4', firstBlock: 65_552, blocks: 512 },
      { name: 'Volume6', firstBlock: 66_064, blocks: 1024 },
    ]);
  });

  test('the fault of a wrong disk is that of the volume that is made first', async () => {
    await done(
      'sdxshadowdisk -M -c Class2 -d c1t1d17=Disk17:single,c1t1d11=Disk11,c1t1d12=Disk12',
      'sdxshadowvolume -M -c Class2 -d Disk17 -v Volume12 -s 2048',
      stripe,
      nested,
      volume,
    );
    const isTrue = async (name: string): Promise<boolean> =>
      (await lab.volumeDigest('Class2', name)) === (await lab.volumeDigest('Class1', name));
    lab.faults.set('wrong-disk');
    const seen = [await isTrue('Volume12'), await isTrue('Volume8')];
    lab.faults.clear('wrong-disk');
    expect(seen).toEqual([false, true]);
  });
});
