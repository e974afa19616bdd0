/** Loopback ports for programs that need theirs in advance. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port that was just free: it is opened and closed again. */
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
 * Starts a program on a free port, and on another one if that was taken meanwhile.
 * @param isTaken whether the start failed because the port was taken
 * @throws any other failure of the start
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
