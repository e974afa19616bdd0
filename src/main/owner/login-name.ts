/** Who uses the program. */
import { userInfo } from 'node:os';

/** The login of this process's owner. $USER is not asked: a user who starts the program can set it to any name. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no entry in passwd(5).
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
