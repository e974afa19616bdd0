import type { Client } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, runOn, testLab } from '../lab.test-support.ts';

/** Blocks of the smaller volumes in tests. */
const blocks = 2048;

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeAll(async () => {
  ({ lab, end } = await testLab());
  client = await logIn(lab, 'node3');
});
afterAll(async () => {
  client.end();
  await end();
});
afterEach(() => lab.rebootNode('node3').then(async () => void (client = await logIn(lab, 'node3'))));

async function build(...lines: string[]): Promise<void> {
  for (const line of lines) {
    const { status, stderr } = await runOn(client, line);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }
}

/** Whether a shadow volume shows the bytes of the proxy volume of the same name. */
async function isTrue(volume: string): Promise<boolean> {
  return (await lab.volumeDigest('Class2', volume)) === (await lab.volumeDigest('Class1', volume));
}

describe('a shadow of a volume on a stripe below a mirror', () => {
  const built = async (disks: string, attributes: string): Promise<boolean> => {
    await build(
      'sdxshadowdisk -M -c Class2 -d c1t1d11=Disk11,c1t1d12=Disk12',
      `sdxshadowdisk -C -c Class2 -g Group6a -d ${disks} -a ${attributes}`,
      'sdxshadowgroup -C -c Class2 -h Group6 -l Group6a',
      `sdxshadowvolume -M -c Class2 -g Group6 -v Volume8 -s ${blocks}`,
    );
    return isTrue('Volume8');
  };

  test('shows the proxy’s bytes if width, order and type are the proxy’s', async () => {
    expect(await built('Disk11,Disk12', 'type=stripe,width=32')).toBe(true);
    const read = await runOn(client, 'dd if=/dev/sfdsk/Class2/rdsk/Volume8 bs=32768');
    expect(read.stderr).toBe('32+0 records in\n32+0 records out\n');
    const pieces: Buffer[] = [];
    for await (const piece of lab.readVolume('Class1', 'Volume7')) pieces.push(piece as Buffer);
    expect(read.stdout.equals(Buffer.concat(pieces))).toBe(true);
  });

  test.each([
    ['another width', 'Disk11,Disk12', 'type=stripe,width=16'],
    ['another order', 'Disk12,Disk11', 'type=stripe,width=32'],
    ['another type', 'Disk11,Disk12', 'type=concat'],
  ])('shows other bytes with %s', async (_what, disks, attributes) => {
    expect(await built(disks, attributes)).toBe(false);
  });
});

describe('a shadow of a volume on a concatenation below a mirror', () => {
  test.each([
    ['Disk14,Disk15', true],
    ['Disk15,Disk14', false],
  ])('in the order %s: %s', async (disks, isSame) => {
    await build(
      'sdxshadowdisk -M -c Class2 -d c1t1d14=Disk14,c1t1d15=Disk15',
      `sdxshadowdisk -C -c Class2 -g Group8a -d ${disks} -a type=concat`,
      'sdxshadowgroup -C -c Class2 -h Group8 -l Group8a',
      `sdxshadowvolume -M -c Class2 -g Group8 -v Volume10 -s ${blocks}`,
    );
    expect(await isTrue('Volume10')).toBe(isSame);
  });
});

test('a shadow on a single disk shows the proxy’s bytes', async () => {
  await build(
    'sdxshadowdisk -M -c Class2 -d c1t1d17=Disk17:single',
    `sdxshadowvolume -M -c Class2 -d Disk17 -v Volume12 -s ${blocks}`,
  );
  expect(await isTrue('Volume12')).toBe(true);
});

describe('a shadow of the second volume of a group', () => {
  const group = [
    'sdxshadowdisk -M -c Class2 -d c1t1d6=Disk6',
    'sdxshadowdisk -C -c Class2 -g Group4 -d Disk6',
  ];

  test('shows the proxy’s bytes after a stand-in for the first', async () => {
    await build(
      ...group,
      `sdxshadowvolume -M -c Class2 -g Group4 -v Volume4 -s ${blocks}`,
      `sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s ${blocks}`,
    );
    expect([await isTrue('Volume4'), await isTrue('Volume6')]).toEqual([true, true]);
    await build(
      'sdxshadowvolume -F -c Class2 -v Volume6',
      'sdxshadowvolume -N -c Class2 -v Volume6 -e mode=rw',
    );
    const listed = await runOn(
      client,
      'mkdir /mnt1 && fsck -F ufs -y /dev/sfdsk/Class2/rdsk/Volume6 && mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume6 /mnt1 && ls /mnt1',
    );
    expect(listed.stdout.toString('utf8')).toContain('payslips\n');
    await build('umount /mnt1', 'rmdir /mnt1');
  });

  test('shows other bytes without one', async () => {
    await build(...group, `sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s ${blocks}`);
    expect(await isTrue('Volume6')).toBe(false);
  });
});

test('what is written through a wrong stripe hits the proxy elsewhere', async () => {
  const before = await lab.volumeDigest('Class1', 'Volume8');
  await build(
    'sdxshadowdisk -M -c Class2 -d c1t1d11=Disk11,c1t1d12=Disk12',
    'sdxshadowdisk -C -c Class2 -g Group6a -d Disk12,Disk11 -a type=stripe,width=32',
    'sdxshadowgroup -C -c Class2 -h Group6 -l Group6a',
    `sdxshadowvolume -M -c Class2 -g Group6 -v Volume8 -s ${blocks}`,
    'sdxshadowvolume -F -c Class2 -v Volume8',
    'sdxshadowvolume -N -c Class2 -v Volume8 -e mode=rw',
  );
  const written = await runOn(client, 'dd of=/dev/sfdsk/Class2/rdsk/Volume8 bs=16384', Buffer.alloc(16_384));
  expect(written.status).toBe(0);
  expect(await lab.volumeDigest('Class1', 'Volume8')).not.toBe(before);
  const pieces: Buffer[] = [];
  for await (const piece of lab.readVolume('Class1', 'Volume8')) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  expect(bytes.subarray(0, 16_384).every((byte) => byte === 0)).toBe(false);
  expect(bytes.subarray(16_384, 32_768).every((byte) => byte === 0)).toBe(true);
});
