/** The home folder of the user, for everything below it: state folder, keys, `~` in a site file. */
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * If HOME is empty or relative, replaces it with the home folder of the password database: everything below it would
 * otherwise be in the folder from which the program is started. Without an entry there, HOME counts as not set.
 * @param environment changed in place; the programs that this one starts see the same
 */
export function correctHome(
  environment: NodeJS.ProcessEnv = process.env,
  passwordHome: () => string = () => userInfo().homedir,
): void {
  const home = environment['HOME'];
  if (home === undefined || isAbsolute(home)) return;
  let known = '';
  try {
    known = passwordHome();
  } catch {
    // No entry for this user.
  }
  if (isAbsolute(known)) environment['HOME'] = known;
  else delete environment['HOME'];
}
