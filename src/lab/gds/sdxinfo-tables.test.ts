import type { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, mustRun, runOn, testLab } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeAll(async () => {
  ({ lab, end } = await testLab());
  client = await logIn(lab, 'node1');
});
afterAll(async () => {
  client.end();
  await end();
});

/** The rows of an answer, words parted by single blanks, without titles and dashes. */
async function rows(line: string, on = client): Promise<string[]> {
  const { status, stdout } = await runOn(on, line);
  expect(status).toBe(0);
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((row) => /^(class|disk|group|volume|slice) /.test(row))
    .map((row) => row.replace(/ +/g, ' '));
}

describe('a volume on stripes below a mirror', () => {
  test('is shown with both groups, all disks, and the lower group instead of a disk', async () => {
    expect(await rows('sdxinfo -D -G -S -c Class1 -o Volume8')).toEqual([
      'disk Disk11 stripe Class1 Group6a c1t1d11 68608 node1:node2 ENABLE',
      'disk Disk12 stripe Class1 Group6a c1t1d12 68608 node1:node2 ENABLE',
      'group Group6 Class1 Group6a 71680 4096 0',
      'group Group6a Class1 Disk11:Disk12 71680 * *',
      'slice Class1 Group6 Group6a Volume8 STOP',
    ]);
    expect(await rows('sdxinfo -V -c Class1 -o Volume8 -e long')).toEqual([
      'volume * mirror Class1 Group6 * * * * * * 0 65535 65536 PRIVATE',
      'volume Volume8 mirror Class1 Group6 * Volume7 Join off on rw 65536 67583 2048 STOP',
      'volume * mirror Class1 Group6 * * * * * * 67584 71679 4096 FREE',
    ]);
  });

  test('has a slice for each lower group of its mirror', async () => {
    expect(await rows('sdxinfo -S -c Class1 -o Volume7')).toEqual([
      'slice Class1 Group5 Group5a Volume7 ACTIVE',
      'slice Class1 Group5 Group5b Volume7 ACTIVE',
    ]);
    expect(await rows('sdxinfo -G -c Class1 -o Group5')).toEqual([
      'group Group5 Class1 Group5a:Group5b 71680 4096 0',
      'group Group5a Class1 Disk7:Disk8 71680 * *',
      'group Group5b Class1 Disk9:Disk10 71680 * *',
    ]);
  });

  test('is related to its disk and its lower group', async () => {
    expect(await rows('sdxinfo -D -G -S -c Class1 -o Disk9')).toEqual([
      'disk Disk9 stripe Class1 Group5b c1t1d9 68608 node1:node2 ENABLE',
      'group Group5 Class1 Group5a:Group5b 71680 4096 0',
      'group Group5b Class1 Disk9:Disk10 71680 * *',
      'slice Class1 Group5 Group5a Volume7 ACTIVE',
      'slice Class1 Group5 Group5b Volume7 ACTIVE',
    ]);
    expect(await rows('sdxinfo -D -G -c Class1 -o Group5b')).toEqual([
      'disk Disk9 stripe Class1 Group5b c1t1d9 68608 node1:node2 ENABLE',
      'disk Disk10 stripe Class1 Group5b c1t1d10 68608 node1:node2 ENABLE',
      'group Group5 Class1 Group5a:Group5b 71680 4096 0',
      'group Group5b Class1 Disk9:Disk10 71680 * *',
    ]);
  });
});

test('the long form of disks has the columns of the guide (4.5, F.1.1), FREEBLKS only for a single disk', async () => {
  const { stdout } = await runOn(client, 'sdxinfo -D -c Class1 -o Volume1 -e long');
  expect(stdout.toString('utf8').split('\n')[0]?.split(/ +/)).toEqual(
    'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS FREEBLKS DEVCONNECT STATUS E'.split(' '),
  );
  expect(await rows('sdxinfo -D -c Class1 -o Disk1 -e long')).toEqual([
    'disk Disk1 mirror Class1 Group1 c1t1d1 91648 * node1:node2 ENABLE *',
  ]);
  expect(await rows('sdxinfo -D -c Class1 -o Volume12 -e long')).toEqual([
    'disk Disk17 single Class1 * c1t1d17 69632 2048 node1:node2 ENABLE *',
  ]);
});

test('the long form of groups has the width of stripes', async () => {
  expect(await mustRun(lab, 'node1', 'sdxinfo -G -c Class1 -o Volume8 -e long')).toBe(
    [
      'OBJ    NAME    CLASS   DISKS               BLKS     FREEBLKS SPARE WIDTH',
      '------ ------- ------- ------------------- -------- -------- ----- -----',
      'group  Group6  Class1  Group6a                71680     4096     0     *',
      'group  Group6a Class1  Disk11:Disk12          71680        *     *    32',
      '',
    ].join('\n'),
  );
});

test('a volume on a concatenation is larger than either of its disks', async () => {
  expect(await rows('sdxinfo -D -G -V -c Class1 -o Volume10')).toEqual([
    'disk Disk14 concat Class1 Group8a c1t1d14 67072 node1:node2 ENABLE',
    'disk Disk15 concat Class1 Group8a c1t1d15 67072 node1:node2 ENABLE',
    'group Group8 Class1 Group8a 68608 1024 0',
    'group Group8a Class1 Disk14:Disk15 68608 * *',
    'volume * Class1 Group8 * * 0 65535 65536 PRIVATE',
    'volume Volume10 Class1 Group8 off on 65536 67583 2048 STOP',
    'volume * Class1 Group8 * * 67584 68607 1024 FREE',
  ]);
});

test('a volume on a single disk has no group; the long form names its disk', async () => {
  expect(await rows('sdxinfo -D -G -V -S -c Class1 -o Volume12')).toEqual([
    'disk Disk17 single Class1 * c1t1d17 69632 node1:node2 ENABLE',
    'volume * Class1 * * * 0 65535 65536 PRIVATE',
    'volume Volume12 Class1 * off on 65536 67583 2048 STOP',
    'volume * Class1 * * * 67584 69631 2048 FREE',
    'slice Class1 * Disk17 Volume12 STOP',
  ]);
  expect(await rows('sdxinfo -V -c Class1 -o Disk17 -e long')).toEqual([
    'volume * single Class1 * Disk17 * * * * * 0 65535 65536 PRIVATE',
    'volume Volume12 single Class1 * Disk17 Volume11 Join off on rw 65536 67583 2048 STOP',
    'volume * single Class1 * Disk17 * * * * * 67584 69631 2048 FREE',
  ]);
});

describe('two volumes in a group', () => {
  test('follow each other; a group shows both, a volume itself', async () => {
    expect(await rows('sdxinfo -V -S -c Class1 -o Group3')).toEqual([
      'volume * Class1 Group3 * * 0 65535 65536 PRIVATE',
      'volume Volume3 Class1 Group3 off on 65536 67583 2048 ACTIVE',
      'volume Volume5 Class1 Group3 off on 67584 69631 2048 ACTIVE',
      'slice Class1 Group3 Disk4 Volume3 ACTIVE',
      'slice Class1 Group3 Disk5 Volume3 ACTIVE',
      'slice Class1 Group3 Disk4 Volume5 ACTIVE',
      'slice Class1 Group3 Disk5 Volume5 ACTIVE',
    ]);
    expect(await rows('sdxinfo -V -c Class1 -o Volume6')).toEqual([
      'volume * Class1 Group4 * * 0 65535 65536 PRIVATE',
      'volume Volume6 Class1 Group4 off on 67584 69631 2048 STOP',
    ]);
  });

  test('leave a free extent if the first is removed', async () => {
    const backup = await logIn(lab, 'node3');
    for (const line of [
      'sdxshadowdisk -M -c Class2 -d c1t1d6=Disk6,c1t1d3=Disk3',
      'sdxshadowdisk -C -c Class2 -g Group4 -d Disk6',
      'sdxshadowvolume -M -c Class2 -g Group4 -v Volume4 -s 2048',
      'sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s 1024',
      'sdxshadowvolume -F -c Class2 -v Volume4',
      'sdxshadowvolume -R -c Class2 -v Volume4',
    ])
      expect((await runOn(backup, line)).status).toBe(0);
    const seen = await rows('sdxinfo -D -G -V -c Class2', backup);
    backup.end();
    expect(seen).toEqual([
      'disk Disk6 mirror Class2 Group4 c1t1d6 69632 node3 ENABLE',
      'disk Disk3 undef Class2 * c1t1d3 91648 node3 ENABLE',
      'group Group4 Class2 Disk6 69632 3072 0',
      'volume * Class2 Group4 * * 0 65535 65536 PRIVATE',
      'volume * Class2 Group4 * * 65536 67583 2048 FREE',
      'volume Volume6 Class2 Group4 off off 67584 68607 1024 ACTIVE',
      'volume * Class2 Group4 * * 68608 69631 1024 FREE',
    ]);
  });
});

test('a missing object is refused', async () => {
  expect((await runOn(client, 'sdxinfo -V -c Class1 -o Volume99')).stderr).toBe(
    'SDX:sdxinfo: ERROR: Volume99: no such object\n',
  );
});
