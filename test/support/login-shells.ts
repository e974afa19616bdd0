/** Login shells of this machine, and sshd hosts whose user has one of them. */
import { existsSync } from 'node:fs';
import type { OpensshServerOptions } from './openssh-server.ts';

export interface TestShell {
  readonly path: string;
  /** The package that has it. */
  readonly packageName: string;
  /** Options between the program and `-c`. */
  readonly options?: readonly string[];
}

/** Those of administrators; rbash is bash by another name, which may name no program with its folder. */
export const testShells: readonly TestShell[] = [
  { path: '/bin/dash', packageName: 'dash' },
  { path: '/bin/bash', packageName: 'bash' },
  { path: '/bin/rbash', packageName: 'bash' },
  { path: '/bin/ksh93', packageName: 'ksh93u+m' },
  { path: '/bin/mksh', packageName: 'mksh' },
  { path: '/bin/bsd-csh', packageName: 'csh' },
  { path: '/bin/tcsh', packageName: 'tcsh' },
  { path: '/bin/zsh', packageName: 'zsh' },
];

/** The message for a machine that lacks shells; undefined if it has all. */
export function shellsMissing(): string | undefined {
  const missing = testShells.filter(({ path }) => !existsSync(path)).map(({ packageName }) => packageName);
  return missing.length === 0 ? undefined : `shells are not installed: apt install ${missing.join(' ')}`;
}

/**
 * An sshd whose user has this login shell. sshd takes the shell from the account of the user who runs the tests; so it
 * is configured to run this shell instead, with the same arguments.
 * @param home where the start-up files are
 */
export function withLoginShell(
  shell: string,
  home: string,
  more: readonly string[] = [],
): OpensshServerOptions {
  // Only as a login's first shell does bash read ~/.bashrc, hence SHLVL.
  const environment = `SHLVL=0 SHELL=${shell} HOME=${home}`;
  return { config: [`ForceCommand exec env ${environment} ${shell} -c "$SSH_ORIGINAL_COMMAND"`, ...more] };
}
