import type { Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { canSend } from './ssh2-parts.ts';

const clientWith = (socket: object | undefined) => ({ _sock: socket }) as unknown as Client;

describe('a client', () => {
  it('can send while its socket stands', () => {
    expect(canSend(clientWith({ writable: true, _readableState: { ended: false } }))).toBe(true);
  });

  it('cannot once the peer has ended the socket, even before any event has told of it', () => {
    expect(canSend(clientWith({ writable: true, _readableState: { ended: true } }))).toBe(false);
    expect(canSend(clientWith({ writable: false, _readableState: { ended: false } }))).toBe(false);
    expect(canSend(clientWith(undefined))).toBe(false);
  });
});
