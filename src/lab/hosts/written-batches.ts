import type { Socket } from 'node:net';

/**
 * Sends all packets of one turn in one write. ssh2 writes each packet in three pieces, and a quick command is answered
 * by five packets.
 */
export function writeInBatches(socket: Socket): void {
  const { write } = socket;
  socket.write = function held(...piece: Parameters<typeof write>): boolean {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write.apply(socket, piece);
  } as typeof write;
}

/** Breaks the connection; what was written before is on its way. */
export function breakOff(socket: Socket): void {
  if (socket.writableCorked > 0) socket.uncork();
  socket.destroy();
}
