/** An image is restored to a real loop device of a Linux host, which the programs of this machine show: free or in use. Its bytes are read there. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openConsole, type RestoreResult } from '../../src/main/application/console.ts';
import { failureOf } from '../support/refusals.ts';
import { sampled } from '../support/sampled.ts';
import { realHostsDue, realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import { openRealScene, runReal, type RealScene } from './real-run.ts';

const missing = realHostsMissing();
/** 2 MiB: 64 records. The device has twice as much. */
const blocks = 4096;

const serials = { sdb: 'disk1', sdc: 'disk2', sdd: 'disk3', sde: 'disk4' };

describe.runIf(realHostsDue(missing))(
  `an image on a block device of a real host${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let scene: RealScene;
    let run: string;
    let master: string;
    /** `loop7`. */
    let device: string;

    const shell = (line: string) => real.type('node1', `sh -c '${line}'`);

    /** Loop devices have no serial numbers: the hosts' own disks and this one get some. Every other question is for the genuine lsblk. */
    async function giveSerials(own: string): Promise<void> {
      const lines = Object.entries({ ...serials, [device]: own }).map(
        ([name, serial]) => `  echo 'NAME="${name}" WWN="" SERIAL="${serial}"'`,
      );
      const file = join(real.folder, 'commands', 'lsblk');
      const asked = `[ "$*" = "-dnP -o NAME,WWN,SERIAL" ]`;
      await writeFile(
        file,
        `#!/bin/sh\nif ${asked}; then\n${lines.join('\n')}\nelse exec /usr/bin/lsblk "$@"; fi\n`,
      );
      await chmod(file, 0o755);
    }

    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks });
      await shell('dd if=/dev/urandom of=/dev/sfdsk/Class1/rdsk/Volume1 bs=65536 count=32 status=none');
      master = await real.digestOf('Volume1');
      scene = await openRealScene(real, 'device', {
        tapeHost: 'tape1',
        job: { verify: { fingerprint: 2, readback: false } },
      });
      const end = await runReal(scene);
      expect(end.exitStatus, end.sentence).toBe(0);
      ({ run } = end);
      const attach = [
        'dd if=/dev/urandom of=/var/tmp/free bs=65536 count=64 status=none',
        'number=$(losetup -f | tr -cd 0-9)',
        'mknod -m 660 /dev/loop$number b 7 $number',
        'losetup /dev/loop$number /var/tmp/free',
        'echo loop$number',
      ];
      device = (await shell(attach.join(' && '))).trim();
      await giveSerials('free');
    });
    afterAll(async () => {
      if (device !== undefined) await shell(`losetup -d /dev/${device}`);
      await real?.close();
    });

    async function restore(): Promise<RestoreResult> {
      const console = await openConsole({
        ...{ state: scene.state, siteFile: scene.siteFile, lab: { fresh: false, faults: [] } },
        confirmHostKey: () => Promise.resolve(true),
        askSecret: () => Promise.resolve(undefined),
      });
      try {
        const service = console.fileRestoreService;
        const nowhere = () => Promise.resolve({ hits: [], more: false });
        const to = `node1:/dev/${device}`;
        const prepared = await service.prepare({ what: [run], to, overwrite: 'never' }, nowhere);
        return await service.perform(prepared, {
          ...{ abort: new AbortController().signal, ask: undefined, replace: [`/dev/${device}`] },
          ...{ onProgress: () => undefined, onFile: () => undefined },
        });
      } finally {
        await console.close();
      }
    }

    /** From the file that the device is made of: not from what the host has in its memory. */
    const onDisk = async () => {
      const half = (skip: number) =>
        shell(`dd if=/var/tmp/free bs=65536 skip=${skip} count=32 status=none | sha256sum`);
      return [(await half(0)).slice(0, 64), (await half(32)).slice(0, 64)];
    };

    it('is what the tape holds, and what is beyond it stays', async () => {
      const [, beyond] = await onDisk();
      const result = await restore();
      expect(result, result.error?.message).toMatchObject({
        exitStatus: 0,
        files: [{ path: `/dev/${device}`, what: 'written', sha256: master }],
        sources: [{ isCompared: true }],
      });
      expect(await onDisk()).toEqual([master, beyond]);
    });

    const inUse = [
      ['a mounted file system', 'mkfs.ext3 -qF DEV && mount DEV /mnt', 'umount /mnt', /is mounted on \/mnt$/],
      [
        'a line in /etc/fstab',
        'mkfs.ext3 -qF -L data DEV && echo LABEL=data /mnt ext3 defaults 0 0 >> /etc/fstab',
        'sed -i /LABEL=data/d /etc/fstab',
        /it is in \/etc\/fstab: LABEL=data \/mnt ext3 defaults 0 0$/,
      ],
      ['an unused swap area', 'mkswap DEV', 'wipefs -qa DEV', /it holds swap$/],
      [
        'a header of Oracle ASM',
        'printf ORCLDISK | dd of=DEV bs=1 seek=32 conv=notrunc status=none',
        'wipefs -qa DEV',
        /it holds oracleasm$/,
      ],
      [
        'a partition that the kernel does not show',
        // Type 83, from sector 1 on, 16 sectors; and the signature of the table.
        'dd if=/dev/zero of=DEV bs=512 count=1 status=none && printf "\\203\\0\\0\\0\\1\\0\\0\\0\\020\\0\\0\\0" | dd of=DEV bs=1 seek=450 conv=notrunc status=none && printf "\\125\\252" | dd of=DEV bs=1 seek=510 conv=notrunc status=none',
        'wipefs -qa DEV',
        /it has a partition table \(dos\)$/,
      ],
      [
        'a process that has it open',
        'sleep 1000 < DEV > /dev/null 2>&1 &',
        'pkill sleep',
        /open in process \d+$/,
      ],
    ] as const;
    it.each(sampled(inUse, 2))(
      'is refused a device with %s, which keeps its bytes',
      async (_what, use, leave, reason) => {
        const path = `/dev/${device}`;
        await shell(use.replaceAll('DEV', path));
        onTestFinished(async () => void (await shell(leave.replaceAll('DEV', path))));
        await shell('sync');
        const before = await onDisk();
        const { code, sentence } = await failureOf(restore());
        expect(code).toBe('RESTORE_DEVICE_NOT_FREE');
        expect(sentence).toMatch(reason);
        expect(await onDisk()).toEqual(before);
      },
    );

    it('is refused a disk of GDS, and one without a serial number', async () => {
      onTestFinished(() => giveSerials('free'));
      await giveSerials('disk3');
      // Two disks of one serial number tell nothing apart.
      expect(await failureOf(restore())).toMatchObject({
        code: 'RESTORE_DEVICE_UNKNOWN',
        sentence: `it is not known whether node1:/dev/${device} is free: node1 shows no serial number of ${device}`,
      });
      await giveSerials('');
      expect(await failureOf(restore())).toMatchObject({ code: 'RESTORE_DEVICE_UNKNOWN' });
    });
  },
);
