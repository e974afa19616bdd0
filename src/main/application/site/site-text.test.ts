import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readText, sitePath, writeText } from './site-text.ts';

/** SHA-256, hexadecimal. */
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-site-'));
  file = join(folder, 'site.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a site file that a screen writes', () => {
  it('is new, for its owner alone', async () => {
    expect(await writeText(file, 'site: a # mine\n', undefined)).toBe(digestOf('site: a # mine\n'));
    expect(await readText(file)).toEqual({
      file,
      text: 'site: a # mine\n',
      digest: digestOf('site: a # mine\n'),
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['site.yaml']);
  });

  it('replaces what was read, which is kept next to it', async () => {
    await writeFile(file, 'site: a\n');
    await chmod(file, 0o640);
    const { digest } = await readText(file);
    await writeText(file, 'site: b\n', digest);
    expect(await readFile(file, 'utf8')).toBe('site: b\n');
    expect(await readFile(`${file}.before`, 'utf8')).toBe('site: a\n');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('does not overwrite what somebody else has changed, created or removed meanwhile', async () => {
    const changed = {
      code: 'SITE_FILE_CHANGED',
      message: `the site file ${file} has changed since it was read`,
    };
    await expect(writeText(file, 'site: b\n', digestOf('site: a\n'))).rejects.toMatchObject(changed);
    await writeFile(file, 'site: other\n');
    await expect(writeText(file, 'site: b\n', undefined)).rejects.toMatchObject(changed);
    await expect(writeText(file, 'site: b\n', digestOf('site: a\n'))).rejects.toMatchObject(changed);
    expect(await readFile(file, 'utf8')).toBe('site: other\n');
  });

  it('stays a link if it is one', async () => {
    const target = join(folder, 'real.yaml');
    await writeFile(target, 'site: a\n');
    await symlink(target, file);
    await writeText(file, 'site: b\n', digestOf('site: a\n'));
    expect(await readFile(target, 'utf8')).toBe('site: b\n');
    expect(await readFile(file, 'utf8')).toBe('site: b\n');
  });

  it('reports why it cannot be written', async () => {
    const nowhere = join(folder, 'none', 'site.yaml');
    await expect(writeText(nowhere, 'site: b\n', undefined)).rejects.toMatchObject({
      code: 'SITE_FILE_UNWRITABLE',
      message: `the site file ${nowhere} cannot be written: ENOENT`,
    });
  });
});

describe('a path that a screen names', () => {
  it.each([
    ['/etc/shadow', 'the name of a site file ends with .yaml or .yml'],
    ['site.yaml', 'its path must begin with / or ~/'],
    ['../site.yaml', 'its path must begin with / or ~/'],
    ['/etc/.yaml/passwd', 'the name of a site file ends with .yaml or .yml'],
  ])('is refused if it is not that of a site file: %s', (named, reason) => {
    expect(() => sitePath(named)).toThrow(`the site file ${named} cannot be read: ${reason}`);
  });

  it('may begin with the home folder', () => {
    expect(sitePath('~/site.yml')).toMatch(/^\/.*\/site\.yml$/);
    expect(sitePath('/etc/shadowtape/site.yaml')).toBe('/etc/shadowtape/site.yaml');
  });
});
