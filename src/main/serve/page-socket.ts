/** One page at its WebSocket: a JSON object a message, both ways. */
import type { RawData, WebSocket } from 'ws';
import type { HostMessage } from '../../contract/wire.ts';
import { say } from '../../contract/text/say.ts';
import type { Desk } from '../desk/desk.ts';
import { PageSession } from '../desk/page-session.ts';

/** Bytes that wait for a slow page, from which on progress is dropped; its next one has the same and more. */
const slowBytes = 1024 * 1024;
/** There is no reader any more. */
const mostWaitingBytes = 256 * 1024 * 1024;
const millisecondsBetweenPings = 30_000;
/** WebSocket close codes (RFC 6455, 7.4.1). */
const policyViolation = 1008;

function isProgress(message: HostMessage): boolean {
  return 'push' in message && (message.push as { kind?: unknown } | null)?.kind === 'progress';
}

/** What the page sent as JSON; undefined if it is none. */
function parse(data: RawData, isBinary: boolean): unknown {
  if (isBinary) return undefined;
  try {
    return JSON.parse((data as Buffer).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Serves a page until its WebSocket is closed. What is not a message of a page of ours closes it. */
export function servePage(socket: WebSocket, desk: Desk): void {
  const session = new PageSession(desk, (message) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > slowBytes && isProgress(message)) return;
    if (socket.bufferedAmount > mostWaitingBytes) socket.terminate();
    else socket.send(JSON.stringify(message));
  });
  let isAlive = true;
  const pings = setInterval(() => {
    if (!isAlive) socket.terminate();
    isAlive = false;
    socket.ping();
  }, millisecondsBetweenPings);
  pings.unref();
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('message', (data, isBinary) => {
    if (!session.receive(parse(data, isBinary))) socket.close(policyViolation, say('not a valid request'));
  });
  // What was too long, or broken, closes it by itself.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(pings);
    session.close();
  });
}
