import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab } from './lab.ts';
import { makeShadow, mustRun, partProxy, removeShadow, run, testLab } from './lab.test-support.ts';

const execute = promisify(execFile);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let lab: Lab;
let end: () => Promise<void>;

beforeEach(async () => ({ lab, end } = await testLab()));
afterEach(() => end());

test('the guide’s whole procedure with dd: the tape holds the master as it was at the part', async () => {
  await mustRun(lab, 'node1', 'umount /app');
  const atPart = await lab.volumeDigest('Class1', 'Volume1');
  await mustRun(lab, 'node1', 'mount /app');
  await partProxy(lab);
  await lab.writeMaster(4096, Buffer.from('the application goes on'));
  await makeShadow(lab);

  const dd = await run(lab, 'node3', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=32768');
  expect(dd).toEqual({ status: 0, stdout: Buffer.alloc(0), stderr: '256+0 records in\n256+0 records out\n' });
  const readBack = await run(lab, 'node3', 'dd if=/dev/rmt/0 bs=32768');
  expect(readBack.stderr).toBe('256+0 records in\n256+0 records out\n');
  expect(sha256(readBack.stdout)).toBe(atPart);

  await removeShadow(lab);
  expect(await mustRun(lab, 'node3', 'sdxinfo -S')).toBe(
    'OBJ    CLASS   GROUP   DISK    VOLUME  STATUS\n------ ------- ------- ------- ------- --------\n',
  );
  await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
  await lab.copyingFinished();
  expect(await mustRun(lab, 'node1', 'sdxinfo -S -c Class1 -o Volume2')).toBe(
    [
      'OBJ    CLASS   GROUP   DISK    VOLUME  STATUS',
      '------ ------- ------- ------- ------- --------',
      'slice  Class1  Group2  Disk3   Volume2 STOP',
      '',
    ].join('\n'),
  );
  expect(await lab.volumeDigest('Class1', 'Volume2')).toBe(await lab.volumeDigest('Class1', 'Volume1'));
});

test('with tar: GNU tar reads the archive of /mnt1, and its files are those of the volume', async () => {
  await partProxy(lab);
  await makeShadow(lab);
  await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
  await mustRun(lab, 'node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw');
  await mustRun(lab, 'node3', 'fsck -F ufs /dev/sfdsk/Class2/rdsk/Volume2');
  await mustRun(lab, 'node3', 'mkdir /mnt1');
  await mustRun(lab, 'node3', 'mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1');
  const archive = await run(lab, 'node3', 'tar cvf - -C /mnt1 .');
  expect(archive.status).toBe(0);
  expect(archive.stderr).toContain('a ./documents/給与規程.txt 1K\n');
  expect(archive.stdout.length % 10_240).toBe(0);

  const file = join(lab.folder, 'archive.tar');
  await writeFile(file, archive.stdout);
  const { stdout: names } = await execute('tar', ['tf', file, '--quoting-style=literal']);
  expect(names).toContain('./documents/Häufige Fragen.txt\n');
  expect(names).toContain("./documents/O'Brien & sons (contract).txt\n");
  expect(names).toContain('./spool/\n');
  expect(names.split('\n').length).toBeGreaterThan(300);
  const ledger = await execute('tar', ['xOf', file, './ledger/ledger-2005.db'], {
    encoding: 'buffer',
    maxBuffer: 67_108_864,
  });
  const original = await run(lab, 'node1', 'cat /app/ledger/ledger-2005.db');
  expect(sha256(ledger.stdout)).toBe(sha256(original.stdout));

  const onTape = await run(lab, 'node3', 'cd /mnt1 && tar cvf /dev/rmt/0 .');
  expect(onTape.stdout.toString('utf8')).toContain('a ./etc/payroll.conf 1K\n');
  const readBack = await run(lab, 'node3', 'dd if=/dev/rmt/0 bs=10240');
  expect(sha256(readBack.stdout)).toBe(sha256(archive.stdout));

  expect((await run(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2')).stderr).toBe(
    'SDX:sdxshadowvolume: ERROR: Volume2: volume is in use on node node3\n',
  );
  await mustRun(lab, 'node3', 'umount /mnt1');
  await mustRun(lab, 'node3', 'rmdir /mnt1');
  await removeShadow(lab);
});

test('the hosts answer in the words of the guide', async () => {
  await partProxy(lab);
  await mustRun(lab, 'node3', 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3');
  await mustRun(lab, 'node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
  expect(await mustRun(lab, 'node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 16384')).toBe(
    [
      'SDX:sdxshadowvolume: INFO: Volume2: created volume',
      'SDX:sdxshadowvolume: INFO: Volume2: started volume on node node3',
      '        /dev/sfdsk/Class2/rdsk/Volume2',
      '        /dev/sfdsk/Class2/dsk/Volume2',
      '',
    ].join('\n'),
  );
  expect(await mustRun(lab, 'node3', 'sdxinfo -D -G -V -S -c Class2 -o Volume2')).toBe(
    [
      'OBJ    NAME    TYPE   CLASS   GROUP   DEVNAM  DEVBLKS  DEVCONNECT       STATUS',
      '------ ------- ------ ------- ------- ------- -------- ---------------- -------',
      'disk   Disk3   mirror Class2  Group2  c1t1d3     91648 node3            ENABLE',
      '',
      'OBJ    NAME    CLASS   DISKS               BLKS     FREEBLKS SPARE',
      '------ ------- ------- ------------------- -------- -------- -----',
      'group  Group2  Class2  Disk3                  91648     9728     0',
      '',
      'OBJ    NAME    CLASS   GROUP   SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS',
      '------ ------- ------- ------- ---- --- -------- -------- -------- --------',
      'volume *       Class2  Group2  *    *          0    65535    65536 PRIVATE',
      'volume Volume2 Class2  Group2  off  off    65536    81919    16384 ACTIVE',
      'volume *       Class2  Group2  *    *      81920    91647     9728 FREE',
      '',
      'OBJ    CLASS   GROUP   DISK    VOLUME  STATUS',
      '------ ------- ------- ------- ------- --------',
      'slice  Class2  Group2  Disk3   Volume2 ACTIVE',
      '',
    ].join('\n'),
  );
  expect(await mustRun(lab, 'node1', 'sdxinfo -V -c Class1 -o Volume2 -e long')).toBe(
    [
      'OBJ    NAME    TYPE   CLASS   GROUP   DISK   MASTER PROXY SKIP JRM MODE 1STBLK   LASTBLK  BLOCKS   STATUS',
      '------ ------- ------ ------- ------- ------ ------ ----- ---- --- ---- -------- -------- -------- --------',
      'volume *       mirror Class1  Group2  *      *      *     *    *   *           0    65535    65536 PRIVATE',
      'volume Volume2 mirror Class1  Group2  *      Volume1 Part  off  on  rw      65536    81919    16384 STOP',
      'volume *       mirror Class1  Group2  *      *      *     *    *   *       81920    91647     9728 FREE',
      '',
    ].join('\n'),
  );
  const unknown = await run(lab, 'node3', 'sdxinfo -V -c Class1 -o Volume2');
  expect(unknown).toMatchObject({ status: 1, stderr: 'SDX:sdxinfo: ERROR: Class1: no such class\n' });
});
