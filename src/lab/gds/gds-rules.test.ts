import type { Client } from 'ssh2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import {
  logIn,
  makeShadow,
  mustRun,
  partProxy,
  removeShadow,
  run,
  runOn,
  testLab,
} from '../lab.test-support.ts';
import type { NodeName } from './lab-model.ts';

let lab: Lab;
let end: () => Promise<void>;

beforeEach(async () => ({ lab, end } = await testLab()));
afterEach(() => end());

async function refusal(node: NodeName, line: string): Promise<string> {
  const { status, stderr } = await run(lab, node, line);
  expect(status).toBe(1);
  return stderr.replace(/^SDX:\w+: ERROR: /, '').trimEnd();
}

describe('the primary domain refuses', () => {
  test('to part what is parted, to rejoin what is joined, to stop what is in use', async () => {
    expect(await refusal('node1', 'sdxproxy Rejoin -c Class1 -p Volume2')).toBe(
      'Volume2: proxy is not parted',
    );
    expect(await refusal('node1', 'sdxproxy Part -c Class1 -p Volume1 -a pjrm=off')).toBe(
      'Volume1: not a proxy volume',
    );
    expect(await refusal('node1', 'sdxproxy Part -c Class1 -p Volume2,Volume99')).toBe(
      'Volume99: no such volume in class Class1',
    );
    expect(lab.world().proxy.state).toBe('Join');
    expect(await refusal('node1', 'sdxvolume -F -c Class1 -v Volume1 -e allnodes')).toBe(
      'Volume1: volume is in use on node node1',
    );
    await mustRun(lab, 'node2', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    expect(await refusal('node1', 'sdxproxy Part -c Class1 -p Volume2')).toBe('Volume2: proxy is not joined');
    expect(await refusal('node3', 'sdxproxy Rejoin -c Class1 -p Volume2')).toBe('Class1: no such class');
  });

  test('to part while the copy of a rejoin runs', async () => {
    await end();
    ({ lab, end } = await testLab({ rejoinBytesPerSecond: 1_000_000 }));
    await partProxy(lab);
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    expect(await mustRun(lab, 'node2', 'sdxinfo -S -c Class1 -o Volume2')).toMatch(/Volume2 COPY\n$/);
    expect(await refusal('node1', 'sdxproxy Part -c Class1 -p Volume2')).toBe(
      'Volume2: synchronization copying in progress',
    );
  });
});

describe('a parted proxy', () => {
  test('runs on both nodes until it is stopped on all, and can be read meanwhile', async () => {
    await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    expect(lab.world().proxy).toMatchObject({
      state: 'Part',
      statusOn: { node1: 'ACTIVE', node2: 'ACTIVE' },
    });
    const sample = 'dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=32768 skip=3 count=1';
    expect((await run(lab, 'node2', sample)).stdout.length).toBe(32_768);
    await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
    expect(lab.world().proxy.statusOn).toEqual({ node1: 'STOP', node2: 'STOP' });
    expect(await run(lab, 'node2', sample)).toMatchObject({
      status: 2,
      stderr: 'dd: /dev/sfdsk/Class1/rdsk/Volume2: open: No such device or address\n',
    });
  });

  test('keeps its bytes while an application writes to the master; a joined one follows', async () => {
    await lab.writeMaster(1_000_000, Buffer.from('while it is joined'));
    expect(await lab.volumeDigest('Class1', 'Volume2')).toBe(await lab.volumeDigest('Class1', 'Volume1'));
    await partProxy(lab);
    const frozen = await lab.volumeDigest('Class1', 'Volume2');
    await lab.writeMaster(1_000_000, Buffer.from('after the part'));
    expect(await lab.volumeDigest('Class1', 'Volume2')).toBe(frozen);
    expect(await lab.volumeDigest('Class1', 'Volume1')).not.toBe(frozen);
  });

  test('follows writes that come while it is copied to', async () => {
    await end();
    ({ lab, end } = await testLab({ rejoinBytesPerSecond: 40_000_000 }));
    await partProxy(lab);
    await lab.writeMaster(0x100000, Buffer.from('before the rejoin'));
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    for (const place of [0, 3, 6])
      await lab.writeMaster(place * 1_048_576 + 77, Buffer.from('during the copy'));
    await lab.copyingFinished();
    expect(await lab.volumeDigest('Class1', 'Volume2')).toBe(await lab.volumeDigest('Class1', 'Volume1'));
  });
});

describe('the backup server refuses', () => {
  let client: Client;
  const refused = async (line: string): Promise<string> => {
    const { status, stderr } = await runOn(client, line);
    expect(status).toBe(1);
    return stderr.replace(/^SDX:\w+: ERROR: /, '').trimEnd();
  };
  beforeEach(async () => void (client = await logIn(lab, 'node3')));
  afterEach(() => void client.end());

  test('to remove a shadow in the wrong order', async () => {
    await partProxy(lab);
    await makeShadow(lab);
    expect(await refused('sdxshadowvolume -R -c Class2 -v Volume2')).toBe('Volume2: volume is active');
    expect(await refused('sdxshadowgroup -R -c Class2 -g Group2')).toBe('Group2: volumes exist in group');
    expect(await refused('sdxshadowdisk -R -c Class2 -d Disk3')).toBe(
      'Disk3: disk is connected to group Group2',
    );
    await removeShadow(lab);
    expect(lab.world().shadow).toEqual({ disks: [], groups: [], volumes: [] });
    expect(await refused('sdxinfo -V -c Class2')).toBe('Class2: no such class');
  });

  test('devices, names and sizes that do not exist', async () => {
    expect(await refused('sdxshadowdisk -M -c Class2 -d c1t1d9=Disk9')).toBe('c1t1d9: no such device');
    expect(await refused('sdxshadowdisk -C -c Class2 -g Group2 -d Disk3')).toBe('Class2: no such class');
    await runOn(client, 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3');
    expect(await refused('sdxshadowdisk -M -c Class2 -d c1t1d3=Disk4')).toBe(
      'c1t1d3: device is already registered',
    );
    await runOn(client, 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
    expect(await refused('sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 99999999')).toBe(
      'Volume2: not enough free space in group Group2, 26112 blocks are free',
    );
    expect(await refused('sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 0')).toBe('0: illegal size');
  });

  test('to change the mode of a started volume, and to write to a read-only one', async () => {
    await partProxy(lab);
    await makeShadow(lab);
    expect(await refused('sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw')).toBe(
      'Volume2: volume is already started on node node3 in mode ro',
    );
  });

  test('nothing when the shadow’s proxy is rejoined under it: the copy is visible through the shadow', async () => {
    await partProxy(lab);
    await makeShadow(lab);
    await lab.writeMaster(5_000_000, Buffer.from('newer than the shadow'));
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    await lab.copyingFinished();
    const read = await runOn(client, 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=5000000 skip=1 count=1');
    expect(read.stdout.subarray(0, 21).toString('utf8')).toBe('newer than the shadow');
  });
});

describe('volumes of a shadow group', () => {
  test('follow each other in the order in which they are made', async () => {
    await makeShadow(lab, 8192);
    await mustRun(lab, 'node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume3 -s 4096');
    expect(lab.world().shadow.volumes).toMatchObject([
      { name: 'Volume2', firstBlock: 65_536, blocks: 8192, mode: 'ro', statusOn: { node3: 'ACTIVE' } },
      { name: 'Volume3', firstBlock: 73_728, blocks: 4096 },
    ]);
  });
});
