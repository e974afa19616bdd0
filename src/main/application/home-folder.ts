/** The home folder of the user, for everything below it: state folder, keys, `~` in a site file. */
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * Where HOME is empty or relative, puts the home folder of the password database in its place: everything below would otherwise be in
 * whichever folder the program is started from. Where the password database has none, HOME is as if it were not set.
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
