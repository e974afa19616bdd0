/** RejoinRestore: a parted proxy goes back to its master (GDS guide 4.5, 2.2.1 and D.14; (Linux) 4.2, 1.5). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { mustRun, partProxy, run, testLab } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;

const restore = 'sdxproxy RejoinRestore -c Class1 -p Volume2';
const stopMaster = 'sdxvolume -F -c Class1 -v Volume1 -e allnodes';
const noise = Buffer.alloc(1_048_576, 0x5a);

beforeEach(async () => ({ lab, end } = await testLab({ blocks: 4096 })));
afterEach(() => end());

async function refusal(line: string): Promise<string> {
  const { status, stderr } = await run(lab, 'node1', line);
  expect(status).toBe(1);
  return stderr.replace(/^SDX:\w+: ERROR: /, '').trimEnd();
}

/** The proxy is parted and stopped, the master holds something else and is stopped. @returns what the proxy holds */
async function lostMaster(): Promise<string> {
  await partProxy(lab);
  await lab.writeMaster(0, noise);
  await mustRun(lab, 'node1', 'umount /app');
  await mustRun(lab, 'node1', stopMaster);
  return lab.volumeDigest('Class1', 'Volume2');
}

const slices = (): Promise<string> => mustRun(lab, 'node2', 'sdxinfo -S -c Class1 -o Volume1');

describe('sdxproxy RejoinRestore', () => {
  test('copies the proxy to every slice of the master: COPY, then STOP', async () => {
    const wanted = await lostMaster();
    lab.faults.set('slow-rejoin=1');
    await mustRun(lab, 'node1', `${restore} -e nowaitsync`);
    expect(lab.world().proxy.state).toBe('Join');
    expect(await slices()).toMatch(/Disk1 +Volume1 COPY\n.*Disk2 +Volume1 COPY\n$/);
    expect(await refusal('sdxvolume -N -c Class1 -v Volume1')).toBe(
      'Volume1: synchronization copying in progress',
    );
    lab.faults.clear('slow-rejoin');
    await lab.copyingFinished();
    expect(await slices()).toMatch(/Disk1 +Volume1 STOP\n.*Disk2 +Volume1 STOP\n$/);
    expect(await lab.volumeDigest('Class1', 'Volume1')).toBe(wanted);
  });

  test('waits for the copy unless instructed not to', async () => {
    const wanted = await lostMaster();
    expect(await mustRun(lab, 'node1', restore)).toBe(
      'SDX:sdxproxy: INFO: Volume2: copying completed successfully\n',
    );
    expect(await lab.volumeDigest('Class1', 'Volume1')).toBe(wanted);
    await mustRun(lab, 'node1', 'sdxvolume -N -c Class1 -v Volume1 -e allnodes');
    expect(lab.world().master.statusOn).toEqual({ node1: 'ACTIVE', node2: 'ACTIVE' });
  });

  test('is refused while the pair is joined, or one of the volumes is started', async () => {
    expect(await refusal(restore)).toBe('Volume2: proxy is not parted');
    await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    expect(await refusal(restore)).toBe('Volume2: volume is active on node node1');
    await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
    expect(await refusal(restore)).toBe('Volume1: volume is active on node node1');
    await mustRun(lab, 'node1', 'umount /app');
    await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume1');
    expect(await refusal(restore)).toBe('Volume1: volume is active on node node2');
  });

  test('is refused with what the reference does not explain', async () => {
    await mustRun(lab, 'node1', 'umount /app');
    await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=on');
    await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume1,Volume2 -e allnodes');
    expect(await refusal(restore)).toBe('Volume2: parted without pjrm=off: not part of the lab');
    expect(await refusal(`${restore} -e instant`)).toBe('instant: not part of the lab');
    expect(await refusal('sdxproxy Restore -c Class1 -p Volume2')).toBe('Restore: illegal operation');
  });

  test('restore-invalid: the master is INVALID, and cannot be started', async () => {
    await lostMaster();
    lab.faults.set('restore-invalid');
    await mustRun(lab, 'node1', restore);
    expect(await slices()).toMatch(/Disk1 +Volume1 INVALID\n.*Disk2 +Volume1 INVALID\n$/);
    expect(await refusal('sdxvolume -N -c Class1 -v Volume1')).toBe('Volume1: data is not valid');
  });

  test('restore-skips: the slices are STOP, and the master is what it was', async () => {
    const wanted = await lostMaster();
    lab.faults.set('restore-skips');
    await mustRun(lab, 'node1', restore);
    expect(await slices()).toMatch(/Disk1 +Volume1 STOP\n.*Disk2 +Volume1 STOP\n$/);
    expect(await lab.volumeDigest('Class1', 'Volume1')).not.toBe(wanted);
  });
});

test('a lab that is closed during the copy continues with it', async () => {
  await end();
  const first = await testLab({ blocks: 4096 });
  ({ lab, end } = first);
  const wanted = await lostMaster();
  lab.faults.set('slow-rejoin=1');
  await mustRun(lab, 'node1', `${restore} -e nowaitsync`);
  const { folder } = lab;
  await lab.close();
  ({ lab, end } = await testLab({ blocks: 4096, folder }));
  await lab.copyingFinished();
  expect(await lab.volumeDigest('Class1', 'Volume1')).toBe(wanted);
});
