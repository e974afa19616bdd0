/** Every fault of the table has a visible effect on a command, for every volume; one without an effect is refused. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultTable, type FaultName } from './faults/faults.ts';
import { deviceOf, volumePairs } from './gds/lab-volumes.ts';
import type { NodeName } from './gds/lab-model.ts';
import type { Lab } from './lab.ts';
import { testLab } from './lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
const typed = async (node: NodeName, line: string) => {
  const { status, printed } = await lab.type(node, line);
  return `${status} ${printed}`;
};

beforeAll(async () => {
  ({ lab, end } = await testLab({ blocks: 2048 }));
  const proxies = volumePairs()
    .map(({ proxy }) => proxy)
    .join(',');
  await typed('node1', 'umount /app; umount /data; umount /home');
  await typed('node1', `sdxproxy Part -c Class1 -p ${proxies} -a pjrm=off`);
  await typed('node1', `sdxvolume -F -c Class1 -v ${proxies} -e allnodes`);
  await typed('node3', `sdxshadowdisk -M -c Class2 -d ${deviceOf('node3', 'Disk3')}=Disk3`);
  await typed('node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
  await typed('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 2048');
  await typed('node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
  await typed('node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw');
  await typed('node3', 'mkdir /mnt1; mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1');
  // Another volume has another first disk.
  await typed('node3', `sdxshadowdisk -M -c Class3 -d ${deviceOf('node3', 'Disk6')}=Disk6`);
});
afterAll(() => end());
afterEach(() => {
  for (const fault of lab.faults.list()) lab.faults.clear(fault);
});

const status = 'mt -f /dev/rmt/0n status';
const writes = 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=32768 count=8';
const readsBack = `${writes}; dd if=/dev/rmt/0 bs=32768 | cksum`;
const archives = 'cd /mnt1; tar cf - . | cksum';
const dumps = 'ufsdump 0uf - /dev/sfdsk/Class2/rdsk/Volume2 2>/dev/null | wc -c';
const extracts =
  'mkdir -p /var/tmp/out/etc; cd /mnt1; tar cf /var/tmp/one.tar etc/payroll.conf; cd /var/tmp/out; tar xf /var/tmp/one.tar; cksum etc/payroll.conf';
const shadow = 'sdxinfo -c Class2';

/** Fault, host, and a command line that prints something else while it is on. */
const witnesses: readonly (readonly [FaultName, string, NodeName, string])[] = [
  ['tape-error', '=2', 'node3', writes],
  ['tape-read-error', '=2', 'node3', readsBack],
  ['tape-corrupt', '=2', 'node3', readsBack],
  ['end-of-medium', '=2', 'node3', writes],
  ['linux-tape', '', 'node3', status],
  ['write-protected', '', 'node3', writes],
  ['no-tape', '', 'node3', status],
  ['tape-alert', '=20', 'node3', 'sg_logs --page=0x2e /dev/rmt/0n'],
  ['fail', '=node3:mt', 'node3', status],
  ['fail-once', '=node3:mt', 'node3', status],
  ['not-found', '=node3:mt', 'node3', status],
  ['ignore', '=node3:mt', 'node3', status],
  ['ignore-once', '=node3:mt', 'node3', status],
  ['no-serial', '', 'node3', 'iostat -En'],
  ['disk-size', '', 'node3', shadow],
  ['disk-size', '', 'node3', 'sdxinfo -D -c Class3'],
  ['disk-name', '', 'node3', shadow],
  ['disk-name', '', 'node3', 'sdxinfo -D -c Class3'],
  ['shadow-status', '=INVALID', 'node3', shadow],
  ['shadow-disk-status', '=DISABLE', 'node3', shadow],
  ['wrong-disk', '', 'node3', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 | cksum'],
  ...volumePairs().flatMap(({ proxy }) => [
    ['slice', '=COPY', 'node1', `sdxinfo -S -c Class1 -o ${proxy}`] as const,
    ['unknown-status', '=SLEEPING', 'node1', `sdxinfo -V -c Class1 -o ${proxy}`] as const,
  ]),
  ['missing-column', '=STATUS', 'node1', 'sdxinfo -V -c Class1'],
  ['dump-abort', '=50', 'node3', dumps],
  ['dump-silent', '', 'node3', dumps],
  ['tar-sockets', '=1', 'node3', archives],
  ['tar-long-links', '=1', 'node3', archives],
  ['tar-changed', '=1', 'node3', archives],
  ['tar-unread', '', 'node3', archives],
  ['extract-alters', '', 'node3', extracts],
];

/** Faults whose effect needs a connection, time, or a separate lab: see faults/faults.test.ts and lab.test.ts. */
const elsewhere: readonly FaultName[] = [
  'unreadable',
  'tape-not-blank',
  'slow-tape',
  'connection-lost',
  'host-down',
  'hang',
  'cut-once',
  'no-titles',
  'shadow-first-block',
  'shadow-blocks',
  'host-key-changed',
  'login-refused',
  'asks-password',
  'language',
  'reboot',
  'slow-rejoin',
  'slow-threading',
  'rejoin-invalid',
  'restore-invalid',
  'restore-skips',
  'greeting',
  'max-sessions',
];

it.each(witnesses)('%s%s shows on %s: %s', async (fault, value, node, line) => {
  // The remains of a tape or a dump exist both times.
  await typed(node, line);
  const before = await typed(node, line);
  expect(await typed(node, line), 'the same without the fault').toBe(before);
  lab.faults.set(`${fault}${value}`);
  expect(await typed(node, line)).not.toBe(before);
});

it('every fault of the table shows here or elsewhere', () => {
  const shown = [...witnesses.map(([fault]) => fault), ...elsewhere, 'proxy-parted'];
  expect(Object.keys(faultTable).filter((fault) => !shown.includes(fault as FaultName))).toEqual([]);
});

it('proxy-parted parts the proxy of every job', async () => {
  const other = await testLab({ blocks: 2048, faults: ['proxy-parted'] });
  try {
    const { printed } = await other.lab.type('node1', 'sdxinfo -V -c Class1 -e long');
    for (const { proxy } of volumePairs())
      expect(printed).toMatch(new RegExp(`^volume +${proxy} .* Part `, 'm'));
  } finally {
    await other.end();
  }
});

describe('a fault without an effect is refused', () => {
  it.each([
    ['fail=node3:cd', 'no host runs a program "cd"'],
    ['hang=node1:sdxporxy Part', 'no host runs a program "sdxporxy"'],
    ['missing-column=STATE', 'sdxinfo has no column "STATE"'],
    ['tape-error=0', 'below 1 it has no effect'],
    ['slow-tape=0', 'below 1 it has no effect'],
    ['tar-sockets=0', 'below 1 it has no effect'],
    ['dump-abort=100', 'above 99 it has no effect'],
  ])('%s', (spec, reason) => {
    expect(() => lab.faults.set(spec)).toThrow(`the fault "${spec}" cannot be enabled: ${reason}`);
    expect(lab.faults.list()).toEqual([]);
  });
});
