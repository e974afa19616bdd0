/** The text of site files on disk: reads it, and writes it so that nothing is lost when somebody else writes, too. */
import { createHash } from 'node:crypto';
import { copyFile, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { readSiteText } from '../../site/site-file.ts';

const mostBytes = 4_000_000;

export interface SiteText {
  readonly file: string;
  readonly text: string;
  /** SHA-256, hex. */
  readonly digest: string;
}

const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/**
 * The path of a site file that a screen names: only such files are read or written for it.
 * @throws SITE_FILE_UNREADABLE
 */
export function sitePath(named: string): string {
  const file = named.startsWith('~/') ? join(homedir(), named.slice(2)) : named;
  const refuse = (reason: string) => failure('SITE_FILE_UNREADABLE', { file: named, reason });
  if (!isAbsolute(file)) throw refuse(phrase('its path must begin with / or ~/'));
  if (!/\.ya?ml$/.test(basename(file)))
    throw refuse(phrase('the name of a site file ends with .yaml or .yml'));
  return file;
}

/** @throws SITE_FILE_MISSING, SITE_FILE_UNREADABLE */
export async function readText(file: string): Promise<SiteText> {
  const size = await stat(file).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
  if (size > mostBytes)
    throw failure('SITE_FILE_UNREADABLE', { file, reason: phrase('it is too long for a site file') });
  const text = await readSiteText(file);
  return { file, text, digest: digestOf(text) };
}

async function present(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw failure('SITE_FILE_UNWRITABLE', { file, reason: reasonOf(error) }, {}, error);
  }
}

/** Written next to the file, and renamed over it when it is on disk: the file is either unchanged or complete. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  try {
    const handle = await open(beside, 'wx', mode);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * Writes a site file, and keeps the earlier one next to it as `NAME.before`.
 * @param expected SHA-256 (hex) of what the writer has read; undefined if there was no file
 * @returns the digest of the new file
 * @throws SITE_FILE_CHANGED if another process has written meanwhile, SITE_FILE_UNWRITABLE
 */
export async function writeText(file: string, text: string, expected: string | undefined): Promise<string> {
  const before = await present(file);
  // A link stays a link: its target is replaced.
  const target = await realpath(file).catch(() => file);
  const found = before === undefined ? undefined : digestOf(before);
  if (found !== expected) throw failure('SITE_FILE_CHANGED', { file });
  try {
    const mode = before === undefined ? 0o600 : (await stat(file)).mode & 0o777;
    if (before !== undefined) await copyFile(file, `${file}.before`);
    await replace(target, text, mode);
  } catch (error) {
    throw failure('SITE_FILE_UNWRITABLE', { file, reason: reasonOf(error) }, {}, error);
  }
  return digestOf(text);
}
