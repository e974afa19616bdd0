import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dumpBlockBytes, readDump } from './dump-format.ts';
import type { DumpTool } from './dump-format.ts';
import { readFileSystem } from '../gds/lab-file-system.ts';
import { mustRun, run, testBlocks, testLab } from '../lab.test-support.ts';
import type { Ran } from '../lab.test-support.ts';
import type { Lab } from '../lab.ts';

let lab: Lab;
let end: () => Promise<void>;

beforeEach(async () => {
  ({ lab, end } = await testLab());
});
afterEach(() => end());

const pairs = {
  ufs: {
    proxy: 'Volume2',
    group: 'Group2',
    disk: 'Disk3',
    device: 'c1t1d3',
    directory: '/app',
    blocks: testBlocks,
  },
  sfxfs: {
    proxy: 'Volume4',
    group: 'Group4',
    disk: 'Disk6',
    device: 'c1t1d6',
    directory: '/data',
    blocks: 2048,
  },
} as const;
type FileSystem = keyof typeof pairs;
const tools = { ufs: 'ufsdump', sfxfs: 'sfxdump' } as const satisfies Record<FileSystem, DumpTool>;

const node3 = (line: string): Promise<Ran> => run(lab, 'node3', line);
const raw = (kind: FileSystem): string => `/dev/sfdsk/Class2/rdsk/${pairs[kind].proxy}`;
const block = (kind: FileSystem): string => `/dev/sfdsk/Class2/dsk/${pairs[kind].proxy}`;

/** A shadow of the proxy, started for reading and writing; the service is stopped at the part unless `isMounted`. */
async function writableShadow(kind: FileSystem, isMounted = false): Promise<void> {
  const { proxy, group, disk, device, directory, blocks } = pairs[kind];
  if (!isMounted) await mustRun(lab, 'node1', `umount ${directory}`);
  await mustRun(lab, 'node1', `sdxproxy Part -c Class1 -p ${proxy} -a pjrm=off`);
  await mustRun(lab, 'node1', `sdxvolume -F -c Class1 -v ${proxy} -e allnodes`);
  await mustRun(lab, 'node3', `sdxshadowdisk -M -c Class2 -d ${device}=${disk}`);
  await mustRun(lab, 'node3', `sdxshadowdisk -C -c Class2 -g ${group} -d ${disk}`);
  await mustRun(lab, 'node3', `sdxshadowvolume -M -c Class2 -g ${group} -v ${proxy} -s ${blocks}`);
  await mustRun(lab, 'node3', `sdxshadowvolume -F -c Class2 -v ${proxy}`);
  await mustRun(lab, 'node3', `sdxshadowvolume -N -c Class2 -v ${proxy} -e mode=rw`);
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of each file of a volume, read from the disk. */
async function filesOf(volume: string): Promise<Record<string, string>> {
  const pieces: Buffer[] = [];
  for await (const piece of lab.readVolume('Class1', volume)) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const { entries } = await readFileSystem({
    read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
    write: () => Promise.reject(new Error('read only')),
  });
  const files = entries.filter(({ type }) => type === 'file');
  return Object.fromEntries(
    files.map((file) => [file.path, digest(bytes.subarray(file.offset, file.offset + file.size))]),
  );
}

function dumpedFiles(bytes: Buffer, tool: DumpTool): Record<string, string> {
  const files = readDump(bytes, tool)?.entries.filter(({ type }) => type === 'file') ?? [];
  return Object.fromEntries(files.map((file) => [file.path, digest(file.bytes)]));
}

describe.each(['ufs', 'sfxfs'] as const)('a %s', (kind) => {
  const tool = tools[kind];

  test('is dumped whole to the standard output, in records of 10 KB, with the lines of the real command', async () => {
    await writableShadow(kind);
    if (kind === 'sfxfs') await mustRun(lab, 'node3', `sfxadm ${raw(kind)}`);
    const ran = await node3(`${tool} 0uf - ${raw(kind)}`);
    expect(ran.status).toBe(0);
    expect(ran.stdout.length % 10_240).toBe(0);
    const dump = readDump(ran.stdout, tool);
    expect(dump).toMatchObject({ device: raw(kind), isWhole: true });
    expect(dump?.entries.length).toBeGreaterThan(200);
    expect(dumpedFiles(ran.stdout, tool)).toEqual(await filesOf(pairs[kind].proxy));
    const size = `${ran.stdout.length / 512} blocks (${(ran.stdout.length / 1_048_576).toFixed(2)}MB)`;
    const lines = ran.stderr
      .replaceAll(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, 'DATE')
      .replace(/\d+ KB\/sec/, 'K KB/sec')
      .trimEnd()
      .split('\n');
    expect(lines.filter((line) => !line.includes('% done'))).toEqual(
      [
        'Date of this level 0 dump: DATE',
        'Date of last level 0 dump: the epoch',
        `Dumping ${raw(kind)} to standard output.`,
        'Mapping (Pass I) [regular files]',
        'Mapping (Pass II) [directories]',
        'Writing 10 Kilobyte records',
        `Estimated ${size}.`,
        'Dumping (Pass III) [directories]',
        'Dumping (Pass IV) [regular files]',
        `${size} on 1 volume at K KB/sec`,
        'DUMP IS DONE',
        'Level 0 dump on DATE',
      ].map((line) => `  DUMP: ${line}`),
    );
    expect(
      lines.filter((line) => /^ {2}DUMP: \d\d\.\d\d% done, finished in 0:\d\d$/.test(line)),
    ).toHaveLength(9);
    expect(await mustRun(lab, 'node3', 'cat /etc/dumpdates')).toMatch(new RegExp(`^${raw(kind)} 0 .*\\n$`));
  });

  test('is written to tape by the guide’s own line, and can be restored', async () => {
    await writableShadow(kind);
    if (kind === 'sfxfs') await mustRun(lab, 'node3', `sfxadm ${raw(kind)}`);
    await mustRun(lab, 'node3', `${tool} 0ucf /dev/rmt/0 ${raw(kind)}`);
    const restore = kind === 'ufs' ? 'ufsrestore' : 'sfxrestore';
    const listed = await mustRun(lab, 'node3', `${restore} tf /dev/rmt/0`);
    expect(listed).toMatch(/^ +\d+\t\.\/ledger\/ledger-2005\.db$/m);
    await mustRun(lab, 'node3', 'mkdir /var/tmp/restored');
    await mustRun(lab, 'node3', `cd /var/tmp/restored && ${restore} xf /dev/rmt/0`);
    expect(await mustRun(lab, 'node3', 'cat /var/tmp/restored/etc/payroll.conf')).toContain('currency=EUR\n');
    const { stdout } = await node3('cat /var/tmp/restored/ledger/ledger-2005.db');
    expect(digest(stdout)).toBe((await filesOf(pairs[kind].proxy))['ledger/ledger-2005.db']);
  });

  const restore = { ufs: 'ufsrestore rf -', sfxfs: 'sfxrestore rf -' }[kind];

  test.each([
    ['its dump', `${tool} 0uf - ${raw(kind)}`, restore],
    ['its archive', 'tar cf - -C /mnt1 .', 'tar xpf -'],
  ])('is recreated and filled from %s: the same files', async (_what, dumps, restores) => {
    await writableShadow(kind);
    if (kind === 'sfxfs') await mustRun(lab, 'node3', `sfxadm ${raw(kind)}`);
    const mounted = `mount -F ${kind} ${block(kind)} /mnt1`;
    await mustRun(lab, 'node3', 'mkdir /mnt1');
    await mustRun(lab, 'node3', mounted.replace('mount ', 'mount -o ro '));
    const { stdout } = await node3(dumps);
    const before = await filesOf(pairs[kind].proxy);
    expect(Object.keys(before).length).toBeGreaterThan(200);
    const make = kind === 'ufs' ? 'newfs' : 'mkfs -F sfxfs';
    expect((await node3(`${make} ${raw(kind)}`)).stderr).toContain('is mounted');
    await mustRun(lab, 'node3', 'umount /mnt1');
    await mustRun(lab, 'node3', `${make} ${raw(kind)}`);
    expect(await filesOf(pairs[kind].proxy)).toEqual({});
    await mustRun(lab, 'node3', mounted);
    await mustRun(lab, 'node3', `cd /mnt1 && ${restores}`, stdout);
    if (restores === restore) await mustRun(lab, 'node3', 'rm /mnt1/restoresymtable');
    await mustRun(lab, 'node3', 'umount /mnt1');
    expect(await filesOf(pairs[kind].proxy)).toEqual(before);
    await mustRun(lab, 'node3', `fsck -F ${kind} ${raw(kind)}`);
  });

  test('that is instructed to abort exits 3, halfway', async () => {
    await writableShadow(kind);
    if (kind === 'sfxfs') await mustRun(lab, 'node3', `sfxadm ${raw(kind)}`);
    lab.faults.set('dump-abort=40');
    const ran = await node3(`${tool} 0uf - ${raw(kind)}`);
    expect(ran.status).toBe(3);
    expect(ran.stderr).toMatch(/ {2}DUMP: The ENTIRE dump is aborted\.\n$/);
    lab.faults.clear('dump-abort');
    lab.faults.set('dump-silent');
    const silent = await node3(`${tool} 0uf - ${raw(kind)}`);
    expect(silent.status).toBe(0);
    expect(silent.stderr).not.toContain('DUMP IS DONE');
    expect(readDump(silent.stdout, tool)?.isWhole).toBe(false);
  });
});

describe('an sfxfs', () => {
  test('is neither mounted nor checked nor dumped under an unknown name; sfxadm sets the name', async () => {
    await writableShadow('sfxfs', true);
    await mustRun(lab, 'node3', 'mkdir /mnt1');
    const mount = `mount -F sfxfs -o ro ${block('sfxfs')} /mnt1`;
    const reason = 'the partition information is that of /dev/sfdsk/Class1/dsk/Volume3';
    expect(await node3(mount)).toMatchObject({ status: 32, stderr: `mount: ${block('sfxfs')}: ${reason}\n` });
    expect(await node3(`fsck -F sfxfs -y ${raw('sfxfs')}`)).toMatchObject({
      status: 39,
      stderr: `fsck: ${raw('sfxfs')}: ${reason}\n`,
    });
    expect(await node3(`sfxdump 0uf - ${raw('sfxfs')}`)).toMatchObject({
      status: 3,
      stderr: `  DUMP: ${raw('sfxfs')}: ${reason}\n  DUMP: The ENTIRE dump is aborted.\n`,
    });
    await mustRun(lab, 'node3', `sfxadm ${raw('sfxfs')}`);
    expect(await node3(mount)).toMatchObject({
      status: 32,
      stderr: `mount: the state of ${block('sfxfs')} is not okay; run fsck and try again\n`,
    });
    await mustRun(lab, 'node3', `fsck -F sfxfs -y ${raw('sfxfs')}`);
    await mustRun(lab, 'node3', mount);
    expect(await mustRun(lab, 'node3', 'cat /etc/mnttab')).toMatch(
      /^\/dev\/sfdsk\/Class2\/dsk\/Volume4\t\/mnt1\tsfxfs\tro\t\d+$/m,
    );
    expect(await node3(`sfxadm ${raw('sfxfs')}`)).toMatchObject({
      status: 1,
      stderr: `sfxadm: ${raw('sfxfs')}: is mounted\n`,
    });
  });

  test('keeps the master’s name on the master: a rejoin returns it to the proxy', async () => {
    const before = await lab.volumeDigest('Class1', 'Volume3');
    await writableShadow('sfxfs', true);
    await mustRun(lab, 'node3', `sfxadm ${raw('sfxfs')}`);
    expect(await lab.volumeDigest('Class1', 'Volume3')).toBe(before);
    expect(await lab.volumeDigest('Class1', 'Volume4')).not.toBe(before);
    await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume4');
    await mustRun(lab, 'node3', 'sdxshadowvolume -R -c Class2 -v Volume4');
    await mustRun(lab, 'node3', 'sdxshadowgroup -R -c Class2 -g Group4');
    await mustRun(lab, 'node3', 'sdxshadowdisk -R -c Class2 -d Disk6');
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume4');
    await lab.copyingFinished();
    expect(await lab.volumeDigest('Class1', 'Volume4')).toBe(before);
  });

  test('is mounted again at boot, by vfstab', async () => {
    await lab.rebootNode('node1');
    expect(lab.world().mounts.node1).toMatchObject([
      { directory: '/app', type: 'ufs' },
      { directory: '/data', type: 'sfxfs', special: '/dev/sfdsk/Class1/dsk/Volume3' },
      { directory: '/home', type: 'ufs', special: '/dev/sfdsk/Class1/dsk/Volume5' },
    ]);
  });
});

describe('sfxadm refuses', () => {
  test.each([
    ['sfxadm', 'usage: sfxadm special\n'],
    ['sfxadm /dev/sfdsk/Class2/dsk/Volume2', 'sfxadm: /dev/sfdsk/Class2/dsk/Volume2: not a raw device\n'],
    ['sfxadm /dev/sfdsk/Class2/rdsk/Volume2', 'sfxadm: /dev/sfdsk/Class2/rdsk/Volume2: not an sfxfs\n'],
    [
      'sfxadm /dev/sfdsk/Class2/rdsk/Volume9',
      'sfxadm: /dev/sfdsk/Class2/rdsk/Volume9: No such file or directory\n',
    ],
  ])('%s', async (line, stderr) => {
    await writableShadow('ufs');
    expect(await node3(line)).toMatchObject({ status: 1, stderr });
  });

  test('a volume that is started for reading only', async () => {
    await writableShadow('sfxfs');
    await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume4');
    await mustRun(lab, 'node3', 'sdxshadowvolume -N -c Class2 -v Volume4 -e mode=ro');
    expect(await node3(`sfxadm ${raw('sfxfs')}`)).toMatchObject({
      status: 1,
      stderr: `sfxadm: ${raw('sfxfs')}: Read-only file system\n`,
    });
  });
});

describe('a dump', () => {
  test('refuses a volume that is mounted for writing, that does not exist, or that has another file system', async () => {
    const master = '/dev/sfdsk/Class1/rdsk/Volume1';
    expect(await run(lab, 'node1', `ufsdump 0uf - ${master}`)).toMatchObject({
      status: 1,
      stderr: `  DUMP: ${master} is mounted on /app for writing\n`,
    });
    expect(await node3('ufsdump 0uf - /dev/sfdsk/Class2/rdsk/Volume2')).toMatchObject({
      status: 1,
      stderr: "  DUMP: Cannot open `/dev/sfdsk/Class2/rdsk/Volume2': No such file or directory\n",
    });
    await writableShadow('ufs');
    expect(await node3(`sfxdump 0uf - ${raw('ufs')}`)).toMatchObject({
      status: 3,
      stderr: '  DUMP: bad sblock magic number\n  DUMP: The ENTIRE dump is aborted.\n',
    });
    expect(await node3('ufsdump')).toMatchObject({ status: 1 });
  });

  test('does not ask when the tape fails, and aborts', async () => {
    await writableShadow('ufs');
    lab.faults.set('tape-error=3');
    const ran = await node3(`ufsdump 0ucf /dev/rmt/0 ${raw('ufs')}`);
    expect(ran.status).toBe(3);
    expect(ran.stderr).toMatch(/ {2}DUMP: NEEDS ATTENTION: .*\n {2}DUMP: The ENTIRE dump is aborted\.\n$/);
  });

  test('can only be read by its own restore', async () => {
    await writableShadow('ufs');
    const { stdout } = await node3(`ufsdump 0uf - ${raw('ufs')}`);
    expect(await run(lab, 'node3', 'sfxrestore tf -', stdout)).toMatchObject({
      status: 1,
      stderr: 'Volume is not in dump format\n',
    });
    expect(readDump(stdout, 'sfxdump')).toBeUndefined();
    expect(stdout.readUInt32BE(24)).toBe(60_012);
    const cut = await run(lab, 'node3', 'ufsrestore tf -', stdout.subarray(0, 40 * dumpBlockBytes));
    expect(cut).toMatchObject({ status: 1, stderr: 'End-of-tape encountered before the end of the dump\n' });
  });
});
