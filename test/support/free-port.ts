/** Ports of the loopback for programs that want to be told theirs beforehand. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port that was free a moment ago: it is taken and given back. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Others take ports, too: a port can be gone before the program has it. */
const attempts = 5;

/**
 * Starts a program on a free port, and on another one where somebody was faster.
 * @param isTaken whether the port was taken is the reason why the start failed
 * @throws what the start fails with otherwise
 */
export async function onFreePort<Begun>(
  start: (port: number) => Promise<Begun>,
  isTaken: (error: unknown) => boolean,
): Promise<{ port: number; begun: Begun }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, begun: await start(port) };
    } catch (error) {
      if (attempt === attempts || !isTaken(error)) throw error;
    }
  }
}
