/** `state import` on the command line: host keys of the archive are listed, and imported only on request. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import {
  newFolder,
  newState,
  removeFolders,
  run,
  sealedState,
  smallEvents,
} from '../../src/main/proof/proof.test-support.ts';
import { exportState } from '../../src/main/proof/state-archive.ts';
import { fingerprintOf } from '../../src/main/ssh/keys/known-hosts.ts';
import { newKey, publicKeyOf } from '../../src/main/ssh/ssh-server.test-support.ts';
import { performed } from '../support/performed-command.ts';

afterEach(removeFolders);

it('lists new host keys, imports none if nobody can be asked, and all of them with --trust', async () => {
  const key = publicKeyOf(newKey());
  const line = `node1 ssh-ed25519 ${key.toString('base64')}\n`;
  const from = await sealedState(smallEvents());
  await writeFile(from.knownHostsFile, line);
  const archive = join(await newFolder(), 'state.tar.gz');
  await exportState(from, archive);
  const state = await newState();
  const listed = `new host key:\n  node1 ssh-ed25519 ${fingerprintOf(key)}\n`;

  const refused = await performed(['--state', state.path, 'state', 'import', archive]);
  expect(refused.stdout).toBe(
    `${listed}  known_hosts: its new host keys were not accepted; --trust accepts them without asking\n  runs/${run}.ndjson: added\n  seals.ndjson: added\nimported: 2 files added, 0 already existed, 0 differ\n`,
  );
  expect(refused.exitStatus).toBe(1);
  await expect(readFile(state.knownHostsFile)).rejects.toThrow('ENOENT');

  const trusted = await performed(['--state', state.path, '--trust', 'state', 'import', archive]);
  expect(trusted.stdout).toContain(`${listed}  known_hosts: added\n`);
  expect(trusted.exitStatus).toBe(0);
  expect(await readFile(state.knownHostsFile, 'utf8')).toBe(line);
});
