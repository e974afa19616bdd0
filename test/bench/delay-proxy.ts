/**
 * A proxy that holds everything up, in both directions, as a longer line does. Prints its ports, in the order of those
 * that it leads to; ends with its parent.
 *
 * Usage (forked): delay-proxy.ts MILLISECONDS PORT... ; the time is that of a round trip
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const [roundTrip = 0, ...targets] = process.argv.slice(2).map(Number);

/** Passes on what comes, each piece half of a round trip later. */
function delayed(from: Socket, to: Socket): void {
  const later = (pass: () => void) => void setTimeout(pass, roundTrip / 2);
  from.on('data', (piece) => later(() => to.writable && to.write(piece)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
}

async function listen(target: number): Promise<number> {
  const server = createServer((client) => {
    const host = connect(target, '127.0.0.1');
    for (const socket of [client, host]) socket.setNoDelay(true);
    delayed(client, host);
    delayed(host, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const ports = await Promise.all(targets.map(listen));
process.send?.(ports);
process.once('disconnect', () => process.exit());
