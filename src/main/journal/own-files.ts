/**
 * Files of the state folder are opened themselves, never what a symbolic link of that name leads to: a user who may put
 * a name there must not have this user read or write elsewhere. The state folder itself may be a link.
 */
import { constants, type Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { phrase } from '../../contract/text/say.ts';

/** Unknown on Windows. */
const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Flags of open(2), instead of `r`, `a`, `wx` and `w`. A link ends with ELOOP. */
export const ownFlags = {
  read: constants.O_RDONLY | noFollow,
  append: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow,
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow,
  rewrite: constants.O_WRONLY | constants.O_TRUNC | constants.O_CREAT | noFollow,
} as const;

/** Why a link is refused, in a few words. */
export const linkTrouble = phrase('it is a symbolic link; the state folder may not contain any');

/** A folder below the state folder. @throws Error with code ELOOP where it is a link; not where it is missing */
export async function requireNoLink(folder: string): Promise<void> {
  let found: Stats;
  try {
    found = await lstat(folder);
  } catch {
    return;
  }
  if (found.isSymbolicLink()) throw Object.assign(new Error(`${folder}: ${linkTrouble}`), { code: 'ELOOP' });
}
