/** A remote command that is spoken with: both its stdin and its stdout are streams. */
import type { Readable, Writable } from 'node:stream';
import type { RemoteEnd, RemoteProcess } from './remote-process.ts';
import { RemoteOutput } from './ssh-read.ts';
import { RemoteInput } from './ssh-write.ts';

export interface RemoteTalk {
  readonly input: Writable;
  readonly output: Readable;
  /** Always resolves. `bytes` counts both directions. */
  readonly ended: Promise<RemoteEnd>;
}

/** Turns a process that was just started into a pair of streams. */
export function talkWith(process: RemoteProcess): RemoteTalk {
  return { input: new RemoteInput(process), output: new RemoteOutput(process), ended: process.ended };
}
