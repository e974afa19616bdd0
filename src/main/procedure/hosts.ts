/** What the procedure needs of a host's session: less than it is, so that steps can be tested without a network. */
import type { RmtChannel } from '../../streams/rmt-client.ts';
import type { ByteSink, ByteSource } from '../../streams/stage.ts';
import type { SshSession } from '../ssh/ssh-session.ts';

export type { CommandResult } from '../ssh/ssh-command.ts';

export interface HostSession extends Pick<SshSession, 'exec' | 'exclusive'> {
  openRead(
    argv: readonly string[],
    options?: { abort?: AbortSignal; onStderr?: ((piece: Buffer) => void) | undefined },
  ): Promise<ByteSource>;
  openWrite(argv: readonly string[], options?: { abort?: AbortSignal }): Promise<ByteSink>;
  openTalk(argv: readonly string[], options?: { abort?: AbortSignal }): Promise<RmtChannel>;
}

export interface Hosts {
  session(name: string): HostSession;
}
