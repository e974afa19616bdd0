import { spawnSync } from 'node:child_process';
import { link, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { labSite } from './lab-site.ts';
import {
  logIn,
  makeShadow,
  mustRun,
  partProxy,
  removeShadow,
  run,
  temporaryFolder,
  testBlocks,
  testLab,
} from './lab.test-support.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function small(options: Parameters<typeof testLab>[0] = {}): Promise<Lab> {
  const { lab, end } = await testLab(options);
  ends.push(end);
  return lab;
}

async function folderToRemove(): Promise<string> {
  const folder = await temporaryFolder();
  ends.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a lab continues where it was closed', () => {
  test('with its parted proxy, its shadow, its tape and its hosts', async () => {
    const folder = await folderToRemove();
    const first = await openLab({ folder, blocks: testBlocks });
    await partProxy(first);
    await makeShadow(first);
    await mustRun(first, 'node3', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0n bs=32768 count=2');
    await mustRun(first, 'node3', 'mkdir /var/tmp/lock');
    const before = first.world();
    const digest = await first.volumeDigest('Class1', 'Volume2');
    await first.close();
    const second = await openLab({ folder, blocks: 99 });
    expect(second.world()).toEqual(before);
    expect(second.hosts).toEqual(first.hosts);
    expect(await second.volumeDigest('Class1', 'Volume2')).toBe(digest);
    expect((await run(second, 'node3', 'mkdir /var/tmp/lock')).status).toBe(2);
    await mustRun(second, 'node3', 'mt rewind');
    expect((await run(second, 'node3', 'dd if=/dev/rmt/0 bs=32768')).stdout.length).toBe(65_536);
    await second.close();
  });

  test('as it was when it was closed, if only the close saves it', async () => {
    const folder = await folderToRemove();
    const modelFile = join(folder, 'model.json');
    const first = await openLab({ folder, blocks: testBlocks, savesOnlyAtClose: true });
    const saved = await readFile(modelFile, 'utf8');
    await partProxy(first);
    expect(await readFile(modelFile, 'utf8')).toBe(saved);
    const before = first.world();
    await first.close();
    const second = await openLab({ folder });
    expect(second.world()).toEqual(before);
    await second.close();
  });

  test('with a copy that was interrupted', async () => {
    const folder = await folderToRemove();
    const first = await openLab({ folder, blocks: testBlocks, rejoinBytesPerSecond: 4_000_000 });
    await partProxy(first);
    await first.writeMaster(8_000_000, Buffer.from('near the end'));
    await mustRun(first, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    await first.close();
    const second = await openLab({ folder, rejoinBytesPerSecond: 1e12 });
    await second.copyingFinished();
    expect(second.world().proxy.sliceStatusOn).toEqual({ node1: 'STOP', node2: 'STOP' });
    expect(await second.volumeDigest('Class1', 'Volume2')).toBe(
      await second.volumeDigest('Class1', 'Volume1'),
    );
    await second.close();
  });
});

test('long files of a host are stored next to the model, survive a restart, and are removed with their file', async () => {
  const folder = await folderToRemove();
  const first = await openLab({ folder, blocks: testBlocks });
  for (const file of ['/tmp/zeros', '/tmp/text'])
    await run(first, 'node3', `dd if=/dev/zero of=${file} bs=65536 count=1`);
  await first.close();
  expect((await stat(join(folder, 'model.json'))).size).toBeLessThan(30_000);
  const second = await openLab({ folder });
  expect((await run(second, 'node3', 'cat /tmp/zeros')).stdout).toEqual(Buffer.alloc(65_536));
  // Both files are the same bytes: they stay until both are gone.
  for (const [removed, left] of [
    ['/tmp/zeros', 1],
    ['/tmp/text', 0],
  ] as const) {
    await run(second, 'node3', `rm ${removed}`);
    expect(await readdir(join(folder, 'contents'))).toHaveLength(left);
  }
  await second.close();
});

test('what a host extracts has room, keeps its links, and survives a restart', async () => {
  const folder = await folderToRemove();
  const archive = join(await folderToRemove(), 'archive');
  await mkdir(join(archive, 'below'), { recursive: true });
  // Two such files exceed the space of a host, and the limit of its model.
  const large = Buffer.alloc(20_000_000, 'payroll ');
  await writeFile(join(archive, 'below', 'large'), large);
  await writeFile(join(archive, 'below', 'other'), Buffer.alloc(20_000_000));
  await link(join(archive, 'below', 'large'), join(archive, 'same'));
  await symlink('below', join(archive, 'way'));
  const tar = spawnSync('tar', ['cf', '-', '-C', archive, '.'], { maxBuffer: 100_000_000 }).stdout;
  const first = await openLab({ folder, blocks: testBlocks });
  const free = async (lab: Lab) =>
    Number(/\d+ +\d+ +(\d+) +\d+% /.exec((await run(lab, 'node1', 'df -k /')).stdout.toString())?.[1]);
  const before = await free(first);
  await run(first, 'node1', 'mkdir /tmp/back; cd /tmp/back && tar xpf -', tar);
  expect(before - (await free(first))).toBe(Math.ceil(40_000_000 / 1024));
  await first.close();
  expect((await stat(join(folder, 'model.json'))).size).toBeLessThan(30_000);
  const second = await openLab({ folder });
  const listed = (await run(second, 'node1', 'ls -l /tmp/back')).stdout.toString();
  expect(listed).toMatch(/^-rw-r--r-- +2 .* 20000000 .* same$/m);
  expect(listed).toMatch(/^l.* way -> below$/m);
  expect((await run(second, 'node1', 'cat /tmp/back/way/large')).stdout.equals(large)).toBe(true);
  // What is written by one name is read by the other.
  await run(second, 'node1', 'echo more >> /tmp/back/same; rm /tmp/back/same');
  const kept = (await run(second, 'node1', 'cat /tmp/back/below/large')).stdout;
  expect(kept.equals(Buffer.concat([large, Buffer.from('more\n')]))).toBe(true);
  await run(second, 'node1', 'rm -r /tmp/back');
  expect(await readdir(join(folder, 'files'))).toEqual([]);
  expect(await free(second)).toBe(before);
  await second.close();
});

test('a file that is larger than what is free on a host is not written', async () => {
  const lab = await small();
  const { status, stderr } = await run(lab, 'node1', 'dd if=/dev/zero of=/tmp/full bs=1048576 count=2500');
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: /No space left on device/ });
  expect((await run(lab, 'node1', 'df -k /')).stdout.toString()).toMatch(/ 100% /);
});

describe('a folder', () => {
  test('serves one lab at a time', async () => {
    const lab = await small();
    await expect(openLab({ folder: lab.folder })).rejects.toMatchObject({
      code: 'LAB_FOLDER_BUSY',
      message: `the lab in ${lab.folder} is already running (process ${process.pid})`,
    });
  });

  test('with the lock of a dead process is taken over', async () => {
    const folder = await folderToRemove();
    // no process has the highest number that a pid can have here
    await writeFile(join(folder, 'lab.lock'), '4194304\n');
    const lab = await openLab({ folder, blocks: testBlocks });
    await lab.close();
  });

  test('without room for the disks is refused before anything is written', async () => {
    const folder = await folderToRemove();
    await expect(openLab({ folder, blocks: 2 ** 40 })).rejects.toMatchObject({
      code: 'LAB_DISK_FULL',
      message: expect.stringMatching(
        /^the lab needs 2,516,582,416 MiB in .*, but only [\d,]+ MiB are free$/,
      ) as string,
    });
  });

  test('with a model of something else is refused', async () => {
    const folder = await folderToRemove();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.json'), '{"version": 7}');
    await expect(openLab({ folder })).rejects.toMatchObject({ code: 'LAB_FOLDER_FOREIGN' });
  });
});

test('two labs run side by side', async () => {
  const [first, second] = [await small({ seed: 'one' }), await small({ seed: 'two' })];
  await mustRun(first, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
  expect(second.world().proxy.state).toBe('Join');
  expect(await first.volumeDigest('Class1', 'Volume1')).not.toBe(
    await second.volumeDigest('Class1', 'Volume1'),
  );
});

test('a port that is taken is reported', async () => {
  const lab = await small();
  const port = lab.hosts[0]?.port ?? 0;
  await expect(
    openLab({ folder: await folderToRemove(), blocks: testBlocks, ports: [port, 0, 0] }),
  ).rejects.toMatchObject({
    code: 'LAB_PORT_TAKEN',
    message: `the lab cannot listen on port ${port} of 127.0.0.1: EADDRINUSE`,
  });
});

test('master and proxy hold the same bytes, and no record occurs twice', async () => {
  const lab = await small();
  expect(await lab.volumeDigest('Class1', 'Volume2')).toBe(await lab.volumeDigest('Class1', 'Volume1'));
  const seen = new Set<string>();
  for await (const piece of lab.readVolume('Class1', 'Volume1')) {
    const bytes = piece as Buffer;
    for (let place = 0; place < bytes.length; place += 32_768)
      seen.add(bytes.toString('latin1', place, place + 32_768));
  }
  expect(seen.size).toBe(256);
});

describe('a reboot', () => {
  test('of node3 removes shadow, mounts and connections', async () => {
    const lab = await small();
    await partProxy(lab);
    await makeShadow(lab);
    const client = await logIn(lab, 'node3');
    client.on('error', () => undefined);
    const broken = new Promise<void>((resolve) => client.on('close', () => resolve()));
    lab.faults.set('reboot=node3');
    await broken;
    lab.faults.set('no-titles');
    expect(await mustRun(lab, 'node3', 'sdxinfo')).toBe('');
    lab.faults.clear('no-titles');
    expect(lab.world()).toMatchObject({ shadow: { disks: [] }, mounts: { node3: [] }, faults: [] });
  });

  test('of node3 leaves the special files of the shadow, without a volume', async () => {
    const lab = await small();
    await partProxy(lab);
    await makeShadow(lab);
    const booted = () => mustRun(lab, 'node3', 'kstat -p unix:0:system_misc:boot_time; who -b');
    const tree = '/dev/sfdsk/Class2/dsk:\nVolume2\n';
    const before = await booted();
    expect(before).toMatch(/^unix:0:system_misc:boot_time\t\d+\n\s+\.\s+system boot {2}\w+ \d+ \d\d:\d\d\n$/);
    expect(await mustRun(lab, 'node3', 'ls -R /dev/sfdsk')).toContain(tree);
    await lab.rebootNode('node3');
    expect(await booted()).not.toBe(before);
    expect(await mustRun(lab, 'node3', 'ls -R /dev/sfdsk')).toContain(tree);
    const read = 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/null bs=512 count=1';
    expect((await run(lab, 'node3', read)).status).toBe(2);
    await makeShadow(lab);
    expect((await run(lab, 'node3', read)).status).toBe(0);
    await removeShadow(lab);
    expect(await mustRun(lab, 'node3', 'ls -R /dev/sfdsk')).toBe('/dev/sfdsk:\n');
  });

  test('of a primary starts a stopped proxy there again, and mounts /app', async () => {
    const lab = await small();
    await partProxy(lab);
    await lab.rebootNode('node1');
    expect(lab.world().proxy.statusOn).toEqual({ node1: 'ACTIVE', node2: 'STOP' });
    expect(lab.world().services.node1).toBe('running');
  });

  test('of the tape host during a write leaves no file mark', async () => {
    const lab = await small();
    const client = await logIn(lab, 'node3');
    client.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      lab.faults.set('slow-tape=200000');
      client.exec('dd obs=32768 of=/dev/rmt/0', (_error, channel) =>
        channel.write(Buffer.alloc(200_000), () => resolve()),
      );
    });
    await lab.rebootNode('node3');
    lab.faults.clear('slow-tape');
    await mustRun(lab, 'node3', 'mt rewind');
    const back = await run(lab, 'node3', 'dd if=/dev/rmt/0 bs=32768');
    expect(back.status).toBe(2);
    expect(back.stderr).toMatch(/^read: I\/O error\n/);
  });
});

test('every command line is kept, with the host that got it', async () => {
  const lab = await small();
  await mustRun(lab, 'node2', 'true');
  await run(lab, 'node3', 'false && true');
  expect(lab.commands).toEqual([
    { host: 'node2', line: 'true', sent: 'true' },
    { host: 'node3', line: 'false && true', sent: 'false && true' },
  ]);
});

test('the site of a lab names its hosts, its key and its jobs', async () => {
  const lab = await small();
  expect(labSite(lab, { approve: 'when-verified' })).toMatchObject({
    platform: 'solaris',
    hosts: {
      node1: {
        role: 'primary',
        address: '127.0.0.1',
        port: lab.hosts[0]?.port,
        user: 'root',
        key: lab.identityFile,
      },
      node3: { role: 'backup' },
    },
    tape: { host: 'node3', device: '/dev/rmt/0', drive: 'LTO-4' },
    jobs: { 'raw-dd': { method: '6a', approve: 'when-verified' }, 'ufs-tar': { method: '6b' } },
  });
});
