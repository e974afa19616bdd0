/** An image is restored to a raw device of a host: one that is proven free, large enough and named; its bytes are read back from the disk. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Ask, RestoreResult } from '../../src/main/application/console.ts';
import { sceneArguments } from '../support/command-line.ts';
import { openScene, openSceneConsole, runScene, sha256, type Scene } from '../support/lab-run.ts';
import { withJob } from '../support/failures.ts';
import { onHost } from '../support/lab-shell.ts';
import { failureOf } from '../support/refusals.ts';
import { changeTape, flipped } from '../support/changed-tape.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let run: string;

const withTape = withJob({ services: 'not-needed' }, 'raw-dd');

beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar'] });
  const end = await runScene(scene, { change: withTape });
  expect(end.exitStatus, end.sentence).toBe(0);
  ({ run } = end);
});
afterAll(() => scene.close());

/** A disk of node1 outside of every class; slice 0 has 4 MiB, slice 3 12 MiB, slice 2 both. */
const free = '/dev/rdsk/c2t0d0s0';

const spoilt = `node1:${free} holds no whole image, and its old data is lost`;

interface Wish {
  readonly ask?: Ask;
  readonly replace?: readonly string[];
  readonly overwrite?: 'never' | 'always';
  readonly tapeFile?: number;
  readonly what?: readonly string[];
}

async function restore(to: string, wish: Wish = {}): Promise<RestoreResult> {
  const console = await openSceneConsole(scene, withTape);
  try {
    const { overwrite = 'never', tapeFile, what = [run] } = wish;
    const service = console.fileRestoreService;
    const prepared = await service.prepare({ what, to, overwrite, tapeFile }, () =>
      Promise.resolve({ hits: [], more: false }),
    );
    return await service.perform(prepared, {
      abort: new AbortController().signal,
      ask: wish.ask,
      replace: wish.replace ?? [to.slice(to.indexOf(':') + 1)],
      onProgress: () => undefined,
      onFile: () => undefined,
    });
  } finally {
    await console.close();
  }
}

/** SHA-256 of the first bytes of a device, as the host itself reads them. */
const digestOf = async (device: string, records: number): Promise<string> => {
  const read = `dd if=${device} bs=32768 count=${records} 2>/dev/null | digest -a sha256`;
  return (await onHost(scene, 'node1', ['sh', '-c', read])).trim();
};

/** The commands that write anything except the locks of the program. */
const writes = (from: number): string[] =>
  scene.lab.commands.slice(from).flatMap(({ line }) => (/of=|sdxproxy|sdxvolume/.test(line) ? [line] : []));

describe('the image of a raw volume', () => {
  it('is written to a free device that is named, and read back from it; the bytes after it stay', async () => {
    await scene.lab.type('node1', `sh -c "echo beyond | dd of=${free} bs=512 seek=4096 conv=sync"`);
    const beyond = await digestOf('/dev/rdsk/c2t0d0s3', 2);
    const result = await restore(`node1:${free}`);
    expect(result, result.error?.message).toMatchObject({
      exitStatus: 0,
      notes: [],
      files: [{ path: free, what: 'written', sha256: scene.masterBefore }],
      sources: [{ isCompared: true }],
    });
    expect(await digestOf(free, 64)).toBe(scene.masterBefore);
    expect(await digestOf('/dev/rdsk/c2t0d0s3', 2)).toBe(beyond);
  });

  it.each([
    ['nothing', []],
    ['another device', ['/dev/rdsk/c2t0d0s3']],
    ['two devices', [free, '/dev/rdsk/c2t0d0s3']],
  ])('is not written if %s is named', async (_what, replace) => {
    const sent = scene.lab.commands.length;
    const { code, sentence } = await failureOf(restore(`node1:${free}`, { replace }));
    expect({ code, sentence }).toEqual({
      code: 'RESTORE_DEVICE_NOT_CONFIRMED',
      sentence: `the data of node1:${free} would be lost, and --replace does not name ${free}`,
    });
    expect(writes(sent)).toEqual([]);
  });

  it('is restored by the command line, with the path of the device repeated', async () => {
    const site = [...(await sceneArguments(scene)), '--trust'];
    const device = '/dev/rdsk/c2t0d0s3';
    const words = [...site, 'restore', run, '--to', `node1:${device}`];
    const refused = await performed(words);
    expect(refused.exitStatus).toBe(1);
    expect(refused.stderr).toContain(`and --replace does not name ${device}\n`);
    expect(refused.stderr).toContain(`Then add --replace ${device}\n`);
    const end = await performed([...words, '--replace', device]);
    expect(end, end.stderr).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain(`compared: the tape holds what run ${run} wrote\n`);
    expect(await digestOf(device, 64)).toBe(scene.masterBefore);
  });

  it('is compared with what the device returns', async () => {
    scene.lab.faults.set('ignore-once=node1:dd if=/dev/rdsk/c2t0d0s0 bs=262144 count=8');
    const end = await restore(`node1:${free}`);
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_IMAGE_DIFFERS' }, notes: [spoilt] });
    expect(end.error?.message).toBe(
      `node1:${free} was not written as it was sent: SHA-256 ${sha256(Buffer.alloc(0))} instead of ${scene.masterBefore}`,
    );
  });

  it.each([
    [
      'the write fails',
      'fail-once=node1:dd ibs=262144',
      `node1:${free} cannot be written: dd on node1 ended with exit status 1 after only 0 bytes were written`,
    ],
    ['the write is lost', 'ignore-once=node1:dd ibs=262144', `node1:${free} cannot be written: dd on node1 `],
    ['the connection is lost', 'connection-lost=node1:300000', 'the connection to node1 was lost'],
    [
      'it cannot be read back',
      'fail-once=node1:dd if=/dev/rdsk/c2t0d0s0 bs=262144 count=8',
      `node1:${free} cannot be read back: reading stopped after 0 bytes`,
    ],
  ])('is not on the device if %s: the device is reported as overwritten', async (_what, fault, message) => {
    scene.lab.faults.set(fault);
    const end = await restore(`node1:${free}`);
    expect(end.error?.message).toContain(message);
    expect(end).toMatchObject({ exitStatus: 2, files: [], notes: [spoilt] });
  });

  it('that is not what the run wrote is reported as being on the device', async () => {
    await changeTape(scene.lab, (tape) => flipped(tape));
    expect(await restore(`node1:${free}`)).toMatchObject({
      exitStatus: 2,
      error: { code: 'RESTORE_TAPE_DIFFERS' },
      notes: [spoilt],
    });
  });
});

describe('a device is refused, and nothing is written to it,', () => {
  const refusal = async (to: string, wish: Wish = {}) => {
    const sent = scene.lab.commands.length;
    const { code, sentence } = await failureOf(restore(to, wish));
    expect(writes(sent)).toEqual([]);
    return { code, sentence };
  };

  it.each([
    ['that is mounted', 'node1:/dev/rdsk/c0t0d0s0', 'RESTORE_DEVICE_NOT_FREE', 'c0t0d0s0 is mounted on /'],
    [
      'with a mounted slice in it',
      'node1:/dev/rdsk/c0t0d0s2',
      'RESTORE_DEVICE_NOT_FREE',
      'c0t0d0s0 is mounted on /',
    ],
    [
      'that is used as swap',
      'node1:/dev/rdsk/c0t0d0s1',
      'RESTORE_DEVICE_NOT_FREE',
      '/dev/dsk/c0t0d0s1 is used as swap',
    ],
    [
      'of the class, on a node',
      'node1:/dev/rdsk/c1t1d1s2',
      'RESTORE_DEVICE_NOT_FREE',
      'it is Disk1 of Class1, as node1 shows it',
    ],
    [
      'of the class, on the backup server, where it looks free',
      'node3:/dev/rdsk/c1t1d3s2',
      'RESTORE_DEVICE_NOT_FREE',
      'it is Disk3 of Class1, as node1 shows it',
    ],
    [
      'that is no raw one',
      'node1:/dev/dsk/c2t0d0s0',
      'RESTORE_DEVICE_REFUSED',
      'it is not named as /dev/rdsk/cNtNdNsN',
    ],
    [
      'of GDS',
      'node1:/dev/sfdsk/Class1/rdsk/Volume11',
      'RESTORE_DEVICE_REFUSED',
      'it is not named as /dev/rdsk/cNtNdNsN',
    ],
    [
      'that does not exist',
      'node1:/dev/rdsk/c9t0d0s0',
      'RESTORE_DEVICE_REFUSED',
      'node1 has no such character device',
    ],
    [
      'without such a slice',
      'node1:/dev/rdsk/c2t0d0s5',
      'RESTORE_DEVICE_UNKNOWN',
      'prtvtoc does not show its size',
    ],
  ])('%s', async (_what, to, code, reason) => {
    const told = await refusal(to);
    expect(told.code).toBe(code);
    expect(told.sentence.endsWith(`: ${reason}`)).toBe(true);
  });

  it('that is smaller than the image', async () => {
    const larger = await openScene({ blocks: 16_384 });
    onTestFinished(() => larger.close());
    const before = scene;
    scene = larger;
    onTestFinished(() => void (scene = before));
    const backup = await runScene(larger, { change: withTape });
    expect(await refusal(`node1:${free}`, { what: [backup.run] })).toEqual({
      code: 'RESTORE_DEVICE_SMALL',
      sentence: `node1:${free} has 4 MiB, and the image has 8 MiB`,
    });
  });

  it('that begins like a disk of Oracle ASM, which is mounted nowhere', async () => {
    const device = '/dev/rdsk/c2t0d0s3';
    const begin = '(dd if=/dev/zero bs=32 count=1; echo ORCLDISK) > /var/tmp/begin';
    const write = `sh -c "${begin}; dd if=/var/tmp/begin of=${device} bs=512 conv=sync"`;
    expect(await scene.lab.type('node1', write)).toMatchObject({ status: 0 });
    const before = await digestOf(device, 64);
    expect(await refusal(`node1:${device}`)).toEqual({
      code: 'RESTORE_DEVICE_NOT_FREE',
      sentence: `node1:${device} is not free: c2t0d0s3 holds data of Oracle ASM`,
    });
    expect(await digestOf(device, 64)).toBe(before);
    await scene.lab.type('node1', `dd if=/dev/zero of=${device} bs=512 count=1`);
  });

  it('whose beginning cannot be read', async () => {
    const head = `dd if=${free} bs=262144 count=1`;
    for (const fault of [`fail=node1:${head}`, `ignore=node1:${head}`]) {
      scene.lab.faults.set(fault);
      onTestFinished(() => scene.lab.faults.clear(fault));
      expect(await refusal(`node1:${free}`)).toEqual({
        code: 'RESTORE_DEVICE_UNKNOWN',
        sentence: `it is not known whether node1:${free} is free: the beginning of c2t0d0s0 cannot be read`,
      });
      scene.lab.faults.clear(fault);
    }
  });

  it('that a process has open', async () => {
    void scene.lab.type('node1', `sleep 1000 < ${free}`);
    const told = await refusal(`node1:${free}`);
    const [, pid = ''] = /process (\d+)$/.exec(told.sentence) ?? [];
    expect(told).toEqual({
      code: 'RESTORE_DEVICE_NOT_FREE',
      sentence: `node1:${free} is not free: it is open in process ${pid}`,
    });
    await scene.lab.type('node1', `kill ${pid}`);
  });

  it.each([
    ['no-serial', 'node1 shows no serial number of c2t0d0'],
    ['not-found=node1:fuser', ''],
    ['not-found=node1:swap', ''],
    ['not-found=node1:prtvtoc', ''],
    ['ignore=node2:sdxinfo', ''],
    ['host-down=node2', ''],
    ['fail=node1:cat /etc/vfstab', ''],
  ])('if a query fails: %s', async (fault, reason) => {
    scene.lab.faults.set(fault);
    onTestFinished(() => scene.lab.faults.clear(fault));
    const told = await refusal(`node1:${free}`);
    expect(told.code).toBe('RESTORE_DEVICE_UNKNOWN');
    expect(told.sentence).toContain(`it is not known whether node1:${free} is free: ${reason}`);
  });

  it('by a file of a tape without a journal, whose size is not known', async () => {
    expect(await refusal(`node1:${free}`, { tapeFile: 0, what: [] })).toEqual({
      code: 'RESTORE_DEVICE_REFUSED',
      sentence: `Shadowtape does not write to the device node1:${free}: without a journal the size of the image is not known`,
    });
  });

  it('that came into use while a tape was waited for', async () => {
    await scene.lab.insertCartridge('another');
    onTestFinished(() => scene.lab.insertCartridge('tape'));
    const sent = scene.lab.commands.length;
    const result = await restore(`node1:${free}`, {
      async ask() {
        void scene.lab.type('node1', `sleep 1000 < ${free}`);
        await scene.lab.insertCartridge('tape');
        return { choice: 'ready', by: 'marion' };
      },
    });
    expect(result).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_DEVICE_NOT_FREE' }, files: [] });
    expect(writes(sent)).toEqual([]);
  });
});
