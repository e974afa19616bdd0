/** Which files an Include of ssh_config(5) names. */
import { dirname } from 'node:path';
import type { SshConfiguration } from './config-files.ts';
import { expandTilde } from './config-tokens.ts';
import type { LocalUser } from './config-tokens.ts';

/** Includes within includes, as OpenSSH counts them. */
export const deepestInclude = 16;

/** @param isUsers true in ~/.ssh/config and in what it includes: a relative path is below ~/.ssh there, below /etc/ssh elsewhere */
export function includedFiles(
  { files, systemFile = '' }: SshConfiguration,
  local: LocalUser,
  pattern: string,
  isUsers: boolean,
): string[] {
  const anchored = (): string => {
    if (pattern.startsWith('/')) return pattern;
    if (!isUsers) return `${dirname(systemFile)}/${pattern}`;
    return pattern.startsWith('~') ? expandTilde(pattern, local) : `${local.homeFolder}/.ssh/${pattern}`;
  };
  return files.find(anchored());
}
