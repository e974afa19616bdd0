/** What is removed of a scratch folder, here and by the command line for a host: what was extracted, however its folders are protected. */
import { spawnSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOfName } from '../../../contract/file-names.ts';
import { removeTreeCommand } from '../../procedure/model/extract-commands.ts';
import { removeWritten } from './remove-written.ts';

let folder: string;
let scratch: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-scratch-'));
  scratch = join(folder, 'scratch');
  await mkdir(join(scratch, 'etc'), { recursive: true });
  await writeFile(join(scratch, 'etc/payroll.conf'), 'rate');
  await writeFile(join(folder, 'outside'), 'kept');
  await symlink(join(folder, 'outside'), join(scratch, 'etc/link'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const written = (...paths: readonly string[]) => paths.map((path) => ({ path, what: 'written' as const }));

describe('what was written into a folder of this computer', () => {
  it('is removed with the folder; what a link leads to stays', async () => {
    expect(await removeWritten(scratch, written('./etc/', './etc/payroll.conf', 'etc//link'))).toEqual([]);
    expect(await readdir(folder)).toEqual(['outside']);
  });

  it('is removed alone: anything else stays, with its folders', async () => {
    await writeFile(join(scratch, 'etc/theirs'), '');
    expect(await removeWritten(scratch, written('etc/payroll.conf', 'etc/link'))).toEqual(['etc/theirs']);
    expect(await readdir(join(scratch, 'etc'))).toEqual(['theirs']);
  });

  it('is removed where a name is not UTF-8, or a folder is closed', async () => {
    const name = 'r\udce9sum\udce9';
    await writeFile(Buffer.concat([Buffer.from(`${scratch}/etc/`), bytesOfName(name)]), '');
    await chmod(join(scratch, 'etc'), 0o500);
    expect(await removeWritten(scratch, written('etc/payroll.conf', 'etc/link', `etc/${name}`))).toEqual([]);
    expect(existsSync(scratch)).toBe(false);
  });

  it('is never entered through a link in the place of a folder', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'payroll.conf'), 'theirs');
    await rm(join(scratch, 'etc'), { recursive: true });
    await symlink(other, join(scratch, 'etc'));
    expect(await removeWritten(scratch, written('etc/payroll.conf'))).toEqual(['etc']);
    expect((await lstat(join(other, 'payroll.conf'))).isFile()).toBe(true);
  });
});

describe('the command line that removes a folder of a host', () => {
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

  it('removes closed folders for a login that is not root, and no target of a link', async () => {
    const own = [scratch, join(scratch, 'etc'), join(scratch, 'etc/payroll.conf')];
    if (asNobody.uid !== undefined) for (const path of [folder, ...own]) await chown(path, 65_534, 65_534);
    await mkdir(join(scratch, 'etc/empty'), { mode: 0 });
    await chmod(join(scratch, 'etc'), 0o500);
    const [program = '', ...words] = removeTreeCommand(scratch);
    const { status, stdout } = spawnSync(program, words, asNobody);
    expect({ status, printed: stdout.toString() }).toEqual({ status: 0, printed: '' });
    expect(await readdir(folder)).toEqual(['outside']);
  });

  it('fails where something stays', async () => {
    const [program = '', ...words] = removeTreeCommand(folder);
    if (asNobody.uid === undefined) return;
    await chmod(folder, 0o755);
    expect(spawnSync(program, words, asNobody).status).not.toBe(0);
    expect(await readdir(folder)).toContain('outside');
  });
});
