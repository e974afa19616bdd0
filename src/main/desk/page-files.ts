/** The built pages of the console, and what they may do: for both hosts. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import { spokenLanguage } from '../../contract/text/say.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** True if its name changes whenever its content does. */
  readonly isLasting: boolean;
}

/**
 * The folder that the pages are built into: found from here upwards, since this file is run from the sources and from what is built.
 * @throws PAGE_MISSING
 */
export function pageFolder(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const pages = join(folder, 'out', 'renderer');
    if (existsSync(join(pages, 'index.html'))) return pages;
    if (dirname(folder) === folder) throw failure('PAGE_MISSING');
  }
}

/** The page declares its language to screen readers, and chooses its texts by it. */
const inLanguage = (page: Buffer, language: string): Buffer =>
  Buffer.from(page.toString('utf8').replace('<html lang="en">', `<html lang="${language}">`));

/**
 * A file of the pages. Only what is found in the folder is ever read: a path is compared, not opened.
 * @param path of the address, such as `/assets/index.js`; `/` is the page itself
 */
export async function pageFile(folder: string, path: string): Promise<PageFile | undefined> {
  const wanted = path === '/' ? 'index.html' : path.slice(1);
  const name = (await namesBelow(folder)).find((each) => each === wanted);
  const type = name === undefined ? undefined : types[extname(name)];
  if (name === undefined || type === undefined) return undefined;
  const bytes = await readFile(join(folder, name));
  return {
    bytes: name === 'index.html' ? inLanguage(bytes, spokenLanguage()) : bytes,
    type,
    isLasting: name.startsWith('assets/'),
  };
}

/** Paths of all files, parted by "/"; links are passed over. Walked by hand, since an archive of Electron does not list recursively. */
async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.map(async (entry) => {
    if (entry.isFile()) return [entry.name];
    if (!entry.isDirectory()) return [];
    return (await namesBelow(join(folder, entry.name))).map((name) => `${entry.name}/${name}`);
  });
  return (await Promise.all(names)).flat();
}

/**
 * What a page may load, and where it may connect to.
 * @param connect sources in addition to the page's own
 */
export function contentSecurityPolicy(...connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
