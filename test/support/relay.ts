/** A relay in front of a server on loopback: it cuts connections, as a broken network does. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Cuts every connection. */
  drop(): void;
  /** Cuts every connection, and refuses new ones until it is called with false. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

/** @param port of the server */
export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let refusing = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  // A small packet is forwarded at once: otherwise each command would wait 40 ms for a delayed acknowledgment.
  const relay = createServer({ noDelay: true }, (near) => {
    keep(near);
    if (refusing) return void near.destroy();
    const far = keep(connect({ port, host: '127.0.0.1', noDelay: true }));
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (relay.address() as AddressInfo).port,
    drop,
    refuse(wanted: boolean) {
      refusing = wanted;
      if (wanted) drop();
    },
    async close() {
      drop();
      relay.close();
      await once(relay, 'close');
    },
  };
}
