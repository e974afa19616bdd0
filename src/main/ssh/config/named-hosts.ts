/** The names that ssh_config(5) gives to hosts: a person who writes a site file chooses from them. */
import type { NamedHost } from '../../../contract/site-views.ts';
import type { SshConfiguration } from './config-files.ts';
import { parseLines } from './config-lines.ts';
import type { LocalUser } from './config-tokens.ts';
import { localUser } from './config-tokens.ts';
import { includedFiles } from './included-files.ts';
import { resolveHost } from './openssh-config.ts';

/** More than anybody reads. */
const mostNames = 200;

/** A pattern names no host; a word with blanks or a leading dash is no name. */
const isName = (word: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(word);

/** Every file is read once, whichever file includes it: a name is the same in every file. */
function namesOf(configuration: SshConfiguration, local: LocalUser): string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string, isUsers: boolean): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { keyword, words = [] } of parseLines(configuration.files.read(path)?.text ?? '', path)) {
      if (keyword === 'host') for (const word of words.filter(isName)) names.add(word);
      if (keyword === 'include')
        for (const pattern of words)
          for (const file of includedFiles(configuration, local, pattern, isUsers)) visit(file, isUsers);
    }
  };
  visit(configuration.userFile, true);
  if (configuration.systemFile !== undefined) visit(configuration.systemFile, false);
  return [...names].slice(0, mostNames);
}

/** Every host that a `Host` line names, the first first. Runs no `Match exec`. */
export function namedHosts(configuration: SshConfiguration, local: LocalUser = localUser()): NamedHost[] {
  return namesOf(configuration, local).map((name) => {
    const { address, port, user, jump, proxyCommand } = resolveHost(
      { configuration, local, runsExec: false },
      { alias: name },
    );
    const through = jump?.alias ?? (proxyCommand === undefined ? undefined : 'ProxyCommand');
    return { name, address, port: port ?? 22, user, through };
  });
}
