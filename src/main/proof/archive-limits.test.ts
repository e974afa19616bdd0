/** Archives from elsewhere that are made to fill disk or memory, and host keys that come with one. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterEach, describe, expect, it } from 'vitest';
import { readKept } from '../journal/kept-file.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { fingerprintOf } from '../ssh/keys/known-hosts.ts';
import { newKey, publicKeyOf } from '../ssh/ssh-server.test-support.ts';
import type { ArchivedHostKey } from './archive-host-keys.ts';
import { newFolder, newState, removeFolders, run, sealedState, smallEvents } from './proof.test-support.ts';
import { exportState, importState } from './state-archive.ts';

afterEach(removeFolders);

/** An archive of such files. */
async function archiveOf(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = await newFolder();
  await mkdir(join(folder, 'runs'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const file = join(folder, 'archive.tar.gz');
  await create({ cwd: folder, file, gzip: { level: 9 }, portable: true }, Object.keys(files));
  return file;
}

/** Gzip makes zeros a thousand times smaller. */
const zeros = (mebibytes: number) => Buffer.alloc(mebibytes * 1024 * 1024);

/** What was refused has left nothing. */
async function refused(state: StateFolder, archive: string): Promise<unknown> {
  const error: unknown = await importState(state, archive).catch((thrown: unknown) => thrown);
  expect(await readdir(state.path)).toEqual([]);
  return error;
}

describe('an archive that unpacks into far more than it is', () => {
  it('is refused where a file in it is packed again', async () => {
    const archive = await archiveOf({ [`runs/${run}.ndjson.gz`]: gzipSync(zeros(80), { level: 9 }) });
    expect((await stat(archive)).size).toBeLessThan(4000);
    expect(await refused(await newState(), archive)).toMatchObject({
      code: 'STATE_ARCHIVE_TOO_LARGE',
      message: `${archive} unpacks into more than 64 MiB`,
      hint: 'nothing was imported; name a file that shadowtape state export wrote',
    });
  });

  it('is refused for all of its files together, and for one that is plain', async () => {
    const packed = gzipSync(zeros(40), { level: 9 });
    const two = await archiveOf({ 'runs/a.ndjson.gz': packed, 'runs/b.ndjson.gz': packed });
    expect(await refused(await newState(), two)).toMatchObject({ code: 'STATE_ARCHIVE_TOO_LARGE' });
    const plain = await archiveOf({ 'runs/a.ndjson': zeros(80) });
    expect(await refused(await newState(), plain)).toMatchObject({ code: 'STATE_ARCHIVE_TOO_LARGE' });
  });

  it('is refused where it is packed as a whole again', async () => {
    const archive = await archiveOf({ 'runs/a.ndjson': 'x' });
    await writeFile(archive, gzipSync(await readFile(archive)));
    expect(await refused(await newState(), archive)).toMatchObject({
      code: 'STATE_ARCHIVE_UNREADABLE',
      message: `${archive} cannot be read as an archive of a state folder: it is compressed twice`,
    });
  });

  it('is refused where a journal of the state folder itself is one', async () => {
    const state = await newState();
    await mkdir(state.runsFolder);
    const file = `${state.journalFile(run)}.gz`;
    await writeFile(file, gzipSync(zeros(80), { level: 9 }));
    await expect(readKept(state.journalFile(run))).rejects.toMatchObject({
      code: 'PACKED_FILE_DAMAGED',
      message: expect.stringContaining('it unpacks into more than 64 MiB') as string,
    });
  });
});

describe('host keys of an archive', () => {
  const line = (hosts: string, key: Buffer) => `${hosts} ssh-ed25519 ${key.toString('base64')}`;
  const [first, second] = [publicKeyOf(newKey()), publicKeyOf(newKey())];

  async function archiveWithKeys() {
    const from = await sealedState(smallEvents());
    const text = `# ours\n${line('node1', first)}\n@revoked ${line('*', second)}\n@cert-authority ${line('*', second)}\n`;
    await writeFile(from.knownHostsFile, text);
    const file = join(await newFolder(), 'state.tar.gz');
    await exportState(from, file);
    return file;
  }

  it('are listed and asked about before they are taken', async () => {
    const archive = await archiveWithKeys();
    const state = await newState();
    const asked: (readonly ArchivedHostKey[])[] = [];
    const done = await importState(state, archive, {
      confirmHostKeys: (keys) => {
        asked.push(keys);
        return Promise.resolve(true);
      },
    });
    expect(asked).toEqual([
      [
        { hosts: 'node1', keyType: 'ssh-ed25519', fingerprint: fingerprintOf(first), isRevoked: false },
        { hosts: '*', keyType: 'ssh-ed25519', fingerprint: fingerprintOf(second), isRevoked: true },
      ],
    ]);
    expect(done).toContainEqual({ name: 'known_hosts', what: 'new' });
    // Nothing that was not listed.
    expect(await readFile(state.knownHostsFile, 'utf8')).toBe(
      `${line('node1', first)}\n@revoked ${line('*', second)}\n`,
    );
  });

  it('are not asked about where they are known, and not imported if they are not confirmed', async () => {
    const archive = await archiveWithKeys();
    const state = await newState();
    const done = await importState(state, archive);
    expect(done).toContainEqual({ name: 'known_hosts', what: 'declined' });
    expect(done).toContainEqual({ name: `runs/${run}.ndjson`, what: 'new' });
    expect(await readdir(state.path)).not.toContain('known_hosts');
    await writeFile(state.knownHostsFile, `${line('node1', first)}\n@revoked ${line('*', second)}\n`);
    expect(await importState(state, archive)).toContainEqual({ name: 'known_hosts', what: 'same' });
  });
});
