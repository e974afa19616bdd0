import type { Client } from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, mustRun, runOn, testLab } from '../lab.test-support.ts';

const masters = ['Volume1', 'Volume3', 'Volume5'];
const proxies = ['Volume2', 'Volume4', 'Volume6'];
const all = proxies.join(',');
/** Where an application counts up, in bytes of the master: in no file. */
const place = 900_000;

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeEach(async () => {
  ({ lab, end } = await testLab({ rejoinBytesPerSecond: 20_000_000 }));
  client = await logIn(lab, 'node1');
});
afterEach(async () => {
  client.end();
  await end();
});

async function refused(line: string): Promise<string> {
  const { status, stderr } = await runOn(client, line);
  expect(status).toBe(1);
  return stderr;
}

const states = (): string[] => lab.world().pairs.map(({ proxy }) => proxy.state);

async function counterIn(volume: string): Promise<number> {
  let position = 0;
  for await (const piece of lab.readVolume('Class1', volume)) {
    const bytes = piece as Buffer;
    if (position + bytes.length > place) return bytes.readUInt32BE(place - position);
    position += bytes.length;
  }
  throw new Error(`${volume} is too short`);
}

/**
 * An application that counts up in one master after the other, until it is stopped.
 * @returns stops it, once it has begun to count; the last count
 */
async function countUp(): Promise<() => Promise<number>> {
  let [count, goesOn] = [0, true];
  const bytes = Buffer.alloc(4);
  const writeAll = async (): Promise<void> => {
    bytes.writeUInt32BE((count += 1));
    for (const master of masters) await lab.writeMaster(place, bytes, master);
  };
  await writeAll();
  const work = (async () => {
    while (goesOn) await writeAll();
    return count;
  })();
  return () => {
    goesOn = false;
    return work;
  };
}

test('proxies that are parted by one command are parted at one instant', async () => {
  const stop = await countUp();
  const { status } = await runOn(client, `sdxproxy Part -c Class1 -p ${all} -a pjrm=off`);
  const last = await stop();
  expect(status).toBe(0);
  const [first = 0, second = 0, third = 0] = await Promise.all(proxies.map(counterIn));
  expect(first).toBeGreaterThan(0);
  // the application writes to the masters in this order, so that an earlier one is ahead by one count at most
  expect([first, first - 1]).toContain(third);
  expect(second <= first && third <= second).toBe(true);
  expect(last).toBeGreaterThan(third);
  expect(await Promise.all(masters.map(counterIn))).toEqual([last, last, last]);
});

test('none is parted where one cannot be', async () => {
  await mustRun(lab, 'node2', 'sdxproxy Part -c Class1 -p Volume6 -a pjrm=off');
  expect(await refused(`sdxproxy Part -c Class1 -p ${all} -a pjrm=off`)).toBe(
    'SDX:sdxproxy: ERROR: Volume6: proxy is not joined\n',
  );
  expect(states()).toEqual(['Join', 'Join', 'Part', 'Join', 'Join', 'Join']);
});

test('none is stopped, and none rejoined, where one is in use', async () => {
  await mustRun(lab, 'node1', `sdxproxy Part -c Class1 -p ${all} -a pjrm=off`);
  await mustRun(lab, 'node2', 'mkdir /mnt2');
  await mustRun(lab, 'node2', 'fsck -F ufs -y /dev/sfdsk/Class1/rdsk/Volume6');
  await mustRun(lab, 'node2', 'mount -F ufs -o ro /dev/sfdsk/Class1/dsk/Volume6 /mnt2');
  const reason = 'Volume6: volume is in use on node node2\n';
  expect(await refused(`sdxvolume -F -c Class1 -v ${all} -e allnodes`)).toBe(
    `SDX:sdxvolume: ERROR: ${reason}`,
  );
  expect(lab.world().proxy.statusOn).toEqual({ node1: 'ACTIVE', node2: 'ACTIVE' });
  expect(await refused(`sdxproxy Rejoin -c Class1 -p ${all}`)).toBe(`SDX:sdxproxy: ERROR: ${reason}`);
  expect(states().slice(0, 3)).toEqual(['Part', 'Part', 'Part']);
});

test('none is started where one is joined', async () => {
  await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2,Volume4 -a pjrm=off');
  await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2,Volume4 -e allnodes');
  expect(await refused(`sdxvolume -N -c Class1 -v ${all} -e allnodes`)).toBe(
    'SDX:sdxvolume: ERROR: Volume6: volume is a joined proxy\n',
  );
  expect(lab.world().proxy.statusOn).toEqual({ node1: 'STOP', node2: 'STOP' });
});

test('each is rejoined in its own time: a small one is in sync while a large one is still copied', async () => {
  await mustRun(lab, 'node1', `sdxproxy Part -c Class1 -p ${all} -a pjrm=off`);
  await mustRun(lab, 'node1', `sdxvolume -F -c Class1 -v ${all} -e allnodes`);
  for (const master of masters) await lab.writeMaster(place, Buffer.from('after the part'), master);
  await mustRun(lab, 'node1', `sdxproxy Rejoin -c Class1 -p ${all}`);
  const statuses = async (): Promise<string> =>
    (await runOn(client, 'sdxinfo -S -c Class1')).stdout.toString('utf8');
  let seen = await statuses();
  while (!/Volume6 STOP/.test(seen)) seen = await statuses();
  expect(seen).toMatch(/^slice {2}Class1 {2}Group2 {2}Disk3 {3}Volume2 COPY$/m);
  await lab.copyingFinished();
  expect(await statuses()).not.toContain('COPY');
  for (const [index, proxy] of proxies.entries()) {
    expect(await lab.volumeDigest('Class1', proxy)).toBe(
      await lab.volumeDigest('Class1', masters[index] ?? ''),
    );
  }
});

test('a striped and a concatenated proxy follow their masters, and are copied to when they rejoin', async () => {
  const others = [
    ['Volume7', 'Volume8'],
    ['Volume9', 'Volume10'],
    ['Volume11', 'Volume12'],
  ] as const;
  const names = others.map(([, proxy]) => proxy).join(',');
  const digests = (): Promise<string[]> =>
    Promise.all(others.map(([, proxy]) => lab.volumeDigest('Class1', proxy)));
  const asMasters = (): Promise<string[]> =>
    Promise.all(others.map(([master]) => lab.volumeDigest('Class1', master)));
  // across the boundary of a stripe's unit, and of the concatenation's first disk
  for (const [master] of others) {
    await lab.writeMaster(16_380, Buffer.from('joined'), master);
    await lab.writeMaster(786_430, Buffer.from('joined'), master);
  }
  expect(await digests()).toEqual(await asMasters());
  await mustRun(lab, 'node1', `sdxproxy Part -c Class1 -p ${names} -a pjrm=off`);
  await mustRun(lab, 'node1', `sdxvolume -F -c Class1 -v ${names} -e allnodes`);
  const frozen = await digests();
  for (const [master] of others) await lab.writeMaster(786_400, Buffer.alloc(65_536, 'parted'), master);
  expect(await digests()).toEqual(frozen);
  await mustRun(lab, 'node1', `sdxproxy Rejoin -c Class1 -p ${names} -e waitsync`);
  expect(await digests()).toEqual(await asMasters());
  expect(await digests()).not.toEqual(frozen);
});
