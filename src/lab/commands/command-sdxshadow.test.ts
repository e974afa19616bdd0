import { once } from 'node:events';
import type { Client, ClientChannel } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, makeShadow, mustRun, partProxy, removeShadow, runOn, testLab } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeAll(async () => {
  ({ lab, end } = await testLab());
  client = await logIn(lab, 'node3');
  await partProxy(lab);
  await makeShadow(lab);
});
afterAll(async () => {
  client.end();
  await end();
});

const inUse = 'SDX:sdxshadowvolume: ERROR: Volume2: volume is in use on node node3\n';
const active = 'SDX:sdxshadowvolume: ERROR: Volume2: volume is active\n';

const complaint = async (line: string) => (await runOn(client, line)).stderr;

/** Has a shell hold a special file open until its input ends. */
async function hold(device: string): Promise<ClientChannel> {
  const line = `exec 3< ${device} && echo held; while read line; do :; done`;
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.exec(line, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  expect(String(await once(channel, 'data'))).toBe('held\n');
  return channel;
}

describe('a shadow volume that a process holds open', () => {
  test.each(['rdsk', 'dsk'])(
    'by %s can be neither stopped nor removed until the process ends',
    async (kind) => {
      const channel = await hold(`/dev/sfdsk/Class2/${kind}/Volume2`);
      expect(await complaint('sdxshadowvolume -F -c Class2 -v Volume2')).toBe(inUse);
      expect(await complaint('sdxshadowvolume -R -c Class2 -v Volume2')).toBe(active);
      expect(await complaint('sdxshadowvolume -F -c Class2')).toBe(inUse);
      expect(lab.processes('node3')).toHaveLength(1);
      channel.end();
      channel.resume();
      await once(channel, 'close');
      expect(lab.processes('node3')).toEqual([]);
      await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
      await mustRun(lab, 'node3', 'sdxshadowvolume -N -c Class2 -v Volume2');
    },
  );

  test('is free again when the connection of the process is lost', async () => {
    const other = await logIn(lab, 'node3');
    const mine = client;
    client = other;
    await hold('/dev/sfdsk/Class2/rdsk/Volume2');
    client = mine;
    other.end();
    await once(other, 'close');
    while (lab.processes('node3').length > 0) await new Promise((resolve) => setImmediate(resolve));
    await removeShadow(lab);
    expect(lab.world().shadow.volumes).toEqual([]);
  });
});
