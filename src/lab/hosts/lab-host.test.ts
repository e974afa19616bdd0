/** A host of the lab that is down keeps its port, so that no other server is mistaken for it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../lab.ts';
import { testLab } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ lab, end } = await testLab({ blocks: 2048 }));
});
afterAll(() => end());

/** The banner of a host, or why it cannot be reached. */
async function answerAt(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [said] = (await once(socket, 'data')) as [Buffer];
    return said.toString('latin1').slice(0, 4);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  } finally {
    socket.destroy();
  }
}

/** The ports of this machine that Linux never assigns as a free port. */
async function portsInUse(): Promise<number[]> {
  const lines = (await readFile('/proc/net/tcp', 'latin1')).trim().split('\n').slice(1);
  // "  0: 0100007F:A3D2 00000000:0000 0A …"; 06 is a connection that only waits for late packets
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.flatMap(([, local = '', , state]) =>
    state === '06' ? [] : [parseInt(local.split(':')[1] ?? '', 16)],
  );
}

it.runIf(process.platform === 'linux')(
  'a host that is down refuses connections and keeps its port until it is back',
  async () => {
    const port = lab.hosts.find(({ name }) => name === 'node2')?.port ?? 0;
    expect(await answerAt(port)).toBe('SSH-');
    for (let turn = 1; turn <= 2; turn += 1) {
      lab.faults.set('host-down=node2');
      await lab.faultsSettled();
      expect(await answerAt(port)).toBe('ECONNREFUSED');
      expect(await portsInUse()).toContain(port);
      lab.faults.clear('host-down=node2');
      await lab.faultsSettled();
      expect(await answerAt(port)).toBe('SSH-');
    }
  },
);
