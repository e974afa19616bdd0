/** What the procedure needs from a host's session: a subset, so that steps can be tested without a network. */
import type { ByteSink, ByteSource } from '../../../streams/stage.ts';
import type { ReadOptions, SshSession, StreamOptions } from '../../ssh/ssh-session.ts';
import type { HostLogin } from '../../ssh/ssh-hosts.ts';
import type { RemoteTalk } from '../../ssh/channels/ssh-talk.ts';

export type { CommandResult } from '../../ssh/channels/ssh-command.ts';

export interface HostSession
  extends
    Pick<SshSession, 'exec' | 'exclusive' | 'seen' | 'pin'>,
    Partial<Pick<SshSession, 'connect' | 'connections' | 'probe' | 'loginShell' | 'profile'>> {
  openRead(argv: readonly string[], options?: ReadOptions): Promise<ByteSource>;
  openWrite(argv: readonly string[], options?: StreamOptions): Promise<ByteSink>;
  openTalk(argv: readonly string[], options?: StreamOptions): Promise<RemoteTalk>;
}

export interface Hosts {
  session(name: string): HostSession;
  /** See SshHosts. By default, all data goes through the sessions. */
  loginOf?(name: string): Promise<HostLogin | undefined>;
  readonly threadsFromBytes?: number | undefined;
}
