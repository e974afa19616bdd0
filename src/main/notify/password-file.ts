/** Reads the password of a mail server. It is used only for the login: never in a message, a journal or a log. */
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: phrase('it does not exist'),
  EACCES: phrase('this user may not read it'),
};

/** No password is longer than this. */
const mostBytes = 4096;

/** Permissions that must not be set: any for others, and execution for the owner. */
const forbiddenRights = 0o177;

async function readGuarded(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error('it is not a file');
    const rights = status.mode & 0o777;
    if ((rights & forbiddenRights) !== 0)
      throw new Error(`its mode is ${rights.toString(8).padStart(4, '0')}, and only 0600 is accepted`);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/);
    if (line === '') throw new Error('its first line is empty');
    return line;
  } finally {
    await handle.close();
  }
}

/**
 * @param file an absolute path, or one that begins with "~/"
 * @returns its first line
 * @throws NOTIFY_PASSWORD_UNUSABLE if it is missing, or accessible to others than its owner
 */
export async function readPassword(file: string): Promise<string> {
  try {
    return await readGuarded(file.replace(/^~(?=\/)/, () => homedir()));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? message : (fileReasons[code] ?? code);
    throw failure('NOTIFY_PASSWORD_UNUSABLE', { file, reason });
  }
}
