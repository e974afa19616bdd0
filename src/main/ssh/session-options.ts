/** What a session is made with, and what its streams are opened with. */
import type { HostKeyFiles, ReplacedHostKey } from './keys/host-key-check.ts';
import type { AskSecret, ConfirmHostKey, OnBanner, OnRetry } from './host-profile.ts';
import type { OpenedKeys } from './keys/opened-keys.ts';
import type { KeepsOutput, MakeBuffer } from './channels/ssh-read.ts';

export interface SessionDeps extends HostKeyFiles {
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  readonly openedKeys: OpenedKeys;
  /** True if nothing is sent to a host before its login shell has shown that it passes on commands and data as they are. */
  readonly checksShell?: boolean | undefined;
  /** A changed host key that is accepted all the same, and then is the known one. */
  readonly replacedKey?: ReplacedHostKey | undefined;
  /** True if much data is read: see connectForBulk. */
  readonly isForBulk?: boolean | undefined;
  /** Called with what a host shows before the login. */
  readonly onBanner?: OnBanner | undefined;
}

export interface StreamOptions {
  readonly abort?: AbortSignal | undefined;
  /** From the start to the end of the command. Without it, no limit. */
  readonly timeLimitSeconds?: number | undefined;
  readonly onRetry?: OnRetry | undefined;
  /** Called when the host was connected to again for this command, before it is sent. What it throws keeps it from being sent. */
  readonly onNewConnection?: (() => Promise<void>) | undefined;
}

export interface ReadOptions extends StreamOptions {
  /** See KeepsOutput; not in a thread. */
  readonly keepsOutput?: KeepsOutput | undefined;
  /** Called with all of stderr, as it comes; the end of it is in `ended` in every case. */
  readonly onStderr?: ((piece: Buffer) => void) | undefined;
  /** Makes the buffers that stdout is collected in; see RemoteOutput. It comes as the host sends it if it is omitted. */
  readonly makeBuffer?: MakeBuffer | undefined;
}

export interface WriteOptions extends StreamOptions {
  /** Called for each piece whose buffer is free again; see RemoteInput. */
  readonly onTaken?: ((piece: Buffer) => void) | undefined;
}

/** Where a host was reached, and by which host key it proved to be itself. */
export interface SeenHost {
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519 SHA256:…` */
  readonly hostKey: string;
}
