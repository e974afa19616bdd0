import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { makeShadow, mustRun, partProxy, run, testLab } from '../lab.test-support.ts';
import type { Ran } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;

const node3 = (line: string): Promise<Ran> => run(lab, 'node3', line);
const raw = '/dev/sfdsk/Class2/rdsk/Volume2';
const block = '/dev/sfdsk/Class2/dsk/Volume2';

beforeEach(async () => ({ lab, end } = await testLab()));
afterEach(() => end());

async function writableShadow(): Promise<void> {
  await makeShadow(lab);
  await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
  await mustRun(lab, 'node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw');
  await mustRun(lab, 'node3', 'mkdir /mnt1');
}

describe('a proxy that was parted while it was mounted', () => {
  beforeEach(async () => {
    await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
    await writableShadow();
  });

  test('cannot be mounted before fsck has repaired it; without a terminal fsck does so with -y only', async () => {
    expect(await node3(`mount -F ufs -o ro ${block} /mnt1`)).toMatchObject({
      status: 32,
      stderr: `mount: the state of ${block} is not okay; run fsck and try again\n`,
    });
    const asked = await node3(`fsck -F ufs ${raw}`);
    expect(asked.status).toBe(36);
    expect(asked.stdout.toString('utf8')).toContain('FILE SYSTEM STATE IN SUPERBLOCK IS WRONG; FIX?  no\n');
    const before = await lab.volumeDigest('Class1', 'Volume2');
    const repaired = await node3(`fsck -F ufs -y ${raw}`);
    expect(repaired.status).toBe(0);
    expect(repaired.stdout.toString('utf8')).toMatch(/\*\*\*\*\* FILE SYSTEM WAS MODIFIED \*\*\*\*\*\n$/);
    expect(await lab.volumeDigest('Class1', 'Volume2')).not.toBe(before);
    await mustRun(lab, 'node3', `mount -F ufs -o ro ${block} /mnt1`);
  });
});

describe('a proxy that was parted after umount', () => {
  beforeEach(async () => {
    await partProxy(lab);
    await writableShadow();
  });

  test('is clean, mounts, and is listed in mnttab', async () => {
    expect((await node3(`fsck -F ufs ${raw}`)).status).toBe(0);
    await mustRun(lab, 'node3', `mount -F ufs -o ro ${block} /mnt1`);
    expect(await mustRun(lab, 'node3', 'cat /etc/mnttab')).toMatch(
      /^\/dev\/dsk\/c0t0d0s0\t\/\tufs\t\S+\t\d+\n\/dev\/sfdsk\/Class2\/dsk\/Volume2\t\/mnt1\tufs\tro\t\d+\n$/,
    );
    expect(await mustRun(lab, 'node3', 'ls /mnt1')).toBe(
      'bin\ndocuments\nemployees\netc\nledger\npayslips\nrun\nspool\n',
    );
    expect(await mustRun(lab, 'node3', 'cat /mnt1/etc/payroll.conf')).toContain('currency=EUR\n');
    expect(await node3('mkdir /mnt1/x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Read-only file system') as string,
    });
    expect(await node3(`fsck -F ufs ${raw}`)).toMatchObject({
      status: 33,
      stderr: `fsck: ${raw} IS CURRENTLY MOUNTED\n`,
    });
    expect(await node3('rmdir /mnt1')).toMatchObject({
      status: 2,
      stderr: 'rmdir: directory "/mnt1": Device busy\n',
    });
    expect(await node3('cd /mnt1 && umount /mnt1')).toMatchObject({
      status: 1,
      stderr: 'umount: /mnt1 busy\n',
    });
    await mustRun(lab, 'node3', 'umount /mnt1');
    await mustRun(lab, 'node3', 'rmdir /mnt1');
  });

  test.each([
    [`mount -F ufs -o ro ${block} /mnt9`, 32, 'mount: /mnt9: No such file or directory\n'],
    [`mount -F ufs -o ro ${raw} /mnt1`, 32, `mount: ${raw} not a block device\n`],
    [`mount -F vxfs -o ro ${block} /mnt1`, 1, 'mount: /usr/lib/fs/vxfs/mount not found\n'],
    [`mount -F sfxfs -o ro ${block} /mnt1`, 32, `mount: ${block} is not this fstype\n`],
    ['umount /mnt1', 1, 'umount: warning: /mnt1 not in mnttab\numount: /mnt1 not mounted\n'],
  ])('%s fails', async (line, status, stderr) => {
    expect(await node3(line)).toMatchObject({ status, stderr });
  });
});

test('/app: the service’s node unmounts and mounts it by vfstab', async () => {
  expect(lab.world().services).toEqual({ node1: 'running', node2: 'stopped', node3: 'stopped' });
  expect(await run(lab, 'node2', 'mount /app')).toMatchObject({ status: 32 });
  await mustRun(lab, 'node1', 'umount /app');
  expect(lab.world().services.node1).toBe('stopped');
  await mustRun(lab, 'node1', 'mount /app');
  expect(await mustRun(lab, 'node1', 'mount')).toMatch(
    /^\/app on \/dev\/sfdsk\/Class1\/dsk\/Volume1 read\/write/m,
  );
});

test('a file system whose blocks were overwritten is unmounted, and cannot be mounted again', async () => {
  await lab.writeMaster(0, Buffer.alloc(65_536, 0x5a));
  await mustRun(lab, 'node1', 'umount /app');
  expect((await run(lab, 'node1', 'mount /app')).status).not.toBe(0);
});
