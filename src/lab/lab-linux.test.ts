import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { labSite } from './lab-site.ts';
import { mustRun, run, temporaryFolder, testLab } from './lab.test-support.ts';
import type { Ran } from './lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
const node3 = (line: string): Promise<Ran> => run(lab, 'node3', line);
const raw = '/dev/sfdsk/Class2/rdsk/Volume2';
const block = '/dev/sfdsk/Class2/dsk/Volume2';

beforeAll(async () => {
  ({ lab, end } = await testLab({ platform: 'linux', blocks: 4096 }));
  await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
  await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
  await mustRun(lab, 'node3', 'sdxshadowdisk -M -c Class2 -d sdd=Disk3');
  await mustRun(lab, 'node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
  await mustRun(lab, 'node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096');
  await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
  await mustRun(lab, 'node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw');
  await mustRun(lab, 'node3', 'mkdir /mnt1');
});
afterAll(() => end());

describe('a host that runs Linux', () => {
  test('has the files and the commands of Linux, and none of Solaris', async () => {
    expect(await mustRun(lab, 'node1', 'cat /proc/mounts')).toContain(
      '/dev/sfdsk/Class1/dsk/Volume1 /app ext3 rw 0 0\n',
    );
    expect(await mustRun(lab, 'node1', 'cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}\n$/);
    expect(await mustRun(lab, 'node1', 'who -b')).toBe('         system boot  2005-01-01 00:00\n');
    expect(await mustRun(lab, 'node3', 'lsblk -dnP -o NAME,WWN,SERIAL')).toContain(
      'NAME="sdd" WWN="" SERIAL="0000000003"\n',
    );
    expect((await mustRun(lab, 'node3', 'ls /dev')).split('\n')).toEqual(
      expect.arrayContaining(['nst0', 'sda', 'sdd', 'st0']),
    );
    for (const name of ['ufsdump', 'sfxdump', 'sfxadm', 'iostat', 'kstat', 'digest', 'fsck', '/etc/rmt'])
      expect((await node3(`command -v ${name}`)).status, name).toBe(1);
    for (const path of ['/etc/mnttab', '/etc/vfstab', '/dev/rmt/0', '/dev/rdsk'])
      expect((await node3(`ls -d ${path}`)).status, path).not.toBe(0);
    expect(() => lab.faults.set('fail=node3:ufsdump')).toThrow('no host runs a program "ufsdump"');
    expect(() => lab.faults.set('linux-tape')).toThrow('the hosts of this lab run Linux');
  });

  test('repairs an ext3 with fsck.ext3, which ends with 1 then, and mounts it', async () => {
    expect((await node3(`mount -t ext3 -o ro ${block} /mnt1`)).status).toBe(32);
    expect(await node3(`fsck.ext3 ${block}`)).toMatchObject({
      status: 8,
      stderr: 'e2fsck 1.47.0 (5-Feb-2023)\ne2fsck: need terminal for interactive repairs\n',
    });
    expect((await node3(`fsck.ext3 -y ${block}`)).status).toBe(1);
    expect((await node3(`fsck.ext3 -p ${block}`)).status).toBe(0);
    await mustRun(lab, 'node3', `mount -t ext3 -o ro ${block} /mnt1`);
    expect(await mustRun(lab, 'node3', 'cat /proc/mounts')).toContain(`${block} /mnt1 ext3 ro 0 0\n`);
    const listing = await mustRun(lab, 'node3', 'cd /mnt1 && tar cvf /dev/st0 .');
    expect(listing.split('\n')[1]).toBe('./bin/');
    expect((await node3('cd /mnt1 && umount /mnt1')).status).toBe(32);
    await mustRun(lab, 'node3', 'umount /mnt1');
  });

  test('dumps it with dump(8), whose messages are distinguished from those of ufsdump', async () => {
    const dumped = await node3(`dump 0uf /dev/nst0 ${block}`);
    expect(dumped.status).toBe(0);
    expect(dumped.stderr).toContain('  DUMP: mapping (Pass I) [regular files]\n');
    expect(dumped.stderr).toMatch(/ {2}DUMP: estimated \d+ blocks\.\n/);
    expect(dumped.stderr).toContain('  DUMP: DUMP IS DONE\n');
    await mustRun(lab, 'node3', 'mt -f /dev/nst0 rewind');
    expect(await mustRun(lab, 'node3', 'restore tf /dev/st0')).toContain('./bin/payroll\n');
  });

  test('counts in the words of GNU dd', async () => {
    expect(await node3(`dd if=${raw} of=/dev/null bs=32768 count=2 iseek=1`)).toMatchObject({
      status: 1,
      stderr: "dd: unrecognized operand 'iseek=1'\n",
    });
    expect((await node3(`dd if=${raw} of=/dev/null bs=32768 count=2`)).stderr).toMatch(
      /^2\+0 records in\n2\+0 records out\n65536 bytes copied, /,
    );
    expect(await node3('dd if=/dev/rmt/0 of=/dev/null bs=32768')).toMatchObject({
      status: 1,
      stderr: "dd: failed to open '/dev/rmt/0': No such file or directory\n",
    });
    expect(await mustRun(lab, 'node3', 'mt -f /dev/nst0 status')).toMatch(/^SCSI 2 tape drive:\n/);
  });

  test('keeps its platform when the lab is opened again', async () => {
    const folder = await temporaryFolder();
    const first = await openLab({ folder, blocks: 4096, platform: 'linux' });
    await first.close();
    await expect(openLab({ folder, platform: 'solaris' })).rejects.toMatchObject({
      code: 'LAB_PLATFORM_OTHER',
      message: `the lab in ${folder} runs linux, not solaris`,
    });
    const again = await openLab({ folder });
    expect(again.platform).toBe('linux');
    await again.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is the platform in the site file of the lab', () => {
    const site = labSite(lab) as { platform: string; tape: object; jobs: Record<string, object> };
    expect(site).toMatchObject({ platform: 'linux', tape: { device: '/dev/st0' } });
    expect(site.jobs['ext3-tar']).toMatchObject({ method: '6b', shadow: { disks: { Disk3: 'sdd' } } });
    expect(Object.keys(site.jobs)).not.toContain('sfxdump');
  });
});
